import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bench, log, put, settled } from '../test/outbox.ts'
import { movableClock } from './clock.ts'
import { createOutbox, jobRows } from './outbox.ts'

/** A job is done at least once whoever dies, and by one worker at a time. */

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

test('where nobody else can be at work, what a dead process was doing and what waited behind it is taken up at the start', async () => {
  const clock = movableClock(bench.clock)
  const dying = createOutbox(bench.store, clock, log)
  let began = 0
  dying.on('try', () => {
    began++
    return new Promise(() => undefined)
  })
  for (let index = 0; index < 20; index++) await put(bench.store, dying, `left behind ${index}`, { lane: 'one' })
  dying.wake()
  await settled(() => began === 8)
  const parked = async () => (await bench.store.list(jobRows)).filter(({ body }) => body.isParked).length
  while ((await parked()) < 12) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.equal(bench.store.isExclusive, true)
  const heir = createOutbox(bench.store, clock, log)
  const attempts: number[] = []
  heir.on('try', async (_, attempt) => {
    attempts.push(attempt)
    return undefined
  })
  heir.start()
  await settled(() => attempts.length === 20)
  assert.equal(attempts.filter((attempt) => attempt === 2).length, 8)
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

test('what hangs in one lane, more jobs than a look reads, holds up neither another lane nor another kind', async () => {
  const clock = movableClock(bench.clock, 80_000_000)
  const outbox = createOutbox(bench.store, clock, log)
  let letGo = () => {}
  const released = new Promise<void>((resolve) => {
    letGo = resolve
  })
  let hanging = 0
  let hangingMax = 0
  const seen: string[] = []
  const handler = async (payload: unknown) => {
    const { id, lane } = payload as { id: string; lane?: string }
    if (lane === 'dead') {
      hangingMax = Math.max(hangingMax, ++hanging)
      await released
      hanging--
    }
    seen.push(id)
    return undefined
  }
  outbox.on('try', handler)
  outbox.on('other', handler)
  const many = Array.from({ length: 1_100 }, (_, index) => `a ${index}`)
  await Promise.all(many.map((id) => put(bench.store, outbox, id, { lane: 'dead' })))
  outbox.wake()
  await settled(() => hanging > 0)
  await put(bench.store, outbox, 'other lane', { lane: 'alive' })
  await put(bench.store, outbox, 'no lane')
  await put(bench.store, outbox, 'other kind', { kind: 'other', lane: 'dead kind?' })
  outbox.wake()
  await settled(() => seen.length === 3)
  assert.deepEqual(seen.sort(), ['no lane', 'other kind', 'other lane'])
  letGo()
  await settled(() => seen.length === many.length + 3)
  await outbox.stop()
  assert.ok(hangingMax <= 8, String(hangingMax))
  assert.equal(new Set(seen).size, many.length + 3)
  assert.deepEqual(await bench.store.list(jobRows), [])
})

test('lanes that all hang leave slots to another kind, and their own turns to each other', async () => {
  const clock = movableClock(bench.clock, 80_000_000)
  const outbox = createOutbox(bench.store, clock, log)
  const ends: (() => void)[] = []
  const begun: string[] = []
  outbox.on('try', async (payload) => {
    begun.push((payload as { lane: string }).lane)
    await new Promise<void>((resolve) => void ends.push(resolve))
    return undefined
  })
  let others = 0
  outbox.on('other', async () => {
    others++
    return undefined
  })
  const lanes = Array.from({ length: 6 }, (_, index) => `lane ${index}`)
  for (const lane of lanes) {
    for (let index = 0; index < 20; index++) await put(bench.store, outbox, `${lane} ${index}`, { lane })
  }
  await put(bench.store, outbox, 'z', { kind: 'other' })
  outbox.wake()
  await settled(() => others === 1)
  assert.ok(new Set(begun).size < lanes.length)
  // Two of them end at a time: whoever has waited longest is next.
  for (let turn = 0; new Set(begun).size < lanes.length; turn++) {
    assert.ok(turn < 6, 'a lane was kept waiting by the others')
    const before = begun.length
    for (const end of ends.splice(0, 2)) end()
    await settled(() => begun.length === before + 2)
  }
  while (begun.length < 120 || ends.length > 0) {
    for (const end of ends.splice(0)) end()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await outbox.stop()
  assert.deepEqual(await bench.store.list(jobRows), [])
})

test('a job that waited for its lane when its process died is done by the next one', async () => {
  const clock = movableClock(bench.clock, 80_000_000)
  const dying = createOutbox(bench.store, clock, log)
  let began = 0
  dying.on('try', () => {
    began++
    return new Promise(() => undefined)
  })
  for (let index = 0; index < 20; index++) await put(bench.store, dying, `job ${index}`, { lane: 'one' })
  dying.wake()
  const parked = async () => (await bench.store.list(jobRows)).filter(({ body }) => body.isParked).length
  await settled(() => began === 8)
  for (let turn = 0; turn < 100 && (await parked()) < 12; turn++) await new Promise((resolve) => setTimeout(resolve, 5))
  const heir = createOutbox(bench.store, clock, log)
  let done = 0
  heir.on('try', async () => {
    done++
    return undefined
  })
  // Like any process that knows nothing of the lane: it finds them when they come due again.
  clock.moveTo(clock.offsetMs + 121_000)
  heir.wake()
  await settled(() => done === 20)
  await heir.stop()
  assert.deepEqual(await bench.store.list(jobRows), [])
})

test('a job that is still being done is not begun again by the same process, however far the clock jumps', async () => {
  const clock = movableClock(bench.clock)
  const outbox = createOutbox(bench.store, clock, log)
  const gate = Promise.withResolvers<void>()
  const begun: string[] = []
  outbox.on('try', async (payload) => {
    const { id } = payload as { id: string }
    begun.push(id)
    if (id === 'slow') await gate.promise
    return undefined
  })
  await put(bench.store, outbox, 'slow')
  outbox.wake()
  await settled(() => begun.length === 1)
  clock.moveTo(clock.offsetMs + 1_000_000)
  await put(bench.store, outbox, 'next')
  outbox.wake()
  await settled(() => begun.includes('next'))
  gate.resolve()
  await outbox.stop()
  assert.deepEqual(begun, ['slow', 'next'])
  assert.deepEqual(await bench.store.list(jobRows), [])
})
