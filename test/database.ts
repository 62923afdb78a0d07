import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { keys } from '../src/config-testing.ts'

/** Where a test keeps its rows: in a file of its folder, or, with TEST_DATABASE_URL, in a schema of that database. */
export const testDatabaseUrl = process.env.TEST_DATABASE_URL

export const schemaPrefix = 'openabha_test_'
export const schemaOf = (folder: string): string =>
  schemaPrefix + createHash('sha256').update(folder).digest('hex').slice(0, 24)

export const withSchema = (url: string, schema: string): string => {
  const address = new URL(url)
  address.searchParams.set('schema', schema)
  return address.href
}

/** A schema of one's own, which is as good as a database, and made in a tenth of the time. */
export const newSchema = (): { schema: string; url: string } => {
  const schema = schemaPrefix + randomUUID().replaceAll('-', '')
  return { schema, url: withSchema(testDatabaseUrl ?? '', schema) }
}

/** The settings of a database of one's own that belongs to a folder: the same for the same one. */
export const databaseIn = (folder: string): { [name: string]: string } =>
  testDatabaseUrl
    ? {
        DATABASE_URL: withSchema(testDatabaseUrl, schemaOf(folder)),
        ...keys,
      }
    : { DATABASE_URL: `sqlite:${join(folder, 'openabha.db')}` }

export const withTestClient = async <Result>(use: (client: pg.Client) => Promise<Result>): Promise<Result> => {
  const client = new pg.Client({ connectionString: testDatabaseUrl })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

export const tables = ['meta', 'rows', 'unique_lookups', 'lookups', 'counters'].map((name) => `openabha_${name}`)

/** What one folder's database holds, for another folder. Files are copied with their folder. */
export const copyDatabase = async (from: string, to: string): Promise<void> => {
  if (!testDatabaseUrl) return
  const [there, here] = [schemaOf(from), schemaOf(to)]
  await withTestClient(async (client) => {
    await client.query(`CREATE SCHEMA ${here}`)
    for (const table of tables) {
      await client.query(`CREATE TABLE ${here}.${table} (LIKE ${there}.${table} INCLUDING ALL)`)
      await client.query(`INSERT INTO ${here}.${table} SELECT * FROM ${there}.${table}`)
    }
  })
}

/** Everything that is at rest in a schema, bytes in hex. */
export const textIn = (schema: string): Promise<string> =>
  withTestClient(async (client) => {
    const texts: string[] = []
    for (const table of tables) {
      const { rows } = await client.query(`SELECT t::text AS text FROM ${schema}.${table} AS t`)
      texts.push(...rows.map(({ text }) => text))
    }
    return texts.join('\n')
  })

/** Every byte that a folder's database has at rest, side files included. */
export const atRest = async (folder: string): Promise<Buffer> => {
  if (testDatabaseUrl) return Buffer.from(await textIn(schemaOf(folder)))
  const files = readdirSync(folder).filter((name) => name.includes('.db') && !name.endsWith('.json'))
  return Buffer.concat(files.map((name) => readFileSync(join(folder, name))))
}

/** As if the time were over for which the row of a process that was killed outlives it (`src/instances.ts`). */
export const outliveInstances = async (folder: string): Promise<void> => {
  if (!testDatabaseUrl) return
  await withTestClient((client) =>
    client.query(`DELETE FROM ${schemaOf(folder)}.openabha_rows WHERE collection = 'instance'`),
  )
}

/** What a run on somebody's own server has left there. */
export const dropTestSchemas = (): Promise<void> =>
  withTestClient(async (client) => {
    const { rows } = await client.query(`SELECT nspname FROM pg_namespace WHERE nspname LIKE '${schemaPrefix}%'`)
    for (const { nspname } of rows) await client.query(`DROP SCHEMA ${nspname} CASCADE`)
  })

export const dropSchema = (schema: string): Promise<unknown> =>
  withTestClient((client) => client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`))
