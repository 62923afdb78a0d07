import assert from 'node:assert/strict'
import { test } from 'node:test'
import type * as wire from '../../abdm/wire/phr-profile.ts'
import type { Answers } from './answer.ts'
import { answered } from './index.ts'
import { phrProfile } from './phr-profile.ts'

/** Every operation that the wire names is answered. */

test('a missing answer does not compile', () => {
  // @ts-expect-error refresh is missing
  const incomplete: Answers<typeof wire> = { get: phrProfile.get }
  assert.equal('refresh' in incomplete, false)
})

test('an answer of the wrong shape does not compile', () => {
  // @ts-expect-error a refresh wraps its tokens
  const wrong: Answers<typeof wire> = { ...phrProfile, refresh: async () => ({ token: 'x', expiresIn: 1800 }) }
  assert.equal(typeof wrong.refresh, 'function')
})

test('no two operations share an id or an address', () => {
  const ids = answered.map(({ op }) => op.id)
  const places = answered.map(({ op }) => `${op.service} ${op.method} ${op.path}`)
  assert.ok(ids.length >= 14)
  assert.deepEqual([new Set(ids).size, new Set(places).size], [ids.length, ids.length])
})
