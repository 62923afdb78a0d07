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

test('a count does not wait for the disk, and is there after a crash with everything that was acknowledged after it', async () => {
  const server = await startPostgres({ durable: true })
  const options = { url: server.url, key: Buffer.alloc(32, 'crash'), clock: systemClock }
  const limitOf = (round: number) => [{ key: `round ${round}`, max: 1, windowSeconds: 3_600 }]
  let store = await openPostgres(options)
  for (let round = 0; round < 3; round++) {
    assert.deepEqual(await store.hit(limitOf(round)), { allowed: true })
    await store.insert(noteRows, `acknowledged ${round}`, note('yes'))
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
