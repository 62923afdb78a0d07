import type pg from 'pg'
import { postgresMigrations } from './index.ts'

export type Preparing = {
  readonly keyCheck: Buffer
  /** Where the tables belong, if not where the user's own are. */
  readonly schema: string | undefined
  /** False: a schema that is not there or not up to date is refused, not made. */
  readonly mayMigrate: boolean
  /** True for the move alone: a database that is filled only in part is served by nobody. */
  readonly mayBeUnfinished: boolean
}

/**
 * Sees that the tables are there, up to date, of our key and writable, whoever else is starting at the same time. Where
 * nothing is to do nothing is made, so that a server's user needs no right to make tables. Gives the version that was found.
 */
export const prepare = async (client: pg.Client, preparing: Preparing): Promise<number> => {
  await client.connect()
  try {
    await checkSettings(client)
    const found = checkMeta(await metaIn(client), preparing)
    if (found < postgresMigrations.length) {
      if (!preparing.mayMigrate) throw new SchemaBehind(found)
      await migrate(client, preparing)
    }
    await checkWritable(client)
    return found
  } finally {
    await client.end()
  }
}

export class SchemaBehind extends Error {
  override readonly name = 'SchemaBehind'
  readonly version: number
  constructor(version: number) {
    super(`its schema has version ${version} of ${postgresMigrations.length}`)
    this.version = version
  }
}

/** The row with the version is locked, so one starter migrates and the others wait and find it done. A version and its tables are one transaction. */
const migrate = async (client: pg.Client, preparing: Preparing): Promise<void> => {
  await ensureMeta(client, preparing.schema)
  for (;;) {
    await client.query('BEGIN')
    await client.query(`SELECT value FROM openabha_meta WHERE name = 'schema_version' FOR UPDATE`)
    const version = checkMeta(await metaIn(client), preparing)
    const statements = postgresMigrations[version]
    if (!statements) break
    for (const sql of statements) await client.query(sql)
    if (version === 0)
      await client.query(`INSERT INTO openabha_meta VALUES ('key_check', $1)`, [preparing.keyCheck.toString('hex')])
    await client.query(`UPDATE openabha_meta SET value = $1 WHERE name = 'schema_version'`, [version + 1])
    await client.query('COMMIT')
  }
  await client.query('COMMIT')
}

type Meta = ReadonlyMap<string, string>

/** Empty where no table is. */
const metaIn = async (client: pg.Client): Promise<Meta> => {
  try {
    const { rows } = await client.query('SELECT name, value FROM openabha_meta')
    return new Map(rows.map(({ name, value }) => [name, value]))
  } catch (thrown) {
    const state = stateOf(thrown)
    if (state === '42501') throw notAllowed(thrown)
    if (state !== '42P01' && state !== '3F000') throw thrown
    return new Map()
  }
}

/** The version, of a database that is ours to use. */
const checkMeta = (meta: Meta, { keyCheck, mayBeUnfinished }: Preparing): number => {
  const version = Number(meta.get('schema_version') ?? 0)
  if (version > postgresMigrations.length)
    throw new Error(
      `its schema has version ${version}, and this OpenABHA knows ${postgresMigrations.length}: it was last used by a newer one`,
    )
  if (version > 0 && meta.get('key_check') !== keyCheck.toString('hex'))
    throw new Error('it was written with another encryption key')
  if (meta.has('moving') && !mayBeUnfinished)
    throw new Error('only a part of another one has been moved into it: run openabha db move again, it goes on')
  return version
}

/** A database or a user may have settings of its own. */
const checkSettings = async (client: pg.Client): Promise<void> => {
  const { rows } = await client.query(
    `SELECT current_setting('bytea_output', true) AS bytea_output, current_setting('synchronous_commit', true) AS synchronous_commit`,
  )
  const { bytea_output: output, synchronous_commit: commit } = rows[0] ?? {}
  if (output === 'escape') throw new Error(`its bytea_output is escape: ALTER DATABASE … SET bytea_output = 'hex'`)
  if (commit === 'off')
    throw new Error(
      'its synchronous_commit is off, so that what was acknowledged may be lost: ALTER DATABASE … SET synchronous_commit = on',
    )
}

const checkWritable = async (client: pg.Client): Promise<void> => {
  try {
    for (const table of ['rows', 'unique_lookups', 'lookups', 'counters'])
      await client.query(`DELETE FROM openabha_${table} WHERE false`)
  } catch (thrown) {
    throw stateOf(thrown) === '42501' ? notAllowed(thrown) : thrown
  }
}

const notAllowed = (cause: unknown): Error =>
  new Error('its tables are not for this user: grant it SELECT, INSERT, UPDATE and DELETE on them', { cause })

const stateOf = (thrown: unknown): string => (thrown as { code?: string }).code ?? ''

/** Two that make one table at once: `IF NOT EXISTS` looks before it makes, and the slower one fails. */
const ensureMeta = async (client: pg.Client, schema: string | undefined): Promise<void> => {
  for (let left = 5; ; left--) {
    try {
      if (schema !== undefined) await ensureSchema(client, schema)
      await client.query('CREATE TABLE IF NOT EXISTS openabha_meta (name text PRIMARY KEY, value text NOT NULL)')
      await client.query(`INSERT INTO openabha_meta VALUES ('schema_version', '0') ON CONFLICT (name) DO NOTHING`)
      return
    } catch (thrown) {
      if (left === 0 || !['23505', '42710', '42P06', '42P07', '40001'].includes(stateOf(thrown))) throw thrown
    }
  }
}

/** One that is there needs no right to make schemas, and `IF NOT EXISTS` would ask for it. */
const ensureSchema = async (client: pg.Client, schema: string): Promise<void> => {
  const { rowCount } = await client.query('SELECT FROM pg_namespace WHERE nspname = $1', [schema])
  if (!rowCount) await client.query(`CREATE SCHEMA ${client.escapeIdentifier(schema)}`)
}
