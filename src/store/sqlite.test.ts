import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { proveModelInGroups } from './contract/model.ts'
import { fixtureOptions, oldRowsLoad } from './contract/old-rows.ts'
import { atOnce, given, ids, note, noteRows, type Open, person, personRows, proveWith } from './contract/setting.ts'
import { storeContract } from './contract.ts'
import { sqliteMigrations } from './migrations/sqlite/index.ts'
import { openSqlite, type SqliteOptions } from './sqlite.ts'
import { counterStatements } from './sqlite-counters.ts'
import { openDatabase } from './sqlite-database.ts'
import { rowStatements } from './sqlite-rows.ts'
import { StoreUnavailable } from './store.ts'
import { openVault } from './vault.ts'

/** The SQLite store keeps the contract, and what only it promises: shared commits, refusals, old databases. */
const key = Buffer.alloc(32, 'test')
const clock = { now: () => Date.UTC(2026, 0, 1) }

const open: Open = async (options) => {
  const folder = mkdtempSync(join(tmpdir(), 'openabha-store-'))
  const file = join(folder, 'openabha.db')
  let store = openSqlite({ file, ...options })
  return {
    store,
    async reopen(change) {
      await store.close()
      store = openSqlite({ file, ...options, ...change })
      return store
    },
    rawBytes: async () => Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name)))),
    async remove() {
      await store.close()
      rmSync(folder, { recursive: true })
    },
  }
}

storeContract('SQLite', open)
describe('SQLite: model in groups', () => proveModelInGroups(proveWith(open)))

const inFolder = (guarantee: string, proof: (file: string, folder: string) => Promise<void>): void => {
  test(guarantee, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'openabha-store-'))
    try {
      await proof(join(folder, 'openabha.db'), folder)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
}
const openAt = (file: string, options: Partial<SqliteOptions> = {}) =>
  openSqlite({ file, key, clock, busyTimeoutMs: 0, ...options })

describe('SQLite: group commit', () => {
  inFolder('writes that come one upon the other share one commit, and a flood of them ends', async (file) => {
    const groups: number[] = []
    const store = openAt(file, { beforeCommit: (calls) => groups.push(calls) })
    const turn = () => new Promise((resolve) => setImmediate(resolve))
    const write = (id: string) => store.insert(noteRows, id, note(''))
    const two = [write('a'), write('b')]
    await turn()
    await Promise.all([...two, write('c')])
    assert.deepEqual(groups, [3])

    let isFirstAnswered = false
    const first = write('first').then(() => {
      isFirstAnswered = true
    })
    const flood = [first, write('second')]
    for (let count = 0; !isFirstAnswered && count < 100; count++) {
      flood.push(write(`flood${count}`))
      await turn()
    }
    assert.ok(isFirstAnswered)
    await Promise.all(flood)
    await store.close()
  })

  inFolder('the writes of one turn share one commit, whatever verb they are', async (file) => {
    const groups: number[] = []
    const store = openAt(file, { beforeCommit: (calls) => groups.push(calls) })
    await atOnce((index) => store.insert(noteRows, `n${index}`, note('')))
    assert.deepEqual(groups, [16])
    await Promise.all([
      store.insert(noteRows, 'x', note('')),
      store.take(noteRows, 'n1'),
      store.hit([{ key: 'k', max: 1, windowSeconds: 1 }]),
    ])
    assert.deepEqual(groups, [16, 3])
    await store.close()
  })

  inFolder('a sweep shares no commit and does not wait for the disk; whatever comes after it does', async (file) => {
    const groups: number[] = []
    const store = openAt(file, { beforeCommit: (calls) => groups.push(calls) })
    await store.insert(noteRows, 'gone', note(''), { expiresAt: clock.now() })
    await Promise.all([store.sweep(), store.insert(noteRows, 'x', note('')), store.insert(noteRows, 'y', note(''))])
    assert.deepEqual(groups.toSorted(), [1, 1, 2])
    await store.close()

    const database = openDatabase({ file }, openVault(key).keyCheck)
    const synchronous = () => database.prepare<[number]>('PRAGMA synchronous').get()?.[0]
    const [normal, full] = [1, 2]
    assert.equal(synchronous(), full)
    assert.equal(database.unhurried(synchronous), normal)
    assert.equal(synchronous(), full)
    const fails = () => {
      database.prepare('DELETE FROM rows').run()
      throw new Error('no')
    }
    assert.throws(() => database.unhurried(fails), /no/)
    assert.equal(synchronous(), full)
    assert.deepEqual(database.prepare('SELECT count(*) FROM rows').get(), [2])
    database.close()
  })

  inFolder('within a turn the first caller comes first', async (file) => {
    const store = openAt(file)
    const inserted = await atOnce((index) => store.insert(noteRows, 'n', note(`caller ${index}`)))
    assert.equal(inserted[0]?.body.text, 'caller 0')
    const limit = { key: 'k', max: 3, windowSeconds: 60 }
    const counted = await atOnce(() => store.hit([limit]))
    assert.deepEqual(
      counted.map(({ allowed }) => allowed),
      counted.map((_, index) => index < 3),
    )
    await store.close()
  })

  inFolder(
    'a commit that fails is told to all its callers, changes nothing, and the next one succeeds',
    async (file) => {
      let isBroken = false
      const broken = new Error('the disk is gone')
      const store = openAt(file, {
        beforeCommit() {
          if (isBroken) throw broken
        },
      })
      const row = await given(store.insert(noteRows, 'a', note('one')))
      isBroken = true
      const calls = await Promise.allSettled([
        store.insert(personRows, 'p', person('Asha', 'asha@abdm')),
        store.update(noteRows, row, note('two')),
        store.take(noteRows, 'a'),
        store.hit([{ key: 'k', max: 1, windowSeconds: 60 }]),
        store.clear([noteRows]),
      ])
      for (const call of calls) {
        assert.ok(call.status === 'rejected' && call.reason instanceof StoreUnavailable)
        assert.equal(call.reason.cause, broken)
      }
      assert.deepEqual(await store.list(noteRows), [row])
      assert.deepEqual(await store.list(personRows), [])
      isBroken = false
      assert.ok(await store.insert(personRows, 'p', person('Asha', 'asha@abdm')))
      assert.ok(await store.update(noteRows, row, note('two')))
      assert.deepEqual(await store.hit([{ key: 'k', max: 1, windowSeconds: 60 }]), { allowed: true })
      await store.close()
    },
  )

  inFolder(
    'a full disk refuses writes, keeps what was acknowledged, and is forgotten when there is room',
    async (file) => {
      const store = openAt(file, { maxBytes: 400_000 })
      const acknowledged: string[] = []
      const fill = async (): Promise<unknown> => {
        try {
          for (let index = acknowledged.length; ; index++)
            acknowledged.push((await given(store.insert(noteRows, `n${index}`, note('x'.repeat(2000))))).id)
        } catch (error) {
          return error
        }
      }
      assert.ok((await fill()) instanceof StoreUnavailable)
      assert.ok(acknowledged.length > 50)
      assert.deepEqual(ids(await store.list(noteRows)).sort(), acknowledged.toSorted())
      for (const id of acknowledged.splice(-20)) assert.ok(await store.take(noteRows, id))
      const before = acknowledged.length
      assert.ok((await fill()) instanceof StoreUnavailable)
      assert.ok(acknowledged.length > before + 10)
      await store.close()
      const reopened = openAt(file)
      assert.deepEqual(ids(await reopened.list(noteRows)).sort(), acknowledged.toSorted())
      await reopened.close()
    },
  )
})

describe('SQLite: opening', () => {
  inFolder('what it creates is for its owner only', async (_, folder) => {
    const file = join(folder, 'new', 'deeper', 'openabha.db')
    const store = openAt(file)
    await given(store.insert(noteRows, 'a', note('')))
    const mode = (path: string): number => statSync(path).mode & 0o777
    if (process.platform !== 'win32') {
      assert.equal(mode(join(folder, 'new', 'deeper')), 0o700)
      for (const name of readdirSync(join(folder, 'new', 'deeper')))
        assert.equal(mode(join(folder, 'new', 'deeper', name)), 0o600, name)
    }
    await store.close()
  })

  inFolder('a second store on the same file is refused until the first is closed', async (file) => {
    const store = openAt(file)
    assert.throws(() => openAt(file), /in use by another process/)
    assert.ok(await store.insert(noteRows, 'a', note('undisturbed')))
    await store.close()
    const next = openAt(file)
    assert.ok(await next.get(noteRows, 'a'))
    await next.close()
  })

  inFolder('a file that is no database is refused and left as it is', async (file) => {
    writeFileSync(file, 'not a database, but long enough to look like one\n'.repeat(100))
    const before = readFileSync(file)
    assert.throws(() => openAt(file), /is not a database/)
    assert.deepEqual(readFileSync(file), before)
    assert.throws(() => openAt(tmpdir()), /cannot be opened/)
  })

  inFolder('the database of another program is refused and left as it is', async (file) => {
    const other = new DatabaseSync(file)
    other.exec('CREATE TABLE theirs (id)')
    other.close()
    const before = readFileSync(file)
    assert.throws(() => openAt(file), /of another program/)
    assert.deepEqual(readFileSync(file), before)
  })

  inFolder('a database of a newer version is refused', async (file) => {
    await openAt(file).close()
    const newer = new DatabaseSync(file)
    newer.exec(`PRAGMA user_version = ${sqliteMigrations.length + 1}`)
    newer.close()
    assert.throws(() => openAt(file), /last used by a newer one/)
  })

  const isRoot = process.geteuid?.() === 0
  inFolder('a database that cannot be written is refused', async (file, folder) => {
    if (process.platform === 'win32') return
    await openAt(file).close()
    chmodSync(file, 0o444)
    chmodSync(folder, 0o555)
    // The superuser may write everywhere, so for this one call the test becomes nobody.
    if (isRoot) process.seteuid?.(65534)
    try {
      assert.throws(() => openAt(file), /is read-only/)
      assert.throws(() => openAt(join(folder, 'new.db')), /permission/)
    } finally {
      if (isRoot) process.seteuid?.(0)
      chmodSync(folder, 0o755)
    }
  })

  inFolder('an opening that was refused leaves nothing open', async (file) => {
    await openAt(file).close()
    for (let again = 0; again < 3; again++)
      assert.throws(() => openAt(file, { key: Buffer.alloc(32, 'other') }), /another encryption key/)
    await openAt(file).close()
  })

  test('a store in memory works like one on the disk', async () => {
    const store = openAt(':memory:')
    const row = await given(store.insert(personRows, 'a', person('Asha', 'asha@abdm')))
    assert.deepEqual(await store.find(personRows, 'address', 'asha@abdm'), [row])
    await store.close()
  })
})

describe('SQLite: schema', () => {
  inFolder('no statement of a request looks through a table or sorts', async (file) => {
    await openAt(file).close()
    const database = new DatabaseSync(file)
    const { clear: _rows, savepoint: _s, undo: _u, release: _r, ...rows } = rowStatements
    const { clear: _counters, ...counters } = counterStatements
    for (const [name, sql] of Object.entries({ ...rows, ...counters })) {
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
      for (const { detail } of plan) assert.doesNotMatch(String(detail), /^SCAN|TEMP B-TREE/, `${name}: ${sql}`)
    }
    database.close()
  })

  oldRowsLoad('sqlite', sqliteMigrations.length, async (sql, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'openabha-store-'))
    const file = join(folder, 'openabha.db')
    const old = new DatabaseSync(file)
    old.exec(sql)
    old.close()
    const store = openSqlite({ file, ...fixtureOptions })
    try {
      await use(store)
    } finally {
      await store.close()
      rmSync(folder, { recursive: true })
    }
  })
})
