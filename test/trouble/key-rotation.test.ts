import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Product, Reply } from '../harness.ts'
import { type Caller, type Journey, journeyOf, ok, startTroubled } from './journey.ts'

/** New certificates upstream, in the middle of anything, cost no caller a failed call. */

const products: Product[] = []
const callers: Caller[] = []
before(async () => {
  for (const ABDM_PHR_APP of ['true', 'false']) {
    const product = await startTroubled({ ABDM_PHR_APP, ABDM_ANSWER_TIMEOUT_MS: '5000' })
    products.push(product)
    callers.push(await product.client())
  }
})
after(() => Promise.all(products.map((product) => product.stop())))
afterEach(() => {
  for (const product of products) product.calm()
})

const fetched = (product: Product) =>
  product.upstreamCalls('phr.certificate') + product.upstreamCalls('abha.certificate')

const steps: readonly ((journey: Journey) => Promise<unknown>)[] = [
  async (journey) => ok(await journey.init()),
  async (journey) => ok(await journey.resend()),
  async (journey) => ok(await journey.verify()),
  async (journey) => ok(await journey.suggest()),
  async (journey) => ok(await journey.create()),
  async (journey) => ok(await journey.sessionInit()),
  async (journey) => ok(await journey.sessionVerify()),
  async (journey) => ok(await journey.profile()),
]

test('keys that change in the middle of the flow fail no call, and each flow fetches each certificate at most twice', async () => {
  for (const [index, product] of products.entries()) {
    const caller = callers[index]
    assert.ok(caller)
    // Before a step of each kind that seals something; the products differ in the session's steps only.
    for (const at of index === 0 ? [2, 4, 5] : [6]) {
      // A day later nothing is cached.
      await product.advance(90_000)
      await caller.relogin()
      const before = { phr: product.upstreamCalls('phr.certificate'), abha: product.upstreamCalls('abha.certificate') }
      const journey = journeyOf(product, caller)
      for (const [step, take] of steps.entries()) {
        if (step === at) assert.equal((await product.send('POST', '/sandbox/v1/rotate-keys')).status, 204)
        await take(journey)
      }
      // Two OTPs to register, one to open the session: a call that was sealed anew sent none twice.
      assert.equal(await journey.messages(), 3)
      assert.ok(product.upstreamCalls('phr.certificate') - before.phr <= 2)
      assert.ok(product.upstreamCalls('abha.certificate') - before.abha <= 2)
    }
  }
})

test('sixty callers who meet new keys at once all succeed, and the key is fetched once', async () => {
  const [product] = products
  const [caller] = callers
  assert.ok(product && caller)
  ok(await journeyOf(product, caller).init())
  await product.send('POST', '/sandbox/v1/rotate-keys')
  const before = fetched(product)
  const people = Array.from({ length: 60 }, () => journeyOf(product, caller))
  for (const reply of await Promise.all(people.map((one) => one.init()))) ok(reply)
  for (const one of people) assert.equal(await one.messages(), 1)
  assert.equal(fetched(product), before + 1)
})

test('3.4 keys that change twice under fifty requests a second fail no call, and cost two fetches at most', async (t) => {
  const [product] = products
  const [caller] = callers
  assert.ok(product && caller)
  ok(await journeyOf(product, caller).init())
  const before = fetched(product)
  const replies: Promise<Reply>[] = []
  const startedAt = performance.now()
  for (let sent = 0; sent < 150; sent++) {
    if (sent === 50 || sent === 100) await product.send('POST', '/sandbox/v1/rotate-keys')
    replies.push(journeyOf(product, caller).init())
    await pause(Math.max(0, startedAt + sent * 20 - performance.now()))
  }
  for (const reply of await Promise.all(replies)) ok(reply)
  const seconds = (performance.now() - startedAt) / 1000
  t.diagnostic(`${Math.round(150 / seconds)} requests a second, ${fetched(product) - before} fetches`)
  assert.ok(fetched(product) - before <= 2)
})

test('a refusal that blames a value under the right key is passed on, and does not have the key fetched each time', async () => {
  const [product] = products
  const [caller] = callers
  assert.ok(product && caller)
  ok(await journeyOf(product, caller).init())
  const before = fetched(product)
  const refusal = { status: 400, code: 'ABDM-1006: ', message: 'Invalid Mobile Number' }
  await product.fault({ operation: 'phr.enrollment.request_otp', ...refusal, times: 20 })
  for (let call = 0; call < 20; call++) {
    const reply: Reply = await journeyOf(product, caller).init()
    assert.deepEqual(
      [reply.status, reply.body.error, reply.body.source_error.code],
      [400, 'Bad Request, invalid request', 'ABDM-1006'],
    )
  }
  assert.ok(fetched(product) <= before + 1)
})

test('when the new key cannot be fetched nothing was sent, nothing is used up, and the next call goes through', async () => {
  const [product] = products
  const [caller] = callers
  assert.ok(product && caller)
  await product.advance(6)
  const journey = journeyOf(product, caller)
  ok(await journey.init())
  await product.send('POST', '/sandbox/v1/rotate-keys')
  for (const mode of ['drop_before', 'html', 'truncated', 'huge', 'empty']) {
    await product.fault({ operation: 'phr.certificate', mode, times: 2 })
    const reply: Reply = await journey.verify()
    assert.equal(reply.status, 502, reply.text)
    product.calm()
  }
  ok(await journey.verify())
  assert.equal(await journey.messages(), 1)
})
