import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { testDatabaseUrl } from '../database.ts'
import type { Reply } from '../harness.ts'
import { assertHonestError, journeyOf, newPerson, ok } from '../trouble/journey.ts'
import { startRemote } from './remote.ts'
import { cleanUp } from './server.ts'

/**
 * A server whose database file takes no more says 503 and nothing else, goes on reading, loses nothing that it had acknowledged,
 * and writes again as soon as there is room. The limit of a process on the size of files stands for the disk.
 */

const canLimit = process.platform === 'linux' && testDatabaseUrl === undefined
const skip = !canLimit && 'the database is no file, or nothing here limits it'

let remote: Awaited<ReturnType<typeof startRemote>>
before(async () => {
  if (skip) return
  // Otherwise the system would end a process that writes beyond its limit.
  const lives = "data:text/javascript,process.on('SIGXFSZ',()=>undefined)"
  remote = await startRemote({ NODE_OPTIONS: `--import=${lives}` })
})
after(async () => {
  if (skip) return
  cleanUp()
  await remote.close()
})

const limitFiles = (bytes: number | 'unlimited'): void => {
  execFileSync('prlimit', [`--pid=${remote.pid}`, `--fsize=${bytes}:unlimited`])
}
const newJourney = (person = newPerson()) => journeyOf(remote.product, remote.caller, person)
const assertUnavailable = (reply: Reply): void => {
  assert.equal(reply.status, 503, reply.text)
  assertHonestError(reply)
  assert.equal(reply.body.error, 'The database cannot be used now; try again')
}

for (const room of [0, 60_000]) {
  test(`with ${room === 0 ? 'no room' : 'room for a little'}: 503 until there is room again, in the same process, and nothing is lost`, {
    skip,
  }, async () => {
    const [begun, proved, ended] = [newJourney(), newJourney(), newJourney()]
    ok(await begun.init())
    ok(await proved.init())
    ok(await proved.verify())
    await ended.register()

    limitFiles(statSync(join(remote.folder, 'openabha.db-wal')).size + room)
    const people = Array.from({ length: 24 }, () => newJourney())
    const replies = await Promise.all(people.map((journey) => journey.init()))
    const acknowledged = people.filter((_, index) => replies[index]?.status === 200)
    for (const reply of replies) if (reply.status !== 200) assertUnavailable(reply)
    assert.ok(acknowledged.length < people.length)
    assertUnavailable(await begun.verify())
    assertUnavailable(await proved.create())
    const notReady = await remote.ask('GET', '/readyz')
    assert.deepEqual([notReady.status, notReady.body.error], [503, 'Not ready: database'])
    assert.equal((await remote.ask('GET', '/healthz')).status, 200)
    ok(await ended.profile())

    limitFiles('unlimited')
    assert.equal((await remote.ask('GET', '/readyz')).status, 200)
    const verified = await begun.verify()
    if (verified.status !== 200) {
      // The OTP was right, and what followed could not be written down.
      assert.equal(verified.status, 400, verified.text)
      ok(await begun.resend())
      ok(await begun.verify())
    }
    ok(await proved.create())
    await remote.dieAndReturn()
    ok(await begun.create())
    assert.deepEqual(ok(await proved.profile()).abha_addresses, [proved.abha_address])
    assert.deepEqual(ok(await ended.profile()).abha_addresses, [ended.abha_address])
    for (const journey of acknowledged) ok(await journey.verify())
  })
}

test('a server whose disk was full has nothing to say at its end', { skip }, async () => {
  const { code, stderr } = await remote.stop()
  assert.deepEqual([code, stderr], [0, ''])
})
