import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog } from './log.ts'
import { note, noteRows } from './store/contract/setting.ts'
import { openSqlite } from './store/sqlite.ts'
import { createSweeping, type Passing } from './sweeping.ts'

/** The sweep removes everything that has expired, in batches that hold nobody up, and rests between them. */

const lines: string[] = []
const log = createLog('debug', { now: () => 0 }, { write: (line: string) => void lines.push(line) })

const everyMs = 30_000

/**
 * A database in which a batch takes `costMs`, and time that passes only by that and by the pauses. `over` resolves when
 * the sweep waits for its next turn, after as many as there are `turns`.
 */
const sweepingOf = (
  expired: number,
  costMs: (rows: number, batch: number) => number,
  { isExclusive = true, turns = 1 } = {},
) => {
  const batches: number[] = []
  const rests: number[] = []
  const ended = Promise.withResolvers<void>()
  let nowMs = 0
  let left = expired
  let turn = 0
  let isUnderWay = false
  const time: Passing = {
    now: () => nowMs,
    async pause(ms, signal) {
      nowMs += ms
      if (ms !== everyMs) return void rests.push(ms)
      if (++turn <= turns || signal.aborted) return
      ended.resolve()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    },
  }
  const store = {
    isExclusive,
    async sweep(batch = 0) {
      assert.equal(isUnderWay, false, 'two batches at once')
      isUnderWay = true
      await undefined
      isUnderWay = false
      batches.push(batch)
      const swept = Math.min(batch, left)
      nowMs += costMs(swept, batches.length)
      left -= swept
      return swept
    },
  }
  return { batches, rests, sweeping: createSweeping(store, log, time), left: () => left, over: ended.promise }
}

test('batches grow only as far as one takes 4 ms, and the sweep then goes on until nothing is left', async () => {
  const { batches, sweeping, left, over } = sweepingOf(10_000, (rows) => rows * 0.02)
  sweeping.start()
  await over
  assert.equal(left(), 0)
  assert.deepEqual(batches.slice(0, 5), [100, 200, 200, 200, 200])
  assert.equal(Math.max(...batches), 200)
  await sweeping.stop()
})

test('when removing becomes dearer, the next batches are smaller, and larger again when it becomes cheaper', async () => {
  const { batches, sweeping, over } = sweepingOf(
    4_000,
    (rows, batch) => rows * (batch > 4 && batch < 8 ? 1 / 32 : 1 / 128),
  )
  sweeping.start()
  await over
  assert.deepEqual(batches.slice(2, 11), [400, 500, 500, 128, 128, 128, 256, 500, 500])
  await sweeping.stop()
})

test('a slow disk makes batches no smaller than 100, because a commit costs the same for less', async () => {
  const { batches, sweeping, over } = sweepingOf(500, (rows) => 20 + rows * 0.02)
  sweeping.start()
  await over
  assert.deepEqual(new Set(batches), new Set([100]))
  await sweeping.stop()
})

test('after each batch the requests have nine times as long as it took', async () => {
  const { rests, sweeping, over } = sweepingOf(1_000, (rows) => rows * 0.02)
  sweeping.start()
  await over
  assert.deepEqual(
    rests.map((ms) => Math.round(ms)),
    [18, 36, 36, 36, 36],
  )
  await sweeping.stop()
})

test('a database elsewhere holds nothing up here and is asked for 500 rows at once', async () => {
  const { batches, sweeping, over } = sweepingOf(2_000, (rows) => rows * 0.05, { isExclusive: false })
  sweeping.start()
  await over
  assert.deepEqual(batches, [100, 200, 400, 500, 500, 500])
  await sweeping.stop()
})

test('a failed sweep is a line in the log, and the next one tries again', async () => {
  const fullOnce = (_rows: number, batch: number) => {
    if (batch === 1) throw new Error('full disk')
    return 1
  }
  const { sweeping, left, over } = sweepingOf(30, fullOnce, { turns: 2 })
  lines.length = 0
  sweeping.start()
  await over
  assert.equal(lines.filter((line) => line.includes('the next sweep tries again')).length, 1)
  assert.equal(left(), 0)
  await sweeping.stop()
})

test('stopping ends between two batches', async () => {
  const { sweeping, batches, left } = sweepingOf(1_000_000, (rows) => rows * 0.02)
  sweeping.start()
  while (batches.length < 5) await undefined
  await sweeping.stop()
  const made = batches.length
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(batches.length, made)
  assert.ok(left() > 0)
})

test('in a real database what is expired goes and what lives stays, and writes are answered between the batches', async () => {
  let nowMs = 1_000_000
  const store = openSqlite({ file: ':memory:', key: Buffer.alloc(32), clock: { now: () => nowMs } })
  const ids = Array.from({ length: 1_200 }, (_, index) => `n${index}`)
  await Promise.all(ids.map((id) => store.insert(noteRows, id, note(id), { expiresAt: nowMs + 1_000 })))
  await store.insert(noteRows, 'alive', note('alive'), { expiresAt: nowMs + 10_000_000 })
  nowMs += 2_000

  let written = 0
  const ended = Promise.withResolvers<void>()
  let isFirst = true
  const sweeping = createSweeping(store, log, {
    now: () => 0,
    async pause(ms, signal) {
      if (ms === 0) return void (await store.insert(noteRows, `between ${written++}`, note('')))
      if (isFirst) {
        isFirst = false
        return
      }
      ended.resolve()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    },
  })
  sweeping.start()
  await ended.promise
  await sweeping.stop()
  assert.equal(await store.sweep(), 0)
  assert.equal((await store.list(noteRows)).length, 1 + written)
  assert.ok(written >= 3)
  assert.equal((await store.get(noteRows, 'alive'))?.body.text, 'alive')
  await store.close()
})
