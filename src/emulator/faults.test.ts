import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, afterEach, test } from 'node:test'
import { UnknownFaultOperation } from './emulator.ts'
import { refusalForms } from './refusal.ts'
import { type Answer, at, startBench } from './testing.ts'

/** A fault strikes the calls it names, in its mode, as often as it says (sandbox.md). */

const bench = await startBench()
after(() => bench.close())
const { caller, emulator } = bench
const { faults } = emulator
afterEach(() => faults.clear())

const operation = 'phr.enrollment.request_otp'
const mobile = '7800000001'
const ask = (number = mobile) => caller.askToEnrol(number)
const sentTo = async (number: string) => (await emulator.inbox.list({ to: number, limit: 100 })).length
const isCut = (call: Promise<Answer>) => assert.rejects(call, { code: 'ECONNRESET' })

test('an error comes in the operation’s own form, once by default', async () => {
  faults.add({ operation, status: 503, code: 'ABDM-1004', message: 'SMS gateway unavailable' })
  const answer = await ask()
  assert.deepEqual([answer.status, answer.body], [503, [{ code: 'ABDM-1004', message: 'SMS gateway unavailable' }]])
  assert.equal(await sentTo(mobile), 0)
  assert.equal((await ask()).status, 200)
  faults.add({ operation: 'abha.certificate' })
  const wrapped = await caller.send('abha', 'GET', '/profile/public/certificate')
  assert.deepEqual(
    [wrapped.status, wrapped.body],
    [500, { error: { code: 'ABDM-9999', message: 'Unknown exception' } }],
  )
})

test('an error can take any of the eight forms', async () => {
  const bodies: unknown[] = []
  for (const form of refusalForms) {
    faults.add({ operation, form, status: 400, code: 'ABDM-1', message: 'No' })
    const answer = await ask()
    assert.equal(answer.status, 400)
    bodies.push(answer.body ?? answer.text)
  }
  const timestamp = '2026-01-02 08:34:05'
  const [spring] = bodies.splice(8, 1) as [{ requestId: string }]
  assert.deepEqual(bodies, [
    { error: { code: 'ABDM-1', message: 'No' } },
    { code: 'ABDM-1', message: 'No' },
    [{ code: 'ABDM-1', message: 'No' }],
    { message: 'No', timestamp },
    { message: 'No', timestamp },
    { txnId: '', description: 'No' },
    'No',
    '',
    { code: '400', type: 'Status report', message: 'Runtime Error', description: 'No' },
  ])
  assert.deepEqual(spring, {
    timestamp: '2026-01-02T03:04:05.678Z',
    path: '/abha/api/v3/phr/app/enrollment/request/otp',
    status: 400,
    error: 'No',
    requestId: spring.requestId,
  })
})

test('what remains is listed, and is cleared', async () => {
  faults.add({ operation, times: 3, mode: 'empty' })
  faults.add({ operation: 'web.profile.get', probability: 0.5, status: 418 })
  await ask()
  assert.deepEqual(
    faults.list().map(({ mode, times, probability }) => [mode, times, probability]),
    [
      ['empty', 2, null],
      ['error', null, 0.5],
    ],
  )
  faults.clear()
  assert.equal((await ask()).status, 200)
})

test('a probability of one strikes every operation until cleared, of zero none', async () => {
  faults.add({ operation: '*', probability: 0 })
  faults.add({ operation: '*', probability: 1, status: 502, mode: 'html' })
  for (let turn = 0; turn < 3; turn++) {
    assert.equal((await caller.session()).status, 502)
    assert.equal((await caller.send('phr-app', 'GET', '/enrollment/isExists?abhaAddress=abcdefgh%40sbx')).status, 502)
  }
})

test('an unknown operation is refused', () => {
  assert.throws(() => faults.add({ operation: 'phr.enrolment.request_otp' }), UnknownFaultOperation)
})

test('the header checks come before a fault, the body checks after', async () => {
  faults.add({ operation, status: 418 })
  assert.equal((await ask().then(() => caller.askToEnrol(mobile, { 'REQUEST-ID': 'x' }))).status, 404)
  faults.add({ operation, status: 418 })
  assert.equal((await caller.askToEnrol(mobile, { Authorization: undefined })).status, 401)
  assert.equal(faults.list().length, 1)
  assert.equal((await caller.send('phr-app', 'POST', '/enrollment/request/otp', {})).status, 418)
})

test('drop_before acts on nothing, drop_after has acted', async () => {
  const number = '7800000002'
  const loginId = await caller.seal(2048, number)
  const body = {
    scope: ['abha-address-enroll', 'mobile-verify'],
    loginHint: 'mobile-number',
    loginId,
    otpSystem: 'abdm',
  }
  const send = () => caller.send('phr-app', 'POST', '/enrollment/request/otp', body)
  faults.add({ operation, mode: 'drop_before' })
  await isCut(send())
  assert.equal(await sentTo(number), 0)
  faults.add({ operation, mode: 'drop_after' })
  await isCut(send())
  assert.equal(await sentTo(number), 1)
  assert.equal((await send()).status, 200)
})

test('a lost answer to an enrolment leaves the address made', async () => {
  const number = '7800000003'
  const { txnId } = await caller.proveMobile(number)
  faults.add({ operation: 'phr.enrollment.enrol', mode: 'drop_after' })
  await isCut(caller.enrol(txnId, number, 'lost.answer@sbx'))
  const again = await caller.enrol(txnId, number, 'lost.answer@sbx')
  assert.match(String(at(again, 'message')), /already exists/)
})

test('empty, HTML, truncated and huge answers are what they say', async () => {
  faults.add({ operation, mode: 'empty', status: 400 })
  const empty = await ask('7800000004')
  assert.deepEqual([empty.status, empty.text], [400, ''])
  faults.add({ operation, mode: 'html' })
  const html = await ask('7800000004')
  assert.deepEqual([html.status, html.headers['content-type']], [502, 'text/html'])
  faults.add({ operation, mode: 'truncated' })
  const truncated = await ask('7800000004')
  assert.equal(truncated.status, 200)
  assert.throws(() => JSON.parse(truncated.text), SyntaxError)
  faults.add({ operation, mode: 'huge' })
  assert.equal((await ask('7800000004')).text.length, 8_388_608)
  assert.equal(await sentTo('7800000004'), 0)
})

test('a status that HTTP does not have ends the connection and nothing else', async () => {
  faults.add({ operation, status: 99 })
  await isCut(ask('7800000006'))
  assert.equal((await ask('7800000006')).status, 200)
})

test('a caller that goes away in the middle of its body harms nobody', async () => {
  const { port, hostname } = new URL(emulator.bases.abha)
  const socket = connect(Number(port), hostname)
  const head = ['POST /api/hiecm/gateway/v3/sessions HTTP/1.1', 'Host: x', 'X-CM-ID: sbx', 'Content-Length: 100']
  const now = new Date(bench.clock.now()).toISOString()
  const more = [`TIMESTAMP: ${now}`, `REQUEST-ID: ${randomUUID()}`, 'Content-Type: application/json', '', '{"clie']
  socket.end([...head, ...more].join('\r\n'))
  await once(socket.resume(), 'close')
  assert.equal((await ask('7800000007')).status, 200)
})

test('a delay waits before the call is acted on', async () => {
  faults.add({ operation, mode: 'drop_after', delay_ms: 1 })
  await isCut(ask('7800000005'))
  assert.equal(await sentTo('7800000005'), 1)
})

test('closing waits neither for a call that never gets an answer nor for one that is delayed', async () => {
  const own = await startBench()
  own.emulator.faults.add({ operation, mode: 'timeout' })
  own.emulator.faults.add({ operation, delay_ms: 3_600_000 })
  const loginId = await own.caller.seal(2048, mobile)
  const body = {
    scope: ['abha-address-enroll', 'mobile-verify'],
    loginHint: 'mobile-number',
    loginId,
    otpSystem: 'abdm',
  }
  const hanging = [1, 2].map(() => isCut(own.caller.send('phr-app', 'POST', '/enrollment/request/otp', body)))
  while (own.emulator.faults.list().length > 0) await own.caller.session()
  await own.close()
  await Promise.all(hanging)
})
