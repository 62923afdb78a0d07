import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import type { Product, Reply } from '../harness.ts'
import { assertHonestError, type Caller, type Journey, journeyOf, ok } from './journey.ts'
import { type Said, type Scripted, said, startBeforeScripted, txnId } from './scripted-upstream.ts'

/** Forms and quirks that the emulator does not show but real ABDM does: each ends in the answer that connect.md §5 promises. */

let upstream: Scripted
let product: Product
let caller: Caller
let stop: () => Promise<void>
before(async () => {
  ;({ upstream, product, caller, stop } = await startBeforeScripted())
})
after(() => stop())
afterEach(() => upstream.forget())

const { sent, user, final, transfer } = said

const inRegistration = async (): Promise<Journey> => {
  upstream.say('/enrollment/request/otp', { body: sent })
  const journey = journeyOf(product, caller)
  ok(await journey.init())
  return journey
}
const inSession = async (): Promise<Journey> => {
  upstream.say('/login/request/otp', { body: sent })
  const journey = journeyOf(product, caller, { mobile: '9876543210', abha_address: user.abhaAddress })
  ok(await journey.sessionInit())
  return journey
}
const sessionVerify = (journey: Journey) =>
  caller.post('/abdm/v1/session/verify', { txn_id: journey.txn_id, otp: '123456' })

/** Every error form of abdm-v3 §5 at an OTP request, and what the caller reads. */
const forms: readonly (readonly [form: string, said: Said, status: number, error: string, source?: unknown])[] = [
  [
    '1',
    { status: 404, body: { error: { code: 'ABDM-1114', message: 'User not found.' } } },
    400,
    'Login via ABHA Number OTP is not allowed',
    { code: 'ABDM-1114', message: 'User not found.' },
  ],
  [
    '2',
    { status: 400, body: { code: 'ABDM-1211', message: 'User not found.' } },
    400,
    'No records found against the ABHA Address',
    { code: 'ABDM-1211', message: 'User not found.' },
  ],
  [
    '3',
    {
      status: 400,
      body: [
        { code: 'ABDM-1006: ', message: 'Invalid Scope' },
        { code: 'ABDM-9999: ', message: 'x' },
      ],
    },
    400,
    'Bad Request, invalid request',
    { code: 'ABDM-1006', message: 'Invalid Scope' },
  ],
  [
    '4',
    { status: 400, body: { scope: 'Invalid Scope', timestamp: '2026-01-02 08:34:05' } },
    400,
    'Bad Request, invalid request',
  ],
  [
    '4 of an OTP system',
    { status: 400, body: { otpSystem: 'Invalid Otp System', timestamp: '2026-01-02 08:34:05' } },
    400,
    'Bad Request, invalid request',
  ],
  [
    '5',
    { status: 422, body: { message: 'Something else', timestamp: '2026-01-02 08:34:05' } },
    400,
    'Bad Request, invalid request',
  ],
  ['6', { status: 400, body: { txnId, description: 'Something else' } }, 400, 'Bad Request, invalid request'],
  ['7 empty', { status: 403, body: '' }, 502, 'ABDM sent an answer that cannot be read; try again'],
  ['7 empty not found', { status: 404, body: '' }, 502, 'ABDM sent an answer that cannot be read; try again'],
  ['7 empty too slow', { status: 504, body: '' }, 504, 'ABDM did not answer in time; try again'],
  [
    '7 HTML as success',
    { type: 'text/html', body: '<html>Login</html>' },
    502,
    'ABDM sent an answer that cannot be read; try again',
  ],
  [
    '7 text',
    { status: 403, type: 'text/plain', body: 'Forbidden' },
    502,
    'ABDM sent an answer that cannot be read; try again',
  ],
  [
    '7 HTML',
    { status: 503, type: 'text/html', body: '<html>Service Unavailable</html>' },
    503,
    'ABDM is overloaded; try again later',
  ],
  [
    '8 Spring',
    { status: 404, body: { timestamp: 'x', path: '/x', status: 404, error: 'Not Found', requestId: 'a' } },
    502,
    'ABDM sent an answer that cannot be read; try again',
  ],
  [
    '8 gateway',
    {
      status: 404,
      body: { code: '404', type: 'Status report', message: 'Runtime Error', description: 'No matching resource found' },
    },
    500,
    'Something went wrong',
    { code: '404', message: 'Runtime Error' },
  ],
  [
    'a redirect',
    { status: 302, type: 'text/html', body: '<a href="https://login">here</a>' },
    502,
    'ABDM sent an answer that cannot be read; try again',
  ],
]

test('3.9 every form of refusal becomes one honest answer', async () => {
  for (const [form, said, status, error, source] of forms) {
    upstream.say('/enrollment/request/otp', said)
    const reply = await journeyOf(product, caller).init()
    assertHonestError(reply)
    assert.deepEqual([reply.status, reply.body.error, reply.body.source_error], [status, error, source], `form ${form}`)
  }
})

test('a wrong OTP is told as such in each of upstream’s ways, and the third ends the transaction', async () => {
  const ways: readonly Said[] = [
    { body: { txnId, authResult: 'failed', message: 'OTP did not match, please try again', users: [] } },
    { status: 400, body: { otpValue: 'Invalid OTP Value' } },
    {
      status: 400,
      body: [{ code: 'ABDM-9999: ', message: 'Please enter a valid OTP. Entered OTP is either expired or incorrect.' }],
    },
  ]
  const journey = await inRegistration()
  for (const said of ways) {
    upstream.say('/enrollment/verify', said)
    const reply = await journey.verify('123456')
    assertHonestError(reply)
    assert.deepEqual([reply.status, reply.body.error], [400, "OTP doesn't match"])
  }
  const calls = upstream.callsOf('/enrollment/verify')
  assert.equal((await journey.verify('123456')).body.source_error.code, 'ABDM-1100')
  assert.equal(upstream.callsOf('/enrollment/verify'), calls)
})

test('a transfer token at session verify is exchanged for a final one', async () => {
  const journey = await inSession()
  upstream.say('/login/verify', { body: { txnId, authResult: 'success', users: [user], tokens: transfer } })
  upstream.say('/login/verify/user', { body: final })
  assert.deepEqual(ok(await sessionVerify(journey)), { token: 'x-token', refresh_token: 'r-token' })
  const exchanged = upstream.seen.find(({ path }) => path === '/login/verify/user')
  assert.equal(exchanged?.headers['t-token'], 'Bearer t-token')
  assert.deepEqual(JSON.parse(exchanged?.text ?? ''), { abhaAddress: user.abhaAddress, txnId })
})

test('a transfer token that is refused is never 491, no session was asked for yet: the caller logs in again', async () => {
  const refusals: readonly (readonly [said: Said, status: number])[] = [
    [{ status: 401, body: '' }, 400],
    [{ status: 403, type: 'text/plain', body: 'Access Denied' }, 400],
    [{ status: 400, body: { message: 'Invalid T-token', timestamp: '2026-01-02 08:34:05' } }, 400],
    [{ status: 401, body: { code: 'ABDM-1094', message: 'Access restricted' } }, 400],
    [{ status: 400, body: { code: 'ABDM-9999: ', message: 'User not found.' } }, 400],
  ]
  for (const [said, status] of refusals) {
    const journey = await inSession()
    upstream.say('/login/verify', { body: { txnId, authResult: 'success', users: [user], tokens: transfer } })
    upstream.say('/login/verify/user', said)
    const reply = await sessionVerify(journey)
    assertHonestError(reply)
    assert.equal(reply.status, status, `${JSON.stringify(said)} ${reply.text}`)
  }
})

test('a success without any token is unreadable, not a crash', async () => {
  const journey = await inSession()
  for (const tokens of [undefined, null]) {
    upstream.say('/login/verify', {
      body: { txnId, authResult: 'success', users: [user], ...(tokens !== undefined && { tokens }) },
    })
    const reply = await sessionVerify(journey)
    assertHonestError(reply)
    assert.equal(reply.status, 502)
  }
})

test('a renewed session without a new refresh token keeps the old one', async () => {
  const journey = await inSession()
  upstream.say('/login/verify', { body: { txnId, authResult: 'success', users: [user], tokens: final } })
  ok(await sessionVerify(journey))
  const [owner] = await product.store.find(
    (await import('../../src/people.ts')).userRows,
    'address',
    `hospital/${user.abhaAddress}`,
  )
  const read = async (): Promise<Reply> => caller.get('/abdm/v1/profile', { headers: { 'X-Pt-Id': owner?.id ?? '' } })
  upstream.say('/login/profile', { body: { abhaAddress: user.abhaAddress, fullName: 'Asha Rao' } })
  upstream.say('/login/profile/request/token', {
    body: { tokens: { token: 'x-2', expiresIn: 1800, refreshToken: '' } },
  })
  for (let renewal = 0; renewal < 3; renewal++) {
    product.clock.moveTo(product.clock.offsetMs + 1_801_000)
    await caller.relogin()
    ok(await read())
  }
  const sentTokens = upstream.seen
    .filter(({ path }) => path === '/login/profile/request/token')
    .map(({ headers }) => headers['r-token'])
  assert.deepEqual(sentTokens, ['Bearer r-token', 'Bearer r-token', 'Bearer r-token'])
})
