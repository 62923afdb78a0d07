import { dropSchema, newSchema, textIn } from '../../test/database.ts'
import type { Open } from './contract/setting.ts'
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
