import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import type { Product } from '../harness.ts'
import { assertHonestError, type Caller, type Journey, journeyOf, ok, startTroubled } from './journey.ts'

/** A person's session is renewed once when it must be, kept through trouble, and over only when ABDM says so. */

let product: Product
let caller: Caller
before(async () => {
  product = await startTroubled()
  caller = await product.client()
})
after(() => product.stop())
afterEach(() => product.calm())

const refreshes = () => product.upstreamCalls('phr.profile.refresh')
const refused = { operation: 'phr.profile.get' }
const registered = () => journeyOf(product, caller).register()
/** Registered, and the user token has ended meanwhile. */
const expired = async (): Promise<Journey> => {
  const journey = await registered()
  await product.advance(1_801)
  await caller.relogin()
  return journey
}
const assertOver = async (journey: Journey): Promise<void> => {
  const reply = await journey.profile()
  assertHonestError(reply)
  assert.equal(reply.status, 491, reply.text)
  assert.equal(ok(await journey.status()).logged_in, false)
}
const openAgain = async (journey: Journey): Promise<void> => {
  ok(await journey.sessionInit())
  ok(await journey.sessionVerify())
  assert.equal(ok(await journey.profile()).abha_address, journey.abha_address)
}

test('sixteen readers who find the token ended cause one refresh', async () => {
  const journey = await expired()
  const before = refreshes()
  for (const reply of await Promise.all(Array.from({ length: 16 }, () => journey.profile()))) ok(reply)
  assert.equal(refreshes(), before + 1)
  ok(await journey.profile())
  assert.equal(refreshes(), before + 1)
})

test('sixteen readers whose token is refused before its time cause one refresh, however late they hear of it', async () => {
  const journey = await registered()
  const before = refreshes()
  const over = { status: 401, code: 'ABDM-1094', message: 'X-token expired' }
  // Held until all of them have come: a repeated call must not meet what was meant for a first one.
  await product.fault({ ...refused, ...over, times: 8, delay_ms: 1_000 })
  await product.fault({ ...refused, ...over, times: 8, delay_ms: 1_060 })
  for (const reply of await Promise.all(Array.from({ length: 16 }, () => journey.profile()))) ok(reply)
  assert.equal(refreshes(), before + 1)
})

const tokenRefusals = [
  { status: 401, code: 'ABDM-1094', message: 'X-token expired' },
  { status: 400, code: 'ABDM-1006: ', message: 'Invalid X-token' },
  { status: 422, code: 'ABDM-1158', message: 'Invalid X-Token' },
] as const

test('every way in which ABDM refuses a user token leads to one refresh and one repetition', async () => {
  for (const refusal of tokenRefusals) {
    const journey = await registered()
    const before = refreshes()
    await product.fault({ ...refused, ...refusal })
    ok(await journey.profile())
    assert.equal(refreshes(), before + 1, JSON.stringify(refusal))
  }
})

test('a renewed token that is refused too ends the session with 491, and a new one can be opened', async () => {
  for (const start of [registered, expired]) {
    const journey = await start()
    await product.fault({ ...refused, ...tokenRefusals[0], times: 2 })
    const before = refreshes()
    const reply = await journey.profile()
    assert.equal(reply.status, 491, reply.text)
    assert.equal(refreshes(), before + 1)
    product.calm()
    await assertOver(journey)
    await openAgain(journey)
  }
})

const refreshTroubles = [
  [{ mode: 'error', status: 500, code: 'ABDM-9999' }, 500],
  [{ mode: 'error', status: 503, code: 'ABDM-1024' }, 500],
  [{ mode: 'error', status: 401, code: '900901' }, 500],
  [{ mode: 'error', status: 404, code: 'ABDM-1016: ' }, 500],
  [{ mode: 'error', status: 400, code: 'ABDM-1022' }, 500],
  [{ mode: 'timeout' }, 504],
  [{ mode: 'drop_before' }, 502],
  [{ mode: 'drop_after' }, 502],
  [{ mode: 'empty', status: 200 }, 502],
  [{ mode: 'empty', status: 403 }, 502],
  [{ mode: 'empty', status: 404 }, 502],
  [{ mode: 'empty', status: 429 }, 503],
  [{ mode: 'empty', status: 500 }, 502],
  [{ mode: 'empty', status: 503 }, 503],
  [{ mode: 'html' }, 502],
  [{ mode: 'truncated' }, 502],
  [{ mode: 'huge' }, 502],
] as const

test('a refresh that fails is an honest error of the step, and the session is kept', async () => {
  for (const [fault, status] of refreshTroubles) {
    const journey = await expired()
    await product.fault({ operation: 'phr.profile.refresh', times: 9, ...fault })
    for (const reply of await Promise.all([journey.profile(), journey.status()])) {
      assertHonestError(reply)
      assert.equal(reply.status, status, `${JSON.stringify(fault)} ${reply.text}`)
    }
    product.calm()
    assert.equal(ok(await journey.status()).logged_in, true, JSON.stringify(fault))
    ok(await journey.profile())
  }
})

test('a refresh that ABDM refuses ends the session with 491, and the status says no', async () => {
  for (const refusal of [
    { mode: 'empty', status: 401, times: 2 },
    { mode: 'empty', status: 400 },
    { status: 400, code: 'ABDM-1006: ', message: 'Invalid R-token' },
    { status: 401, code: 'ABDM-1094', message: 'Access restricted' },
  ]) {
    const journey = await expired()
    await product.fault({ operation: 'phr.profile.refresh', ...refusal })
    assert.equal((await journey.profile()).status, 491, JSON.stringify(refusal))
    await assertOver(journey)
    await openAgain(journey)
  }
})

test('the status of a session whose refresh is refused is no, never 491', async () => {
  const journey = await expired()
  await product.fault({ operation: 'phr.profile.refresh', ...tokenRefusals[0] })
  assert.deepEqual(ok(await journey.status()), { logged_in: false, kyc_verified: false })
  await assertOver(journey)
})

test('a session that was opened while another call found the old one refused is the one that stays', async () => {
  const journey = await registered()
  ok(await journey.sessionInit())
  await product.fault({ ...refused, ...tokenRefusals[0], delay_ms: 150 })
  await product.fault({ operation: 'phr.profile.refresh', ...tokenRefusals[0], delay_ms: 150 })
  const [read, opened] = await Promise.all([journey.profile(), journey.sessionVerify()])
  ok(opened)
  assert.ok(read.status === 200 || read.status === 491, read.text)
  ok(await journey.profile())
  assert.equal(ok(await journey.status()).logged_in, true)
})

test('the words about a token mean 491 only where a session is needed', async () => {
  const journey = await registered()
  for (const refusal of tokenRefusals) {
    for (const [operation, act] of [
      ['phr.enrollment.request_otp', () => journeyOf(product, caller).init()],
      ['phr.enrollment.is_exists', () => journey.check()],
      ['phr.login.request_otp', () => journey.sessionInit()],
    ] as const) {
      await product.fault({ operation, times: 2, ...refusal })
      const reply = await act()
      product.calm()
      if (reply.status === 200) continue
      assertHonestError(reply)
      assert.notEqual(reply.status, 491, `${operation} ${JSON.stringify(refusal)}`)
    }
  }
})
