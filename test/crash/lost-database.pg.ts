import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import type { Reply } from '../harness.ts'
import { type PostgresServer, startPostgres } from '../postgres-server.ts'
import { startDatabaseProxy } from '../trouble/database-proxy.ts'
import { assertHonestError, type Journey, journeyOf, newPerson, ok } from '../trouble/journey.ts'
import { startRemote } from './remote.ts'
import { cleanUp } from './server.ts'

/**
 * A server whose PostgreSQL breaks off, falls silent, is stopped or is killed says 503 and nothing else, lives on, loses nothing
 * that it had acknowledged, and is as before when the database is.
 */

let postgres: PostgresServer
let database: Awaited<ReturnType<typeof startDatabaseProxy>>
let remote: Awaited<ReturnType<typeof startRemote>>
before(async () => {
  postgres = await startPostgres()
  // No superuser: to those PostgreSQL always has a connection left.
  await asAdmin((admin) => admin.query('CREATE ROLE abha LOGIN; GRANT CREATE ON SCHEMA public TO abha'))
  database = await startDatabaseProxy({ ...postgres, url: postgres.url.replace('openabha@', 'abha@') })
  remote = await startRemote({ DATABASE_URL: database.url, DATABASE_POOL_MAX: '4' })
})
after(async () => {
  cleanUp()
  await remote.close()
  await database.stop()
  await postgres.remove()
})

const asAdmin = async (act: (admin: pg.Client) => Promise<unknown>): Promise<void> => {
  const admin = new pg.Client({ connectionString: postgres.url })
  await admin.connect()
  await act(admin)
  await admin.end()
}
const newJourney = (): Journey => journeyOf(remote.product, remote.caller, newPerson())

/** What a caller is told while there is no database. */
const assertUnavailable = (reply: Reply): void => {
  assert.equal(reply.status, 503, reply.text)
  assertHonestError(reply)
  assert.equal(reply.body.error, 'The database cannot be used now; try again')
}
const readiness = () => remote.ask('GET', '/readyz')
const assertNotReady = async (): Promise<void> => {
  const reply = await readiness()
  assert.deepEqual([reply.status, reply.body.error], [503, 'Not ready: database'])
  assert.equal((await remote.ask('GET', '/healthz')).status, 200)
}
/** The same process, by itself. */
const readyAgain = async (): Promise<void> => {
  for (let left = 100; left > 0; left--) {
    const reply = await readiness()
    if (reply.status === 200) return
    assert.equal(reply.body.error, 'Not ready: database')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail('it was never ready again')
}
/** One call of each kind: without a transaction, and with one that is there already. */
const callsOf = (begun: Journey, many: number): Promise<Reply>[] =>
  Array.from({ length: many }, (_, index) => (index % 2 === 0 ? newJourney().init() : begun.resend()))

test('idle connections that have broken are replaced, and nobody hears of it', async () => {
  const journey = newJourney()
  ok(await journey.init())
  database.cut()
  await readyAgain()
  ok(await journey.verify())
  ok(await journey.create())
})

test('connections that break under many calls at once are a 503 to these, and what was acknowledged holds', async () => {
  for (let round = 0; round < 5; round++) {
    const people = Array.from({ length: 12 }, newJourney)
    const going = people.map((journey) => journey.init())
    // As soon as the first is answered, the others are at every step of theirs.
    await Promise.race(going)
    database.cut()
    const replies = await Promise.all(going)
    await readyAgain()
    for (const [index, reply] of replies.entries()) {
      const journey = people[index]
      assert.ok(journey)
      if (reply.status !== 200) {
        assertUnavailable(reply)
        ok(await journey.init())
      }
      ok(await journey.verify())
    }
  }
})

test('a write that was done and whose answer was lost is a 503, and the call can be repeated', async () => {
  const journey = newJourney()
  const losing = async (statement: string, act: () => Promise<Reply>): Promise<void> => {
    const lost = database.loseAnswerOf(statement)
    assertUnavailable(await act())
    await lost
  }
  await losing('insert', () => journey.init())
  ok(await journey.init())
  await losing('hit', () => journey.resend())
  ok(await journey.resend())
  const otp = await journey.otp()
  await losing('update', () => journey.verify(otp))
  ok(await journey.verify(otp))
  // The first write of a creation is its claim, which is this very process's.
  await losing('update', () => journey.create())
  ok(await journey.create())
  assert.deepEqual(ok(await journey.profile()).abha_addresses, [journey.abha_address])
})

test('an end whose answer was lost is an end: the account is there once, and the repetition says that the flow is over', async () => {
  const journey = newJourney()
  ok(await journey.init())
  ok(await journey.verify())
  const lost = database.loseAnswerOf('update guarded')
  assertUnavailable(await journey.create())
  await lost
  const again = await journey.create()
  assert.deepEqual([again.status, again.body.source_error.code], [400, 'MIS-1026'])
  const later = journeyOf(remote.product, remote.caller, journey)
  ok(await later.init())
  const listed = ok(await later.verify()).abha_profiles
  assert.deepEqual(
    listed.map((profile: { abha_address: string }) => profile.abha_address),
    [journey.abha_address],
  )
})

test('a database that takes connections and never answers keeps nobody waiting for long', async () => {
  const begun = newJourney()
  ok(await begun.init())
  const speak = database.fallSilent()
  const startedAt = performance.now()
  const replies = await Promise.all(callsOf(begun, 24))
  for (const reply of replies) assertUnavailable(reply)
  assert.ok(performance.now() - startedAt < 15_000)
  await assertNotReady()
  speak()
  await readyAgain()
  ok(await begun.verify())
  ok(await begun.create())
})

for (const [how, end] of [
  ['stopped', () => postgres.stop()],
  ['killed', () => postgres.kill()],
] as const) {
  test(`a database that is ${how} in the midst of registrations and comes back: every acknowledged step holds, and all go on`, async () => {
    const people = Array.from({ length: 16 }, newJourney)
    const last = new Map<Journey, string>()
    const refused: Reply[] = []
    const begun = Promise.withResolvers<void>()
    const going = people.map(async (journey) => {
      for (const step of ['init', 'verify', 'create'] as const) {
        const reply = await journey[step]()
        if (reply.status !== 200) {
          refused.push(reply)
          return
        }
        last.set(journey, step)
        if (step === 'verify') begun.resolve()
      }
    })
    await begun.promise
    await end()
    await Promise.all(going)
    for (const reply of refused) assertUnavailable(reply)
    await assertNotReady()
    assertUnavailable(await newJourney().init())

    await postgres.start()
    await readyAgain()
    for (const journey of people) {
      const reached = last.get(journey)
      if (reached === undefined) ok(await journey.init())
      if (reached === undefined || reached === 'init') {
        const verified = await journey.verify()
        if (verified.status !== 200) {
          // Verified before, and only the news of it was lost; or the OTP was used up by a call whose write was lost.
          assert.match(verified.body.source_error.code, /^ABDM-10(06|35)$/)
          if ((await journey.resend()).status === 200) ok(await journey.verify())
        }
      }
      if (reached !== 'create') {
        const created = await journey.create()
        if (created.status !== 200) assert.equal(created.body.source_error.code, 'MIS-1026', created.text)
      }
      if (journey.oid !== '') assert.deepEqual(ok(await journey.profile()).abha_addresses, [journey.abha_address])
      const again = journeyOf(remote.product, remote.caller, journey)
      ok(await again.init())
      assert.equal(ok(await again.verify()).abha_profiles.length, 1)
    }
  })
}

test('a server that has no connection left for us is a 503, until it has', async () => {
  const begun = newJourney()
  ok(await begun.init())
  const allow = (most: number) => asAdmin((admin) => admin.query(`ALTER ROLE abha CONNECTION LIMIT ${most}`))
  await allow(0)
  try {
    database.cut()
    for (const reply of await Promise.all(callsOf(begun, 12))) assertUnavailable(reply)
    await assertNotReady()
  } finally {
    await allow(-1)
  }
  await readyAgain()
  ok(await begun.verify())
})

test('a database that is lost holds up no stop', async () => {
  database.fallSilent()
  const { code, stderr } = await remote.stop()
  assert.deepEqual([code, stderr], [0, ''])
})
