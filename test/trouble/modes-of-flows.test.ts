import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import * as wire from '../../src/abdm/wire/index.ts'
import type { FaultWish } from '../../src/emulator/emulator.ts'
import type { Product, Reply } from '../harness.ts'
import { byAadhaar, byFace } from './aadhaar-steps.ts'
import { describe, type Expected, isTokenRefusal, type Mode, modes } from './failures.ts'
import { type FlowStep, type Said, sessionEnded } from './flow-step.ts'
import { assertHonestError, type Caller, startTroubled } from './journey.ts'
import { byLogin } from './login-steps.ts'
import { ofUsers } from './user-steps.ts'
import { type Way, wayOf } from './way.ts'

/**
 * However an upstream call goes wrong, at whatever step of registration by Aadhaar or face, login, search, KYC, profile and
 * share: one honest answer, nothing sent or made twice, and the flow goes on to its end.
 */

const flowSteps: readonly FlowStep[] = [...byAadhaar, ...byFace, ...byLogin, ...ofUsers]

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

const at = ({ on }: FlowStep) => (on === 'web' ? webProduct : product)
const readyAt = async (step: FlowStep): Promise<Way> => {
  const way = await wayOf(at(step), step.on === 'web' ? webCaller : caller, step.kind)
  await step.ready(way)
  return way
}
/** Past the sandbox, which says everything in the operation's own form. */
const strike = (step: FlowStep, fault: Omit<FaultWish, 'operation'>) =>
  at(step).emulator?.faults.add({ operation: step.operation, ...fault })
const isSuccess = ({ status }: Reply) => status < 300

const isRepeatable = new Map(
  Object.values(wire)
    .flatMap((family) => Object.values(family))
    .filter((one) => typeof one === 'object' && 'isRepeatable' in one)
    .map((operation) => [operation.id, operation.isRepeatable]),
)

const expected = (step: FlowStep, fault: Mode, otherwise: Said): Said | 'success' => {
  const named = describe(fault)
  const said = step.says?.[named]
  if (said) return said
  if (step.bears === 'all' || step.bears?.includes(named)) return 'success'
  return step.isAsUser && isTokenRefusal(fault) ? sessionEnded : otherwise
}

const assertSaid = (reply: Reply, wanted: Said | 'success', about = ''): void => {
  if (wanted === 'success') assert.ok(isSuccess(reply), `${about} ${reply.text}`)
  else {
    assertHonestError(reply)
    assert.deepEqual([reply.status, reply.body.error], wanted, about)
  }
}

/** Whether the flow stands where it stood, so that the next failure can strike it there. */
const leavesTheFlow = (step: FlowStep, { answers, text, ...fault }: Expected): boolean =>
  fault.mode !== 'drop_after' && !isTokenRefusal(fault) && expected(step, fault, [answers, text]) !== 'success'

const suffer = async (step: FlowStep, way: Way, { answers, text, ...fault }: Expected): Promise<Reply> => {
  const messagesBefore = await way.messages()
  const callsBefore = at(step).upstreamCalls(step.operation)

  // The wrapped form carries its code at every operation.
  strike(step, { times: 20, form: 'wrapped', ...fault })
  const reply = await step.act(way)
  at(step).calm()

  assertSaid(reply, expected(step, fault, [answers, text]))
  const isSent = (await way.messages()) - messagesBefore
  assert.ok(isSent <= (fault.mode === 'drop_after' ? 1 : 0), `${isSent} OTPs went out`)
  // A session that is refused is renewed, and the call made once more; that one was not acted on.
  const mostCalls = step.isAsUser && isTokenRefusal(fault) ? 2 : 1
  if (!isRepeatable.get(step.operation)) {
    assert.equal(at(step).upstreamCalls(step.operation), callsBefore + mostCalls)
  }
  return reply
}

for (const step of flowSteps) {
  test(`${step.name} survives every failure of ${step.operation}`, async (t) => {
    let waiting: Way | undefined
    for (const mode of modes)
      await t.test(describe(mode), async () => {
        const way = waiting ?? (await readyAt(step))
        waiting = undefined
        const reply = await suffer(step, way, mode)
        if (mode !== modes.at(-1) && leavesTheFlow(step, mode)) waiting = way
        else await step.finish(way, reply)
      })
  })
}

test('every step gives up an upstream that never answers, and goes on when it does', async () => {
  // Beside each other, for the sake of time; in no round does a step ask what another one's fault is meant for.
  const isRead = ({ operation }: FlowStep) => operation.endsWith('.get')
  const rounds = [
    flowSteps.filter((step) => !step.isSecond && !isRead(step)),
    flowSteps.filter(({ isSecond }) => isSecond),
    flowSteps.filter(isRead),
  ]
  for (const round of rounds) {
    const ready = await Promise.all(round.map(async (step) => ({ step, way: await readyAt(step) })))
    const suffered = await Promise.all(
      ready.map(async ({ step, way }) => {
        const messages = await way.messages()
        strike(step, { mode: 'timeout' })
        const reply = await step.act(way)
        const wanted = expected(step, { mode: 'timeout' }, [504, 'ABDM did not answer in time; try again'])
        assertSaid(reply, wanted, step.name)
        assert.equal(await way.messages(), messages, step.name)
        return { step, way, reply }
      }),
    )
    for (const { step, way, reply } of suffered) await step.finish(way, reply)
  }
})

const harmless: readonly Mode[] = [
  { mode: 'drop_before' },
  { mode: 'drop_after' },
  { mode: 'html' },
  { mode: 'empty', status: 502 },
  { mode: 'empty', status: 503 },
]

test('one failure of the connection or a proxy is not noticed where a call may be repeated', async () => {
  for (const step of flowSteps.filter(({ operation }) => isRepeatable.get(operation))) {
    let way = await readyAt(step)
    for (const fault of harmless) {
      // What is about a user can be asked again; other steps take their flow on.
      if (!step.isAsUser && fault !== harmless[0]) way = await readyAt(step)
      strike(step, fault)
      const reply = await step.act(way)
      assert.ok(isSuccess(reply), `${step.name} ${describe(fault)} ${reply.text}`)
    }
  }
})

test('a bearer that the API gateway refuses once costs no caller anything, at any step', async () => {
  for (const step of flowSteps) {
    const way = await readyAt(step)
    const messages = await way.messages()
    const sessions = at(step).upstreamCalls('gateway.session')
    strike(step, { status: 401, code: '900901', message: 'Invalid Credentials', form: 'flat' })
    const reply = await step.act(way)
    assert.ok(isSuccess(reply), `${step.name} ${reply.text}`)
    assert.equal(at(step).upstreamCalls('gateway.session'), sessions + 1, step.name)
    assert.ok((await way.messages()) <= messages + 1, step.name)
  }
})
