import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { at, startBench, textAt } from './testing.ts'

/** A client that knows nothing but the public V3 documents gets from nothing to a profile. */

const bench = await startBench()
after(() => bench.close())
const { caller } = bench
const mobile = '7300000001'
let finalToken = ''
let refreshToken = ''

test('a session is 202 with a bearer token of twenty minutes', async () => {
  const answer = await caller.session()
  assert.equal(answer.status, 202)
  assert.equal(at(answer, 'expiresIn'), 1200)
  assert.equal(at(answer, 'refreshExpiresIn'), 1800)
  assert.equal(at(answer, 'tokenType'), 'bearer')
  assert.match(textAt(answer, 'refreshToken'), /^[\w-]+\.[\w-]+\.[\w-]+$/)
})

test('each certificate names its algorithm and has its size', async () => {
  for (const [service, path, bytes] of [
    ['abha', '/profile/public/certificate', 550],
    ['phr-app', '/login/public/certificate', 294],
  ] as const) {
    const answer = await caller.send(service, 'GET', path)
    assert.equal(answer.status, 200)
    assert.equal(at(answer, 'encryptionAlgorithm'), 'RSA/ECB/OAEPWithSHA-1AndMGF1Padding')
    assert.equal(Buffer.from(textAt(answer, 'publicKey'), 'base64').length, bytes)
  }
})

test('a mobile becomes an ABHA address whose holder is logged in at once', async () => {
  const asked = await caller.askToEnrol(mobile)
  assert.equal(asked.status, 200)
  assert.equal(at(asked, 'message'), 'OTP is sent to Mobile number ending with ******0001')
  const txnId = textAt(asked, 'txnId')

  const [message] = await bench.emulator.inbox.list({ to: mobile, limit: 1 })
  assert.equal(message?.purpose, 'registration.mobile')
  assert.ok(message.text.startsWith(message.otp))
  const verified = await caller.verifyOtp('/enrollment/verify', 'enrolByMobile', txnId, message.otp)
  assert.equal(verified.status, 200)
  assert.equal(at(verified, 'message'), 'OTP Verified Successfully')
  assert.equal(at(verified, 'authResult'), 'success')
  assert.deepEqual(at(verified, 'users'), [])
  assert.equal(at(verified, 'tokens.expiresIn'), 300)
  assert.equal(at(verified, 'tokens.refreshToken'), undefined)

  const named = { txnId, firstName: 'Meera', lastName: 'Nidarshan', yearOfBirth: '1990' }
  const suggested = await caller.send('phr-app', 'POST', '/enrollment/suggestion', named)
  assert.equal(suggested.status, 200)
  const [first] = at(suggested, 'abhaAddressList') as string[]

  const path = `/enrollment/isExists?abhaAddress=${encodeURIComponent(`${first}@sbx`)}`
  const free = await caller.send('phr-app', 'GET', path)
  assert.deepEqual([free.status, free.text, free.headers['content-type']], [200, 'false', 'application/octet-stream'])

  const enrolled = await caller.enrol(txnId, mobile, `${first}@sbx`)
  assert.equal(enrolled.status, 200)
  assert.equal(at(enrolled, 'message'), 'ABHA Address Created Successfully')
  assert.deepEqual(at(enrolled, 'phrDetails.abhaAddress'), [`${first}@sbx`])
  assert.equal(at(enrolled, 'phrDetails.dateOfBirth'), '09-04-1990')
  assert.equal(at(enrolled, 'phrDetails.mobile'), mobile)
  assert.deepEqual(
    ['expiresIn', 'refreshExpiresIn', 'switchProfileEnabled'].map((name) => at(enrolled, `tokens.${name}`)),
    [1800, 1_296_000, true],
  )
  assert.equal((await caller.send('phr-app', 'GET', path)).text, 'true')

  const profile = await caller.profile(textAt(enrolled, 'tokens.token'))
  assert.equal(profile.status, 200)
  assert.deepEqual(
    ['abhaAddress', 'fullName', 'kycStatus', 'mobileVerified', 'emailVerified', 'abhaLinkedCount', 'abhaNumber'].map(
      (name) => at(profile, name),
    ),
    [`${first}@sbx`, 'Meera Nidarshan', 'PENDING', 'true', 'false', '1', undefined],
  )
})

test('a log-in by mobile lists addresses, and verify/user makes the transfer token a final one', async () => {
  const asked = await caller.requestOtp('/login/request/otp', 'byAddress', 'mobile-number', mobile)
  const txnId = textAt(asked, 'txnId')
  const verified = await caller.verifyOtp('/login/verify', 'byAddress', txnId, await caller.latestOtp(mobile))
  const users = at(verified, 'users') as { abhaAddress: string }[]
  assert.deepEqual(users[0], {
    abhaAddress: users[0]?.abhaAddress,
    fullName: 'Meera Nidarshan',
    gender: 'F',
    status: 'ACTIVE',
    kycStatus: 'PENDING',
    age: 35,
  })
  const address = users[0]?.abhaAddress ?? ''
  const chosen = await caller.verifyUser(textAt(verified, 'tokens.token'), txnId, address)
  assert.equal(chosen.status, 200)
  assert.deepEqual(
    ['expiresIn', 'refreshExpiresIn', 'switchProfileEnabled'].map((name) => at(chosen, name)),
    [1800, 1_296_000, true],
  )
  finalToken = textAt(chosen, 'token')
  refreshToken = textAt(chosen, 'refreshToken')
  assert.equal(at(await caller.profile(finalToken), 'abhaAddress'), address)
})

test('a refresh gives another final token and the same refresh token', async () => {
  const answer = await caller.send('phr-app', 'GET', '/login/profile/request/token', undefined, {
    'R-token': `Bearer ${refreshToken}`,
  })
  assert.equal(answer.status, 200)
  assert.notEqual(textAt(answer, 'tokens.token'), finalToken)
  assert.equal(textAt(answer, 'tokens.refreshToken'), refreshToken)
  assert.equal((await caller.profile(textAt(answer, 'tokens.token'))).status, 200)
})

test('a log-in by ABHA address is final at verify', async () => {
  const answer = await caller.logInByAddress('arjun.maadari@sbx', '6200010022')
  assert.equal(at(answer, 'message'), 'OTP verified successfully')
  assert.equal(at(answer, 'tokens.switchProfileEnabled'), false)
  assert.equal(at(await caller.profile(textAt(answer, 'tokens.token')), 'abhaNumber'), '91-2000-0000-0022')
})

test('PHR web logs in by address at once and shows the same person', async () => {
  const address = 'arjun.maadari@sbx'
  for (const scope of ['byAddress', 'webAadhaar'] as const) {
    const asked = await caller.requestOtp('/login/abha/request/otp', scope, 'abha-address', address)
    const otp = await caller.latestOtp('6200010022')
    const answer = await caller.verifyOtp('/login/abha/verify', scope, textAt(asked, 'txnId'), otp)
    assert.equal(answer.status, 200)
    assert.equal(at(answer, 'users.0.abhaAddress'), address)
    assert.equal(at(answer, 'tokens.expiresIn'), 1800)
    const profile = await caller.send('phr-web', 'GET', '/login/profile/abha-profile', undefined, {
      'X-token': `Bearer ${textAt(answer, 'tokens.token')}`,
    })
    assert.equal(profile.status, 200)
    assert.equal(at(profile, 'kycStatus'), 'VERIFIED')
    assert.equal(at(profile, 'dateOfBirth'), '23-11-1984')
  }
})
