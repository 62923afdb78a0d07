import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import type { Product } from '../harness.ts'
import { describe, type Expected, isTokenRefusal, type Mode, modes } from './failures.ts'
import { assertHonestError, type Caller, journeyOf, startTroubled } from './journey.ts'
import { type Step, steps } from './steps.ts'

/**
 * However an upstream call goes wrong, at whatever step: the caller gets one honest answer, nothing is sent or made twice, and
 * the flow goes on to its end.
 */

let product: Product
let caller: Caller
/** The same product as seen by a client id that NHA has not enabled for the PHR app. */
let webProduct: Product
let webCaller: Caller
before(async () => {
  product = await startTroubled({ ABDM_BREAKER_FAILURES: '0' })
  caller = await product.client()
  webProduct = await startTroubled({ ABDM_PHR_APP: 'false', ABDM_BREAKER_FAILURES: '0' })
  webCaller = await webProduct.client()
})
after(async () => {
  await product.stop()
  await webProduct.stop()
})
afterEach(async () => {
  for (const one of [product, webProduct]) one.calm()
})

const newJourney = ({ on }: Step) =>
  on === 'web'
    ? { product: webProduct, journey: journeyOf(webProduct, webCaller) }
    : { product, journey: journeyOf(product, caller) }

type At = ReturnType<typeof newJourney>

/** Whether the flow stands where it stood, so that the next failure can strike it there. */
const leavesTheFlow = (fault: Mode): boolean => fault.mode !== 'drop_after' && !isTokenRefusal(fault)

const suffer = async (step: Step, { product: at, journey }: At, { answers, text, ...fault }: Expected) => {
  const messagesBefore = await journey.messages()
  const callsBefore = at.upstreamCalls(step.operation)

  await at.fault({ operation: step.operation, times: 20, ...fault })
  const reply = await step.act(journey)
  at.calm()

  assertHonestError(reply)
  if (step.isAsUser && isTokenRefusal(fault)) assert.equal(reply.status, 491, reply.text)
  else assert.deepEqual([reply.status, reply.body.error], [answers, text])
  const isSent = (await journey.messages()) - messagesBefore
  assert.ok(isSent <= (fault.mode === 'drop_after' ? 1 : 0), `${isSent} OTPs went out`)
  if (!step.isRepeatable) assert.equal(at.upstreamCalls(step.operation), callsBefore + 1)
}

for (const step of steps) {
  test(`${step.name} survives every failure of ${step.operation}`, async (t) => {
    let waiting: At | undefined
    for (const mode of modes)
      await t.test(describe(mode), async () => {
        const here = waiting ?? newJourney(step)
        if (!waiting) await step.ready(here.journey)
        waiting = undefined
        await suffer(step, here, mode)
        if (mode !== modes.at(-1) && leavesTheFlow(mode)) waiting = here
        else await step.finish(here.journey)
      })
  })
}

test('every step gives up an upstream that never answers, and goes on when it does', async () => {
  // Beside each other, for the sake of time; each operation's fault strikes one of them.
  const operations = new Set(steps.map(({ operation }) => operation))
  const struck = [...operations].map((operation) => steps.find((step) => step.operation === operation))
  const ready = await Promise.all(
    struck.map(async (step) => {
      assert.ok(step)
      const { product: at, journey } = newJourney(step)
      await step.ready(journey)
      return { step, at, journey, messages: await journey.messages() }
    }),
  )
  await Promise.all(
    ready.map(async ({ step, at, journey, messages }) => {
      await at.fault({ operation: step.operation, mode: 'timeout', times: 1 })
      const reply = await step.act(journey)
      assertHonestError(reply)
      assert.deepEqual([reply.status, reply.body.error], [504, 'ABDM did not answer in time; try again'], step.name)
      assert.equal(await journey.messages(), messages)
    }),
  )
  for (const { step, journey } of ready) await step.finish(journey)
})

test('one failure of the connection, a proxy or the bearer is not noticed where a call may be repeated', async () => {
  const harmless: readonly Mode[] = [
    { mode: 'drop_before' },
    { mode: 'drop_after' },
    { mode: 'html' },
    { mode: 'empty', status: 502 },
    { mode: 'empty', status: 503 },
    { mode: 'error', status: 401, code: '900901' },
  ]
  for (const step of steps.filter(({ isRepeatable }) => isRepeatable)) {
    const { product: at, journey } = newJourney(step)
    await step.ready(journey)
    for (const fault of harmless) {
      await at.fault({ operation: step.operation, times: 1, ...fault })
      assert.equal((await step.act(journey)).status, 200, `${step.name} ${describe(fault)}`)
    }
  }
})

test('a bearer that the API gateway refuses once costs no caller anything, at any step', async () => {
  for (const step of steps) {
    const { product: at, journey } = newJourney(step)
    await step.ready(journey)
    const messagesBefore = await journey.messages()
    const sessions = at.upstreamCalls('gateway.session')
    await at.fault({ operation: step.operation, status: 401, code: '900901', message: 'Invalid Credentials', times: 1 })
    assert.equal((await step.act(journey)).status, 200, step.name)
    assert.equal(at.upstreamCalls('gateway.session'), sessions + 1, step.name)
    assert.ok((await journey.messages()) <= messagesBefore + 1, step.name)
  }
})

test('many failures in a row use up no tries, and the right OTP is still good', async () => {
  for (const step of steps.filter(({ operation }) => operation.endsWith('.verify'))) {
    const { product: at, journey } = newJourney(step)
    await step.ready(journey)
    for (const { answers: _, text: __, ...fault } of modes.filter(({ mode }) => mode !== 'drop_after')) {
      await at.fault({ operation: step.operation, ...fault })
      assert.notEqual((await step.act(journey)).status, 200)
    }
    assert.equal((await step.act(journey)).status, 200, step.name)
  }
})
