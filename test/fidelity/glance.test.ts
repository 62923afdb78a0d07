import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { answers, field, flat, isToken, jwt, like, listed, maybe, nothing, tokens, uuid, wrapped } from './like.ts'
import { created, details, enrolled } from './printed.ts'
import { type RawClient, xToken } from './raw-client.ts'
import { otherThan, walk } from './visit.ts'

/**
 * Somebody else's V3 client walks the enrolments of abdm-v3.md's "Flows at a glance" against `openabha emulator`: rows 1 to 4 of
 * the table. Rows 5 to 7 are in glance-logins.test.ts, 8 to 10 in glance-sessions.test.ts.
 */

const enrol = ['abha-enrol']
const otherMobile = ['abha-enrol', 'mobile-verify']
const address = ['abha-address-enroll', 'mobile-verify']
const byNumber = ['abha-login', 'mobile-verify']
const byAadhaar = ['abha-login', 'aadhaar-verify']
const legalName = /^(?=.{8,18}$)[a-zA-Z0-9]+[._]?[a-zA-Z0-9]*[._]?[a-zA-Z0-9]+$/

/** §6.5 and §6.6: an own address for an ABHA number. */
const chooseAddress = async (nha: RawClient, txnId: string, number: string): Promise<void> => {
  const path = '/enrollment/enrol/suggestion'
  const offered = answers(await nha.get('abha', path, { TRANSACTION_ID: txnId }), 200, {
    txnId,
    abhaAddressList: Array,
  })
  for (const name of offered.abhaAddressList) assert.match(name, legalName)
  const unknown = await nha.get('abha', path, { TRANSACTION_ID: crypto.randomUUID() })
  answers(unknown, 401, wrapped('ABDM-1017', 'Invalid Transaction Id'))

  const choose = (abhaAddress: string, preferred = 1) =>
    nha.post('abha', '/enrollment/enrol/abha-address', { txnId, abhaAddress, preferred })
  answers(await choose('glance.chosen', 2), 400, field('preferred', 'Invalid Preferred Flag'))
  assert.equal((await choose('arjun.maadari')).body.error.code, 'ABDM-1101')
  const chosen = { txnId, healthIdNumber: number, preferredAbhaAddress: 'glance.chosen@sbx' }
  answers(await choose('glance.chosen'), 200, chosen)
}

walk('1 ABHA number by Aadhaar OTP, with another mobile and an own address', async ({ nha, alone }) => {
  const refused = await nha.session('not-the-secret')
  answers(refused, 400, wrapped('ABDM-9999: ', 'Invalid user credentials'))
  const { accessToken } = answers(await nha.session(), 202, {
    accessToken: jwt,
    expiresIn: 1200,
    refreshExpiresIn: 1800,
    refreshToken: jwt,
    tokenType: 'bearer',
  })
  assert.ok(accessToken)
  const encryptionAlgorithm = 'RSA/ECB/OAEPWithSHA-1AndMGF1Padding'
  const { publicKey } = answers(await nha.certificate(4096), 200, {
    publicKey: /^[A-Za-z0-9+/]+=*$/,
    encryptionAlgorithm,
  })
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' })
  assert.equal(key.asymmetricKeyDetails?.modulusLength, 4096)

  const { aadhaar_number: aadhaar } = await alone.citizenOn('6200010011')
  const asking = { scope: enrol, hint: 'aadhaar', id: aadhaar, system: 'aadhaar', txnId: '' } as const
  answers(await nha.ask('abha-enrol', { ...asking, bits: 2048 }), 400, field('loginId', 'Invalid LoginId'))
  const plain = { txnId: '', scope: enrol, loginHint: 'aadhaar', loginId: aadhaar, otpSystem: 'aadhaar' }
  answers(await nha.post('abha', '/enrollment/request/otp', plain), 400, field('loginId', 'Invalid LoginId'))
  const message = 'OTP sent to Aadhaar registered mobile number ending with ******0011'
  const { txnId } = answers(await nha.ask('abha-enrol', asking), 200, { txnId: uuid, message })
  answers(await nha.ask('abha-enrol', { ...asking, txnId }), 200, { txnId, message })

  const wished = '9800000001'
  const otpOf = async (otp: string) => ({
    authMethods: ['otp'],
    otp: { timeStamp: new Date().toISOString(), txnId, otpValue: await nha.seal(4096, otp), mobile: wished },
  })
  const otp = await alone.otpTo('6200010011')
  const wrong = await nha.byAadhaar(await otpOf(otherThan(otp)))
  answers(wrong, 422, wrapped('ABDM-1204', 'UIDAI Error code : 400 : Invalid Aadhaar OTP value.'))
  const made = answers(await nha.byAadhaar(await otpOf(otp)), 200, enrolled(null, true))
  const { ABHANumber: number, phrAddress } = made.ABHAProfile
  assert.deepEqual(phrAddress, [`${number.replaceAll('-', '')}@sbx`])
  assert.equal(made.ABHAProfile.preferredAddress, phrAddress[0])
  isToken(made.tokens.token, 'Transaction', txnId)
  isToken(made.tokens.refreshToken, 'Refresh')

  const askWished = { scope: otherMobile, hint: 'mobile', id: wished, system: 'abdm' } as const
  const noTxn = await nha.ask('abha-enrol', { ...askWished, txnId: '' })
  answers(noTxn, 400, field('txnId', 'Invalid Transaction Id'))
  const sent = { txnId, message: 'OTP sent to mobile number ending with ******0001' }
  answers(await nha.ask('abha-enrol', { ...askWished, txnId }), 200, sent)
  const second = await alone.otpTo(wished)
  const failed = await nha.verify('abha-enrol', otherMobile, txnId, otherThan(second))
  answers(failed, 200, { txnId, authResult: 'failed', message: String, accounts: [] })
  answers(await nha.verify('abha-enrol', otherMobile, txnId, second), 200, {
    txnId,
    authResult: 'success',
    message: 'Mobile number is now successfully linked to your Account',
    accounts: [{ ABHANumber: number }],
  })
  await chooseAddress(nha, txnId, number)

  const token = made.tokens.token
  const { body: profile } = await nha.get('abha', '/profile/account', xToken(token))
  assert.equal(profile.mobile, wished)
  assert.equal(profile.preferredAbhaAddress, 'glance.chosen@sbx')
  const bare = await nha.get('abha', '/profile/account', { 'X-token': token })
  answers(bare, 400, { message: 'Invalid X-token', timestamp: String })
  const onApp = await nha.get('phr-app', '/login/profile', xToken(token))
  assert.match(onApp.text, /Invalid X-token/)
  assert.equal((await nha.get('phr-web', '/login/profile/abha-profile', xToken(token))).status, 400)

  const again = (await nha.ask('abha-enrol', asking)).body.txnId
  const once = { txnId: again, otpValue: await nha.seal(4096, await alone.otpTo('6200010011')), mobile: wished }
  const known = answers(await nha.byAadhaar({ authMethods: ['otp'], otp: once }), 200, enrolled(wished, false))
  assert.equal(known.ABHAProfile.ABHANumber, number)
})

walk('1 the wished mobile is the one that Aadhaar knows: verified at once', async ({ nha, alone }) => {
  const { aadhaar_number: aadhaar, mobile } = await alone.addCitizen({ mobile: '9800000002' })
  const asking = { scope: enrol, hint: 'aadhaar', id: aadhaar, system: 'aadhaar' } as const
  const { txnId } = (await nha.ask('abha-enrol', asking)).body
  const otp = { txnId, otpValue: await nha.seal(4096, await alone.otpTo(mobile)), mobile }
  answers(await nha.byAadhaar({ authMethods: ['otp'], otp }), 200, enrolled(mobile, true))
})

walk('2 ABHA number by face', async ({ nha, alone }) => {
  const init = () => nha.post('abha', '/enrollment/enrol/auth/init', { scope: ['abha-enrol', 'face-auth'] })
  const message = 'Transaction Id generated Successfully'
  const { txnId } = answers(await init(), 200, { txnId: uuid, message })
  const capture = (of: string) =>
    nha.post('abha', '/enrollment/enrol/capturePID', { scope: ['abha-enrol', 'face-verify'], txnId: of })
  const { aadhaar_number: aadhaar, mobile } = await alone.addCitizen({ mobile: '9800000003' })
  const face = { txnId, aadhaar: await nha.seal(4096, aadhaar), mobile }
  const verify = () => nha.byAadhaar({ authMethods: ['face_auth'], face })

  const pending = { status: 'PENDING', message: 'Awaiting PID capture', txnId: maybe(txnId) }
  answers(await capture(txnId), 200, pending)
  assert.equal((await verify()).body.error.code, 'ABDM-1017')
  await alone.sandbox('POST', `/face-auth/${txnId}`, { result: 'verified' })
  const complete = { status: 'COMPLETE', message: 'PID captured successfully', txnId: maybe(txnId) }
  answers(await capture(txnId), 200, complete)
  const made = answers(await verify(), 200, enrolled(mobile, true))
  await chooseAddress(nha, made.txnId, made.ABHAProfile.ABHANumber)

  const lost = 'Invalid transaction, either the transaction is expired or not found'
  answers(await capture(crypto.randomUUID()), 400, wrapped('ABDM-1017', lost))
  const { txnId: other } = (await init()).body
  await alone.sandbox('POST', `/face-auth/${other}`, { result: 'failed' })
  answers(await capture(other), 200, {
    status: 'FAILED',
    message: 'PID capture failed. Please regenarate the QR Code.',
    txnId: maybe(other),
  })
  const noBody = await nha.send('abha', 'POST', '/enrollment/enrol/capturePID')
  answers(noBody, 401, { error: { code: 'ABDM-1006: ', message: /^415 UNSUPPORTED_MEDIA_TYPE/ } })
})

const suggest = (nha: RawClient, txnId: string) =>
  nha.post('phr-app', '/enrollment/suggestion', {
    txnId,
    firstName: 'Asha',
    lastName: 'Rao',
    dayOfBirth: '09',
    monthOfBirth: '04',
    yearOfBirth: '1990',
  })
const isExists = (nha: RawClient, name: string) =>
  nha.get('phr-app', `/enrollment/isExists?abhaAddress=${encodeURIComponent(name)}`)

walk('3 ABHA address by mobile', async ({ nha, alone }) => {
  const mobile = '9800000004'
  const asking = { scope: address, hint: 'mobile-number', id: mobile, system: 'abdm' } as const
  const key = createPublicKey({
    key: Buffer.from((await nha.certificate(2048)).body.publicKey, 'base64'),
    format: 'der',
    type: 'spki',
  })
  assert.equal(key.asymmetricKeyDetails?.modulusLength, 2048)
  const misread = await nha.ask('phr-enrol', { ...asking, bits: 4096 })
  answers(misread, 400, listed('ABDM-1006: ', 'Invalid mobile number'))
  const message = 'OTP is sent to Mobile number ending with ******0004'
  const { txnId } = answers(await nha.ask('phr-enrol', asking), 200, { txnId: uuid, message })

  const otp = await alone.otpTo(mobile)
  const failed = await nha.verify('phr-enrol', address, txnId, otherThan(otp))
  like(failed.body.users, [])
  assert.deepEqual([failed.status, failed.body.authResult], [200, 'failed'])
  const verified = answers(await nha.verify('phr-enrol', address, txnId, otp), 200, {
    txnId,
    message: 'OTP Verified Successfully',
    authResult: 'success',
    users: [],
    tokens: tokens.transfer,
  })
  isToken(verified.tokens.token, 'Transfer', txnId)
  answers(await nha.get('phr-app', '/login/profile', xToken(verified.tokens.token)), 401, nothing)

  const offered = answers(await suggest(nha, txnId), 200, { txnId, abhaAddressList: Array(10).fill(legalName) })
  const free = `${offered.abhaAddressList[0]}@sbx`
  assert.equal((await isExists(nha, 'arjun.maadari@sbx')).text, 'true')
  const unused = await isExists(nha, free)
  assert.deepEqual([unused.status, unused.type, unused.text], [200, 'application/octet-stream', 'false'])
  answers(await isExists(nha, 'seven77@sbx'), 400, listed('ABDM-1006: ', 'Invalid ABHA Address'))

  const enrolAs = async (name: string, more = {}) =>
    nha.post('phr-app', '/enrollment/enrol', { txnId, phrDetails: details(await nha.seal(2048, mobile), name, more) })
  assert.equal((await enrolAs(free, { address: '' })).status, 400)
  const taken = 'This ABHA Address already exists. Please create with unique ABHA address'
  answers(await enrolAs('arjun.maadari@sbx'), 400, flat('ABDM-9999: ', taken))
  const made = answers(await enrolAs(free), 200, created([free], mobile))
  isToken(made.tokens.token, 'Transaction')
  assert.equal((await isExists(nha, free)).text, 'true')

  const { body: profile } = await nha.get('phr-app', '/login/profile', xToken(made.tokens.token))
  assert.deepEqual([profile.abhaAddress, profile.kycStatus, profile.abhaNumber], [free, 'PENDING', undefined])
  const onAbha = await nha.get('abha', '/profile/account', xToken(made.tokens.token))
  answers(onAbha, 400, { message: 'Invalid X-token', timestamp: String })
})

const ways = [
  { by: 'its mobile', scope: byNumber, system: 'abdm', last: '0011' },
  { by: 'its Aadhaar mobile', scope: byAadhaar, system: 'aadhaar', last: '0022' },
] as const
for (const { by, scope, system } of ways) {
  walk(`4 ABHA address on an existing ABHA number, by ${by}`, async ({ nha, alone }) => {
    const number = '91-2000-0000-0022'
    const asking = { scope, hint: 'abha-number', id: number, system } as const
    const misread = await nha.ask('phr-enrol', { ...asking, bits: 2048 })
    assert.equal(misread.status, 400)
    assert.match(misread.text, /Invalid LoginId/)
    const { txnId } = answers(await nha.ask('phr-enrol', asking), 200, { txnId: uuid, message: /\*{6}0022$/ })
    const otp = await alone.otpTo('6200010022')
    const verified = await nha.verify('phr-enrol', scope, txnId, otp)
    const { accounts, users } = answers(verified, 200, {
      txnId,
      message: 'OTP Verified Successfully',
      authResult: 'success',
      users: Array,
      accounts: [Object],
      tokens: tokens.transfer,
    })
    assert.equal(accounts[0].ABHANumber, number)
    assert.equal(users[0].abhaNumber, number)
    const names = { firstName: accounts[0].firstName, lastName: accounts[0].lastName, gender: accounts[0].gender }

    answers(await suggest(nha, txnId), 200, { txnId, abhaAddressList: Array(10).fill(legalName) })
    const phrDetails = details(await nha.seal(2048, '6200010022'), 'arjun.further@sbx', {
      ...names,
      ABHANumber: number,
    })
    const made = await nha.post('phr-app', '/enrollment/enrol', { txnId, phrDetails })
    const { token } = answers(made, 200, created(['arjun.maadari@sbx', 'arjun.further@sbx'], '6200010022')).tokens
    const { body: profile } = await nha.get('phr-app', '/login/profile', xToken(token))
    assert.deepEqual([profile.abhaNumber, profile.kycStatus], [number, 'VERIFIED'])
  })
}
