import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Type } from 'typebox'
import { operation, sealed, text } from '../abdm/wire/operation.ts'
import { checkBody, loadCompiler } from './checks.ts'
import { openKeyRing } from './keys.ts'
import { Refusal, render } from './refusal.ts'
import { startBench, startOfTime } from './testing.ts'
import { sharedKeys } from './testing-keys.ts'
import { createTokens } from './tokens.ts'
import { sealedFieldsOf, unseal } from './unseal.ts'
import { createInbox } from './world/inbox.ts'
import { createOrderedIds } from './world/ordered-ids.ts'
import { newcomer } from './world/subjects.ts'
import { createTransactions, isDead } from './world/transactions.ts'

/** What the ABHA service does otherwise than PHR, ahead of its operations: forms, symptoms, tokens and re-sends. */

const bench = await startBench()
after(() => bench.close())
const { store, clock } = bench
const keys = await openKeyRing(store, await sharedKeys)
await loadCompiler()

const op = operation({
  id: 'abha.example',
  source: '§8.1',
  service: 'abha',
  method: 'POST',
  path: '/example',
  userToken: 'x-token',
  body: Type.Object({
    scope: Type.Array(Type.String(), { 'x-refusal': ['ABDM-1006', 'Invalid Scope'] }),
    loginHint: text({ minLength: 1, refusal: ['ABDM-9999', 'Invalid Login Hint'] }),
    loginId: sealed(['ABDM-9999', 'Invalid LoginId']),
  }),
  variants: { abhaNumber: { scope: ['abha-login', 'mobile-verify'], loginHint: 'abha-number', key: 4096 } },
  reply: Type.Object({}),
  errorForm: 'field',
})
const body = { scope: ['abha-login', 'mobile-verify'], loginHint: 'abha-number', loginId: '' }

const said = async (act: () => unknown): Promise<[number, unknown]> => {
  try {
    await act()
  } catch (thrown) {
    assert.ok(thrown instanceof Refusal)
    const { status, body: written } = render(thrown, { now: startOfTime, path: '/', requestId: '' })
    return [status, written && JSON.parse(written)]
  }
  throw new Error('nothing was refused')
}
const timestamp = '2026-01-02 08:34:05'

test('refused fields are named by key, with a timestamp in India without a zone', async () => {
  assert.deepEqual(await said(() => checkBody(op, { loginHint: 'mobile' })), [
    400,
    { scope: 'Invalid Scope', loginId: 'Invalid LoginId', timestamp },
  ])
  assert.deepEqual(await said(() => checkBody(op, { ...body, scope: ['x'], loginHint: 'y' })), [
    400,
    { scope: 'Invalid Scope', loginHint: 'Invalid Login Hint', timestamp },
  ])
})

test('what does not open and what is malformed are told apart', async () => {
  const settings = { addressSuffix: 'sbx' }
  const open = async (loginId: string) =>
    said(() =>
      unseal({ op, body: { ...body, loginId }, variant: 'abhaNumber' }, sealedFieldsOf(op), keys, settings, {}),
    )
  const plain = '91-2000-0000-0022'
  for (const loginId of ['', plain, await bench.caller.seal(2048, plain)])
    assert.deepEqual(await open(loginId), [400, { loginId: 'Invalid LoginId', timestamp }])
  assert.deepEqual(await open(await bench.caller.seal(4096, '91200000000022')), [
    400,
    { loginId: 'LoginId is invalid', timestamp },
  ])
})

test('user tokens fail with a message and a time, an expired one by its own words', async () => {
  const tokens = createTokens(keys, store)
  const subject = { sub: 'x', txnId: 'y', loginSubject: 'ABHA_NUMBER_LOGIN' }
  const { token } = await tokens.final('abha', subject, startOfTime)
  const foreign = await tokens.final('phr-app', subject, startOfTime)
  const read = (given: string | undefined, now = startOfTime) =>
    said(() => tokens.read(op, given === undefined ? {} : { 'x-token': given }, now))
  const invalid = [400, { message: 'Invalid X-token', timestamp }]
  for (const given of [undefined, token, 'Bearer x', `Bearer ${foreign.token}`])
    assert.deepEqual(await read(given), invalid)
  assert.deepEqual(await read(`Bearer ${token}`, startOfTime + 1_800_000), [
    401,
    { message: 'X-token expired', timestamp },
  ])
  const renewal = { ...op, userToken: 'r-token' } as const
  const { refreshToken } = await tokens.final('abha', subject, startOfTime)
  const late = said(() => tokens.read(renewal, { 'r-token': `Bearer ${refreshToken}` }, startOfTime + 1_296_000_000))
  assert.deepEqual(await late, [400, { message: 'Invalid R-token', timestamp }])
  assert.equal((await tokens.read(op, { 'x-token': `Bearer ${token}` }, startOfTime)).claims.sub, 'x')
})

test('a re-send stays in its transaction with a new OTP, and the fourth send ends it', async () => {
  const transactions = createTransactions(store, clock, createInbox(store, clock, createOrderedIds(clock)), undefined)
  const sending = {
    service: 'abha',
    flow: 'abha.enrollment',
    scope: ['abha-enrol'],
    variant: 'aadhaar',
    subject: newcomer('7100000001'),
    purpose: 'registration.aadhaar',
    what: 'create an ABHA number',
  } as const
  const txnId = await transactions.send(sending)
  const otps = new Set<string>()
  for (let turn = 0; turn < 2; turn++) {
    const row = await transactions.live(txnId)
    assert.ok(row)
    otps.add(row.body.otp)
    assert.equal(await transactions.send(sending, row), txnId)
  }
  const row = await transactions.live(txnId)
  assert.ok(row && row.body.sends === 3)
  const [status, refused] = await said(() => transactions.send(sending, row))
  assert.deepEqual([status, (refused as { error: { code: string } }).error.code], [422, 'ABDM-1100'])
  const over = await transactions.live(txnId)
  assert.ok(over && isDead(over))
})
