import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import type { Product } from '../harness.ts'
import { assertHonestError, type Caller, type Journey, journeyOf, ok, startTroubled } from './journey.ts'

/** Upstream's clock may differ by a minute and a half; beyond what ABDM accepts the trouble has a name and ends with its cause. */

let product: Product
let caller: Caller
before(async () => {
  product = await startTroubled()
  caller = await product.client()
})
after(() => product.stop())
const skew = (seconds: number) =>
  product.send('POST', '/sandbox/v1/clock', { body: { upstream_skew_seconds: seconds } })
afterEach(() => skew(0))

const readiness = async () => {
  const { status, body } = await product.send('GET', '/readyz')
  return [status, status === 200 ? body.status : body.error]
}

for (const seconds of [90, -90]) {
  test(`with upstream’s clock ${seconds} s away everything works`, async () => {
    await skew(seconds)
    const journey = await journeyOf(product, caller).register()
    ok(await journey.suggestWithoutTxn())
    ok(await journey.sessionInit())
    ok(await journey.sessionVerify())
    ok(await journey.profile())
    assert.deepEqual(await readiness(), [200, 'ok'])
    // The user token ends on two clocks; it is renewed before either is over.
    await product.advance(1_790)
    await caller.relogin()
    ok(await journey.profile())
  })
}

for (const seconds of [400, -400]) {
  test(`with upstream’s clock ${seconds} s away every step says so, /readyz names upstream, and nothing is lost`, async () => {
    const opened = await journeyOf(product, caller).register()
    ok(await opened.sessionInit())
    const registering = journeyOf(product, caller)
    ok(await registering.init())
    const proven = journeyOf(product, caller)
    ok(await proven.init())
    ok(await proven.verify())
    const sent = await registering.messages()

    await skew(seconds)
    assert.deepEqual(await readiness(), [503, 'Not ready: upstream'])
    const acts: readonly ((journey: Journey) => ReturnType<Journey['init']>)[] = [
      () => journeyOf(product, caller).init(),
      () => registering.resend(),
      () => registering.verify(),
      () => proven.suggest(),
      () => proven.check(),
      () => proven.create(),
      () => opened.sessionVerify(),
      () => opened.profile(),
    ]
    for (const act of acts) {
      const reply = await act(registering)
      assertHonestError(reply)
      assert.deepEqual(
        [reply.status, reply.body.error, reply.body.source_error?.code],
        [500, 'Something went wrong', 'ABDM-1016'],
      )
    }
    assert.equal(await registering.messages(), sent)

    await skew(0)
    assert.deepEqual(await readiness(), [200, 'ok'])
    ok(await registering.verify())
    ok(await registering.create())
    ok(await proven.create())
    ok(await opened.sessionVerify())
    ok(await opened.profile())
  })

  test(`a start with upstream’s clock ${seconds} s away is told the same, and is over with the difference`, async () => {
    // A day later no session and no certificate is kept.
    await product.advance(90_000)
    await caller.relogin()
    await skew(seconds)
    for (let call = 0; call < 3; call++) {
      const reply = await journeyOf(product, caller).init()
      assert.deepEqual([reply.status, reply.body.source_error?.code], [500, 'ABDM-1016'], reply.text)
    }
    assert.deepEqual(await readiness(), [503, 'Not ready: upstream'])
    await skew(0)
    ok(await journeyOf(product, caller).init())
    assert.deepEqual(await readiness(), [200, 'ok'])
  })

  test(`a user session that cannot be renewed for the clock’s sake (${seconds} s) is kept`, async () => {
    const journey = await journeyOf(product, caller).register()
    await product.advance(1_801)
    await caller.relogin()
    await skew(seconds)
    for (const reply of [await journey.profile(), await journey.status()]) {
      assertHonestError(reply)
      assert.deepEqual([reply.status, reply.body.source_error?.code], [500, 'ABDM-1016'])
    }
    await skew(0)
    ok(await journey.profile())
    assert.equal(ok(await journey.status()).logged_in, true)
  })
}
