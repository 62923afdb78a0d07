import { postgresMigrations } from './migrations/postgres/index.ts'
import { bytesOf, type Columns, numberOf, numberOrNull, type Statement, type Step } from './postgres-batch.ts'
import { isGuardFailed, openDatabase } from './postgres-database.ts'
import { live, writingStep } from './postgres-rows.ts'
import { noPlace, type RawRow, type RawStore, rowTaken } from './raw.ts'
import { openVault } from './vault.ts'

const sql = {
  mark: { name: 'mark', text: 'SELECT value FROM openabha_meta WHERE name = $1' },
  setMark: {
    name: 'set mark',
    text: 'INSERT INTO openabha_meta VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  },
  removeMark: { name: 'remove mark', text: 'DELETE FROM openabha_meta WHERE name = $1' },
  rowsAfter: {
    name: 'rows after',
    text: `SELECT collection, id, revision, expires_at, unique_keys, keys, body FROM openabha_rows
      WHERE (collection, id) > ($1, $2) AND ${live('$3')} ORDER BY collection, id LIMIT $4::int`,
  },
  countersAfter: {
    name: 'counters after',
    text: `SELECT key, count, ends_at FROM openabha_counters
      WHERE key > $1::bytea AND ends_at > $2::bigint ORDER BY key LIMIT $3::int`,
  },
  addCounters: {
    name: 'add counters',
    text: `INSERT INTO openabha_counters (key, count, ends_at)
      SELECT * FROM unnest($1::bytea[], $2::int[], $3::bigint[])`,
  },
  lastRow: {
    name: 'last row',
    text: 'SELECT collection, id FROM openabha_rows ORDER BY collection DESC, id DESC LIMIT 1',
  },
  lastCounter: { name: 'last counter', text: 'SELECT key FROM openabha_counters ORDER BY key DESC LIMIT 1' },
  count: {
    name: 'count',
    text: 'SELECT (SELECT count(*) FROM openabha_rows) + (SELECT count(*) FROM openabha_counters)',
  },
} as const satisfies Record<string, Statement>

const emptying: readonly Step[] = ['rows', 'unique_lookups', 'lookups', 'counters'].map((table) => ({
  statement: { name: `empty ${table}`, text: `DELETE FROM openabha_${table}` },
  values: [],
}))

/** A count of millions takes its time. */
const answerWithinMs = 1_800_000

export const openRawPostgres = async (
  url: string,
  options: { key: Buffer; mayBeUnfinished?: boolean },
): Promise<RawStore> => {
  const { keyCheck } = openVault(options.key)
  const { mayBeUnfinished = false } = options
  const database = await openDatabase({ url, poolMax: 1, mayBeUnfinished, answerWithinMs }, keyCheck)
  const ask = async (statement: Statement, ...values: Step['values']): Promise<Columns[]> =>
    (await database.run([{ statement, values }]))[0] ?? []
  const writeAll = async (steps: readonly Step[]): Promise<void> => {
    try {
      await database.run(steps)
    } catch (thrown) {
      if (isGuardFailed(thrown)) throw new Error(rowTaken)
      throw thrown
    }
  }

  return {
    versionFound: database.versionFound,
    version: postgresMigrations.length,

    mark: async (name) => (await ask(sql.mark, name))[0]?.[0] ?? undefined,
    async setMark(name, text) {
      if (text === undefined) await ask(sql.removeMark, name)
      else await ask(sql.setMark, name, text)
    },

    rowsAfter: async (place = noPlace, now, most) =>
      (await ask(sql.rowsAfter, place.collection, place.id, now, most)).map(rawRow),
    countersAfter: async (key = Buffer.alloc(0), now, most) =>
      (await ask(sql.countersAfter, key, now, most)).map(([key, count, endsAt]) => ({
        key: bytesOf(key),
        count: numberOf(count),
        endsAt: numberOf(endsAt),
      })),

    addRows: (rows) => writeAll(rows.map((row) => writingStep(row, 0, 'guarded'))),
    addCounters: (counters) => {
      const values = [
        counters.map(({ key }) => key),
        counters.map(({ count }) => count),
        counters.map(({ endsAt }) => endsAt),
      ]
      return writeAll([{ statement: sql.addCounters, values }])
    },

    async lastRow() {
      const [found] = await ask(sql.lastRow)
      return found && { collection: found[0] ?? '', id: found[1] ?? '' }
    },
    async lastCounter() {
      const [found] = await ask(sql.lastCounter)
      return found && bytesOf(found[0])
    },

    count: async () => numberOf((await ask(sql.count))[0]?.[0]),
    empty: async () => void (await database.run(emptying)),
    close: () => database.close(),
  }
}

/** Of a list of keys as PostgreSQL writes it: each has 32 digits. */
const keysOf = (list: string | null | undefined): Buffer | null => {
  const digits = list?.match(/[0-9a-f]{32}/g)
  return digits ? Buffer.from(digits.join(''), 'hex') : null
}

const rawRow = ([collection, id, revision, expiresAt, uniqueKeys, keys, body]: Columns): RawRow => ({
  kind: 'insert',
  isIndexed: true,
  collection: collection ?? '',
  id: id ?? '',
  revision: numberOf(revision),
  expiresAt: numberOrNull(expiresAt),
  uniqueKeys: keysOf(uniqueKeys),
  keys: keysOf(keys),
  body: bytesOf(body),
})
