import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import type { Product } from '../harness.ts'
import { type Caller, journeyOf, ok, startTroubled } from './journey.ts'

/** ABDM's clock may be far from ours: its answers tell by how much, the TIMESTAMP follows, and the operator is told. */

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

const readiness = async (): Promise<number> => {
  const { status, body, text } = await product.send('GET', '/readyz')
  assert.equal(status, 200, text)
  return body.clock_skew_seconds ?? 0
}
/** `Date` has whole seconds. */
const assertAbout = (seen: number, expected: number) =>
  assert.ok(Math.abs(seen - expected) <= 2, `${seen} s in place of ${expected} s`)

/** Within what ABDM accepts, and far outside of it. */
for (const seconds of [90, -90, 400, -400, 86_400]) {
  test(`3.5 with ABDM’s clock ${seconds} s away every step works, no OTP is sent twice, and /readyz and the log say so`, async () => {
    const lines = product.lines.length
    await skew(seconds)
    const journey = journeyOf(product, caller)
    ok(await journey.init())
    assert.equal(await journey.messages(), 1)
    ok(await journey.verify())
    ok(await journey.suggest())
    ok(await journey.create())
    ok(await journey.suggestWithoutTxn())
    ok(await journey.sessionInit())
    ok(await journey.sessionVerify())
    ok(await journey.profile())
    assertAbout(await readiness(), seconds)
    const told = product.lines.slice(lines).filter((line) => line.includes('the clock of this server'))
    assert.ok(told.length > 0)
    const about = JSON.parse(told[0] ?? '{}')
    assertAbout(about.seconds, seconds)

    await skew(0)
    ok(await journeyOf(product, caller).init())
    ok(await journey.profile())
    assert.ok(product.lines.slice(lines).some((line) => line.includes('agree again')))
  })
}

test('3.5 /readyz alone hears that the clocks differ, and that they agree again', async () => {
  ok(await journeyOf(product, caller).init())
  assert.equal(await readiness(), 0)
  for (const seconds of [90, -90]) {
    await skew(seconds)
    assertAbout(await readiness(), seconds)
  }
  await skew(0)
  assert.equal(await readiness(), 0)
})

test('a start with the clocks apart costs nobody a failed call', async () => {
  // A day later no session and no certificate is kept.
  await product.advance(90_000)
  await caller.relogin()
  await skew(-3_000)
  ok(await journeyOf(product, caller).init())
})

test('a user session is renewed with the clocks apart', async () => {
  const journey = await journeyOf(product, caller).register()
  await product.advance(1_801)
  await caller.relogin()
  await skew(400)
  ok(await journey.profile())
  assert.equal(ok(await journey.status()).logged_in, true)
})
