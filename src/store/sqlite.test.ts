import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Open } from './contract/setting.ts'
import { storeContract } from './contract.ts'
import { openSqlite } from './sqlite.ts'

const open: Open = async ({ clock, key }) => {
  const folder = mkdtempSync(join(tmpdir(), 'openabha-store-'))
  const file = join(folder, 'openabha.db')
  let store = openSqlite({ file, key, clock })
  return {
    store,
    async reopen(options) {
      await store.close()
      store = openSqlite({ file, key: options?.key ?? key, clock })
      return store
    },
    rawBytes: async () => Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name)))),
    async remove() {
      await store.close()
      rmSync(folder, { recursive: true })
    },
  }
}

storeContract('SQLite', open)
