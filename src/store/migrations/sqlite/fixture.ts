import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fixtureOptions, writeOldRows } from '../../contract/old-rows.ts'
import { openSqlite } from '../../sqlite.ts'

/**
 * Writes the database of the newest schema version for `contract/old-rows.ts`. When a migration is added:
 *
 *     node bin/openabha.mjs node src/store/migrations/sqlite/fixture.ts > src/store/migrations/sqlite/fixtures/000N.sql
 */
const literal = (value: unknown): string => {
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString('hex')}'`
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value)
}

const dump = (file: string): string => {
  const database = new DatabaseSync(file)
  const schema = database.prepare('SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL').all()
  const lines = schema.map(({ sql }) => `${sql};`)
  for (const { type, name } of schema) {
    if (type !== 'table') continue
    for (const row of database.prepare(`SELECT * FROM ${name}`).all())
      lines.push(`INSERT INTO ${name} VALUES (${Object.values(row).map(literal).join(', ')});`)
  }
  for (const pragma of ['application_id', 'user_version'])
    lines.push(`PRAGMA ${pragma} = ${database.prepare(`PRAGMA ${pragma}`).get()?.[pragma]};`)
  database.close()
  return `${lines.join('\n')}\n`
}

const folder = mkdtempSync(join(tmpdir(), 'openabha-fixture-'))
const file = join(folder, 'fixture.db')
await writeOldRows(openSqlite({ file, ...fixtureOptions }))
process.stdout.write(dump(file))
rmSync(folder, { recursive: true })
