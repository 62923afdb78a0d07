import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { login } from '../../../../test/flow-steps.ts'
import { type Product, startProduct } from '../../../../test/harness.ts'
import { addCitizen, kycAddress } from '../../../../test/people.ts'
import { assertRefused, type Client, freshAddress, refusals, sendingNothing } from '../../../../test/walks.ts'

/** A login whose answer is lost on the way from ABDM: never a second OTP, and the caller is told how to go on. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

const begun = async () => {
  const citizen = await addCitizen(product, kycAddress())
  const mobile = citizen.mobile ?? ''
  const init = await client.post(`${login}/init`, { method: 'mobile', identifier: mobile })
  assert.equal(init.status, 200, init.text)
  const otp = await product.otpTo(mobile)
  return { txn_id: init.body.txn_id as string, otp, phr_address: citizen.abha_addresses[0] ?? '' }
}
const chosen = async () => {
  const { txn_id, otp, phr_address } = await begun()
  const verify = await client.post(`${login}/verify`, { txn_id, otp })
  assert.equal(verify.body?.skip_state, 'abha_select', verify.text)
  return { txn_id, phr_address }
}

test('an address that was not offered is refused, nothing is sent, and an offered one still logs in', async () => {
  const choice = await chosen()
  await sendingNothing(product, async () =>
    assertRefused(
      await client.post(`${login}/phr`, { ...choice, phr_address: freshAddress() }),
      refusals.stepNotAllowed,
    ),
  )
  const reply = await client.post(`${login}/phr`, choice)
  assert.equal(reply.status, 200, reply.text)
  assert.equal(reply.body.profile.abha_address, choice.phr_address)
})

test('an OTP whose answer was lost may be used up: the same one again is told so, and no other is sent', async () => {
  const { txn_id, otp } = await begun()
  await product.fault({ operation: 'phr.login.verify', mode: 'drop_after', times: 1 })
  const lost = await client.post(`${login}/verify`, { txn_id, otp })
  assert.ok(lost.status >= 502 && lost.status <= 504, lost.text)
  const sends = product.upstreamCalls('phr.login.request_otp')
  assertRefused(await client.post(`${login}/verify`, { txn_id, otp }), { status: 400, code: 'ABDM-1035' })
  assert.equal(product.upstreamCalls('phr.login.request_otp'), sends)
})

test('a choice whose answer was lost cannot be made again: the caller is told to log in again', async () => {
  const choice = await chosen()
  await product.fault({ operation: 'phr.login.verify_user', mode: 'drop_after', times: 1 })
  const lost = await client.post(`${login}/phr`, choice)
  assert.ok(lost.status >= 502 && lost.status <= 504, lost.text)
  assertRefused(await client.post(`${login}/phr`, choice), { ...refusals.txnUnknown, message: /log in again/ })
})

test('a choice that did not reach ABDM is made by the same call again', async () => {
  const choice = await chosen()
  await product.fault({ operation: 'phr.login.verify_user', mode: 'drop_before', times: 1 })
  const lost = await client.post(`${login}/phr`, choice)
  assert.ok(lost.status >= 502 && lost.status <= 504, lost.text)
  const reply = await client.post(`${login}/phr`, choice)
  assert.equal(reply.status, 200, reply.text)
})

test('a search by OTP of Aadhaar keeps its txn_id to the end, and sends one OTP', async () => {
  const citizen = await addCitizen(product, kycAddress())
  const [phr_address] = citizen.abha_addresses
  const search = await client.post('/abdm/v1/profile/search', { mobile: citizen.mobile })
  const { txn_id } = search.body
  const again = { method: 'search', identifier: '1', txn_id, otp_system: 'aadhaar' }
  const first = await client.post(`${login}/init`, again)
  assert.equal(first.body?.txn_id, txn_id, first.text)
  const otp = await product.otpTo(citizen.mobile ?? '')
  await sendingNothing(product, async () =>
    assertRefused(await client.post(`${login}/init`, again), refusals.stepNotAllowed),
  )
  const verify = await client.post(`${login}/verify`, { txn_id, otp })
  assert.deepEqual(verify.body?.skip_state, 'abha_select', verify.text)
  const reply = await client.post(`${login}/phr`, { txn_id, phr_address })
  assert.deepEqual(Object.keys(reply.body).sort(), ['abha_profiles', 'eka', 'profile', 'skip_state', 'txn_id'])
})
