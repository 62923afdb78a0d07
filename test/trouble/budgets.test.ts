import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import type { Product } from '../harness.ts'
import { type Caller, journeyOf, ok, startTroubled } from './journey.ts'

/** What certainly never reached the service that sends OTPs costs nobody a send, a resend or a try. */

let product: Product
let caller: Caller
before(async () => {
  product = await startTroubled({
    OTP_SENDS_PER_IDENTIFIER_HOUR: '2',
    OTP_SENDS_PER_IDENTIFIER_DAY: '9',
    OTP_SENDS_PER_CLIENT_HOUR: '100000',
    OTP_SENDS_PER_ADDRESS_HOUR: '100000',
    OTP_RESENDS_MAX: '1',
  })
  caller = await product.client()
})
after(() => product.stop())
afterEach(() => product.calm())

/** Each is in the way of every OTP, before the service that would send it. */
const obstacles: readonly (readonly Record<string, unknown>[])[] = [
  [{ operation: 'gateway.session', mode: 'drop_before' }],
  [{ operation: 'gateway.session', mode: 'timeout' }],
  [{ operation: 'gateway.session', mode: 'drop_after' }],
  [{ operation: 'gateway.session', mode: 'html' }],
  [{ operation: 'gateway.session', status: 500, code: 'ABDM-9999' }],
  [{ operation: 'phr.certificate', mode: 'drop_before' }],
  [{ operation: 'phr.certificate', mode: 'empty', status: 503 }],
  [{ operation: 'phr.certificate', mode: 'truncated' }],
  [
    { operation: 'phr.enrollment.request_otp', status: 401, code: '900901', message: 'Invalid Credentials' },
    { operation: 'phr.login.request_otp', status: 401, code: '900901', message: 'Invalid Credentials' },
  ],
]

/** A service that failed five times in a row is left alone for half a minute, and then tried by one call. */
const pastBreaker = async () => {
  await product.advance(31)
  ok(await journeyOf(product, caller).init())
}

const forgetUpstream = async () => {
  await product.advance(90_000)
  await caller.relogin()
}

test('a send that never left is not counted, whatever was in its way', async () => {
  for (const faults of obstacles) {
    await forgetUpstream()
    const journey = journeyOf(product, caller)
    for (const fault of faults) await product.fault({ times: 99, ...fault })
    // At once, because some of the obstacles take their time.
    const blocked = await Promise.all([1, 2].map(() => journey.init()))
    for (const reply of blocked) assert.ok(reply.status >= 500, reply.text)
    product.calm()
    ok(await journey.init())
    ok(await journey.init())
    const over = await journey.init()
    assert.equal(over.status, 429, JSON.stringify(faults))
    assert.ok(Number(over.headers.get('retry-after')) > 0)
    assert.equal(await journey.messages(), 2)
  }
})

test('refused gateway credentials and their pause cost no sends', async () => {
  await forgetUpstream()
  const journey = journeyOf(product, caller)
  await product.fault({
    operation: 'gateway.session',
    status: 400,
    code: 'ABDM-9999',
    message: 'Invalid user credentials',
  })
  for (let call = 0; call < 4; call++) assert.equal((await journey.init()).status, 503)
  await product.advance(61)
  ok(await journey.init())
  ok(await journey.init())
  assert.equal((await journey.init()).status, 429)
})

test('a resend that never left, or that a budget forbade, is still to be had', async () => {
  for (const faults of obstacles.filter(([fault]) => fault?.mode !== 'timeout').slice(0, 4)) {
    await forgetUpstream()
    const journey = journeyOf(product, caller)
    ok(await journey.init())
    for (const fault of faults) await product.fault({ times: 99, ...fault })
    // Within the life of the OTP the session is refused once, so that a new one is asked for.
    for (let call = 0; call < 3; call++) {
      await product.fault({
        operation: 'phr.enrollment.request_otp',
        status: 401,
        code: '900901',
        message: 'x',
        times: 1,
      })
      assert.ok((await journey.resend()).status >= 500)
    }
    product.calm()
    ok(await journey.resend())
    assert.equal((await journey.resend()).status, 429)
    assert.equal(await journey.messages(), 2)
    ok(await journey.verify())
  }

  const spent = journeyOf(product, caller)
  ok(await spent.init())
  ok(await spent.init())
  assert.equal((await spent.resend()).status, 429)
  await product.advance(1_700)
  await caller.relogin()
  // The hour of the budget is not over, the transaction is still alive, and so is its one resend.
  assert.equal((await spent.resend()).status, 429)
  await forgetUpstream()
})

test('a send that upstream may have made is counted', async () => {
  for (const mode of ['timeout', 'drop_before', 'drop_after', 'truncated']) {
    const journey = journeyOf(product, caller)
    await product.fault({ operation: 'phr.enrollment.request_otp', mode, times: 2 })
    for (const reply of await Promise.all([1, 2].map(() => journey.init()))) assert.ok(reply.status >= 500)
    assert.equal((await journey.init()).status, 429)
    await pastBreaker()
  }
})

test('an OTP that could not be asked about is not counted as tried', async () => {
  const journey = journeyOf(product, caller)
  ok(await journey.init())
  const otp = await journey.otp()
  for (let call = 0; call < 6; call++) {
    await product.fault({ operation: 'phr.enrollment.verify', status: 401, code: '900901', message: 'x', times: 1 })
    await product.fault({ operation: 'gateway.session', mode: 'drop_before', times: 1 })
    assert.equal((await journey.verify(otp)).status, 502)
    product.calm()
    await pastBreaker()
  }
  for (const _ of [1, 2]) assert.equal((await journey.verify('000000')).body.source_error.code, 'ABDM-1035')
  ok(await journey.verify(otp))
})
