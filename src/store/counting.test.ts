import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { countTogether, keyOf, type Uses } from './counting.ts'
import type { SealedLimit } from './vault.ts'

const windowSeconds = 60
const limitOf = (name: string, max: number): SealedLimit => ({ name, key: Buffer.from(name), max, windowSeconds })

/** A database of counters that answers a moment later, and keeps what it was asked. */
const counters = () => {
  const counts = new Map<string, number>()
  const asked: (readonly Uses[])[] = []
  const hit = countTogether(async (uses) => {
    asked.push(uses)
    await turn()
    const usedUp = new Map<string, { count: number; endsAt: number }>()
    for (const { limit, uses: by, max } of uses) {
      const count = counts.get(limit.name) ?? 0
      if (count + by > max) usedUp.set(keyOf(limit), { count, endsAt: windowSeconds * 1000 })
    }
    if (usedUp.size === 0)
      for (const { limit, uses: by } of uses) counts.set(limit.name, (counts.get(limit.name) ?? 0) + by)
    return { usedUp, now: 0 }
  })
  return { counts, asked, hit }
}

test('whoever asks alone is asked for at once, and who comes meanwhile is counted in one go', async () => {
  const { asked, hit } = counters()
  const shared = limitOf('client', 100)
  const first = hit([shared])
  assert.equal(asked.length, 1)
  const later = Array.from({ length: 20 }, (_, index) => hit([shared, limitOf(`mobile ${index}`, 3)]))
  for (const result of await Promise.all([first, ...later])) assert.deepEqual(result, { allowed: true })
  assert.equal(asked.length, 2)
  assert.deepEqual(asked[1]?.map(({ limit, uses }) => [limit.name, uses]).slice(0, 2), [
    ['client', 20],
    ['mobile 0', 1],
  ])
})

test('what is left of a budget goes to who came first, and nobody else is refused for it', async () => {
  const { hit } = counters()
  const narrow = limitOf('narrow', 3)
  const wide = limitOf('wide', 100)
  const first = hit([wide])
  const later = Array.from({ length: 10 }, (_, index) => hit(index % 2 ? [wide] : [narrow, wide]))
  await first
  const allowed = (await Promise.all(later)).map((result) => result.allowed)
  assert.deepEqual(allowed, [true, true, true, true, true, true, false, true, false, true])
})

test('a flood at a budget with little left takes four statements, and one that fails on the way is told to all who have no answer', async () => {
  const { asked, hit } = counters()
  const narrow = limitOf('narrow', 5)
  const flood = await Promise.all(Array.from({ length: 300 }, (_, index) => hit([narrow, limitOf(`own ${index}`, 1)])))
  assert.equal(flood.filter(({ allowed }) => allowed).length, 5)
  assert.equal(asked.length, 4)

  const failing = countTogether(async (uses) => {
    await turn()
    if (uses.length > 1 && uses.every(({ uses: by }) => by === 1)) throw new Error('down')
    const over = uses.filter(({ uses: by, max }) => by > max)
    return { usedUp: new Map(over.map(({ limit }) => [keyOf(limit), { count: 0, endsAt: 60_000 }])), now: 0 }
  })
  const first = failing([limitOf('other', 9)])
  const both = [1, 2].map((index) => failing([limitOf('one', 1), limitOf(`own ${index}`, 9)]))
  assert.deepEqual(await first, { allowed: true })
  for (const one of both) await assert.rejects(one, /down/)
})

test('a database that fails is told to those who were asked for, and the next are counted', async () => {
  let isDown = true
  const hit = countTogether(async () => {
    await turn()
    if (isDown) throw new Error('down')
    return { usedUp: new Map(), now: 0 }
  })
  const [first, second] = [hit([limitOf('a', 1)]), hit([limitOf('b', 1)])]
  await assert.rejects(first, /down/)
  isDown = false
  assert.deepEqual(await second, { allowed: true })
})

test('however many ask at once for whatever: as many are let through as one after another, and no counter goes over', async () => {
  const names = ['a', 'b', 'c', 'd'] as const
  const asks = fc.array(fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 }), { minLength: 1, maxLength: 25 })
  const maxes = fc.record({ a: fc.nat(9), b: fc.nat(30), c: fc.nat(3), d: fc.nat(25) })
  await fc.assert(
    fc.asyncProperty(asks, maxes, async (given, { a, b, c, d }) => {
      const max = { a: a + 1, b: b + 1, c: c + 1, d: d + 1 }
      const { counts, hit } = counters()
      const results = await Promise.all(given.map((one) => hit(one.map((name) => limitOf(name, max[name])))))
      const counted = { a: 0, b: 0, c: 0, d: 0 }
      for (const [index, { allowed }] of results.entries())
        if (allowed) for (const name of given[index] ?? []) counted[name]++
      for (const name of names) {
        assert.equal(counts.get(name) ?? 0, counted[name])
        assert.ok(counted[name] <= max[name])
      }
      for (const [index, { allowed }] of results.entries())
        assert.ok(allowed || given[index]?.some((name) => counted[name] === max[name]), 'refused without a reason')
    }),
  )
})
