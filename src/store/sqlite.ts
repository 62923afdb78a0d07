import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import { closed, groupCommits, unavailable } from './group.ts'
import { countersIn } from './sqlite-counters.ts'
import { type DatabaseOptions, openDatabase } from './sqlite-database.ts'
import { rowsIn } from './sqlite-rows.ts'
import { type Collection, inserting, type Row, type Store, updating, type Write } from './store.ts'
import { openVault, type StoredRow } from './vault.ts'

export type SqliteOptions = DatabaseOptions & {
  readonly key: Buffer
  readonly clock: Clock
  /** Told before each commit how many calls share it; throwing stands for a disk that fails. For tests and measuring. */
  readonly beforeCommit?: (calls: number) => void
}

/**
 * The store in one SQLite file, used by one process. Writes that come one upon the other share a commit (`group.ts`);
 * reads answer at once, from what is committed.
 */
export const openSqlite = (options: SqliteOptions): Store => {
  const { clock } = options
  const vault = openVault(options.key)
  const database = openDatabase(options, vault.keyCheck)
  const rows = rowsIn(database)
  const counters = countersIn(database)
  const group = groupCommits(database, clock, options.beforeCommit)
  let isClosed = false

  const write = (writes: readonly Write[]): Promise<StoredRow | boolean> => {
    const sealed = writes.map(vault.sealWrite)
    return group.run((now) => rows.apply(sealed, now))
  }

  const read = <Result>(from: (now: number) => Result): Result => {
    if (isClosed) throw closed()
    try {
      return from(clock.now())
    } catch (cause) {
      throw unavailable(cause)
    }
  }

  /** In a turn of the event loop of its own, between two groups. */
  const inTurn = async <Result>(act: () => Result): Promise<Result> => {
    await turn()
    return read(act)
  }

  return {
    isExclusive: true,

    async insert(collection, id, body, { expiresAt, also = [] } = {}) {
      const row = { id, revision: 1, body, expiresAt }
      return (await write([inserting(collection, id, body, expiresAt), ...also])) ? row : undefined
    },

    async get(collection, id) {
      const found = read((now) => rows.get(collection.name, id, now))
      return found && vault.openRow(collection, found)
    },

    async find<Body>(collection: Collection<Body>, lookup: string, value: string, { limit = 100 } = {}) {
      const isUnique = collection.lookups?.[lookup]?.unique
      if (isUnique === undefined) throw new TypeError(`"${collection.name}" has no lookup "${lookup}"`)
      const key = vault.lookupKey(collection.name, lookup, value)
      return read((now) => rows.find(key, isUnique, now, limit)).map((found) => vault.openRow(collection, found))
    },

    async update(collection, row, body, { expiresAt = row.expiresAt, also = [] } = {}) {
      const next = { id: row.id, revision: row.revision + 1, body, expiresAt }
      return (await write([updating(collection, row, body, expiresAt), ...also])) ? next : undefined
    },

    async take<Body>(
      collection: Collection<Body>,
      id: string,
      { revision, also = [] }: { revision?: number; also?: readonly Write[] } = {},
    ): Promise<Row<Body> | undefined> {
      const sealed = also.map(vault.sealWrite)
      const own = vault.sealTake(collection as Collection<never>, id, revision ?? null)
      const taken = await group.run((now) => rows.apply([own, ...sealed], now))
      return typeof taken === 'object' ? vault.openRow(collection, taken) : undefined
    },

    async hit(limits, by = 1) {
      const counted = vault.sealLimits(limits)
      return group.run((now) => {
        if (by === 1) return counters.hit(counted, now)
        counters.giveBack(counted, now)
        return { allowed: true }
      })
    },

    // What is expired is gone for everybody, so nobody waits for this to reach the disk.
    async sweep(batch = 500) {
      const swept = await inTurn(() =>
        database.unhurried(() => {
          const now = clock.now()
          const removed = rows.sweep(now, batch)
          const ended = counters.sweep(now, batch - removed)
          options.beforeCommit?.(1)
          return removed + ended
        }),
      )
      // What is removed is removed; a log that cannot be moved now is moved by a later commit.
      if (swept > 0) await inTurn(database.emptyLog).catch(() => undefined)
      return swept
    },

    async list<Body>(collection: Collection<Body>, { limit = -1 } = {}) {
      return read((now) => rows.list(collection.name, now, limit)).map((found) => vault.openRow(collection, found))
    },

    clear: (collections) =>
      group.run(() => {
        for (const { name } of collections) rows.clear(name)
        counters.clear()
      }),

    async close() {
      if (isClosed) return
      isClosed = true
      group.close()
      database.close()
    },
  }
}
