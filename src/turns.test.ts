import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { movableClock, seconds } from './clock.ts'
import { openSqlite } from './store/sqlite.ts'
import type { Store } from './store/store.ts'
import { createTurns, turnRows } from './turns.ts'

/** One at a time, in one process and in several that share a store. */

const openShared = () => {
  const clock = movableClock({ now: () => Date.UTC(2026, 0, 1) })
  const store: Store = openSqlite({ file: ':memory:', key: Buffer.alloc(32, 'turns'), clock })
  const shared: Store = { ...store, isExclusive: false }
  return { clock, store, shared, process: (id: string) => createTurns(shared, clock, id, 2) }
}

/** Everybody reads, waits and writes: a second one in between would be lost. */
const counter = () => {
  let value = 0
  return {
    add: async () => {
      const read = value
      await pause(3)
      value = read + 1
    },
    get value() {
      return value
    },
  }
}

test('nobody acts while another one does, in the same process or in another, and nothing is left behind', async () => {
  const { shared, process } = openShared()
  const processes = [process('one'), process('two'), process('three')]
  const count = counter()
  await Promise.all(Array.from({ length: 9 }, (_, index) => processes[index % 3]?.inTurn('key', count.add)))
  assert.equal(count.value, 9)
  assert.deepEqual(await shared.list(turnRows), [])
})

test('where one process has the store for itself, a turn writes nothing', async () => {
  const { clock, store } = openShared()
  const turns = createTurns(store, clock, 'one')
  const count = counter()
  await Promise.all(
    Array.from({ length: 4 }, () =>
      turns.inTurn('key', async () => {
        await count.add()
        assert.deepEqual(await store.list(turnRows), [])
      }),
    ),
  )
  assert.equal(count.value, 4)
})

test('who fails is told, and the next one has its turn', async () => {
  const { process } = openShared()
  const [one, two] = [process('one'), process('two')]
  await assert.rejects(
    one.inTurn('key', () => Promise.reject(new Error('mine'))),
    /mine/,
  )
  assert.equal(await two.inTurn('key', async () => 'next'), 'next')
})

test('a turn lasts as long as its holder works, and one whose holder died is over with its lease', async () => {
  const { clock, shared, process } = openShared()
  const [one, two] = [process('one'), process('two')]
  const working = Promise.withResolvers<void>()
  const mine = one.inTurn('key', () => working.promise)
  let hasOther = false
  const other = two.inTurn('key', async () => {
    hasOther = true
  })
  // Renewed again and again: three leases pass.
  for (let passed = 0; passed < 6; passed++) {
    const before = (await shared.list(turnRows))[0]?.revision ?? 0
    clock.moveTo(clock.offsetMs + seconds(5))
    // The first renewal may have been on its way when the clock moved.
    while (((await shared.list(turnRows))[0]?.revision ?? 0) < before + 2 && !hasOther) await pause(2)
  }
  assert.equal(hasOther, false)
  working.resolve()
  await Promise.all([mine, other])
  assert.equal(hasOther, true)

  let id = ''
  await one.inTurn('key', async () => {
    id = (await shared.list(turnRows))[0]?.id ?? ''
  })
  assert.ok(id !== '' && !id.includes('key'))
  await shared.insert(turnRows, id, { by: 'dead' }, { expiresAt: clock.now() + 10_000 })
  const waiting = two.inTurn('key', async () => 'after the dead one')
  clock.moveTo(clock.offsetMs + 10_000)
  assert.equal(await waiting, 'after the dead one')
})
