import type { Clock } from '../clock.ts'
import type { DatabaseConfig } from '../config-database.ts'
import { openSqlite } from './sqlite.ts'
import type { Store } from './store.ts'

/** The store that the settings name. PostgreSQL's driver is read from the disk only where it is wanted. */
export const openStore = async (
  database: DatabaseConfig,
  { busyTimeoutMs, mayMigrate, onRoundTrip, ...options }: StoreOptions,
): Promise<Store> => {
  if (database.kind === 'sqlite')
    return openSqlite({ file: database.file, ...options, ...(busyTimeoutMs !== undefined && { busyTimeoutMs }) })
  const { openPostgres } = await import('./postgres.ts')
  const { url, poolMax } = database
  return openPostgres({
    url,
    poolMax,
    ...options,
    ...(mayMigrate !== undefined && { mayMigrate }),
    ...(onRoundTrip && { onRoundTrip }),
  })
}

type StoreOptions = {
  key: Buffer
  clock: Clock
  /** SQLite: how long to wait for another process that has the file. */
  busyTimeoutMs?: number
  /** PostgreSQL: false leaves the schema as it is, and refuses one that is not up to date. */
  mayMigrate?: boolean
  /** PostgreSQL: told of each round trip, the names of its statements. */
  onRoundTrip?: ((statements: readonly string[]) => void) | undefined
}
