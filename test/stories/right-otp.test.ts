import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { registration } from '../flow-steps.ts'
import { type Product, startProduct } from '../harness.ts'
import { addCitizen } from '../people.ts'
import { assertRefused, begin, type Client, freshMobile, paths, refusals } from '../walks.ts'

/** Who sends the right OTP is never told that it was wrong, nor sent in circles when its answer was lost. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

test('of several right OTPs at once one takes the step, and the others hear that it is taken', async () => {
  for (let round = 0; round < 12; round++) {
    const mobile = freshMobile()
    const txn_id = await begin(client, mobile)
    const otp = await product.otpTo(mobile)
    const replies = await Promise.all([1, 2].map(() => client.post(paths.verify, { txn_id, otp })))
    const others = replies.filter(({ status }) => status !== 200)
    assert.equal(others.length, 1)
    for (const reply of others) assertRefused(reply, refusals.stepNotAllowed)
  }
})

test('after a lost answer that used up ABDM’s transaction every call says to begin again, and a refused resend costs none', async () => {
  const citizen = await addCitizen(product, {})
  const init = await client.post(`${registration}/aadhaar/init`, { aadhaar_number: citizen.aadhaar_number })
  const { txn_id } = init.body
  const proof = { txn_id, otp: await product.otpTo(citizen.mobile ?? ''), mobile: citizen.mobile }
  await product.fault({ operation: 'abha.enrollment.by_aadhaar', mode: 'drop_after', times: 1 })
  const lost = await client.post(`${registration}/aadhaar/verify`, proof)
  assert.ok(lost.status >= 502, lost.text)
  for (let round = 0; round < 3; round++) {
    await product.advance(61)
    assertRefused(await client.post(`${registration}/aadhaar/resend`, { txn_id }), refusals.txnUnknown)
    assertRefused(await client.post(`${registration}/aadhaar/verify`, proof), refusals.txnUnknown)
  }
})
