import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import type { Product } from '../harness.ts'
import { assertHonestError, type Caller, journeyOf, ok, startTroubled } from './journey.ts'

/** A service that is down is spared: calls to it fail at once, use up nothing, and one at a time finds out whether it is back. */

let product: Product
let caller: Caller
before(async () => {
  product = await startTroubled()
  caller = await product.client()
})
after(() => product.stop())
afterEach(() => product.calm())

const journey = () => journeyOf(product, caller)
const send = 'phr.enrollment.request_otp'

const bringDown = async (fault: Record<string, unknown>) => {
  await product.fault({ operation: '*', times: 1_000, ...fault })
  const failed = []
  while (failed.length < 5) failed.push(await journey().init())
  for (const reply of failed) assertHonestError(reply)
}
const isBack = async () => {
  product.calm()
  await product.advance(31)
  ok(await journey().init())
}

for (const fault of [{ mode: 'drop_before' }, { mode: 'drop_after' }, { mode: 'html', status: 503 }]) {
  test(`3.7 after five failures in a row (${fault.mode}) nothing is sent for 30 s, and every caller is told 503`, async (t) => {
    ok(await journey().init())
    await bringDown(fault)
    const sent = product.upstreamCalls()
    const startedAt = performance.now()
    await journey().init()
    t.diagnostic(`answered 503 after ${Math.round(performance.now() - startedAt)} ms`)
    for (const reply of await Promise.all(Array.from({ length: 20 }, () => journey().init()))) {
      assertHonestError(reply)
      assert.deepEqual([reply.status, reply.body.error], [503, 'ABDM is overloaded; try again later'])
    }
    await product.advance(29)
    assert.equal((await journey().init()).status, 503)
    assert.equal(product.upstreamCalls(), sent)
    await isBack()
  })
}

test('3.7 a service that is down uses up no OTP, no try and no budget', async () => {
  const one = await journey()
  ok(await one.init())
  await bringDown({ mode: 'drop_before' })
  for (let count = 0; count < 10; count++) assert.equal((await one.verify()).status, 503)
  for (let count = 0; count < 10; count++) assert.equal((await one.resend()).status, 503)
  product.calm()
  await product.advance(31)
  ok(await one.resend())
  assert.equal(await one.messages(), 2)
  ok(await one.verify())
})

test('3.7 of many callers after the pause one tries; when it fails the pause begins anew, when it succeeds all go on', async () => {
  ok(await journey().init())
  await bringDown({ mode: 'drop_before' })
  await product.advance(31)
  const sent = product.upstreamCalls(send)
  const replies = await Promise.all(Array.from({ length: 10 }, () => journey().init()))
  assert.deepEqual(replies.map(({ status }) => status).sort(), [502, ...Array.from({ length: 9 }, () => 503)])
  assert.equal(product.upstreamCalls(send) - sent, 1)
  assert.equal((await journey().init()).status, 503)
  await isBack()
  for (const reply of await Promise.all(Array.from({ length: 10 }, () => journey().init()))) ok(reply)
})

test('a refusal of ABDM’s, whatever its status, is no failure of the service', async () => {
  await product.fault({ operation: send, status: 500, code: 'ABDM-1019', times: 12 })
  for (let count = 0; count < 12; count++) assert.equal((await journey().init()).status, 500)
  ok(await journey().init())
})

test('one service that is down leaves the others alone', async () => {
  ok(await journey().init())
  await product.fault({ operation: send, mode: 'drop_before', times: 1_000 })
  while ((await journey().init()).status !== 503);
  const reply = await caller.post('/abdm/na/v1/registration/aadhaar/init', { aadhaar_number: '999999990019' })
  assert.notEqual(reply.status, 503, reply.text)
  await isBack()
})

test('a clock that is set back leaves no service closed for longer than the pause', async () => {
  ok(await journey().init())
  await bringDown({ mode: 'drop_before' })
  product.calm()
  // The clock below the sandbox's: that one is read again from a database that others share.
  product.baseClock.moveTo(product.baseClock.offsetMs - 3_600_000)
  await caller.relogin()
  ok(await journey().init())
})
