import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holderIn, mobile, number, photo, scopeOf, shows, timestamp, withArjun } from './account-testing.ts'
import { at, startBench, textAt } from './testing.ts'

/** What a change of an ABHA number is refused for, and how (abdm-v3 §12.3). */

test('a deletion and a deactivation need a reason; without one the OTP is not spent', () =>
  withArjun(async ({ request, verify, caller, get }) => {
    for (const what of ['delete', 'de-activate']) {
      const txnId = textAt(await request(what, 'abha-number', number), 'txnId')
      const otp = await caller.latestOtp(mobile)
      for (const more of [{}, { reasons: [] }, { reasons: [''] }, { reasons: 'Moved away' }])
        shows(await verify(what, txnId, otp, more), 400, { reasons: 'Invalid Reasons', timestamp })
    }
    assert.equal(at(await get(), 'status'), 'ACTIVE')
  }))

test('who draws a benefit can neither delete nor deactivate', async () => {
  const own = await startBench()
  const { request } = await holderIn(own, '91-2000-0000-0121', '6200010121')
  for (const [what, code] of [
    ['delete', 'ABDM-1219'],
    ['de-activate', 'ABDM-1228'],
  ] as const) {
    const answer = await request(what, 'abha-number', '91-2000-0000-0121')
    assert.deepEqual([answer.status, at(answer, 'error.code')], [422, code])
  }
  await own.close()
})

test('a wrong OTP fails with 200, a wrong Aadhaar OTP with UIDAI’s bare message, and the third ends the tries', () =>
  withArjun(async ({ request, verify, caller }) => {
    const wrong = async (what: string, hint: string, value: string, to: string, otpSystem: string) => {
      const txnId = textAt(await request(what, hint, value, otpSystem), 'txnId')
      const otp = await caller.latestOtp(to)
      const other = otp === '000000' ? '000001' : '000000'
      return { txnId, answer: await verify(what, txnId, other), other, otp }
    }
    const own = await wrong('mobile-verify', 'mobile', '6200019999', '6200019999', 'abdm')
    shows(own.answer, 200, {
      txnId: own.txnId,
      authResult: 'failed',
      message: 'Please enter a valid OTP. Entered OTP is either expired or incorrect.',
      accounts: [],
    })
    const uidai = await wrong('re-kyc', 'abha-number', number, mobile, 'aadhaar')
    shows(uidai.answer, 422, { message: 'UIDAI Error code : 400 : Invalid Aadhaar OTP value.', timestamp })
    await verify('re-kyc', uidai.txnId, uidai.other)
    await verify('re-kyc', uidai.txnId, uidai.other)
    const over = await verify('re-kyc', uidai.txnId, uidai.otp)
    assert.deepEqual([over.status, at(over, 'error.code')], [422, 'ABDM-1100'])
  }))

test('an OTP changes something once, within ten minutes, in its own transaction and scope, for its own holder', () =>
  withArjun(async ({ request, verify, change, caller }, own) => {
    const ask = async () => textAt(await request('mobile-verify', 'mobile', '6200019999'), 'txnId')
    const txnId = await ask()
    const otp = await caller.latestOtp('6200019999')
    shows(await verify('email-verify', txnId, otp), 400, { scope: 'Invalid Scope', timestamp })
    const unknown = { txnId: 'Invalid Transaction Id', timestamp }
    shows(await verify('mobile-verify', '0b7a4c1e-2f3d-4a5b-8c6d-7e8f90a1b2c3', otp), 400, unknown)
    const stranger = await holderIn(own, '91-2000-0000-0033', '6200010033')
    shows(await stranger.verify('mobile-verify', txnId, otp), 400, unknown)
    const answers = await Promise.all(Array.from({ length: 8 }, () => verify('mobile-verify', txnId, otp)))
    assert.equal(answers.filter((one) => at(one, 'authResult') === 'success').length, 1)
    const email = textAt(await request('email-verify', 'email', 'a@example.in'), 'txnId')
    own.advance(600)
    const late = await verify('email-verify', email, await caller.latestOtp('a@example.in'))
    assert.deepEqual([at(late, 'authResult'), at(late, 'message')], ['failed', 'OTP expired, please try again'])
    assert.equal(at(await change('email-verify', 'email', 'a@example.in', 'a@example.in'), 'authResult'), 'success')
  }))

test('each field is checked by name, and the wrong key is blamed on the value', () =>
  withArjun(async ({ post, token, caller, request }) => {
    const path = '/profile/account/request/otp'
    shows(await post(path, {}, token), 400, {
      scope: 'Invalid Scope',
      loginHint: 'Invalid Login Hint',
      loginId: 'Invalid LoginId',
      otpSystem: 'Invalid OTP System',
      timestamp,
    })
    const right = { scope: scopeOf('mobile-verify'), loginHint: 'mobile', otpSystem: 'abdm' }
    const short = await caller.seal(2048, '6200019999')
    shows(await post(path, { ...right, loginId: short }, token), 400, { loginId: 'Invalid LoginId', timestamp })
    shows(await request('mobile-verify', 'mobile', '123'), 400, { loginId: 'LoginId is invalid', timestamp })
    shows(await request('email-verify', 'email', 'nobody'), 400, { loginId: 'LoginId is invalid', timestamp })
    shows(await request('re-kyc', 'abha-number', number, 'abdm'), 400, { otpSystem: 'Invalid OTP System', timestamp })
    shows(await request('email-verify', 'mobile', mobile), 400, { loginHint: 'Invalid Login Hint', timestamp })
    shows(await request('unknown', 'mobile', mobile), 400, { scope: 'Invalid Scope', timestamp })
    shows(
      await post(
        '/profile/account/verify',
        { scope: scopeOf('delete'), authData: { authMethods: ['password'] } },
        token,
      ),
      400,
      {
        authMethods: 'Invalid Auth Method',
        txnId: 'Invalid Transaction Id',
        otpValue: 'Invalid OTP Value',
        timestamp,
      },
    )
  }))

test('every change needs a final token of the ABHA service that is not over', () =>
  withArjun(async ({ post, patch, token, caller }, own) => {
    const foreign = textAt(await caller.logInByAddress('arjun.maadari@sbx', mobile), 'tokens.token')
    const all = async (by: string | undefined) => [
      await patch({ profilePhoto: photo }, by ?? ''),
      await post('/profile/account/request/otp', {}, by),
      await post('/profile/account/verify', {}, by),
    ]
    for (const by of [undefined, 'x', foreign])
      for (const answer of await all(by)) shows(answer, 400, { message: 'Invalid X-token', timestamp })
    own.advance(1800)
    await caller.signIn()
    for (const answer of await all(token)) {
      shows(answer, 401, { message: 'X-token expired', timestamp: '2026-01-02 09:04:05' })
    }
  }))
