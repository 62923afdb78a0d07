import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Answer, at, type Bench, startBench, textAt } from './testing.ts'

/** The holder of an ABHA address changes its mobile, e-mail and password, and logs in by the last two (abdm-v3 §9.2, §9.3, §13). */

const bench = await startBench()
after(() => bench.close())
const address = 'anjali.2001@sbx'
const mobile = '6200010077'
const email = 'anjali@example.in'
const password = 'Str0ng!Pass'
const invalidPassword = [
  {
    code: 'ABDM-1006: ',
    message: 'Invalid Password Request, Please enter valid ABHA Address or valid password',
  },
]
const shows = ({ status, body }: Answer, wanted: number, expected: unknown) =>
  assert.deepEqual([status, body], [wanted, expected])

/** The steps of one person whose address nobody else has changed. */
const holderIn = async ({ caller }: Bench) => {
  const token = textAt(await caller.logInByAddress(address, mobile), 'tokens.token')
  const post = (path: string, body: unknown, by: string | undefined = token) =>
    caller.send('phr-app', 'POST', path, body, { 'X-token': by && `Bearer ${by}` })
  const request = async (path: string, scope: string[], loginHint: string, value: string, bits: 2048 | 4096 = 2048) =>
    post(path, { scope, loginHint, loginId: await caller.seal(bits, value), otpSystem: 'abdm' })
  const verify = async (path: string, scope: string[], txnId: string, otp: string) => {
    const otpValue = await caller.seal(2048, otp)
    return post(path, { scope, authData: { authMethods: ['otp'], otp: { txnId, otpValue } } })
  }
  const byPassword = async (path: string, scope: string[], value: string, abhaAddress = address) => {
    const group = { abhaAddress, password: await caller.seal(2048, value) }
    return post(path, { scope, authData: { authMethods: ['password'], password: group } })
  }
  const ask = (what: string, hint: string, value: string, bits?: 2048 | 4096) =>
    request('/login/profile/request/otp', ['abha-address-profile', what], hint, value, bits)
  const change = async (what: string, hint: string, value: string) => {
    const txnId = textAt(await ask(what, hint, value), 'txnId')
    return verify('/login/profile/verify', ['abha-address-profile', what], txnId, await caller.latestOtp(value))
  }
  const setPassword = (value: string, name?: string) =>
    byPassword('/login/profile/verify', ['abha-address-profile', 'password-verify'], value, name)
  const logInByPassword = (value: string, name?: string) =>
    byPassword('/login/verify', ['abha-address-login', 'password-verify'], value, name)
  const askByEmail = (value: string) =>
    request('/login/request/otp', ['abha-address-login', 'email-verify'], 'email', value)
  const logInByEmail = async (value: string) => {
    const txnId = textAt(await askByEmail(value), 'txnId')
    const scope = ['abha-address-login', 'email-verify']
    return verify('/login/verify', scope, txnId, await caller.latestOtp(value))
  }
  return { caller, token, post, ask, change, verify, setPassword, logInByPassword, askByEmail, logInByEmail }
}
type Holder = Awaited<ReturnType<typeof holderIn>>
const withHolder = async (act: (holder: Holder, own: Bench) => Promise<void>) => {
  const own = await startBench()
  await act(await holderIn(own), own)
  await own.close()
}
const users = [{ abhaAddress: address }]

test('another mobile is linked by its own OTP, and logs in from then on', () =>
  withHolder(async ({ caller, token, ask, change }) => {
    const asked = await ask('mobile-verify', 'mobile-number', '6200018888')
    assert.equal(at(asked, 'message'), 'OTP is sent to Mobile number ending with ******8888')
    const answer = await change('mobile-verify', 'mobile-number', '6200018888')
    const txnId = textAt(answer, 'txnId')
    shows(answer, 200, { txnId, authResult: 'success', message: 'Mobile Number linked successfully', users })
    assert.equal(at(await caller.profile(token), 'mobile'), '6200018888')
    assert.equal(at(await caller.logInByAddress(address, '6200018888'), 'authResult'), 'success')
  }))

test('an e-mail is linked by the OTP that went to it, and logs in to what it is on', () =>
  withHolder(async ({ caller, token, ask, change, askByEmail, logInByEmail }) => {
    shows(await askByEmail(email), 400, { code: 'ABDM-1211', message: 'User not found.' })
    assert.equal(
      at(await ask('email-verify', 'email', email), 'message'),
      'OTP is sent to Email ending with ******@example.in',
    )
    const answer = await change('email-verify', 'email', email)
    assert.deepEqual([at(answer, 'message'), at(answer, 'users')], ['Email linked successfully', users])
    const profile = await caller.profile(token)
    assert.deepEqual([at(profile, 'email'), at(profile, 'emailVerified')], [email, 'true'])
    const listed = await logInByEmail('Anjali@Example.in')
    assert.equal(at(listed, 'users.0.abhaAddress'), address)
    assert.deepEqual([at(listed, 'tokens.expiresIn'), at(listed, 'tokens.refreshToken')], [300, undefined])
    const final = await caller.verifyUser(textAt(listed, 'tokens.token'), textAt(listed, 'txnId'), address)
    assert.equal(at(final, 'expiresIn'), 1800)
    const switching = await caller.send('phr-app', 'GET', '/login/profile/switch-profile', undefined, {
      'X-token': `Bearer ${textAt(final, 'token')}`,
    })
    assert.equal(at(switching, 'users.0.abhaAddress'), address)
  }))

test('a password is set without an OTP and logs in at once, without a transaction', () =>
  withHolder(async ({ caller, setPassword, logInByPassword }) => {
    shows(await logInByPassword(password), 400, { code: 'ABDM-1113', message: 'Login via password is not allowed' })
    const answer = await setPassword(password)
    assert.deepEqual(
      ['authResult', 'message', 'users'].map((name) => at(answer, name)),
      ['success', 'Password updated successfully', users],
    )
    const session = await logInByPassword(password, 'Anjali.2001@sbx')
    assert.deepEqual(
      ['message', 'txnId', 'users.0.abhaAddress', 'tokens.expiresIn', 'tokens.refreshExpiresIn'].map((name) =>
        at(session, name),
      ),
      ['Password verified successfully', undefined, address, 1800, 1_296_000],
    )
    assert.equal(at(session, 'tokens.switchProfileEnabled'), false)
    assert.equal(at(await caller.profile(textAt(session, 'tokens.token')), 'abhaAddress'), address)
    shows(await logInByPassword('0ther!Pass'), 200, {
      message: 'Password did not match, please try again',
      authResult: 'failed',
      users: [],
    })
    await setPassword('0ther!Pass')
    assert.equal(at(await logInByPassword(password), 'authResult'), 'failed')
    assert.equal(at(await logInByPassword('0ther!Pass'), 'authResult'), 'success')
  }))

test('the password of an enrolment logs in', () =>
  withHolder(async ({ caller, logInByPassword }) => {
    const { txnId } = await caller.proveMobile('7500000002')
    const sealedPassword = await caller.seal(2048, password)
    await caller.enrol(txnId, '7500000002', 'with.password@sbx', { password: sealedPassword })
    assert.equal(at(await logInByPassword(password, 'with.password@sbx'), 'authResult'), 'success')
  }))

test('a weak password, a malformed address, somebody else’s and a deactivated one are refused', () =>
  withHolder(async ({ setPassword, logInByPassword, post }) => {
    shows(await setPassword('tooweak'), 400, invalidPassword)
    shows(await logInByPassword('tooweak'), 400, invalidPassword)
    shows(await logInByPassword(password, 'short'), 400, invalidPassword)
    shows(await logInByPassword(password, 'anjali.2001@abdm'), 400, invalidPassword)
    shows(await setPassword(password, 'arjun.maadari@sbx'), 400, invalidPassword)
    shows(await logInByPassword(password, 'nobody.here@sbx'), 400, { code: 'ABDM-1211', message: 'User not found.' })
    const deactivated = await logInByPassword(password, 'hetal.namuno@sbx')
    assert.deepEqual([deactivated.status, at(deactivated, 'code')], [400, 'ABDM-1134'])
    const scope = ['abha-address-login', 'password-verify']
    shows(await post('/login/verify', { scope, authData: { authMethods: ['password'] } }), 400, invalidPassword)
    shows(await post('/login/verify', { scope, authData: { authMethods: ['otp'] } }), 400, [
      { code: 'ABDM-1006: ', message: 'Invalid Auth Methods' },
    ])
    const password4096 = await bench.caller.seal(4096, password)
    const group = { abhaAddress: address, password: password4096 }
    shows(
      await post('/login/verify', { scope, authData: { authMethods: ['password'], password: group } }),
      400,
      invalidPassword,
    )
  }))

test('an OTP that is asked for by an OTP scope must be there, and sealed', () =>
  withHolder(async ({ post }) => {
    const scope = ['abha-address-login', 'email-verify']
    const invalid = (...messages: string[]) => messages.map((message) => ({ code: 'ABDM-9999: ', message }))
    for (const path of ['/login/verify', '/login/profile/verify']) {
      const own = path === '/login/verify' ? scope : ['abha-address-profile', 'email-verify']
      shows(
        await post(path, { scope: own, authData: { authMethods: ['otp'] } }),
        400,
        invalid('Invalid Transaction Id', 'Invalid OTP Value'),
      )
      const otp = { txnId: '0b7a4c1e-2f3d-4a5b-8c6d-7e8f90a1b2c3', otpValue: '' }
      shows(
        await post(path, { scope: own, authData: { authMethods: ['otp'], otp } }),
        400,
        invalid('Invalid OTP Value'),
      )
      shows(
        await post(path, { scope: own, authData: { authMethods: ['password'], otp } }),
        400,
        invalid('Invalid OTP Value'),
      )
    }
  }))

test('a change needs the short key, its hint, a value of its form and the user’s own transaction', () =>
  withHolder(async ({ caller, ask, verify, post, token }) => {
    shows(await ask('mobile-verify', 'mobile-number', '6200018888', 4096), 400, [
      { code: 'ABDM-1006: ', message: 'Invalid mobile number' },
    ])
    shows(await ask('email-verify', 'email', 'nobody'), 400, [{ code: 'ABDM-9999: ', message: 'Invalid LoginId' }])
    shows(await ask('email-verify', 'mobile-number', mobile), 400, [
      { code: 'ABDM-9999: ', message: 'Invalid Login Hint' },
    ])
    const scope = ['abha-address-profile', 'mobile-verify']
    const txnId = textAt(await ask('mobile-verify', 'mobile-number', '6200018888'), 'txnId')
    const otp = await caller.latestOtp('6200018888')
    const stranger = textAt(await caller.logInByAddress('arjun.maadari@sbx', '6200010022'), 'tokens.token')
    const otpValue = await caller.seal(2048, otp)
    const stolen = await post(
      '/login/profile/verify',
      { scope, authData: { authMethods: ['otp'], otp: { txnId, otpValue } } },
      stranger,
    )
    shows(stolen, 400, { code: 'ABDM-9999: ', message: 'Transaction is not found for UUID.' })
    const wrong = await verify('/login/profile/verify', scope, txnId, otp === '000000' ? '000001' : '000000')
    assert.deepEqual([wrong.status, at(wrong, 'authResult'), at(wrong, 'users')], [200, 'failed', []])
    assert.equal(at(await verify('/login/profile/verify', scope, txnId, otp), 'authResult'), 'success')
    assert.equal(at(await caller.profile(token), 'mobile'), '6200018888')
    for (const path of ['/login/profile/request/otp', '/login/profile/verify']) {
      const nobody = await caller.send('phr-app', 'POST', path, {})
      assert.deepEqual([nobody.status, nobody.text], [401, ''])
    }
  }))

test('one e-mail goes on six ABHA addresses and on no seventh', () =>
  withHolder(async ({ caller, ask }) => {
    for (let turn = 1; turn <= 6; turn++) {
      const { txnId } = await caller.proveMobile(`750000010${turn}`)
      const sealedEmail = await caller.seal(2048, email)
      await caller.enrol(txnId, `750000010${turn}`, `crowded.${turn}@sbx`, { email: sealedEmail })
    }
    const answer = await ask('email-verify', 'email', email)
    assert.deepEqual([answer.status, at(answer, 'code')], [400, 'ABDM-1135'])
  }))
