import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holderIn, mobile, number, photo, shows, timestamp, withArjun } from './account-testing.ts'
import { type Answer, at, type Bench, startBench, textAt } from './testing.ts'

/** The holder of an ABHA number changes its photo, mobile and e-mail, renews its KYC, deactivates and deletes it (abdm-v3 §12). */

const accounts = [{ ABHANumber: number }]

test('a photo is set, shown by the profile and the log-in, and never stands in a token', () =>
  withArjun(async ({ patch, get, logIn, caller }) => {
    const before = await get()
    assert.deepEqual([at(before, 'profilePhoto'), at(before, 'createdDate')], [null, '01-01-2025'])
    const ofKyc = textAt(before, 'kycPhoto')
    assert.equal(at(await logIn(), 'accounts.0.profilePhoto'), ofKyc)
    const answer = await patch({ profilePhoto: photo, unknownField: 'is ignored' })
    assert.equal(answer.status, 200)
    assert.deepEqual(answer.body, { ...(before.body as object), profilePhoto: photo })
    assert.deepEqual((await get()).body, answer.body)
    const session = await logIn()
    assert.equal(at(session, 'accounts.0.profilePhoto'), photo)
    const [, claims = ''] = textAt(session, 'token').split('.')
    assert.doesNotMatch(Buffer.from(claims, 'base64url').toString(), /profilePhoto/)
    const card = await caller.send('abha', 'GET', '/profile/account/abha-card', undefined, {
      'X-token': `Bearer ${textAt(session, 'token')}`,
    })
    assert.equal(card.status, 202)
  }))

test('a patch without a photo, with a broken one, and of anything that Aadhaar has said is refused', () =>
  withArjun(async ({ patch, get }) => {
    const before = await get()
    const nothing = { error: { message: 'Please provide a valid field to update' } }
    for (const body of [
      {},
      { unknownField: 'x' },
      { profilePhoto: '' },
      { profilePhoto: 'not base64!' },
      { profilePhoto: 5 },
    ])
      shows(await patch(body), 400, nothing)
    for (const body of [{ firstName: 'Other' }, { profilePhoto: photo, gender: 'F' }, { mobile: '6200019999' }]) {
      const answer = await patch(body)
      assert.deepEqual([answer.status, at(answer, 'error.code')], [422, 'ABDM-1160'])
    }
    for (const body of ['null', '[]', 'not json'])
      shows(await patch(body), 400, { error: { code: 'ABDM-1006: ', message: 'Bad request, invalid request' } })
    assert.deepEqual((await get()).body, before.body)
  }))

test('another mobile is linked by its own OTP, on the number and on its addresses', () =>
  withArjun(async ({ change, get, request, caller }) => {
    const asked = await request('mobile-verify', 'mobile', '6200019999')
    assert.equal(at(asked, 'message'), 'OTP sent to mobile number ending with ******9999')
    const answer = await change('mobile-verify', 'mobile', '6200019999', '6200019999')
    const txnId = textAt(answer, 'txnId')
    shows(answer, 200, { txnId, authResult: 'success', message: 'Mobile Number linked successfully', accounts })
    assert.deepEqual([at(await get(), 'mobile'), at(await get(), 'mobileVerified')], ['6200019999', true])
    const login = await caller.logInByAddress('arjun.maadari@sbx', '6200019999')
    assert.equal(at(login, 'authResult'), 'success')
  }))

test('the same mobile again, and one that six ABHA numbers have, get no OTP', () =>
  withArjun(async ({ request }, own) => {
    shows(await request('mobile-verify', 'mobile', mobile), 400, {
      message: 'This mobile number is already verified. Please enter a different mobile number.',
      timestamp,
    })
    const crowded = '6200017777'
    for (let turn = 1; turn <= 6; turn++) {
      await own.emulator.citizens.add({ mobile: crowded, abha_number: `91-7777-0000-000${turn}` })
    }
    const answer = await request('mobile-verify', 'mobile', crowded)
    assert.deepEqual([answer.status, at(answer, 'error.code')], [422, 'ABDM-1124'])
    assert.deepEqual(await own.emulator.inbox.list({ to: crowded, limit: 1 }), [])
  }))

test('a mobile that became crowded before its OTP came back is not linked, and the OTP is not spent', () =>
  withArjun(async ({ request, verify, get, caller }, own) => {
    const crowded = '6200017778'
    const txnId = textAt(await request('mobile-verify', 'mobile', crowded), 'txnId')
    for (let turn = 1; turn <= 6; turn++) {
      await own.emulator.citizens.add({ mobile: crowded, abha_number: `91-7778-0000-000${turn}` })
    }
    for (let turn = 0; turn < 2; turn++) {
      const answer = await verify('mobile-verify', txnId, await caller.latestOtp(crowded))
      assert.deepEqual([answer.status, at(answer, 'error.code')], [422, 'ABDM-1124'])
    }
    assert.equal(at(await get(), 'mobile'), mobile)
  }))

test('an e-mail is linked by the OTP that went to it; the same again gets none', () =>
  withArjun(async ({ change, get, request }) => {
    const email = 'Arjun@example.in'
    const asked = await request('email-verify', 'email', email)
    assert.equal(at(asked, 'message'), 'OTP sent to email ending with ******@example.in')
    const answer = await change('email-verify', 'email', email, email)
    assert.deepEqual([at(answer, 'authResult'), at(answer, 'accounts')], ['success', accounts])
    assert.equal(at(await get(), 'email'), email)
    shows(await request('email-verify', 'email', 'arjun@example.in'), 400, {
      message: 'This email is already verified. Please enter a different email.',
      timestamp,
    })
  }))

test('one e-mail goes on six ABHA numbers and on no seventh', async () => {
  const own = await startBench()
  const email = 'shared@example.in'
  for (let turn = 1; turn <= 7; turn++) {
    const [theirs, on] = [`91-6666-0000-000${turn}`, `620006666${turn}`]
    await own.emulator.citizens.add({ abha_number: theirs, mobile: on })
    const { change, request } = await holderIn(own, theirs, on)
    if (turn <= 6) assert.equal(at(await change('email-verify', 'email', email, email), 'authResult'), 'success')
    else {
      const answer = await request('email-verify', 'email', email.toUpperCase())
      assert.deepEqual([answer.status, at(answer, 'error.code')], [422, 'ABDM-1135'])
    }
  }
  await own.close()
})

test('KYC is renewed by an Aadhaar OTP to the holder’s own number', () =>
  withArjun(async ({ change, request }) => {
    const asked = await request('re-kyc', 'abha-number', number, 'aadhaar')
    assert.equal(at(asked, 'message'), 'OTP sent to Aadhaar registered mobile number ending with ******0022')
    const answer = await change('re-kyc', 'abha-number', number, mobile, 'aadhaar')
    assert.deepEqual([at(answer, 'message'), at(answer, 'accounts')], ['Re-kyc done successfully', accounts])
    shows(await request('re-kyc', 'abha-number', '91-2000-0000-0033', 'aadhaar'), 400, {
      loginId: 'LoginId is invalid',
      timestamp,
    })
  }))

test('an ABHA number is deleted for good by either OTP, with its addresses, tokens and log-ins', async () => {
  for (const otpSystem of ['abdm', 'aadhaar']) {
    await withArjun(async ({ change, get, requestLogin, post, refreshToken, token, caller }, own) => {
      const app = textAt(await caller.logInByAddress('arjun.maadari@sbx', mobile), 'tokens.token')
      const answer = await change('delete', 'abha-number', number, mobile, otpSystem, { reasons: ['Moved away'] })
      assert.deepEqual([at(answer, 'authResult'), at(answer, 'accounts')], ['success', accounts])
      const invalid = { message: 'Invalid X-token', timestamp }
      shows(await get(), 400, invalid)
      shows(await post('/profile/account/verify', {}, undefined), 400, invalid)
      const refresh = (by: string) =>
        caller.send('abha', 'GET', '/profile/account/request/token', undefined, { 'R-token': `Bearer ${by}` })
      shows(await refresh(refreshToken), 400, { message: 'Invalid R-token', timestamp })
      shows(await requestLogin(), 404, { error: { code: 'ABDM-1114', message: 'User not found.' } })
      assert.deepEqual([(await caller.profile(app)).status, (await caller.profile(app)).text], [401, ''])
      // Who enrols again gets another number; the tokens of the first stay worth nothing.
      const again = await enrolAgain(own)
      assert.deepEqual([again.status, at(again, 'isNew')], [200, true])
      assert.notEqual(at(again, 'ABHAProfile.ABHANumber'), number)
      assert.equal((await get(textAt(again, 'tokens.token'))).status, 200)
      shows(await get(token), 400, invalid)
      shows(await refresh(refreshToken), 400, { message: 'Invalid R-token', timestamp })
    })
  }
})

const enrolAgain = async ({ caller, emulator }: Bench): Promise<Answer> => {
  const { aadhaar_number: aadhaar } = (await emulator.citizens.list()).find((one) => one.mobile === mobile) ?? {}
  const asked = await caller.send('abha', 'POST', '/enrollment/request/otp', {
    scope: ['abha-enrol'],
    loginHint: 'aadhaar',
    loginId: await caller.seal(4096, aadhaar ?? ''),
    otpSystem: 'aadhaar',
  })
  const otpValue = await caller.seal(4096, await caller.latestOtp(mobile))
  return caller.send('abha', 'POST', '/enrollment/enrol/byAadhaar', {
    authData: { authMethods: ['otp'], otp: { txnId: textAt(asked, 'txnId'), otpValue, mobile } },
    consent: { code: 'abha-enrollment', version: '1.4' },
  })
}

test('a deactivated ABHA number is shown as such, logs nobody in and changes no more', async () => {
  for (const otpSystem of ['abdm', 'aadhaar']) {
    await withArjun(async ({ change, get, patch, request, verify, requestLogin, caller }) => {
      const open = textAt(await request('email-verify', 'email', 'arjun@example.in'), 'txnId')
      const answer = await change('de-activate', 'abha-number', number, mobile, otpSystem, { reasons: ['Not needed'] })
      assert.deepEqual([at(answer, 'authResult'), at(answer, 'accounts')], ['success', accounts])
      assert.equal(at(await get(), 'status'), 'DEACTIVATED')
      const late = await verify('email-verify', open, await caller.latestOtp('arjun@example.in'))
      for (const refused of [
        await requestLogin(),
        await patch({ profilePhoto: photo }),
        await request('mobile-verify', 'mobile', '6200019999'),
        late,
      ])
        assert.deepEqual([refused.status, at(refused, 'error.code')], [400, 'ABDM-1134'])
      const app = await caller.requestOtp('/login/request/otp', 'byAddress', 'abha-address', 'arjun.maadari@sbx')
      assert.deepEqual([app.status, at(app, 'code')], [400, 'ABDM-1134'])
    })
  }
})
