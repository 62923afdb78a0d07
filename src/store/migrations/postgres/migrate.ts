import type pg from 'pg'
import { postgresMigrations } from './index.ts'

/**
 * Brings the schema up to date, whoever else is starting at the same time: the row with the version is locked, so one
 * starter migrates and the others wait and find it done. A version and its tables are one transaction.
 */
export const migrate = async (client: pg.Client, keyCheck: Buffer, schema: string | undefined): Promise<void> => {
  await client.connect()
  try {
    await ensureMeta(client, schema)
    for (;;) {
      await client.query('BEGIN')
      const version = Number((await client.query(`${versionSql} FOR UPDATE`)).rows[0]?.value)
      if (version > postgresMigrations.length)
        throw new Error(
          `its schema has version ${version}, and this OpenABHA knows ${postgresMigrations.length}: it was last used by a newer one`,
        )
      const statements = postgresMigrations[version]
      if (!statements) break
      for (const sql of statements) await client.query(sql)
      await client.query(`UPDATE openabha_meta SET value = $1 WHERE name = 'schema_version'`, [version + 1])
      await client.query('COMMIT')
    }
    await client.query('COMMIT')
    await checkKey(client, keyCheck)
  } finally {
    await client.end()
  }
}

const versionSql = `SELECT value FROM openabha_meta WHERE name = 'schema_version'`

/** For who only looks: refuses where a start would have something to change. */
export const look = async (client: pg.Client, keyCheck: Buffer): Promise<void> => {
  await client.connect()
  try {
    const version = await client.query(versionSql).then(
      ({ rows }) => Number(rows[0]?.value),
      (thrown) => {
        if (['42P01', '3F000'].includes(thrown.code)) return 0
        throw thrown
      },
    )
    if (version > 0) await checkKey(client, keyCheck)
    if (version < postgresMigrations.length) throw new SchemaBehind(version)
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

/** Two that make one table at once: `IF NOT EXISTS` looks before it makes, and the slower one fails. */
const ensureMeta = async (client: pg.Client, schema: string | undefined): Promise<void> => {
  for (let left = 5; ; left--) {
    try {
      if (schema !== undefined) await client.query(`CREATE SCHEMA IF NOT EXISTS ${client.escapeIdentifier(schema)}`)
      await client.query('CREATE TABLE IF NOT EXISTS openabha_meta (name text PRIMARY KEY, value text NOT NULL)')
      await client.query(`INSERT INTO openabha_meta VALUES ('schema_version', '0') ON CONFLICT (name) DO NOTHING`)
      return
    } catch (thrown) {
      if (left === 0 || !['23505', '42P07', '40001'].includes((thrown as { code?: string }).code ?? '')) throw thrown
    }
  }
}

/** The first to come leaves the mark of its key. */
const checkKey = async (client: pg.Client, keyCheck: Buffer): Promise<void> => {
  const mark = keyCheck.toString('hex')
  await client.query(`INSERT INTO openabha_meta VALUES ('key_check', $1) ON CONFLICT (name) DO NOTHING`, [mark])
  const { rows } = await client.query(`SELECT value FROM openabha_meta WHERE name = 'key_check'`)
  if (rows[0]?.value !== mark) throw new Error('it was written with another encryption key')
}
