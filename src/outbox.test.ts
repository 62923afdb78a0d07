import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { movableClock } from './clock.ts'
import { startBench } from './emulator/testing.ts'
import { createLog } from './log.ts'
import { createOutbox, jobRows } from './outbox.ts'
import type { Store } from './store/store.ts'

/** A job is done at least once whoever dies, and by one worker at a time. */

const bench = await startBench()
after(() => bench.close())

const log = createLog('silent', bench.clock)
const expires = () => bench.clock.now() + 86_400_000

const put = async (store: Store, outbox: ReturnType<typeof createOutbox>, id: string): Promise<void> => {
  const job = outbox.adding('try', id, { id }, expires())
  assert.equal(job.kind, 'insert')
  if (job.kind === 'insert') await store.insert(jobRows, id, job.row.body as never, { expiresAt: job.row.expiresAt })
}

const settled = async (isOver: () => boolean): Promise<void> => {
  for (let turn = 0; turn < 200 && !isOver(); turn++) await new Promise((resolve) => setTimeout(resolve, 10))
  assert.ok(isOver(), 'it did not come about')
}

test('of sixteen workers one does each job while its lease holds', async () => {
  const done: string[] = []
  const clock = movableClock(bench.clock)
  const workers = Array.from({ length: 16 }, () => {
    const outbox = createOutbox(bench.store, clock, log)
    outbox.on('try', async (payload) => {
      done.push((payload as { id: string }).id)
      await new Promise((resolve) => setTimeout(resolve, 20))
      return undefined
    })
    return outbox
  })
  const ids = Array.from({ length: 40 }, (_, index) => `job-${index}`)
  for (const id of ids) await put(bench.store, workers[0] ?? createOutbox(bench.store, clock, log), id)
  for (const outbox of workers) outbox.wake()
  await settled(() => done.length >= ids.length)
  await Promise.all(workers.map((outbox) => outbox.stop()))
  assert.deepEqual(done.sort(), ids.sort())
  assert.deepEqual(await bench.store.list(jobRows), [])
})

test('a job whose worker died is done by another when its lease is over, not before', async () => {
  const clock = movableClock(bench.clock)
  const dying = createOutbox(bench.store, clock, log)
  let began = 0
  dying.on('try', () => {
    began++
    return new Promise(() => undefined)
  })
  await put(bench.store, dying, 'orphan')
  dying.wake()
  await settled(() => began === 1)
  const heir = createOutbox(bench.store, clock, log)
  const attempts: number[] = []
  heir.on('try', async (_, attempt) => {
    attempts.push(attempt)
    return undefined
  })
  heir.wake()
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.deepEqual(attempts, [])
  clock.moveTo(clock.offsetMs + 91_000)
  heir.wake()
  await settled(() => attempts.length === 1)
  assert.deepEqual(attempts, [2])
  await heir.stop()
})

test('where nobody else can be at work, what a dead process was doing is taken up at the start', async () => {
  const clock = movableClock(bench.clock)
  const dying = createOutbox(bench.store, clock, log)
  let began = 0
  dying.on('try', () => {
    began++
    return new Promise(() => undefined)
  })
  await put(bench.store, dying, 'left behind')
  dying.wake()
  await settled(() => began === 1)
  assert.equal(bench.store.isExclusive, true)
  const heir = createOutbox(bench.store, clock, log)
  const attempts: number[] = []
  heir.on('try', async (_, attempt) => {
    attempts.push(attempt)
    return undefined
  })
  heir.start()
  await settled(() => attempts.length === 1)
  assert.deepEqual(attempts, [2])
  await heir.stop()
})

test('a job that throws comes again, and one that is far off keeps no other waiting', async () => {
  const clock = movableClock(bench.clock, 3_600_000)
  const outbox = createOutbox(bench.store, clock, log)
  const seen: string[] = []
  outbox.on('try', async (payload, attempt) => {
    const { id } = payload as { id: string }
    seen.push(`${id} ${attempt}`)
    if (id === 'late') return attempt === 1 ? { again: clock.now() + 7_200_000 } : undefined
    if (id === 'weak' && attempt === 1) throw new Error('weak')
    return undefined
  })
  for (const id of ['late', 'weak', 'plain']) await put(bench.store, outbox, id)
  // Made on the bench's clock, an hour ago by this one.
  outbox.wake()
  await settled(() => seen.length === 3)
  clock.moveTo(clock.offsetMs + 91_000)
  outbox.wake()
  await settled(() => seen.includes('weak 2'))
  assert.ok(!seen.includes('late 2'))
  clock.moveTo(clock.offsetMs + 7_200_000)
  outbox.wake()
  await settled(() => seen.includes('late 2'))
  await outbox.stop()
  assert.deepEqual(await bench.store.list(jobRows), [])
})

test('after hours of rest everything that came due meanwhile is found', async () => {
  const clock = movableClock(bench.clock, 50_000_000)
  const before = createOutbox(bench.store, clock, log)
  for (let index = 0; index < 5; index++) {
    await put(bench.store, before, `old-${index}`)
    clock.moveTo(clock.offsetMs + 3_000_000)
  }
  const started = createOutbox(bench.store, clock, log)
  const seen: string[] = []
  started.on('try', async (payload) => {
    seen.push((payload as { id: string }).id)
    return undefined
  })
  started.wake()
  await settled(() => seen.length === 5)
  await started.stop()
})
