import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { login, registration } from '../flow-steps.ts'
import { type Product, startProduct } from '../harness.ts'
import { addCitizen, freshAbhaNumber } from '../people.ts'
import { type Client, freshAddress, freshMobile, openSession, paths, register } from '../walks.ts'

/** A person's addresses and their KYC: every answer says the same of them, from the end of a flow on. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

const read = async (oid: string) => (await client.get(paths.profile, { headers: { 'X-Pt-Id': oid } })).body
const status = async (oid: string) => (await client.get(paths.status, { headers: { 'X-Pt-Id': oid } })).body

const withTwo = () =>
  addCitizen(product, { abha_number: freshAbhaNumber(), abha_addresses: [freshAddress(), freshAddress()] })

const knownByAadhaar = async (citizen: Awaited<ReturnType<typeof withTwo>>, headers = {}) => {
  const { aadhaar_number, mobile } = citizen
  const init = await client.post(`${registration}/aadhaar/init`, { aadhaar_number }, { headers })
  const { txn_id } = init.body
  const otp = await product.otpTo(mobile ?? '')
  const verify = await client.post(`${registration}/aadhaar/verify`, { txn_id, otp, mobile })
  assert.equal(verify.body?.skip_state, 'abha_create', verify.text)
  return txn_id as string
}

test('the addresses of an ABHA number are the same in the answer that ends a flow and in every profile after it', async () => {
  const citizen = await withTwo()
  const [one, two] = citizen.abha_addresses
  assert.ok(one && two)
  const init = await client.post(`${login}/init`, { method: 'abha_number', identifier: citizen.abha_number })
  const { txn_id } = init.body
  await client.post(`${login}/verify`, { txn_id, otp: await product.otpTo(citizen.mobile ?? '') })
  const ended = await client.post(`${login}/phr`, { txn_id, phr_address: two })
  assert.equal(ended.status, 200, ended.text)
  assert.deepEqual(ended.body.profile.abha_addresses.toSorted(), [one, two].toSorted())
  const { oid } = ended.body.eka
  assert.deepEqual((await read(oid)).abha_addresses.toSorted(), [one, two].toSorted())

  const created = freshAddress()
  const txn = await knownByAadhaar(citizen)
  const made = await client.post(`${registration}/aadhaar/create-phr`, { txn_id: txn, abha_address: created })
  assert.equal(made.body.eka.oid, oid)
  assert.deepEqual(made.body.profile.abha_addresses.toSorted(), [one, two, created].toSorted())
  assert.deepEqual((await read(oid)).abha_addresses.toSorted(), [one, two, created].toSorted())
})

test('who registers on a mobile that others have is shown their own address only', async () => {
  const mobile = freshMobile()
  await register(product, client, { mobile })
  const { oid, abhaAddress } = await register(product, client, { mobile })
  assert.deepEqual((await read(oid)).abha_addresses, [abhaAddress])
})

test('a further address without KYC says so everywhere, and can be verified', async () => {
  const citizen = await withTwo()
  const txn_id = await knownByAadhaar(citizen)
  const [abha_address] = citizen.abha_addresses
  const { body } = await client.post(`${registration}/aadhaar/auto-login`, { txn_id, abha_address })
  const { oid } = body.eka
  assert.deepEqual([(await read(oid)).kyc_verified, (await status(oid)).kyc_verified], [true, true])

  const { year_of_birth, month_of_birth, day_of_birth, gender, mobile } = citizen
  const profile = { year_of_birth, month_of_birth: month_of_birth ?? 1, day_of_birth: day_of_birth ?? 1, gender }
  const further = await register(product, client, { mobile: mobile ?? '', headers: { 'X-Pt-Id': oid }, profile })
  assert.equal(further.oid, oid)
  assert.deepEqual([(await read(oid)).kyc_verified, (await status(oid)).kyc_verified], [false, false])

  const kyc = { method: 'abha-number', identifier: citizen.abha_number }
  const init = await client.post(`/abdm/v1/profile/kyc/init?oid=${oid}`, kyc)
  assert.equal(init.status, 200, init.text)
  const proof = { txn_id: init.body.txn_id, otp: await product.otpTo(mobile ?? '') }
  const verify = await client.post(`/abdm/v1/profile/kyc/verify?oid=${oid}`, proof)
  assert.equal(verify.status, 200, verify.text)
  assert.deepEqual([(await read(oid)).kyc_verified, (await status(oid)).kyc_verified], [true, true])
})

test('a token that this server gave out stands in for a session of another service', async () => {
  const citizen = await withTwo()
  const txn_id = await knownByAadhaar(citizen)
  const abha_address = freshAddress()
  const { body } = await client.post(`${registration}/aadhaar/create-phr`, { txn_id, abha_address })
  const { token: user_x_token, eka } = body
  const headers = { 'X-Pt-Id': eka.oid }
  await openSession(product, client, { abhaAddress: abha_address, mobile: citizen.mobile ?? '', headers })
  const facility = { hip_id: 'IN0000000001', counter_id: '12345', user_x_token }
  const share = await client.post('/abdm/v2/profile/share', facility, { headers })
  assert.equal(share.status, 202, share.text)
  const other = await register(product, client)
  const foreign = await client.post('/abdm/v2/profile/share', facility, { headers: { 'X-Pt-Id': other.oid } })
  assert.equal(foreign.status, 403, foreign.text)
})
