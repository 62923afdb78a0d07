import assert from 'node:assert/strict'
import { test } from 'node:test'
import { movableClock } from './clock.ts'
import { createInstances, instanceLivesMs, instanceRows } from './instances.ts'
import { openSqlite } from './store/sqlite.ts'
import type { Store } from './store/store.ts'

/** What a process claims binds the others while it lives, and a short while longer when it dies without a word. */

const now = Date.UTC(2026, 0, 1)
const openShared = (beforeCommit?: () => void) => {
  const clock = movableClock({ now: () => now })
  const key = Buffer.alloc(32, 'instances')
  const store: Store = openSqlite({ file: ':memory:', key, clock, ...(beforeCommit && { beforeCommit }) })
  const advance = (ms: number) => clock.moveTo(clock.offsetMs + ms)
  /** As several processes have it. */
  return { clock, store: { ...store, isExclusive: false } satisfies Store, advance }
}

test('a live instance may be at work, one that ended in order is not, and one that died is not when its life is over', async () => {
  const { clock, store, advance } = openShared()
  const [own, other, dying] = ['own', 'other', 'dying'].map((id) => createInstances(store, clock, id))
  assert.ok(own && other && dying)
  for (const one of [own, other, dying]) await one.start()
  assert.equal(await own.mayBeAtWork('other'), true)
  assert.equal(await other.mayBeAtWork('own'), true)
  assert.equal(await own.mayBeAtWork('own'), false)
  assert.equal(await own.mayBeAtWork('a stranger'), false)

  await other.stop()
  assert.equal(await own.mayBeAtWork('other'), false)
  advance(instanceLivesMs - 1)
  assert.equal(await own.mayBeAtWork('dying'), true)
  advance(1)
  assert.equal(await own.mayBeAtWork('dying'), false)
  await own.stop()
  await dying.stop()
  assert.deepEqual(await store.list(instanceRows), [])
})

const settled = async (isSo: () => Promise<boolean>): Promise<void> => {
  for (let turn = 0; turn < 2_000; turn++) {
    if (await isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  assert.fail('it did not come about')
}

test('a life is renewed again and again, also when its row was lost meanwhile', async () => {
  const { clock, store, advance } = openShared()
  const own = createInstances(store, clock, 'own', 2)
  await own.start()
  for (const isLost of [false, false, true, false]) {
    advance(5_000)
    if (isLost) await store.take(instanceRows, 'own')
    const end = clock.now() + instanceLivesMs
    await settled(async () => (await store.get(instanceRows, 'own'))?.expiresAt === end)
  }
  await own.stop()
})

test('whoever has lost the database takes nobody for dead until the others had the time to come back to it', async () => {
  let lost = 0
  let isLost = false
  const { clock, store, advance } = openShared(() => {
    if (!isLost) return
    lost++
    throw new Error('no such server')
  })
  const own = createInstances(store, clock, 'own', 2)
  await own.start()
  isLost = true
  advance(instanceLivesMs)
  await settled(async () => lost > 1)
  isLost = false
  assert.equal(await own.mayBeAtWork('other'), true)
  advance(instanceLivesMs)
  assert.equal(await own.mayBeAtWork('other'), false)
  await own.stop()
})

test('where only one process can use the store, whoever else wrote a claim is dead, and nothing is written', async () => {
  const { clock, store } = openShared()
  const own = createInstances({ ...store, isExclusive: true }, clock, 'own')
  await own.start()
  assert.equal(await own.mayBeAtWork('other'), false)
  assert.deepEqual(await store.list(instanceRows), [])
  await own.stop()
})
