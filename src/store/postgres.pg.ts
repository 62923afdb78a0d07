import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dropSchema, newSchema, textIn } from '../../test/database.ts'
import { startPostgres } from '../../test/postgres-server.ts'
import { systemClock } from '../clock.ts'
import { note, noteRows, type Open } from './contract/setting.ts'
import { storeContract } from './contract.ts'
import { openPostgres } from './postgres.ts'

/** The PostgreSQL store keeps the contract, and what only it promises. Runs with TEST_DATABASE_URL (`npm run test:pg`). */

const open: Open = async (options) => {
  const { schema, url } = newSchema()
  let store = await openPostgres({ url, ...options })
  return {
    store,
    async reopen(change) {
      await store.close()
      store = await openPostgres({ url, ...options, ...change })
      return store
    },
    rawBytes: async () => Buffer.from(await textIn(schema)),
    async remove() {
      await store.close()
      await dropSchema(schema)
    },
  }
}

storeContract('PostgreSQL', open)

test('counts that are asked for at once take two round trips, the first and all others together, and four where a budget runs out', async () => {
  const trips: string[] = []
  const { schema, url } = newSchema()
  const onRoundTrip = (statements: readonly string[]) => void trips.push(statements.join(' + '))
  const store = await openPostgres({ url, key: Buffer.alloc(32, 'groups'), clock: systemClock, onRoundTrip })
  const hits = Array.from({ length: 40 }, (_, index) =>
    store.hit([
      { key: 'client', max: 30, windowSeconds: 60 },
      { key: `mobile ${index % 20}`, max: 9, windowSeconds: 60 },
    ]),
  )
  const allowed = (await Promise.all(hits)).map((result) => result.allowed)
  assert.deepEqual(allowed, [...Array(30).fill(true), ...Array(10).fill(false)])
  // The first; all others, which are ten too many; those who fit; the ten.
  assert.equal(trips.length, 4)
  trips.length = 0
  const others = Array.from({ length: 40 }, (_, index) => store.hit([{ key: `m ${index}`, max: 9, windowSeconds: 60 }]))
  for (const result of await Promise.all(others)) assert.equal(result.allowed, true)
  assert.ok(trips.length <= 2, trips.join(', '))
  await store.close()
  await dropSchema(schema)
})

test('what was counted or written is there after a crash of PostgreSQL right after the answer', async () => {
  const server = await startPostgres({ durable: true })
  const options = { url: server.url, key: Buffer.alloc(32, 'crash'), clock: systemClock }
  const limitOf = (round: number) => [{ key: `round ${round}`, max: 1, windowSeconds: 3_600 }]
  let store = await openPostgres(options)
  for (let round = 0; round < 3; round++) {
    await store.insert(noteRows, `acknowledged ${round}`, note('yes'))
    assert.deepEqual(await store.hit(limitOf(round)), { allowed: true })
    await server.kill()
    await store.close()
    await server.start()
    store = await openPostgres(options)
    for (let earlier = 0; earlier <= round; earlier++) {
      assert.equal((await store.get(noteRows, `acknowledged ${earlier}`))?.body.text, 'yes')
      assert.equal((await store.hit(limitOf(earlier))).allowed, false)
    }
  }
  await store.close()
  await server.remove()
})
