import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { registration } from '../../../../test/flow-steps.ts'
import { type Product, startProduct } from '../../../../test/harness.ts'
import { addCitizen, type Citizen, kycAddress } from '../../../../test/people.ts'
import { assertRefused, type Client, freshAddress, freshMobile, refusals } from '../../../../test/walks.ts'
import { userRows } from '../../../people.ts'

/** Registration by Aadhaar: whoever proves the Aadhaar number gets an ABHA number, once, and an address of their choice. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

const aadhaar = `${registration}/aadhaar`
const post = async (path: string, body: unknown, headers: Record<string, string> = {}): Promise<any> => {
  const reply = await client.post(path, body, { headers })
  assert.equal(reply.status, 200, `${path} ${reply.text}`)
  return reply.body
}
const begin = async ({ aadhaar_number }: Citizen, headers: Record<string, string> = {}): Promise<string> =>
  (await post(`${aadhaar}/init`, { aadhaar_number }, headers)).txn_id
const prove = async (citizen: Citizen, txn_id: string, mobile = citizen.mobile): Promise<any> =>
  post(`${aadhaar}/verify`, { txn_id, otp: await product.otpTo(citizen.mobile ?? ''), mobile })

const tail = (mobile: string): string => mobile.slice(-4)
const nameOf = ({ first_name, middle_name, last_name }: Citizen): string =>
  [first_name, middle_name, last_name].filter(Boolean).join(' ')

/** What a citizen looks like to a client; the rest of the place comes from the pincode. */
const profileOf = (citizen: Citizen, about: Record<string, unknown>) => ({
  first_name: citizen.first_name,
  ...(citizen.middle_name && { middle_name: citizen.middle_name }),
  last_name: citizen.last_name,
  full_name: nameOf(citizen),
  gender: citizen.gender,
  day_of_birth: citizen.day_of_birth,
  month_of_birth: citizen.month_of_birth,
  year_of_birth: citizen.year_of_birth,
  pincode: citizen.pincode,
  kyc_verified: true,
  ...about,
})
const placeNames = ['address', 'district_code', 'district_name', 'state_code', 'state_name', 'profile_photo']
const assertProfile = (profile: Record<string, unknown>, expected: Record<string, unknown>): void => {
  const rest = Object.fromEntries(Object.entries(profile).filter(([name]) => !placeNames.includes(name)))
  assert.deepEqual(rest, expected)
  for (const name of ['district_code', 'district_name', 'state_code', 'state_name']) {
    assert.equal(typeof profile[name], 'string', name)
  }
}

test('somebody without ABHA, with the linked mobile: two steps to an ABHA number, a third to an address and a session', async () => {
  const citizen = await addCitizen(product, { middle_name: 'Kumari' })
  const { mobile } = citizen
  const init = await post(`${aadhaar}/init`, { aadhaar_number: citizen.aadhaar_number.replace(/(....)/g, '$1 ') })
  const { txn_id } = init
  assert.deepEqual(init, {
    txn_id,
    hint: `OTP sent to Aadhaar registered mobile number ending with ******${tail(mobile ?? '')}`,
  })

  const verified = await prove(citizen, txn_id)
  const { abha_number } = verified.profile
  assert.match(abha_number, /^91-\d{4}-\d{4}-\d{4}$/)
  const { profile, ...rest } = verified
  assert.deepEqual(rest, { txn_id, skip_state: 'abha_create', abha_profiles: [] })
  assertProfile(profile, profileOf(citizen, { abha_number, mobile, abha_addresses: [] }))

  const suggested = await client.get(`${registration}/suggest?transactionId=${txn_id}`)
  assert.equal(suggested.body.suggestions.length, 10)
  assert.ok(suggested.body.suggestions.every((one: string) => one.endsWith('@sbx')))

  const abha_address = freshAddress()
  const created = await post(`${aadhaar}/create-phr`, { txn_id, abha_address: abha_address.toUpperCase() })
  assert.deepEqual(Object.keys(created).sort(), ['eka', 'profile', 'refresh_token', 'skip_state', 'token', 'txn_id'])
  assert.equal(created.txn_id, txn_id)
  assert.equal(created.skip_state, 'abha_end')
  assert.deepEqual(Object.keys(created.eka).sort(), ['min_token', 'oid', 'uuid'])
  for (const name of ['token', 'refresh_token']) assert.match(created[name], /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/)
  const defaultAddress = `${abha_number.replaceAll('-', '')}@sbx`
  const expected = profileOf(citizen, {
    abha_number,
    mobile,
    abha_address,
    abha_addresses: [abha_address, defaultAddress],
  })
  assertProfile(created.profile, expected)

  const headers = { 'X-Pt-Id': created.eka.oid }
  const read = await client.get('/abdm/v1/profile', { headers })
  assert.equal(read.status, 200, read.text)
  assertProfile(read.body, expected)
  const status = await client.get('/abdm/v1/session/status', { headers })
  assert.deepEqual(status.body, { logged_in: true, kyc_verified: true })
})

test('another mobile for communication gets its OTP at once, and is linked by it', async () => {
  const citizen = await addCitizen(product, {})
  const wished = freshMobile()
  const txn_id = await begin(citizen)
  const verified = await prove(citizen, txn_id, wished)
  const hint = `OTP sent to mobile number ending with ******${tail(wished)}`
  assert.deepEqual(verified, { txn_id, skip_state: 'confirm_mobile_otp', hint, abha_profiles: [] })

  const first = await product.otpTo(wished)
  assert.match(first, /^\d{6}$/)
  await product.advance(61)
  assert.deepEqual(await post(`${aadhaar}/mobile/resend`, { txn_id }), { txn_id, hint })
  const second = await product.otpTo(wished)
  if (first !== second) {
    assertRefused(await client.post(`${aadhaar}/mobile/verify`, { txn_id, otp: first }), { status: 400 })
  }
  const confirmed = await post(`${aadhaar}/mobile/verify`, { txn_id, otp: second })
  const { abha_number } = confirmed.profile
  const { profile, ...rest } = confirmed
  assert.deepEqual(rest, { txn_id, skip_state: 'abha_create', abha_profiles: [] })
  assertProfile(profile, profileOf(citizen, { abha_number, mobile: wished, abha_addresses: [] }))
  const created = await post(`${aadhaar}/create-phr`, { txn_id, abha_address: freshAddress() })
  assert.equal(created.profile.mobile, wished)
})

test('somebody who has an ABHA number is offered its addresses, and logs in to one without another OTP', async () => {
  const citizen = await addCitizen(product, kycAddress())
  const [abha_address] = citizen.abha_addresses
  const txn_id = await begin(citizen)
  const { profile, ...rest } = await prove(citizen, txn_id)
  assert.deepEqual(rest, {
    txn_id,
    skip_state: 'abha_create',
    abha_profiles: citizen.abha_addresses.map((one) => ({
      abha_address: one,
      kyc_verified: 'true',
      name: nameOf(citizen),
    })),
  })
  assert.equal(profile.abha_number, citizen.abha_number)
  assert.equal(profile.abha_address, abha_address)

  assertRefused(await client.post(`${aadhaar}/auto-login`, { txn_id, abha_address: freshAddress() }), {
    status: 400,
    error: 'Bad Request, invalid request',
    code: 'ABDM-1006',
  })
  const sent = product.upstreamCalls('abha.enrollment.request_otp')
  const logged = await post(`${aadhaar}/auto-login`, { txn_id, abha_address })
  assert.equal(product.upstreamCalls('abha.enrollment.request_otp'), sent)
  assert.deepEqual(Object.keys(logged).sort(), ['eka', 'profile', 'refresh_token', 'skip_state', 'token', 'txn_id'])
  assert.equal(logged.skip_state, 'abha_end')
  assert.equal(logged.profile.abha_address, abha_address)

  const again = await begin(citizen)
  await prove(citizen, again)
  assertRefused(await client.post(`${aadhaar}/create-phr`, { txn_id: again, abha_address }), refusals.addressTaken)
  const further = freshAddress()
  const created = await post(`${aadhaar}/create-phr`, { txn_id: again, abha_address: further })
  assert.equal(created.eka.oid, logged.eka.oid, 'the same person is the same user')
  assert.ok(created.profile.abha_addresses.includes(abha_address))
  assert.equal(created.profile.abha_address, further)
})

test('an Aadhaar that knows the year only gives a profile, a card and a QR code without month and day', async () => {
  const citizen = await addCitizen(product, { year_of_birth: 1961, month_of_birth: null, day_of_birth: null })
  const txn_id = await begin(citizen)
  const { profile } = await prove(citizen, txn_id)
  const { eka, ...created } = await post(`${aadhaar}/create-phr`, { txn_id, abha_address: freshAddress() })
  const headers = { 'X-Pt-Id': eka.oid }
  const read = await client.get('/abdm/v1/profile', { headers })
  for (const one of [profile, created.profile, read.body]) {
    assert.equal(one.year_of_birth, 1961)
    assert.equal('month_of_birth' in one || 'day_of_birth' in one, false, JSON.stringify(one))
  }
  const { body } = await client.get('/abdm/v1/profile/asset/qr', { headers })
  assert.equal(body.dob, '1961')
  assert.equal((await client.get('/abdm/v1/profile/asset/card', { headers })).status, 200)
})

test('what the first step said of the user is remembered to the end', async () => {
  const citizen = await addCitizen(product, {})
  const headers = { 'X-Partner-Pt-Id': 'ward-7/bed-3', 'X-Hip-Id': 'IN0000000001', 'X-Pt-Id': 'a-placeholder' }
  const txn_id = await begin(citizen, headers)
  await prove(citizen, txn_id)
  const { eka } = await post(`${aadhaar}/create-phr`, { txn_id, abha_address: freshAddress() })
  const read = await client.get('/abdm/v1/profile', { headers: { 'X-Partner-Pt-Id': 'ward-7/bed-3' } })
  assert.equal(read.status, 200, read.text)
  assert.notEqual(eka.oid, 'a-placeholder')
  assert.equal((await product.store.get(userRows, eka.oid))?.body.hipId, 'IN0000000001')
})

test('an Aadhaar without a linked mobile, and one that nobody has, are told as ABDM tells them, and open nothing', async () => {
  const without = await addCitizen(product, { mobile: null })
  const reply = await client.post(`${aadhaar}/init`, { aadhaar_number: without.aadhaar_number })
  assert.equal(reply.body.source_error.code, 'ABDM-1204')
  assertRefused(reply, { status: 500, error: 'Something went wrong' })
  const nobody = await client.post(`${aadhaar}/init`, { aadhaar_number: '999999990019' })
  assertRefused(nobody, { status: 500, error: 'Something went wrong' })
})

test('an address that somebody has is refused, and the next one goes through in the same transaction', async () => {
  const taken = (await addCitizen(product, kycAddress())).abha_addresses[0]
  const citizen = await addCitizen(product, {})
  const txn_id = await begin(citizen)
  await prove(citizen, txn_id)
  // ABDM's own code for it has a published status (connect §5.4).
  assertRefused(await client.post(`${aadhaar}/create-phr`, { txn_id, abha_address: taken }), {
    status: 500,
    error: 'Something went wrong',
    code: 'ABDM-1101',
  })
  await post(`${aadhaar}/create-phr`, { txn_id, abha_address: freshAddress() })
})

test('a seventh ABHA number on one mobile is ABDM-1124, and the transaction takes another mobile', async () => {
  const crowded = freshMobile()
  for (let count = 0; count < 6; count++) await addCitizen(product, { ...kycAddress(), mobile: crowded })
  const citizen = await addCitizen(product, {})
  const txn_id = await begin(citizen)
  const otp = await product.otpTo(citizen.mobile ?? '')
  const refused = await client.post(`${aadhaar}/verify`, { txn_id, otp, mobile: crowded })
  assertRefused(refused, { status: 500, error: 'Something went wrong', code: 'ABDM-1124' })
  assert.equal((await post(`${aadhaar}/verify`, { txn_id, otp, mobile: citizen.mobile })).skip_state, 'abha_create')
})

test('a creation whose outcome is open is settled before another address is chosen', async () => {
  const citizen = await addCitizen(product, kycAddress())
  const txn_id = await begin(citizen)
  await prove(citizen, txn_id)
  const abha_address = freshAddress()
  await product.fault({ operation: 'abha.enrollment.abha_address', mode: 'drop_after', times: 1 })
  await product.fault({ operation: 'abha.profile.get', mode: 'drop_before', times: 9 })
  const lost = await client.post(`${aadhaar}/create-phr`, { txn_id, abha_address })
  assert.equal(lost.status, 502, lost.text)
  product.calm()
  const [offered] = citizen.abha_addresses
  assertRefused(await client.post(`${aadhaar}/auto-login`, { txn_id, abha_address: offered }), refusals.stepNotAllowed)
  const repeated = await post(`${aadhaar}/create-phr`, { txn_id, abha_address })
  assert.equal(repeated.profile.abha_address, abha_address)
})

test('of sixteen creations at once one makes the address', async () => {
  const citizen = await addCitizen(product, {})
  const txn_id = await begin(citizen)
  await prove(citizen, txn_id)
  const abha_address = freshAddress()
  const replies = await Promise.all(
    Array.from({ length: 16 }, () => client.post(`${aadhaar}/create-phr`, { txn_id, abha_address })),
  )
  assert.equal(replies.filter(({ status }) => status === 200).length, 1)
  for (const reply of replies) if (reply.status !== 200) assertRefused(reply, { status: 400 })
  const { citizens } = (await product.send('GET', '/sandbox/v1/citizens')).body
  const { abha_addresses } = citizens.find((one: Citizen) => one.aadhaar_number === citizen.aadhaar_number)
  assert.equal(abha_addresses.filter((one: string) => one === abha_address).length, 1)
})
