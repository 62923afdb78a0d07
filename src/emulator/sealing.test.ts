import assert from 'node:assert/strict'
import { constants, createPublicKey, publicEncrypt, randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { startBench, textAt } from './testing.ts'

/** A value that was sealed wrongly is refused the way ABDM refuses it: by blaming the value (abdm-v3 §3.5). */

const bench = await startBench()
after(() => bench.close())
const { caller } = bench

const byMobile = { scope: ['abha-address-enroll', 'mobile-verify'], loginHint: 'mobile-number', otpSystem: 'abdm' }
const byNumber = { scope: ['abha-login', 'mobile-verify'], loginHint: 'abha-number', otpSystem: 'abdm' }
const byAddress = { scope: ['abha-address-login', 'mobile-verify'], loginHint: 'abha-address', otpSystem: 'abdm' }
const byAadhaar = {
  scope: ['abha-login', 'aadhaar-verify', 'aadhaar-otp-verify'],
  loginHint: 'aadhaar',
  otpSystem: 'aadhaar',
}
const refusal = async (service: 'phr-app' | 'phr-web', path: string, body: object) => {
  const answer = await caller.send(service, 'POST', path, body)
  assert.equal(answer.status, 400)
  return answer.body
}
const enrol = (loginId: string) => refusal('phr-app', '/enrollment/request/otp', { ...byMobile, loginId })
const login = (body: object) => refusal('phr-app', '/login/request/otp', body)
const web = (loginId: string) => refusal('phr-web', '/login/abha/request/otp', { ...byAddress, loginId })

const blamesMobile = [{ code: 'ABDM-1006: ', message: 'Invalid mobile number' }]
const blamesLoginId = [{ code: 'ABDM-9999: ', message: 'Invalid LoginId' }]

test('by mobile the other family’s key, other padding, plain text and garbage all look like a bad mobile', async () => {
  const key = createPublicKey({
    key: Buffer.from(textAt(await caller.send('phr-app', 'GET', '/login/public/certificate'), 'publicKey'), 'base64'),
    format: 'der',
    type: 'spki',
  })
  const mobile = Buffer.from('7300000002')
  const sha256 = publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, mobile)
  const pkcs1 = publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, mobile)
  assert.deepEqual(await enrol(await caller.seal(4096, '7300000002')), blamesMobile)
  assert.deepEqual(await enrol(sha256.toString('base64')), blamesMobile)
  assert.deepEqual(await enrol(pkcs1.toString('base64')), blamesMobile)
  assert.deepEqual(await enrol('7300000002'), blamesMobile)
  assert.deepEqual(await enrol(''), blamesMobile)
  assert.deepEqual(await enrol(Buffer.alloc(256, 1).toString('base64')), blamesMobile)
})

test('other hints blame the login id', async () => {
  assert.deepEqual(await login({ ...byNumber, loginId: await caller.seal(2048, '91-2000-0000-0022') }), blamesLoginId)
  assert.deepEqual(await login({ ...byAadhaar, loginId: await caller.seal(2048, '200000000224') }), blamesLoginId)
  assert.deepEqual(await login({ ...byAddress, loginId: await caller.seal(4096, 'arjun.maadari@sbx') }), blamesLoginId)
  assert.deepEqual(await web(await caller.seal(2048, 'arjun.maadari@sbx')), blamesLoginId)
})

test('what opens but is malformed is named by its kind', async () => {
  assert.deepEqual(await enrol(await caller.seal(2048, '5300000002')), [
    { code: 'ABDM-1006: ', message: 'Invalid Mobile Number' },
  ])
  assert.deepEqual(await login({ ...byNumber, loginId: await caller.seal(4096, '91200000000022') }), [
    { code: 'ABDM-9999: ', message: 'Invalid ABHA Number' },
  ])
  assert.deepEqual(await login({ ...byAddress, loginId: await caller.seal(2048, 'arjun.maadari') }), [
    { code: 'ABDM-9999: ', message: 'Invalid ABHA Address' },
  ])
  assert.deepEqual(await web(await caller.seal(4096, 'arjun.maadari@abdm')), [
    { code: 'ABDM-1006: ', message: 'Invalid Abha Address' },
  ])
  assert.deepEqual(await login({ ...byAadhaar, loginId: await caller.seal(4096, '200000000221') }), blamesLoginId)
})

test('a wrongly sealed OTP is an invalid value and costs no try', async () => {
  const mobile = '7300000003'
  const txnId = textAt(await caller.askToEnrol(mobile), 'txnId')
  const scope = byMobile.scope
  for (const otpValue of [await caller.seal(4096, '123456'), await caller.seal(2048, '12345'), '123456', '', '{}']) {
    const body = { scope, authData: { authMethods: ['otp'], otp: { txnId, otpValue } } }
    assert.deepEqual(await refusal('phr-app', '/enrollment/verify', body), [
      { code: 'ABDM-9999: ', message: 'Invalid OTP Value' },
    ])
  }
  const right = await caller.verifyOtp('/enrollment/verify', 'enrolByMobile', txnId, await caller.latestOtp(mobile))
  assert.equal(right.status, 200)
})

test('PHR web lets Java’s word about an OTP that is not base64 through', async () => {
  const txnId = '0b7a4c1e-2f3d-4a5b-8c6d-7e8f90a1b2c3'
  const body = { scope: byAddress.scope, authData: { authMethods: ['otp'], otp: { txnId, otpValue: '{123456}' } } }
  assert.deepEqual(await refusal('phr-web', '/login/abha/verify', body), {
    code: 'ABDM-9999: ',
    message: 'Illegal base64 character 7b',
  })
})

test('with lenient keys either family opens any field', async () => {
  const lenient = await startBench({ settings: { lenientKeys: true } })
  const loginId = await lenient.caller.seal(4096, '7300000004')
  const answer = await lenient.caller.send('phr-app', 'POST', '/enrollment/request/otp', { ...byMobile, loginId })
  assert.equal(answer.status, 200)
  await lenient.close()
})

test('after a rotation the certificates are new, old seals are refused and tokens stay good', async () => {
  const own = await startBench()
  const loginId = await own.caller.seal(2048, '7300000005')
  const before = textAt(await own.caller.send('abha', 'GET', '/profile/public/certificate'), 'publicKey')
  const session = await own.caller.logInByAddress('arjun.maadari@sbx', '6200010022')
  await own.emulator.rotateKeys()
  assert.notEqual(textAt(await own.caller.send('abha', 'GET', '/profile/public/certificate'), 'publicKey'), before)
  const old = await own.caller.send('phr-app', 'POST', '/enrollment/request/otp', { ...byMobile, loginId })
  assert.deepEqual([old.status, old.body], [400, blamesMobile])
  assert.equal((await own.caller.askToEnrol('7300000005')).status, 200)
  assert.equal((await own.caller.profile(textAt(session, 'tokens.token'))).status, 200)
  const restarted = await startBench({ store: own.store, clock: own.clock })
  assert.equal(
    (await restarted.caller.send('phr-app', 'POST', '/enrollment/request/otp', { ...byMobile, loginId })).status,
    400,
  )
  assert.equal((await restarted.caller.askToEnrol('7300000006')).status, 200)
  await restarted.close()
  await own.close()
})

test('an OTP of ABDM’s for the other mobile that opens but is malformed is refused in a form of its own', async () => {
  const txnId = randomUUID()
  const link = async (otpValue: string) => {
    const authData = { authMethods: ['otp'], otp: { txnId, otpValue } }
    const answer = await caller.send('abha', 'POST', '/enrollment/auth/byAbdm', {
      scope: ['abha-enrol', 'mobile-verify'],
      authData,
    })
    assert.equal(answer.status, 400)
    return answer
  }
  assert.deepEqual((await link(await caller.seal(4096, '12345'))).body, { txnId, description: 'Invalid OTP value' })
  assert.equal(textAt(await link('123456'), 'otpValue'), 'Invalid OTP Value')
})
