import { sqliteMigrations } from './migrations/sqlite/index.ts'
import { noPlace, type RawCounter, type RawRow, type RawStore, rowTaken } from './raw.ts'
import { openDatabase } from './sqlite-database.ts'
import { rowsIn } from './sqlite-rows.ts'
import { openVault } from './vault.ts'

type RowColumns = [
  collection: string,
  id: string,
  revision: number,
  expiresAt: number | null,
  uniqueKeys: Uint8Array | null,
  keys: Uint8Array | null,
  body: Uint8Array,
]

const live = '(expires_at IS NULL OR expires_at > ?)'

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const rawRow = ([collection, id, revision, expiresAt, uniqueKeys, keys, body]: RowColumns): RawRow => ({
  kind: 'insert',
  isIndexed: true,
  collection,
  id,
  revision,
  expiresAt,
  uniqueKeys: uniqueKeys && bufferOf(uniqueKeys),
  keys: keys && bufferOf(keys),
  body: bufferOf(body),
})

export const openRawSqlite = (file: string, options: { key: Buffer; mayBeUnfinished?: boolean }): RawStore => {
  const database = openDatabase({ file, ...options }, openVault(options.key).keyCheck)
  const rows = rowsIn(database)

  const together = (write: () => void): void => {
    database.begin()
    try {
      write()
      database.commit()
    } catch (thrown) {
      database.rollback()
      throw thrown
    }
  }

  return {
    versionFound: database.versionFound,
    version: sqliteMigrations.length,

    async mark(name) {
      const found = database.prepare<[Uint8Array]>('SELECT value FROM meta WHERE name = ?').get(name)
      return found && Buffer.from(found[0]).toString()
    },
    async setMark(name, text) {
      if (text === undefined) database.prepare('DELETE FROM meta WHERE name = ?').run(name)
      else database.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(name, Buffer.from(text))
    },

    async rowsAfter(place = noPlace, now, most) {
      const found = database.prepare<RowColumns>(
        `SELECT collection, id, revision, expires_at, unique_keys, keys, body FROM rows
          WHERE (collection, id) > (?, ?) AND ${live} ORDER BY collection, id LIMIT ?`,
      )
      return found.all(place.collection, place.id, now, most).map(rawRow)
    },
    async countersAfter(key = Buffer.alloc(0), now, most) {
      const found = database.prepare<[Uint8Array, number, number]>(
        'SELECT key, count, ends_at FROM counters WHERE key > ? AND ends_at > ? ORDER BY key LIMIT ?',
      )
      return found
        .all(key, now, most)
        .map(([key, count, endsAt]): RawCounter => ({ key: bufferOf(key), count, endsAt }))
    },

    async addRows(added) {
      together(() => {
        // The time before all times: nothing that is there makes way.
        if (!added.every((row) => rows.apply([row], Number.MIN_SAFE_INTEGER))) throw new Error(rowTaken)
      })
    },
    async addCounters(counters) {
      const add = database.prepare('INSERT INTO counters (key, count, ends_at) VALUES (?, ?, ?)')
      together(() => {
        for (const { key, count, endsAt } of counters) add.run(key, count, endsAt)
      })
    },

    async lastRow() {
      const last = database.prepare<[string, string]>(
        'SELECT collection, id FROM rows ORDER BY collection DESC, id DESC LIMIT 1',
      )
      const found = last.get()
      return found && { collection: found[0], id: found[1] }
    },
    async lastCounter() {
      const found = database.prepare<[Uint8Array]>('SELECT key FROM counters ORDER BY key DESC LIMIT 1').get()
      return found && bufferOf(found[0])
    },

    async count() {
      const counted = database.prepare<[number]>('SELECT (SELECT count(*) FROM rows) + (SELECT count(*) FROM counters)')
      return counted.get()?.[0] ?? 0
    },

    async empty() {
      together(() => {
        for (const table of ['rows', 'unique_lookups', 'lookups', 'counters'])
          database.prepare(`DELETE FROM ${table}`).run()
      })
    },

    async close() {
      database.close()
    },
  }
}
