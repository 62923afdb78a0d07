import type { Clock } from '../clock.ts'
import type { DatabaseConfig } from '../config-database.ts'
import { openSqlite } from './sqlite.ts'
import type { Store } from './store.ts'

/** The store that the settings name. PostgreSQL's driver is read from the disk only where it is wanted. */
export const openStore = async (
  database: DatabaseConfig,
  { key, clock, busyTimeoutMs }: { key: Buffer; clock: Clock; busyTimeoutMs?: number },
): Promise<Store> => {
  if (database.kind === 'sqlite')
    return openSqlite({ file: database.file, key, clock, ...(busyTimeoutMs !== undefined && { busyTimeoutMs }) })
  const { openPostgres } = await import('./postgres.ts')
  return openPostgres({ url: database.url, poolMax: database.poolMax, key, clock })
}
