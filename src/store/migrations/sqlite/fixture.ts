import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { note, noteRows, person, personRows } from '../../contract/setting.ts'
import { openSqlite } from '../../sqlite.ts'

/**
 * Old rows must load. For each schema version there is a database as that version wrote it, as SQL text with a fixed
 * key; `sqlite.test.ts` opens them all. When a migration is added:
 *
 *     node bin/openabha.mjs node src/store/migrations/sqlite/fixture.ts > src/store/migrations/sqlite/fixtures/000N.sql
 */
export const fixtureKey = Buffer.alloc(32, 'fixture')
export const fixtureNow = Date.UTC(2026, 0, 1)
export const fixtureLimit = { key: 'otp/9000000001', max: 2, windowSeconds: 3600 }

const writeFixture = async (file: string): Promise<void> => {
  const store = openSqlite({ file, key: fixtureKey, clock: { now: () => fixtureNow } })
  const first = await store.insert(personRows, 'asha', person('Asha', 'old@abdm'))
  if (first) await store.update(personRows, first, person('Asha Rao', 'asha@abdm', 'a.rao@abdm'))
  await store.insert(personRows, 'binod', person('Binod'))
  await store.insert(noteRows, 'lives', note('नमस्ते'), { expiresAt: fixtureNow + 1000 })
  await store.insert(noteRows, 'expired', note('gone'), { expiresAt: fixtureNow })
  await store.hit([fixtureLimit])
  await store.close()
}

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

if (import.meta.main) {
  const folder = mkdtempSync(join(tmpdir(), 'openabha-fixture-'))
  await writeFixture(join(folder, 'fixture.db'))
  process.stdout.write(dump(join(folder, 'fixture.db')))
  rmSync(folder, { recursive: true })
}
