import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../clock.ts'
import { noteRows, personRows } from './contract/setting.ts'
import { openSqlite } from './sqlite.ts'

/** What a caller was told is written is there after the process was killed at any moment. */
const key = Buffer.alloc(32, 'durable')

/** Eight writers that say what was acknowledged, a line each: `i <id>` inserted, `u <id> <revision>` updated, `t <id>` taken. */
const writersCode = (file: string, round: number): string => `
  import { writeSync } from 'node:fs'
  import { openSqlite } from ${JSON.stringify(new URL('./sqlite.ts', import.meta.url).href)}
  import { noteRows, personRows } from ${JSON.stringify(new URL('./contract/setting.ts', import.meta.url).href)}
  const store = openSqlite({ file: ${JSON.stringify(file)}, key: Buffer.alloc(32, 'durable'), clock: { now: () => Date.now() } })
  const tell = (line) => {
    // A full pipe waits for its reader.
    for (let rest = Buffer.from(line + '\\n'); rest.length > 0; ) {
      try {
        rest = rest.subarray(writeSync(1, rest))
      } catch (thrown) {
        if (thrown.code !== 'EAGAIN') throw thrown
      }
    }
  }
  const write = async (name) => {
    let counter = await store.insert(noteRows, name, { text: '0' })
    for (let index = 0; ; index++) {
      const id = name + '-' + index
      const address = id + '@abdm'
      await store.insert(personRows, id, { name: 'x'.repeat(index % 3000), mobile: name, addresses: [address] })
      tell('i ' + id)
      counter = await store.update(noteRows, counter, { text: String(index) })
      tell('u ' + name + ' ' + counter.revision)
      if (index % 5 === 0) {
        await store.take(personRows, id)
        tell('t ' + id)
      }
    }
  }
  for (let writer = 0; writer < 8; writer++) write('${round}-' + writer)
`

test('everything that was acknowledged before a kill is there after it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'openabha-kill-'))
  const file = join(folder, 'openabha.db')
  try {
    const inserted = new Set<string>()
    const revisions = new Map<string, number>()
    for (let round = 0; round < 5; round++) {
      const code = writersCode(file, round)
      const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let told = ''
      child.stdout.on('data', (chunk) => {
        told += chunk
        if (told.length > 5000 * (round + 1)) child.kill('SIGKILL')
      })
      const [, signal] = await once(child, 'close')
      assert.equal(signal, 'SIGKILL')
      for (const line of told.slice(0, told.lastIndexOf('\n')).split('\n')) {
        const [verb, id = '', revision] = line.split(' ')
        if (verb === 'i') inserted.add(id)
        if (verb === 'u') revisions.set(id, Number(revision))
        if (verb === 't') inserted.delete(id)
      }

      const store = openSqlite({ file, key, clock: systemClock })
      const missing: string[] = []
      for (const id of inserted) {
        const row = await store.get(personRows, id)
        // The last take of each writer may have been committed and not told.
        if (!row && !(Number(id.split('-')[2]) % 5 === 0)) missing.push(id)
        if (row) assert.deepEqual(await store.find(personRows, 'address', `${id}@abdm`), [row])
      }
      assert.deepEqual(missing, [])
      for (const [id, revision] of revisions)
        assert.ok(Number((await store.get(noteRows, id))?.revision) >= revision, id)
      await store.close()
    }
    assert.ok(inserted.size > 100)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
