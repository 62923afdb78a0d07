import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bench, log, put } from '../test/outbox.ts'
import { movableClock } from './clock.ts'
import { createOutbox, jobRows } from './outbox.ts'
import type { Store } from './store/store.ts'

/** Where the outbox looks for what is due, and where it need not. */

test('a job that was left a day ago is found, and where none is left nobody looks for one in every minute of the day', async () => {
  const clock = movableClock(bench.clock)
  let finds = 0
  const find: Store['find'] = (...asked) => {
    finds++
    return bench.store.find(...asked)
  }
  const store = { ...bench.store, find }
  let done = 0
  const look = async (): Promise<void> => {
    const outbox = createOutbox(store, clock, log)
    outbox.on('try', async () => void done++)
    outbox.wake()
    await new Promise((resolve) => setTimeout(resolve, 200))
    await outbox.stop()
  }
  await look()
  assert.ok(finds > 0 && finds < 10, String(finds))

  await put(store, createOutbox(store, clock, log), 'left')
  clock.moveTo(clock.offsetMs + 25 * 3_600_000)
  await look()
  assert.equal(done, 1)
  assert.deepEqual(await store.list(jobRows), [])
})

test('a job that was put where the looks have passed is found also when the next look fails', async () => {
  let isDown = false
  const find: Store['find'] = (...asked) => (isDown ? Promise.reject(new Error('down')) : bench.store.find(...asked))
  const outbox = createOutbox({ ...bench.store, find }, bench.clock, log)
  const gate = Promise.withResolvers<void>()
  let times = 0
  outbox.on('try', async () =>
    ++times > 1 ? undefined : gate.promise.then(() => ({ again: bench.clock.now() - 600_000 })),
  )
  await put(bench.store, outbox, 'put back')
  for (const act of [() => undefined, () => undefined, gate.resolve, () => (isDown = true), () => (isDown = false)]) {
    act()
    await new Promise((resolve) => setTimeout(resolve, 50))
    if (act !== gate.resolve) outbox.wake()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await outbox.stop()
  assert.equal(times, 2)
})
