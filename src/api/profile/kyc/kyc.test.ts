import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../../../../test/harness.ts'
import { addCitizen, type Citizen, kycAddress } from '../../../../test/people.ts'
import {
  assertRefused,
  assertTooMany,
  type Client,
  openSession,
  paths,
  refusals,
  register,
  sendingNothing,
  wrongOtp,
} from '../../../../test/walks.ts'

/** KYC: an ABHA address made by mobile gets the ABHA number of the same person, after an OTP, and of nobody else. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

const kyc = '/abdm/v1/profile/kyc'
type Carried = { oid?: string; token?: string }
const post = (step: string, { oid, token }: Carried, body: unknown) =>
  client.post(`${kyc}/${step}${oid ? `?oid=${oid}` : ''}`, body, token ? { token } : {})

/** Somebody with an ABHA number and no address, and a user who says to be that person. */
const pair = async (partial: Record<string, unknown> = {}) => {
  const citizen = await addCitizen(product, { ...kycAddress(), abha_addresses: [], ...partial })
  const user = await register(product, client, { profile: bornLike(citizen) })
  return { citizen, user }
}
const bornLike = ({ year_of_birth, month_of_birth, day_of_birth, gender }: Citizen) => ({
  year_of_birth,
  month_of_birth: month_of_birth ?? 1,
  day_of_birth: day_of_birth ?? 1,
  gender,
})
const begin = async (carried: Carried, body: Record<string, unknown>): Promise<string> => {
  const reply = await post('init', carried, body)
  assert.equal(reply.status, 200, reply.text)
  assert.deepEqual(Object.keys(reply.body), ['txn_id'])
  return reply.body.txn_id
}
const prove = async (carried: Carried, txn_id: string, { mobile }: Citizen, more: Record<string, unknown> = {}) =>
  post('verify', carried, { txn_id, otp: await product.otpTo(mobile ?? ''), ...more })
const read = async (oid: string) => (await client.get(paths.profile, { headers: { 'X-Pt-Id': oid } })).body

test('by ABHA number and by Aadhaar, in every spelling: the profile has the number, the KYC names and a lock', async () => {
  for (const [method, identifierOf] of [
    ['abha-number', ({ abha_number }: Citizen) => abha_number],
    ['abha_number', ({ abha_number }: Citizen) => abha_number?.replaceAll('-', '')],
    ['aadhaar', ({ aadhaar_number }: Citizen) => aadhaar_number],
    ['aadhaar_number', ({ aadhaar_number }: Citizen) => aadhaar_number.replace(/(....)/g, '$1 ')],
  ] as const) {
    const { citizen, user } = await pair()
    const carried = { oid: user.oid }
    const txn_id = await begin(carried, { method, identifier: identifierOf(citizen), user_x_token: '' })
    const verified = await prove(carried, txn_id, citizen, { user_x_token: '' })
    assert.equal(verified.status, 200, verified.text)
    assert.deepEqual(verified.body, { txn_id })

    const profile = await read(user.oid)
    assert.equal(profile.kyc_verified, true)
    assert.equal(profile.abha_number, citizen.abha_number)
    assert.equal(profile.abha_address, user.abhaAddress)
    assert.deepEqual([profile.first_name, profile.last_name], [citizen.first_name, citizen.last_name])
    const status = await client.get(paths.status, { headers: { 'X-Pt-Id': user.oid } })
    assert.deepEqual(status.body, { logged_in: true, kyc_verified: true })
    const body = { first_name: 'Somebody' }
    assertRefused(await client.call('PATCH', `${paths.profile}?oid=${user.oid}`, { body }), refusals.field)

    const sent = product.upstreamCalls('phr.profile.request_otp')
    assertRefused(await post('init', carried, { method, identifier: identifierOf(citizen) }), { status: 400 })
    assert.equal(product.upstreamCalls('phr.profile.request_otp'), sent, 'already verified')
  }
})

test('the min_token alone names the user', async () => {
  const { citizen, user } = await pair()
  const carried = { token: user.minToken }
  const txn_id = await begin(carried, { method: 'abha-number', identifier: citizen.abha_number })
  assert.equal((await prove(carried, txn_id, citizen)).status, 200)
  const other = await register(product, client)
  const reply = await client.post(`${kyc}/resend?oid=${other.oid}`, { txn_id }, { token: user.minToken })
  assertRefused(reply, refusals.notForThisUser)
})

test('a user_x_token that the client kept stands in for a session that has ended here', async () => {
  const { citizen, user } = await pair()
  const { token } = await openSession(product, client, {
    abhaAddress: user.abhaAddress,
    mobile: user.mobile,
    headers: { 'X-Pt-Id': user.oid },
  })
  await product.fault({ operation: 'phr.profile.request_otp', mode: 'empty', status: 401, times: 2 })
  await product.fault({
    operation: 'phr.profile.refresh',
    mode: 'error',
    status: 400,
    times: 1,
    message: 'Invalid R-token',
  })
  const body = { method: 'abha-number', identifier: citizen.abha_number }
  const carried = { oid: user.oid }
  assertRefused(await post('init', carried, body), { status: 491 })
  product.calm()
  assertRefused(await post('init', carried, body), { status: 491 })
  const txn_id = await begin(carried, { ...body, user_x_token: token })
  const verified = await prove(carried, txn_id, citizen, { user_x_token: token })
  assert.equal(verified.status, 200, verified.text)
  assertRefused(
    await post('init', { oid: (await register(product, client)).oid }, { ...body, user_x_token: 'garbage' }),
    {
      status: 400,
    },
  )
})

test('the token of another person never speaks for this user', async () => {
  const { citizen, user } = await pair()
  const other = await register(product, client)
  const { token } = await openSession(product, client, {
    abhaAddress: other.abhaAddress,
    mobile: other.mobile,
    headers: { 'X-Pt-Id': other.oid },
  })
  const body = { method: 'abha-number', identifier: citizen.abha_number, user_x_token: token }
  assertRefused(await post('init', { oid: user.oid }, body), refusals.notForThisUser)
  assert.equal(await product.otpTo(citizen.mobile ?? ''), 'none')
  const facility = { hip_id: 'IN0000000001', counter_id: '12345', user_x_token: token }
  assertRefused(await client.post(`/abdm/v2/profile/share?oid=${user.oid}`, facility), refusals.notForThisUser)
})

test('somebody else’s number does not fit the address, and nothing is linked', async () => {
  const { citizen, user } = await pair()
  const other = await addCitizen(product, {
    ...kycAddress(),
    abha_addresses: [],
    year_of_birth: citizen.year_of_birth - 3,
  })
  const txn_id = await begin({ oid: user.oid }, { method: 'abha-number', identifier: other.abha_number })
  assertRefused(await prove({ oid: user.oid }, txn_id, other), {
    status: 500,
    error: 'Something went wrong',
    code: 'ABDM-1043',
  })
  const { kyc_verified, abha_number } = await read(user.oid)
  assert.deepEqual([kyc_verified, abha_number], [false, undefined])
})

test('a number that another user of this client has is EKA-1001, before an OTP goes out', async () => {
  const { citizen, user } = await pair()
  const txn_id = await begin({ oid: user.oid }, { method: 'abha-number', identifier: citizen.abha_number })
  assert.equal((await prove({ oid: user.oid }, txn_id, citizen)).status, 200)
  const twin = await register(product, client, { profile: bornLike(citizen) })
  await sendingNothing(product, async () =>
    assertRefused(
      await post('init', { oid: twin.oid }, { method: 'abha-number', identifier: citizen.abha_number }),
      refusals.accountClaimed,
    ),
  )
  await sendingNothing(product, async () => {
    const body = { method: 'abha-number', identifier: citizen.abha_number }
    const reply = await client.post('/abdm/v1/profile/kyc/init', body, { token: twin.minToken })
    assertRefused(reply, { ...refusals.accountClaimed, message: /^This ABHA address or number belongs/ })
    assert.match(reply.body.error, /: another number$/)
  })
})

test('resends wait a minute, come twice, and void the OTP before', async () => {
  const { citizen, user } = await pair()
  const carried = { oid: user.oid }
  const txn_id = await begin(carried, { method: 'aadhaar', identifier: citizen.aadhaar_number })
  assertTooMany(await post('resend', carried, { txn_id }))
  for (let count = 0; count < 2; count++) {
    const former = await product.otpTo(citizen.mobile ?? '')
    await product.advance(61)
    assert.deepEqual((await post('resend', carried, { txn_id })).body, { txn_id })
    if (former !== (await product.otpTo(citizen.mobile ?? ''))) {
      assert.equal((await post('verify', carried, { txn_id, otp: former })).status, 400)
    }
  }
  await product.advance(61)
  assertTooMany(await post('resend', carried, { txn_id }))
  assert.equal((await prove(carried, txn_id, citizen)).status, 200)
})

test('a KYC belongs to its user: another user of the same client does not know it', async () => {
  const { citizen, user } = await pair()
  const txn_id = await begin({ oid: user.oid }, { method: 'abha-number', identifier: citizen.abha_number })
  const other = await register(product, client)
  assertRefused(await prove({ oid: other.oid }, txn_id, citizen), refusals.txnUnknown)
  assertRefused(await post('resend', { oid: other.oid }, { txn_id }), refusals.txnUnknown)
  assert.equal((await prove({ oid: user.oid }, txn_id, citizen)).status, 200)
})

test('of eight verifications at once one links, and the number is there once', async () => {
  const { citizen, user } = await pair()
  const carried = { oid: user.oid }
  const txn_id = await begin(carried, { method: 'abha-number', identifier: citizen.abha_number })
  const replies = await Promise.all(Array.from({ length: 8 }, () => prove(carried, txn_id, citizen)))
  assert.equal(replies.filter(({ status }) => status === 200).length, 1)
  for (const reply of replies) if (reply.status !== 200) assertRefused(reply, { status: 400 })
  assert.equal((await read(user.oid)).abha_number, citizen.abha_number)
})

test('after a link whose answer was an error the same OTP goes on, and another one does not', async () => {
  const { citizen, user } = await pair()
  const carried = { oid: user.oid }
  const txn_id = await begin(carried, { method: 'abha-number', identifier: citizen.abha_number })
  const otp = await product.otpTo(citizen.mobile ?? '')
  await product.fault({ operation: 'phr.profile.link', status: 500, code: 'ABDM-1019', times: 1 })
  assert.equal((await post('verify', carried, { txn_id, otp })).status, 502)
  const other = wrongOtp(otp)
  assertRefused(await post('verify', carried, { txn_id, otp: other }), refusals.otpWrong)
  assert.equal((await read(user.oid)).kyc_verified, false)
  assert.deepEqual((await post('verify', carried, { txn_id, otp })).body, { txn_id })
})

/** A number that is proved and could not be linked, after so many wrong OTPs. */
const provedOnly = async (wrongBefore: number, atOnce = 1) => {
  const { citizen, user } = await pair()
  const carried = { oid: user.oid }
  const txn_id = await begin(carried, { method: 'abha-number', identifier: citizen.abha_number })
  const otp = await product.otpTo(citizen.mobile ?? '')
  const verify = (otp: string) => post('verify', carried, { txn_id, otp })
  for (let count = 0; count < wrongBefore; count++) assertRefused(await verify(wrongOtp(otp)), refusals.otpWrong)
  await product.fault({ operation: 'phr.profile.link', status: 500, code: 'ABDM-1019', times: 99 })
  const replies = await Promise.all(Array.from({ length: atOnce }, () => verify(otp)))
  product.calm()
  assert.ok(replies.some(({ status }) => status === 502))
  return { otp, verify, replies, user }
}

test('after the proof the right OTP may be guessed no more often than before it, one by one or at once', async () => {
  const { otp, verify, user } = await provedOnly(2)
  // Two were wrong, and the right one is none of the three.
  assertRefused(await verify(wrongOtp(otp)), refusals.otpWrong)
  await sendingNothing(product, async () => {
    for (const tried of [wrongOtp(otp), otp]) assertRefused(await verify(tried), refusals.triesUsedUp)
  })
  assert.equal((await read(user.oid)).kyc_verified, false)

  const other = await provedOnly(1)
  const guesses = await Promise.all(Array.from({ length: 12 }, () => other.verify(wrongOtp(other.otp))))
  const said = guesses.map(({ body }) => body.error)
  assert.equal(said.filter((error) => error === refusals.otpWrong.error).length, 2)
  assert.equal(said.filter((error) => error === refusals.triesUsedUp.error).length, 10)
})

test('the right OTP, however often and at once it is sent, is never too many tries', async () => {
  const { otp, verify, replies } = await provedOnly(0, 8)
  for (const { body } of replies) assert.notEqual(body.error, refusals.triesUsedUp.error)
  assert.equal((await verify(otp)).status, 200)
})

test('a right OTP that is repeated costs no try', async () => {
  const { otp, verify } = await provedOnly(2)
  for (let count = 0; count < 4; count++) {
    await product.fault({ operation: 'phr.profile.link', status: 500, code: 'ABDM-1019', times: 1 })
    assert.equal((await verify(otp)).status, 502)
  }
  assert.equal((await verify(otp)).status, 200)
})

test('without a user, and for one that is not there, nothing begins', async () => {
  const body = { method: 'abha-number', identifier: '91-1111-2222-3333' }
  assertRefused(await post('init', {}, body), { status: 400 })
  assertRefused(await post('init', { oid: '179999999999999' }, body), refusals.unknown)
})

test('a KYC that was begun for one address verifies no other one that was logged in to meanwhile', async () => {
  const { citizen, user } = await pair()
  const carried = { oid: user.oid }
  const txn_id = await begin(carried, { method: 'abha-number', identifier: citizen.abha_number })
  const otp = await product.otpTo(citizen.mobile ?? '')
  await product.fault({ operation: 'phr.profile.link', status: 503, times: 1, mode: 'empty' })
  assert.ok((await post('verify', carried, { txn_id, otp })).status >= 502)
  const other = await register(product, client, { mobile: user.mobile, headers: { 'X-Pt-Id': user.oid } })
  assert.equal(other.oid, user.oid)
  assertRefused(await post('verify', carried, { txn_id, otp }), {
    ...refusals.stepNotAllowed,
    message: /begin the KYC again/,
  })
  const profile = await read(user.oid)
  assert.deepEqual([profile.abha_address, profile.kyc_verified], [other.abhaAddress, false])
})
