import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { userRows } from '../../src/people.ts'
import type { Product } from '../harness.ts'
import { assertHonestError, type Caller, journeyOf, ok } from './journey.ts'
import { type Said, type Scripted, said, startBeforeScripted, txnId } from './scripted-upstream.ts'

/** A 401 that does not say whose token it means is first taken for our bearer's; no user's session is lost by it. */

let upstream: Scripted
let product: Product
let caller: Caller
let stop: () => Promise<void>
before(async () => {
  ;({ upstream, product, caller, stop } = await startBeforeScripted())
})
after(() => stop())

/** Bearers that the services have stopped taking, and how they say so. */
const revoked = new Set<string>()
const unsaid: Said = { status: 401, body: '' }
const unless =
  (answer: Said, refusal = unsaid): Parameters<Scripted['say']>[1] =>
  ({ headers }) =>
    revoked.has(String(headers.authorization)) ? refusal : answer
const lastBearer = () => String(upstream.seen.findLast(({ headers }) => headers.authorization)?.headers.authorization)
const sessions = () => upstream.callsOf('/sessions')
const refreshPath = '/login/profile/request/token'

const { sent, user, final } = said
const profile = { body: { abhaAddress: user.abhaAddress, fullName: 'Asha Rao' } }
const tokens = { body: { tokens: { ...final, token: 'x-2' } } }

let count = 0
/** A gateway that gives another bearer each time, far from whatever a test before this one has found out about its own. */
const begin = async (): Promise<void> => {
  upstream.say('/sessions', () => ({ status: 202, body: { accessToken: `bearer-${++count}`, expiresIn: 1200 } }))
  product.clock.moveTo(product.clock.offsetMs + 30_000)
  await caller.relogin()
}
const opened = async () => {
  await begin()
  upstream.say('/login/request/otp', { body: sent })
  upstream.say('/login/verify', { body: { txnId, authResult: 'success', users: [user], tokens: final } })
  const journey = journeyOf(product, caller, { mobile: '9876543210', abha_address: user.abhaAddress })
  ok(await journey.sessionInit())
  ok(await caller.post('/abdm/v1/session/verify', { txn_id: journey.txn_id, otp: '123456' }))
  const [owner] = await product.store.find(userRows, 'address', `hospital/${user.abhaAddress}`)
  const headers = { 'X-Pt-Id': owner?.id ?? '' }
  return { read: () => caller.get('/abdm/v1/profile', { headers }) }
}

afterEach(() => upstream.forget())

test('3.3 an empty 401 for the bearer at a call with a user token costs one session and one repetition', async () => {
  const { read } = await opened()
  upstream.say('/login/profile', unless(profile))
  upstream.say(refreshPath, unless(tokens))
  ok(await read())
  revoked.add(lastBearer())
  const before = [sessions(), upstream.callsOf('/login/profile')] as const
  ok(await read())
  ok(await read())
  assert.deepEqual([sessions() - before[0], upstream.callsOf('/login/profile') - before[1]], [1, 3])
  assert.equal(upstream.callsOf(refreshPath), 0)
})

test('3.3 an empty 401 at an OTP send drops the bearer and is not repeated; the next call has a new one', async () => {
  await begin()
  for (const refusal of [unsaid, { status: 401, body: { code: 'ABDM-2401', message: 'X-AUTH token invalid' } }]) {
    upstream.say('/enrollment/request/otp', unless({ body: sent }, refusal))
    ok(await journeyOf(product, caller).init())
    const before = [sessions(), upstream.callsOf('/enrollment/request/otp')] as const
    revoked.add(lastBearer())
    assertHonestError(await journeyOf(product, caller).init())
    assert.equal(upstream.callsOf('/enrollment/request/otp'), before[1] + 1)
    ok(await journeyOf(product, caller).init())
    assert.equal(sessions(), before[0] + 1)
  }
})

test('3.3 a user token that a fresh bearer cannot save is refreshed, and many of them do not cost a session each', async () => {
  const { read } = await opened()
  let good = ''
  upstream.say('/login/profile', ({ headers }) => (headers['x-token'] === good ? profile : unsaid))
  const before = sessions()
  for (let renewal = 1; renewal <= 5; renewal++) {
    good = `Bearer x-${renewal}`
    upstream.say(refreshPath, { body: { tokens: { ...final, token: `x-${renewal}` } } })
    ok(await read())
  }
  assert.deepEqual([sessions() - before, upstream.callsOf(refreshPath)], [1, 5])
})

test('3.3 a code that names a cause of its own leaves the bearer alone', async () => {
  const { read } = await opened()
  upstream.say('/login/profile', { status: 401, body: { code: 'ABDM-1094', message: 'X-token expired' } }, profile)
  upstream.say(refreshPath, tokens)
  const before = sessions()
  ok(await read())
  assert.deepEqual([sessions() - before, upstream.callsOf(refreshPath)], [0, 1])
})

test('a 403 of the API gateway’s is trouble and keeps the session; Access Denied means the user’s token', async () => {
  const { read } = await opened()
  upstream.say(refreshPath, tokens)
  for (const body of ['Forbidden', '']) {
    upstream.say('/login/profile', { status: 403, type: 'text/plain', body })
    const reply = await read()
    assertHonestError(reply)
    assert.equal(reply.status, 502, reply.text)
    assert.equal(upstream.callsOf(refreshPath), 0)
    upstream.say('/login/profile', profile)
    ok(await read())
  }
  upstream.say('/login/profile', { status: 403, type: 'text/plain', body: 'Access Denied' }, profile)
  ok(await read())
  assert.equal(upstream.callsOf(refreshPath), 1)
})
