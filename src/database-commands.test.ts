import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { cleanUp, clientOf, newFolder, node, type Settings, startServer } from '../test/crash/server.ts'
import { dropSchema, newSchema, testDatabaseUrl } from '../test/database.ts'
import { readConfig } from './config.ts'
import { given, ids, note, noteRows, person, personRows } from './store/contract/setting.ts'
import { openStore } from './store/open.ts'
import type { Store } from './store/store.ts'

/**
 * `openabha db move` brings everything from SQLite to another database, however often it is interrupted, and never over
 * something else; `openabha migrate` says what it did. The other database is PostgreSQL where the tests run on it.
 */
const schemas: string[] = []
after(async () => {
  cleanUp()
  for (const schema of schemas) await dropSchema(schema)
})

const keys = {
  ENCRYPTION_KEY: Buffer.alloc(32, 'moved encryption').toString('base64'),
  SIGNING_KEY: Buffer.alloc(32, 'moved signing').toString('base64'),
}
const key = Buffer.from(keys.ENCRYPTION_KEY, 'base64')
const now = Date.now()
const clock = { now: () => now }
const fileIn = (folder: string): string => `sqlite:${join(folder, 'openabha.db')}`
const emptyIn = (folder: string): string => {
  if (!testDatabaseUrl) return `sqlite:${join(folder, 'new.db')}`
  const { schema, url } = newSchema()
  schemas.push(schema)
  return url
}
const open = (url: string, busyTimeoutMs = 5000): Promise<Store> =>
  openStore(readConfig({ DATABASE_URL: url }).database, { key, clock, busyTimeoutMs })
const within = async (url: string, use: (store: Store) => Promise<void>): Promise<void> => {
  const store = await open(url)
  await use(store).finally(() => store.close())
}

/** A command in its folder, to its end. */
const openabha = (folder: string, typed: readonly string[], settings: Settings = keys) =>
  node(typed, settings, folder).ended
const moved = async (folder: string, from: string, to: string): Promise<string> => {
  const { code, stdout, stderr } = await openabha(folder, ['db', 'move', from, to])
  assert.equal(code, 0, stderr)
  return `${stderr}${stdout}`
}
const refused = async (folder: string, typed: readonly string[], words: RegExp, settings: Settings = keys) => {
  const { code, stdout, stderr } = await openabha(folder, typed, settings)
  assert.deepEqual([code, stdout], [1, ''], stderr)
  assert.match(stderr.trim().split('\n').at(-1) ?? '', words)
}

const limit = { key: 'otp', max: 2, windowSeconds: 86_400 }
const fill = (url: string, count: number) =>
  within(url, async (store) => {
    const numbers = Array.from({ length: count }, (_, index) => `n${String(index).padStart(6, '0')}`)
    await Promise.all(numbers.map((id) => store.insert(noteRows, id, note(id), { expiresAt: now + 86_400_000 })))
    const asha = await given(store.insert(personRows, 'asha', person('Asha', 'old@abdm')))
    await store.update(personRows, asha, person('Asha', 'asha@abdm', 'a@abdm'))
    await store.insert(personRows, 'binod', person('Binod'))
    await store.insert(noteRows, 'expired', note('gone'), { expiresAt: now - 1 })
    await store.hit([limit])
  })

/** Everything is there, found by what it was found by, guarded and counted as before. */
const proveFilled = (url: string, count: number) =>
  within(url, async (store) => {
    const notes = await store.list(noteRows)
    assert.equal(notes.length, count)
    assert.ok(notes.every(({ id, body, expiresAt }) => body.text === id && expiresAt === now + 86_400_000))
    const [asha] = await store.find(personRows, 'address', 'a@abdm')
    assert.deepEqual([asha?.id, asha?.revision], ['asha', 2])
    assert.deepEqual(ids(await store.find(personRows, 'mobile', '9000000001')), ['asha', 'binod'])
    assert.deepEqual(await store.find(personRows, 'address', 'old@abdm'), [])
    assert.equal(await store.insert(personRows, 'thief', person('Thief', 'asha@abdm')), undefined)
    const [binod] = await store.find(personRows, 'mobile', '9000000001', { limit: 2 }).then((two) => two.slice(1))
    assert.ok(binod && (await store.update(personRows, binod, person('Binod', 'binod@abdm'))))
    assert.deepEqual(ids(await store.find(personRows, 'address', 'binod@abdm')), ['binod'])
    assert.equal((await store.hit([limit])).allowed, true)
    assert.equal((await store.hit([limit])).allowed, false)
  })

/** Killed while it moves. */
const killed = async (folder: string, from: string, to: string): Promise<void> => {
  const command = node(['db', 'move', from, to], keys, folder)
  command.child.stderr?.on('data', (text: string) => {
    if (text.includes('moving:')) command.kill('SIGKILL')
  })
  assert.equal((await command.ended).signal, 'SIGKILL')
}

test('a moved database holds all that was live, counted and compared, and a second move has nothing to do', async () => {
  const folder = newFolder()
  const [from, to] = [fileIn(folder), emptyIn(folder)]
  await fill(from, 1203)
  const said = await moved(folder, from, to)
  assert.match(said, /^moving: 500 of /m)
  for (const line of [/^ {2}note +1203$/m, /^ {2}person +2$/m, /^ {2}counters +1$/m]) assert.match(said, line)
  assert.match(await moved(folder, from, to), /^Nothing to do: .* was moved to .* at 20\d\d-/)
  const back = fileIn(newFolder())
  await moved(folder, to, back)
  await proveFilled(to, 1203)
  await proveFilled(back, 1203)
})

test('a move that was killed goes on, and nobody starts on what it has brought so far', async () => {
  const folder = newFolder()
  const [from, to] = [fileIn(folder), emptyIn(folder)]
  await fill(from, 8_000)
  await killed(folder, from, to)
  await refused(folder, ['start'], /^OpenABHA cannot start: .*run openabha db move again/, {
    ...keys,
    DATABASE_URL: to,
  })
  await refused(folder, ['db', 'move', to, fileIn(newFolder())], /run openabha db move again/)
  const said = await moved(folder, from, to)
  assert.doesNotMatch(said, /begins anew/)
  assert.match(said, /^ {2}note +8000$/m)
  await proveFilled(to, 8_000)
})

test('a source that was used after its move was interrupted is moved anew', async () => {
  const folder = newFolder()
  const [from, to] = [fileIn(folder), emptyIn(folder)]
  await fill(from, 8_000)
  await killed(folder, from, to)
  await within(from, async (store) => {
    assert.ok(await store.take(noteRows, 'n000003'))
    assert.ok(await store.insert(noteRows, 'n000003', note('n000003'), { expiresAt: now + 86_400_000 }))
  })
  assert.match(await moved(folder, from, to), /has changed since the move was interrupted: it begins anew/)
  await proveFilled(to, 8_000)
})

test('a destination that holds something else stays as it is', async () => {
  const folder = newFolder()
  const [from, to] = [fileIn(folder), emptyIn(folder)]
  await fill(from, 3)
  await within(to, async (store) => void (await store.insert(noteRows, 'theirs', note('theirs'))))
  await refused(
    folder,
    ['db', 'move', from, to],
    /holds something else already, and stays as it is: name an empty database/,
  )
  await refused(folder, ['db', 'move', from, from], /is in use by another process|holds something else/)
  const other = fileIn(newFolder())
  await fill(other, 8_000)
  const half = emptyIn(newFolder())
  await killed(folder, other, half)
  await refused(folder, ['db', 'move', from, half], /holds something else already/)
  await within(to, async (store) => assert.deepEqual(ids(await store.list(noteRows)), ['theirs']))
})

test('what cannot be moved is named, and nothing is made of it', async () => {
  const folder = newFolder()
  const to = emptyIn(folder)
  const none = join(folder, 'none.db')
  await refused(folder, ['db', 'move', `sqlite:${none}`, to], /^openabha db move: There is no database .*none\.db\.$/)
  assert.ok(!existsSync(none))
  await refused(folder, ['db', 'move', 'none.db', to], /^openabha db move: <from> must be sqlite:<file> or postgres:/)
  await refused(folder, ['db', 'move', 'sqlite::memory:', to], /<from> is sqlite::memory:/)
  const from = fileIn(folder)
  await fill(from, 1)
  await refused(folder, ['db', 'move', from, 'postgres://me:secret@host'], /^openabha db move: <to> names no database/)
  const held = await open(from)
  await refused(folder, ['db', 'move', from, to], /is in use by another process.* stop that one first\.$/)
  await held.close()
  const otherKey = { ...keys, ENCRYPTION_KEY: Buffer.alloc(32, 'other').toString('base64') }
  await refused(folder, ['db', 'move', from, to], /was written with another encryption key/, otherKey)
  await refused(folder, ['db', 'move', from, to], /keys of .* are not there: bring .* back, or set ENCRYPTION_KEY/, {})
})

test('a sandbox that made its keys by itself is moved with them and goes on', async () => {
  const folder = newFolder()
  const [from, to] = [fileIn(folder), emptyIn(folder)]
  const settings = (url: string): Settings => ({ DATABASE_URL: url, PORT: '0', LOG_LEVEL: 'silent' })
  const serverOn = (url: string) => startServer(settings(url), () => node([], settings(url), folder))
  let server = await serverOn(from)
  const client = clientOf(() => server.base, 'openabha-dev', 'openabha-dev-secret')
  await client.login()
  const begun = await client.caller.post('/abdm/na/v1/registration/mobile/init', { mobile_number: '9123456780' })
  const txn_id = begun.body.txn_id
  const otp = await client.product.otpTo('9123456780')
  await refused(folder, ['db', 'move', from, to], /is in use by another process/, {})
  assert.equal((await server.stop()).code, 0)

  const toKeys = testDatabaseUrl ? join(folder, 'data', 'postgres.keys.json') : join(folder, 'new.db.keys.json')
  const { code, stderr } = await openabha(folder, ['db', 'move', from, to], {})
  assert.equal(code, 0, stderr)
  assert.deepEqual(readFileSync(toKeys), readFileSync(join(folder, 'openabha.db.keys.json')))

  // The flow that was under way ends there, with the token of before.
  server = await serverOn(to)
  const verified = await client.caller.post('/abdm/na/v1/registration/mobile/verify', { txn_id, otp })
  assert.deepEqual([verified.status, verified.body.skip_state], [200, 'abha_create'], verified.text)
  const inUse = /: A server uses .*: stop every one|is in use by another process/
  await refused(folder, ['db', 'move', to, fileIn(newFolder())], inUse, {})
  assert.equal((await server.stop()).code, 0)

  const others = { encryption: keys.ENCRYPTION_KEY, signing: keys.SIGNING_KEY }
  writeFileSync(toKeys, JSON.stringify(others))
  await refused(folder, ['db', 'move', from, to], /holds other keys than .*: move it away/, {})
  assert.deepEqual(JSON.parse(readFileSync(toKeys, 'utf8')), others)
})

test('migrate says what it made of the schema, and when nothing is to do', async () => {
  const folder = newFolder()
  const settings = { ...keys, DATABASE_URL: emptyIn(folder) }
  const first = await openabha(folder, ['migrate'], settings)
  assert.deepEqual([first.code, first.stderr], [0, ''])
  assert.match(first.stdout, /^The schema of .* was made, with version \d+\.\n$/)
  const second = await openabha(folder, ['migrate'], settings)
  assert.deepEqual([second.code, second.stderr], [0, ''])
  assert.match(second.stdout, /^Nothing to do: the schema of .* has version \d+ already\.\n$/)
  const otherKey = { ...settings, ENCRYPTION_KEY: Buffer.alloc(32, 'other').toString('base64') }
  await refused(folder, ['migrate'], /^openabha migrate: .*was written with another encryption key/, otherKey)
})
