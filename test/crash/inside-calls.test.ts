import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { type Journey, journeyOf, newPerson, ok, type Person } from '../trouble/journey.ts'
import { shareDeaths } from './deaths.ts'
import { startRemote } from './remote.ts'
import { cleanUp } from './server.ts'

/**
 * A server that dies while upstream is at work, before or after upstream has acted, finds out after its restart what became of
 * it: nothing is made twice, nobody is sent an OTP that was not asked for, and the flow comes to its end.
 */

let remote: Awaited<ReturnType<typeof startRemote>>
before(async () => {
  remote = await startRemote()
})
after(async () => {
  cleanUp()
  await remote.close()
})

const newJourney = (person: Person = newPerson()): Journey => journeyOf(remote.product, remote.caller, person)
const messagesTo = (journey: Journey): Promise<number> => remote.upstream.messagesTo(journey.mobile)
const { walk, walkTogether, dieInside } = shareDeaths(
  () => remote,
  (path, when) => remote.proxy.hold(path, when),
)

walk('killed after upstream has acted on an OTP request: asking again sends one more', async () => {
  const journey = newJourney()
  await dieInside('/enrollment/request/otp', 'after', () => journey.init())
  const before = await messagesTo(journey)
  ok(await journey.init())
  assert.equal(await messagesTo(journey), before + 1)
  ok(await journey.verify())
  ok(await journey.create())
})

walk('killed after upstream has acted on a resend: the transaction is still there, and takes an OTP', async () => {
  const journey = newJourney()
  ok(await journey.init())
  const { txn_id } = journey
  await dieInside('/enrollment/request/otp', 'after', () => journey.resend())
  assert.equal(ok(await journey.resend()).txn_id, txn_id)
  ok(await journey.verify())
  ok(await journey.create())
})

walk('killed after upstream has acted on opening a session: the old one is still good', async () => {
  const journey = newJourney()
  ok(await journey.init())
  ok(await journey.verify())
  ok(await journey.create())
  await dieInside('/login/request/otp', 'after', () => journey.sessionInit())
  ok(await journey.profile())
  ok(await journey.sessionInit())
  await dieInside('/login/verify', 'after', () => journey.sessionVerify())
  ok(await journey.profile())
  ok(await journey.sessionInit())
  ok(await journey.sessionVerify())
  ok(await journey.profile())
})

for (const when of ['before', 'after'] as const) {
  const moment = `${when} upstream has acted`

  walk(`killed ${moment} on the check of an OTP: the OTP or a new one opens the way`, async () => {
    const journey = newJourney()
    ok(await journey.init())
    const otp = await journey.otp()
    await dieInside('/enrollment/verify', when, () => journey.verify(otp))
    const again = await journey.verify(otp)
    if (when === 'before') ok(again)
    else {
      assert.deepEqual([again.status, again.body.source_error.code], [400, 'ABDM-1035'])
      ok(await journey.resend())
      ok(await journey.verify())
    }
    ok(await journey.create())
  })

  walk(`killed ${moment} on the creation: the same call goes through, and there is one account`, async () => {
    const journey = newJourney()
    ok(await journey.init())
    ok(await journey.verify())
    await dieInside('/enrollment/enrol', when, () => journey.create())
    const other = await journey.create(newPerson().abha_address)
    if (when === 'after') assert.deepEqual([other.status, other.body.source_error.code], [400, 'ABDM-1006'])
    else ok(other)
    if (when === 'after') {
      const created = ok(await journey.create())
      assert.deepEqual(created.profile.abha_addresses, [journey.abha_address])
      assert.deepEqual(ok(await journey.profile()).abha_addresses, [journey.abha_address])
    }
    const again = newJourney(journey)
    ok(await again.init())
    assert.equal(ok(await again.verify()).abha_profiles.length, 1)
  })
}

for (const path of ['/enrollment/isExists', '/login/profile']) {
  walk(`killed again at ${path} while it finds out what was created: the next time it does`, async () => {
    const journey = newJourney()
    ok(await journey.init())
    ok(await journey.verify())
    await dieInside('/enrollment/enrol', 'after', () => journey.create())
    await dieInside(path, 'after', () => journey.create())
    const created = ok(await journey.create())
    assert.deepEqual(created.profile.abha_addresses, [journey.abha_address])
    ok(await journey.profile())
  })
}

walk('killed in the one moment that takes the proof with it: a new registration lists the account', async () => {
  const journey = newJourney()
  ok(await journey.init())
  ok(await journey.verify())
  await dieInside('/enrollment/enrol', 'after', () => journey.create())
  await dieInside('/login/verify/user', 'after', () => journey.create())
  const over = await journey.create()
  assert.deepEqual([over.status, over.body.source_error.code], [400, 'MIS-1026'])
  const again = newJourney(journey)
  ok(await again.init())
  const { skip_state, abha_profiles } = ok(await again.verify())
  assert.equal(skip_state, 'abha_select')
  assert.deepEqual(
    abha_profiles.map((profile: { abha_address: string }) => profile.abha_address),
    [journey.abha_address],
  )
  ok(await journey.sessionInit())
  ok(await journey.sessionVerify())
})

walkTogether('killed while upstream is at work on the first flow')
