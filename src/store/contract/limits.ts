import assert from 'node:assert/strict'
import { seconds } from '../../clock.ts'
import type { Limit } from '../store.ts'
import type { Prove } from './setting.ts'

const limit = (key: string, max: number, windowSeconds: number): Limit => ({ key, max, windowSeconds })
const allowed = { allowed: true }
const refused = (key: string, retryAfterSeconds: number) => ({ allowed: false, key, retryAfterSeconds })

/** `hit`: budgets in windows. */
export const proveLimits = (prove: Prove): void => {
  prove('a window begins with its first use and lets its number through until it ends', async ({ store, clock }) => {
    const two = [limit('k', 2, 60)]
    assert.deepEqual(await store.hit(two), allowed)
    clock.moveTo(seconds(59))
    assert.deepEqual(await store.hit(two), allowed)
    assert.deepEqual(await store.hit(two), refused('k', 1))
    clock.moveTo(seconds(60))
    assert.deepEqual(await store.hit(two), allowed)
    clock.moveTo(seconds(90))
    assert.deepEqual(await store.hit(two), allowed)
    assert.deepEqual(await store.hit(two), refused('k', 30))
  })

  prove('the wait is told in whole seconds, never less than one', async ({ store, clock }) => {
    await store.hit([limit('k', 1, 60)])
    for (const [passedMs, wait] of [
      [0, 60],
      [1, 60],
      [999, 60],
      [1000, 59],
      [58_001, 2],
      [59_001, 1],
      [59_999, 1],
    ] as const) {
      clock.moveTo(passedMs)
      assert.deepEqual(await store.hit([limit('k', 1, 60)]), refused('k', wait))
    }
  })

  prove('a refusal counts nothing, for no limit, and begins no window', async ({ store, clock }) => {
    await store.hit([limit('full', 1, 100)])
    for (let again = 0; again < 3; again++)
      assert.deepEqual(
        await store.hit([limit('free', 1, 60), limit('full', 1, 100), limit('other', 1, 60)]),
        refused('full', 100),
      )
    clock.moveTo(seconds(30))
    assert.deepEqual(await store.hit([limit('free', 1, 60), limit('other', 1, 60)]), allowed)
    clock.moveTo(seconds(89))
    assert.deepEqual(await store.hit([limit('free', 1, 60)]), refused('free', 1))
  })

  prove('of several limits that are used up the one with the longest wait is told', async ({ store }) => {
    const limits = [limit('short', 1, 10), limit('long', 1, 100), limit('middle', 1, 50)]
    assert.deepEqual(await store.hit(limits), allowed)
    assert.deepEqual(await store.hit(limits), refused('long', 100))
    assert.deepEqual(await store.hit([limit('middle', 1, 50), limit('short', 1, 10)]), refused('middle', 50))
  })

  prove('one key may have budgets over several windows, each counted for itself', async ({ store, clock }) => {
    const both = [limit('k', 1, 10), limit('k', 2, 100)]
    assert.deepEqual(await store.hit(both), allowed)
    assert.deepEqual(await store.hit(both), refused('k', 10))
    clock.moveTo(seconds(10))
    assert.deepEqual(await store.hit(both), allowed)
    assert.deepEqual(await store.hit(both), refused('k', 90))
  })

  prove('keys are counted apart, however alike they are', async ({ store }) => {
    for (const key of ['k', 'K', 'k ', 'kk', '', 'k\u0000'])
      assert.deepEqual(await store.hit([limit(key, 1, 60)]), allowed, JSON.stringify(key))
  })

  prove('a limit of zero is not counted, and no limit at all is always allowed', async ({ store }) => {
    assert.deepEqual(await store.hit([]), allowed)
    for (let again = 0; again < 3; again++) assert.deepEqual(await store.hit([limit('k', 0, 60)]), allowed)
    assert.deepEqual(await store.hit([limit('k', 0, 60), limit('other', 1, 60)]), allowed)
    assert.deepEqual(await store.hit([limit('k', 0, 60), limit('other', 1, 60)]), refused('other', 60))
    assert.deepEqual(await store.hit([limit('k', 1, 60)]), allowed)
  })

  prove('a smaller number applies from the next use on', async ({ store }) => {
    for (let again = 0; again < 3; again++) await store.hit([limit('k', 5, 60)])
    assert.deepEqual(await store.hit([limit('k', 2, 60)]), refused('k', 60))
    assert.deepEqual(await store.hit([limit('k', 4, 60)]), allowed)
  })

  prove('a use that is given back can be used again, and the window stays as it is', async ({ store, clock }) => {
    const limits = [limit('a', 1, 60), limit('b', 2, 60)]
    await store.hit(limits)
    clock.moveTo(seconds(20))
    assert.deepEqual(await store.hit(limits, -1), allowed)
    assert.deepEqual(await store.hit(limits), allowed)
    assert.deepEqual(await store.hit(limits), refused('a', 40))
    assert.deepEqual(await store.hit([limit('b', 2, 60)]), allowed)
    assert.deepEqual(await store.hit([limit('b', 2, 60)]), refused('b', 40))
  })

  prove('giving back what was never used gives nobody more', async ({ store, clock }) => {
    const one = [limit('k', 1, 60)]
    await store.hit(one, -1)
    clock.moveTo(seconds(30))
    assert.deepEqual(await store.hit(one), allowed)
    for (let again = 0; again < 3; again++) await store.hit(one, -1)
    assert.deepEqual(await store.hit(one), allowed)
    assert.deepEqual(await store.hit(one), refused('k', 60))
  })

  prove('nothing is given back to a window that has ended', async ({ store, clock }) => {
    const one = [limit('k', 1, 60)]
    await store.hit(one)
    clock.moveTo(seconds(60))
    await store.hit(one, -1)
    clock.moveTo(seconds(70))
    assert.deepEqual(await store.hit(one), allowed)
    assert.deepEqual(await store.hit(one), refused('k', 60))
  })
}
