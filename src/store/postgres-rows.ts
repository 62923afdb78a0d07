import { bytesOf, type Columns, numberOf, numberOrNull, type Statement, type Step } from './postgres-batch.ts'
import { type SealedWrite, type StoredRow, splitKeys } from './vault.ts'

/**
 * Rows and their lookups in PostgreSQL: the steps that carry out a write or a read, and what they gave. Each write is one
 * statement that says how many rows it met. Alone it says so; among others it fails when that is none, which undoes them all.
 */
export const live = (nowParameter: string): string => `(expires_at IS NULL OR expires_at > ${nowParameter}::bigint)`

/** One writing statement in its two forms: `done` is the part whose rows count, `columns` what is wanted of it. */
const writing = (name: string, parts: string, columns = ''): { alone: Statement; guarded: Statement } => {
  const wanted = columns
    .split(' ')
    .filter(Boolean)
    .map((column) => `, (SELECT ${column} FROM done)`)
    .join('')
  const form = (count: string): string => `WITH ${parts} SELECT ${count}${wanted}`
  return {
    alone: { name, text: form('(SELECT count(*) FROM done)::int') },
    guarded: { name: `${name} guarded`, text: form('1 / (SELECT count(*) FROM done)::int') },
  }
}

const rowColumns = 'collection, id, revision, expires_at, unique_keys, keys, body'
const rowValues = '$1, $2, $3::int, $4::bigint, $5::bytea[], $6::bytea[], $7::bytea'

const insert = writing(
  'insert',
  `done AS (INSERT INTO openabha_rows AS held (${rowColumns}) VALUES (${rowValues})
    ON CONFLICT (collection, id) DO UPDATE
    SET revision = excluded.revision, expires_at = excluded.expires_at, body = excluded.body
    WHERE held.expires_at <= $8::bigint RETURNING 1)`,
)
const insertIndexed = writing(
  'insert indexed',
  `done AS (INSERT INTO openabha_rows (${rowColumns}) VALUES (${rowValues}) ON CONFLICT DO NOTHING RETURNING 1),
  by_value AS (INSERT INTO openabha_unique_lookups (key, collection, id)
    SELECT key, $1, $2 FROM done, unnest($5::bytea[]) AS key),
  found_by AS (INSERT INTO openabha_lookups (key, id, collection)
    SELECT key, $2, $1 FROM done, unnest($6::bytea[]) AS key)`,
)

const update = writing(
  'update',
  `done AS (UPDATE openabha_rows SET revision = $3::int, expires_at = $4::bigint, body = $5::bytea
    WHERE collection = $1 AND id = $2 AND revision = $6::int AND ${live('$7')} RETURNING 1)`,
)
const updateIndexed = writing(
  'update indexed',
  `before AS (SELECT unique_keys, keys FROM openabha_rows
    WHERE collection = $1 AND id = $2 AND revision = $6::int AND ${live('$7')} FOR UPDATE),
  done AS (UPDATE openabha_rows
    SET revision = $3::int, expires_at = $4::bigint, body = $5::bytea, unique_keys = $8::bytea[], keys = $9::bytea[]
    FROM before WHERE collection = $1 AND id = $2 RETURNING 1),
  no_value AS (DELETE FROM openabha_unique_lookups AS lookup USING before
    WHERE lookup.key = ANY (before.unique_keys) AND lookup.key <> ALL ($8::bytea[])),
  by_value AS (INSERT INTO openabha_unique_lookups (key, collection, id)
    SELECT key, $1, $2 FROM before, unnest($8::bytea[]) AS key WHERE key <> ALL (coalesce(before.unique_keys, '{}'))),
  not_found_by AS (DELETE FROM openabha_lookups AS lookup USING before
    WHERE lookup.key = ANY (before.keys) AND lookup.id = $2 AND lookup.key <> ALL ($9::bytea[])),
  found_by AS (INSERT INTO openabha_lookups (key, id, collection)
    SELECT key, $2, $1 FROM before, unnest($9::bytea[]) AS key WHERE key <> ALL (coalesce(before.keys, '{}')))`,
)

/** Removes what pointed to the rows of `gone`. */
const withoutLookups = `
  no_value AS (DELETE FROM openabha_unique_lookups AS lookup
    USING (SELECT unnest(unique_keys) AS key, collection, id FROM gone) AS gone
    WHERE lookup.key = gone.key AND lookup.collection = gone.collection AND lookup.id = gone.id),
  not_found_by AS (DELETE FROM openabha_lookups AS lookup
    USING (SELECT unnest(keys) AS key, id FROM gone) AS gone WHERE lookup.key = gone.key AND lookup.id = gone.id)`

const removed = `DELETE FROM openabha_rows
    WHERE collection = $1 AND id = $2 AND ($3::int IS NULL OR revision = $3::int) AND ${live('$4')}
    RETURNING revision, expires_at, body, collection, id, unique_keys, keys`
const take = writing('take', `done AS (${removed})`, 'revision expires_at body')
const takeIndexed = writing(
  'take indexed',
  `gone AS (${removed}), ${withoutLookups}, done AS (SELECT * FROM gone)`,
  'revision expires_at body',
)

/** The rows that `chosen` names, if they are expired, with all that points to them. */
const removing = (chosen: string): string => `
  WITH gone AS (DELETE FROM openabha_rows WHERE (collection, id) IN (${chosen}) AND expires_at <= $1::bigint
    RETURNING collection, id, unique_keys, keys), ${withoutLookups}
  SELECT count(*) FROM gone`

export const rowStatements = {
  insert: insert.alone,
  insertGuarded: insert.guarded,
  insertIndexed: insertIndexed.alone,
  insertIndexedGuarded: insertIndexed.guarded,
  update: update.alone,
  updateGuarded: update.guarded,
  updateIndexed: updateIndexed.alone,
  updateIndexedGuarded: updateIndexed.guarded,
  take: take.alone,
  takeGuarded: take.guarded,
  takeIndexed: takeIndexed.alone,
  takeIndexedGuarded: takeIndexed.guarded,
  makeWay: {
    name: 'make way',
    text: removing(`SELECT $2::text, $3::text UNION ALL
      SELECT collection, id FROM openabha_unique_lookups WHERE key = ANY ($4::bytea[])`),
  },
  sweep: {
    name: 'sweep',
    text: removing(`SELECT collection, id FROM openabha_rows
      WHERE expires_at <= $1::bigint ORDER BY expires_at LIMIT $2::int FOR UPDATE SKIP LOCKED`),
  },
  get: {
    name: 'get',
    text: `SELECT id, revision, expires_at, body FROM openabha_rows WHERE collection = $1 AND id = $2 AND ${live('$3')}`,
  },
  findUnique: {
    name: 'find unique',
    text: `SELECT rows.id, revision, expires_at, body FROM openabha_unique_lookups AS lookup
      JOIN openabha_rows AS rows USING (collection, id) WHERE lookup.key = $1::bytea AND ${live('$2')} LIMIT $3::int`,
  },
  find: {
    name: 'find',
    text: `SELECT rows.id, revision, expires_at, body FROM openabha_lookups AS lookup
      JOIN openabha_rows AS rows USING (collection, id) WHERE lookup.key = $1::bytea AND ${live('$2')}
      ORDER BY lookup.id LIMIT $3::int`,
  },
  list: {
    name: 'list',
    text: `SELECT id, revision, expires_at, body FROM openabha_rows
      WHERE collection = $1 AND ${live('$2')} ORDER BY id DESC LIMIT $3::int`,
  },
  clear: {
    name: 'clear',
    text: `WITH gone AS (DELETE FROM openabha_rows WHERE collection = $1 RETURNING collection, id, unique_keys, keys),
      ${withoutLookups} SELECT count(*) FROM gone`,
  },
} as const satisfies Record<string, Statement>

const sql = rowStatements
type Form = 'alone' | 'guarded'

/** The step of one write; `form` guarded where others stand or fall with it. */
export const writingStep = (write: SealedWrite, now: number, form: Form): Step => {
  const { collection, id, isIndexed } = write
  if (write.kind === 'take')
    return {
      statement: (isIndexed ? takeIndexed : take)[form],
      values: [collection, id, write.revisionBefore, now],
    }
  const { revision, expiresAt, body } = write
  const uniqueKeys = splitKeys(write.uniqueKeys)
  const keys = splitKeys(write.keys)
  if (write.kind === 'insert')
    return isIndexed
      ? {
          statement: insertIndexed[form],
          values: [collection, id, revision, expiresAt, uniqueKeys, keys, body],
        }
      : { statement: insert[form], values: [collection, id, revision, expiresAt, null, null, body, now] }
  const values = [collection, id, revision, expiresAt, body, write.revisionBefore, now]
  return isIndexed
    ? { statement: updateIndexed[form], values: [...values, uniqueKeys, keys] }
    : { statement: update[form], values }
}

/** Removes the expired holders of what a write wants; undefined where a write displaces them by itself. */
export const makingWay = (write: SealedWrite, now: number): Step | undefined =>
  write.kind === 'take' || !write.isIndexed
    ? undefined
    : { statement: sql.makeWay, values: [now, write.collection, write.id, splitKeys(write.uniqueKeys)] }

/** Whether an answer to `writingStep` says that it was done; a taken row is the rest of it. */
export const isDone = (answer: Columns[] | undefined): boolean => numberOf(answer?.[0]?.[0]) === 1
export const takenRow = (id: string, answer: Columns[] | undefined): StoredRow => {
  const [, revision, expiresAt, body] = answer?.[0] ?? []
  return { id, revision: numberOf(revision), expiresAt: numberOrNull(expiresAt), body: bytesOf(body) }
}

export const storedRow = ([id, revision, expiresAt, body]: Columns): StoredRow => ({
  id: id ?? '',
  revision: numberOf(revision),
  expiresAt: numberOrNull(expiresAt),
  body: bytesOf(body),
})
