import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import type { Product } from '../harness.ts'
import { assertHonestError, type Caller, journeyOf, ok, startTroubled } from './journey.ts'

/** One gateway session serves everybody, is renewed before its end, and a refused login is not tried again and again. */

let product: Product
let caller: Caller
before(async () => {
  product = await startTroubled({ ABDM_ANSWER_TIMEOUT_MS: '30000' })
  caller = await product.client()
})
after(() => product.stop())
afterEach(() => product.calm())

const journey = () => journeyOf(product, caller)
const sessions = () => product.upstreamCalls('gateway.session')
const certificates = () => product.upstreamCalls('phr.certificate') + product.upstreamCalls('abha.certificate')

/** Half an hour: whatever was cached of the gateway is over. */
const later = async (seconds: number) => {
  await product.advance(seconds)
  await caller.relogin()
}

test('3.1 five hundred first callers at once cost one session call and one certificate', async () => {
  const replies = await Promise.all(Array.from({ length: 500 }, () => journey().init()))
  for (const reply of replies) ok(reply)
  assert.equal(sessions(), 1)
  assert.equal(certificates(), 1)
})

test('3.2 the session is renewed at least a minute before its end, so that nobody meets a refusal', async () => {
  const before = sessions()
  await later(1_000)
  ok(await journey().init())
  assert.equal(sessions(), before)
  // 1,200 s are its life; a call at 1,141 s finds a new one.
  await later(141)
  await Promise.all(Array.from({ length: 20 }, async () => ok(await journey().init())))
  assert.equal(sessions(), before + 1)
  assert.ok(
    product.emulator?.trace.list({}).every(({ status }) => status !== 401),
    'a call was refused',
  )
})

test('a login that fails before the old session is over costs nobody anything', async () => {
  await later(1_150)
  const before = sessions()
  await product.fault({ operation: 'gateway.session', mode: 'drop_before', times: 1 })
  ok(await journey().init())
  ok(await journey().init())
  assert.equal(sessions(), before + 1)
  await later(11)
  ok(await journey().init())
  assert.equal(sessions(), before + 2)
})

test('3.3 a bearer that is refused costs one renewal and one repetition', async () => {
  ok(await journey().init())
  const [before, calls] = [sessions(), product.upstreamCalls('phr.enrollment.is_exists')]
  await product.fault({ operation: 'phr.enrollment.is_exists', mode: 'empty', status: 401, times: 1 })
  ok(await journey().check())
  assert.deepEqual([sessions() - before, product.upstreamCalls('phr.enrollment.is_exists') - calls], [1, 2])
})

test('3.3 a hundred callers whose session is refused at once cause one new session', async () => {
  ok(await journey().init())
  const before = sessions()
  const refusal = { status: 401, code: '900901', message: 'Invalid Credentials' }
  // Held until all of them have come: a repeated call must not meet what was meant for a first one.
  await product.fault({ operation: 'phr.enrollment.request_otp', ...refusal, delay_ms: 1_500, times: 100 })
  const people = Array.from({ length: 100 }, journey)
  for (const reply of await Promise.all(people.map((one) => one.init()))) ok(reply)
  for (const one of people) assert.equal(await one.messages(), 1)
  const spent = sessions() - before
  assert.ok(spent >= 1 && spent <= 3, `${spent} sessions`)
})

const failures = [
  [{ mode: 'drop_before' }, 502, 'ABDM cannot be reached; try again'],
  [{ mode: 'drop_after' }, 502, 'ABDM cannot be reached; try again'],
  [{ mode: 'empty', status: 200 }, 502, 'ABDM sent an answer that cannot be read; try again'],
  [{ mode: 'empty', status: 500 }, 502, 'ABDM sent an answer that cannot be read; try again'],
  [{ mode: 'empty', status: 503 }, 503, 'ABDM is overloaded; try again later'],
  [{ mode: 'html' }, 502, 'ABDM sent an answer that cannot be read; try again'],
  [{ mode: 'truncated' }, 502, 'ABDM sent an answer that cannot be read; try again'],
  [{ mode: 'huge' }, 502, 'ABDM sent an answer that cannot be read; try again'],
  [{ mode: 'error', status: 500, code: 'ABDM-9999: ' }, 500, 'Something went wrong'],
  [{ mode: 'error', status: 503, code: 'ABDM-1024' }, 500, 'Something went wrong'],
] as const

test('a failing login or certificate is an honest error of the step, uses up nothing, and is over as soon as it works again', async () => {
  for (const operation of ['gateway.session', 'phr.certificate']) {
    for (const [fault, status, text] of failures) {
      await later(90_000)
      const one = journey()
      await product.fault({ operation, times: 9, ...fault })
      const reply = await one.init()
      assertHonestError(reply)
      assert.deepEqual([reply.status, reply.body.error], [status, text], `${operation} ${JSON.stringify(fault)}`)
      assert.equal(await one.messages(), 0)
      product.calm()
      ok(await one.init())
      assert.equal(await one.messages(), 1)
    }
  }
})

test('3.6 refused credentials are tried once per pause, and the pause doubles', async () => {
  await later(90_000)
  await product.fault({
    operation: 'gateway.session',
    status: 400,
    code: 'ABDM-9999: ',
    message: 'Invalid user credentials',
    times: 999,
  })
  const knock = async () => {
    const replies = await Promise.all(Array.from({ length: 30 }, () => journey().init()))
    for (const reply of replies) {
      assertHonestError(reply)
      assert.deepEqual([reply.status, reply.body.error], [503, 'ABDM is overloaded; try again later'])
    }
    const ready = await product.send('GET', '/readyz')
    assert.deepEqual([ready.status, ready.body.error], [503, 'Not ready: upstream'])
  }
  let expected = sessions()
  for (const pause of [60, 120, 240]) {
    await knock()
    expected += 1
    assert.equal(sessions(), expected)
    await later(pause - 1)
    await knock()
    assert.equal(sessions(), expected)
    await later(1)
  }
  product.calm()
  ok(await journey().init())
})

test('3.6 a real lock upstream is waited out without a single call that would prolong it', async () => {
  await later(90_000)
  await product.fault({
    operation: 'gateway.session',
    status: 400,
    code: 'ABDM-9999: ',
    message: 'Invalid user credentials',
    times: 4,
  })
  const before = sessions()
  let waited = 0
  for (let reply = await journey().init(); reply.status !== 200; reply = await journey().init()) {
    await later(30)
    waited += 30
  }
  assert.equal(sessions() - before, 5)
  assert.ok(waited <= 60 + 120 + 240 + 480)
})
