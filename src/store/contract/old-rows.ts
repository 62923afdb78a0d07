import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Store } from '../store.ts'
import { given, ids, note, noteRows, person, personRows } from './setting.ts'

/**
 * Old rows must load. For each schema version of each database there is one that this version wrote, as SQL text with a
 * fixed key, in `migrations/<database>/fixtures`; `fixture.ts` beside it writes the next one.
 */
export const fixtureOptions = {
  key: Buffer.alloc(32, 'fixture'),
  clock: { now: () => Date.UTC(2026, 0, 1) },
}
const now = fixtureOptions.clock.now()
const limit = { key: 'otp/9000000001', max: 2, windowSeconds: 3600 }

export const writeOldRows = async (store: Store): Promise<void> => {
  const first = await given(store.insert(personRows, 'asha', person('Asha', 'old@abdm')))
  await store.update(personRows, first, person('Asha Rao', 'asha@abdm', 'a.rao@abdm'))
  await store.insert(personRows, 'binod', person('Binod'))
  await store.insert(noteRows, 'lives', note('नमस्ते'), { expiresAt: now + 1000 })
  await store.insert(noteRows, 'expired', note('gone'), { expiresAt: now })
  await store.hit([limit])
  await store.close()
}

const proveOldRows = async (store: Store): Promise<void> => {
  const [asha] = await store.find(personRows, 'address', 'a.rao@abdm')
  assert.deepEqual(asha?.body, person('Asha Rao', 'asha@abdm', 'a.rao@abdm'))
  assert.equal(asha?.revision, 2)
  assert.deepEqual(ids(await store.find(personRows, 'mobile', '9000000001')), ['asha', 'binod'])
  assert.deepEqual(await store.find(personRows, 'address', 'old@abdm'), [])
  assert.equal(await store.insert(personRows, 'new', person('New', 'asha@abdm')), undefined)
  assert.ok(await store.update(personRows, asha, person('Asha Rao', 'new@abdm')))
  assert.ok(await store.insert(personRows, 'new', person('New', 'asha@abdm')))
  assert.deepEqual(await store.list(noteRows), [
    { id: 'lives', revision: 1, body: note('नमस्ते'), expiresAt: now + 1000 },
  ])
  assert.equal(await store.sweep(), 1)
  assert.equal((await store.hit([limit])).allowed, true)
  assert.equal((await store.hit([limit])).allowed, false)
}

/** `load` makes a database of such a text, opens it with `fixtureOptions`, lends it out and removes it. */
export const oldRowsLoad = (
  database: 'sqlite' | 'postgres',
  versions: number,
  load: (sql: string, use: (store: Store) => Promise<void>) => Promise<void>,
): void => {
  const fixtures = join(import.meta.dirname, '..', 'migrations', database, 'fixtures')
  const written = readdirSync(fixtures).sort()

  test('every schema version has a database that it wrote', () => {
    assert.deepEqual(
      written,
      Array.from({ length: versions }, (_, index) => `${String(index + 1).padStart(4, '0')}.sql`),
    )
  })

  for (const name of written)
    test(`rows that schema version ${Number.parseInt(name, 10)} wrote load, are found and can be changed`, () =>
      load(readFileSync(join(fixtures, name), 'utf8'), proveOldRows))
}
