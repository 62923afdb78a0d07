import pg from 'pg'
import { tables } from '../../../../test/database.ts'
import { startPostgres } from '../../../../test/postgres-server.ts'
import { fixtureOptions, writeOldRows } from '../../contract/old-rows.ts'
import { openPostgres } from '../../postgres.ts'
import { postgresMigrations } from './index.ts'

/**
 * Writes the database of the newest schema version for `contract/old-rows.ts`, on a server of its own. When a migration
 * is added:
 *
 *     node bin/openabha.mjs node src/store/migrations/postgres/fixture.ts > src/store/migrations/postgres/fixtures/000N.sql
 */
/** What PostgreSQL writes a value as it also reads, whatever the column's type. */
const literal = (text: string | null): string => (text === null ? 'NULL' : `'${text.replaceAll("'", "''")}'`)

const dump = async (client: pg.Client): Promise<string> => {
  const lines = ['CREATE TABLE openabha_meta (name text PRIMARY KEY, value text NOT NULL);']
  lines.push(...postgresMigrations.flat().map((statement) => `${statement};`))
  for (const table of tables) {
    const { rows } = await client.query({
      text: `SELECT * FROM ${table} ORDER BY 1, 2`,
      rowMode: 'array',
      types: { getTypeParser: () => (text: string) => text },
    })
    for (const row of rows) lines.push(`INSERT INTO ${table} VALUES (${row.map(literal).join(', ')});`)
  }
  return `${lines.join('\n')}\n`
}

const server = await startPostgres({ durable: false })
await writeOldRows(await openPostgres({ url: server.url, ...fixtureOptions }))
const client = new pg.Client({ connectionString: server.url })
await client.connect()
process.stdout.write(await dump(client))
await client.end()
await server.remove()
