import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../../../../test/harness.ts'
import { addCitizen, kycAddress } from '../../../../test/people.ts'
import { assertTooMany, type Client, details, openSession, register, wrongOtp } from '../../../../test/walks.ts'

/** Whose a user_x_token is gets asked before anything is counted, and once in a call. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct({
    OTP_SENDS_PER_IDENTIFIER_HOUR: '2',
    OTP_SENDS_PER_IDENTIFIER_DAY: '9',
    ABDM_BREAKER_FAILURES: '0',
  })
  client = await product.client()
})
after(() => product.stop())

const asks = 'phr.profile.get'
const post = (step: string, oid: string, body: unknown) => client.post(`/abdm/v1/profile/kyc/${step}?oid=${oid}`, body)
/** A step that does not come to know whose the token is. */
const losing = async (step: () => ReturnType<typeof post>) => {
  await product.fault({ operation: asks, mode: 'drop_after', times: 99 })
  const before = product.upstreamCalls() - product.upstreamCalls(asks)
  const lost = await step()
  assert.equal(lost.status, 502, lost.text)
  assert.equal(product.upstreamCalls() - product.upstreamCalls(asks), before, 'something else was asked')
  product.calm()
}
const askingOnce = async (step: () => ReturnType<typeof post>) => {
  const before = product.upstreamCalls(asks)
  const reply = await step()
  assert.equal(reply.status, 200, reply.text)
  assert.equal(product.upstreamCalls(asks), before + 1)
  return reply
}

test('a read that fails costs no send, no resend and no try', async () => {
  const { year_of_birth, month_of_birth, day_of_birth, gender } = details
  const born = { year_of_birth, month_of_birth, day_of_birth, gender }
  const citizen = await addCitizen(product, { ...kycAddress(), abha_addresses: [], ...born })
  const { oid, abhaAddress, mobile } = await register(product, client)
  const session = { abhaAddress, mobile, headers: { 'X-Pt-Id': oid } }
  const { token: user_x_token } = await openSession(product, client, session)
  // Another session is the stored one from here on.
  await product.advance(61)
  await openSession(product, client, session)
  const init = () => post('init', oid, { method: 'abha-number', identifier: citizen.abha_number, user_x_token })
  for (let count = 0; count < 3; count++) await losing(init)
  const { txn_id } = (await askingOnce(init)).body

  await product.advance(61)
  const resend = () => post('resend', oid, { txn_id })
  for (let count = 0; count < 3; count++) await losing(resend)
  await askingOnce(resend)
  await product.advance(61)
  assertTooMany(await resend())

  const otp = await product.otpTo(citizen.mobile ?? '')
  const verify = (tried: string) => post('verify', oid, { txn_id, otp: tried, user_x_token })
  for (let count = 0; count < 3; count++) await losing(() => verify(wrongOtp(otp)))
  await askingOnce(() => verify(otp))
})
