import { dropSchema, schemaPrefix, testDatabaseUrl, textIn, withSchema } from '../../test/database.ts'
import { newUuid } from '../ids.ts'
import type { Open } from './contract/setting.ts'
import { storeContract } from './contract.ts'
import { openPostgres } from './postgres.ts'

/** The PostgreSQL store keeps the contract, and what only it promises. Runs with TEST_DATABASE_URL (`npm run test:pg`). */

/** A schema is as good as a database, and made in a tenth of the time. */
const newSchema = (): string => `${schemaPrefix}${newUuid().replaceAll('-', '')}`
const urlOf = (schema: string): string => withSchema(testDatabaseUrl ?? '', schema)

const open: Open = async (options) => {
  const schema = newSchema()
  const url = urlOf(schema)
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
