import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { instanceLivesMs } from '../../src/instances.ts'
import { testDatabaseUrl } from '../database.ts'
import { journeyOf, newPerson, ok } from '../trouble/journey.ts'
import { startMortal } from './mortal.ts'
import { cleanUp } from './server.ts'

/** A server that is killed after any answer and started again has forgotten nothing that it had answered. */

after(cleanUp)

test('three wrong OTPs close a transaction however often the server dies between them', async () => {
  const mortal = await startMortal()
  const journey = journeyOf(mortal.product, mortal.caller)
  ok(await journey.init())
  for (let wrong = 0; wrong < 3; wrong++) {
    assert.equal((await journey.verify('000000')).body.source_error.code, 'ABDM-1035')
    if (wrong !== 1) await mortal.dieAndReturn()
  }
  assert.equal((await journey.verify()).body.source_error.code, 'ABDM-1100')
  assert.equal((await mortal.stop()).code, 0)
})

test('forty registrations that are running when the server dies all go on, each from its last answer', async () => {
  const mortal = await startMortal()
  const people = Array.from({ length: 40 }, () => journeyOf(mortal.product, mortal.caller, newPerson()))
  const answered = new Map<number, string>()
  const going = people.map(async (journey, index) => {
    for (const step of ['init', 'verify', 'create'] as const) {
      if ((await journey[step]()).status !== 200) return
      answered.set(index, step)
    }
  })
  // Dies in the midst of them: as soon as a few have come to their end.
  const someEnded = new Promise<void>((resolve) => {
    let ended = 0
    for (const one of going) one.then(() => ++ended === 3 && resolve()).catch(() => undefined)
  })
  await someEnded
  await mortal.dieAndReturn()
  await Promise.allSettled(going)
  // Where other processes could be at work, this one waits for the life of the dead one to end before it takes up its claims.
  if (testDatabaseUrl) await mortal.advance(instanceLivesMs / 1000)

  for (const [index, journey] of people.entries()) {
    const last = answered.get(index)
    if (last === 'create') {
      assert.equal(ok(await journey.profile()).abha_address, journey.abha_address)
      continue
    }
    if (last === undefined) ok(await journey.init())
    if (last !== 'verify') {
      const verified = await journey.verify()
      const code = verified.body.source_error?.code
      // The OTP was used up by a call whose answer died with the server; or the step had been taken, and only the news of it died.
      if (verified.status !== 200) assert.ok(code === 'ABDM-1035' || code === 'ABDM-1006', verified.text)
      if (code === 'ABDM-1035') {
        ok(await journey.resend())
        ok(await journey.verify())
      }
    }
    const created = await journey.create()
    if (created.status === 200) {
      assert.deepEqual(created.body.profile.abha_addresses, [journey.abha_address])
      continue
    }
    // The flow had come to its end, and only the news of it died: the account is there.
    assert.deepEqual([created.status, created.body.source_error.code], [400, 'MIS-1026'], created.text)
    ok(await journey.init())
    const listed = ok(await journey.verify()).abha_profiles
    assert.deepEqual(
      listed.map((profile: { abha_address: string }) => profile.abha_address),
      [journey.abha_address],
    )
  }
  assert.equal((await mortal.stop()).code, 0)
})
