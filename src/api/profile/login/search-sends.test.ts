import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { login } from '../../../../test/flow-steps.ts'
import { type Product, startProduct } from '../../../../test/harness.ts'
import { addCitizen, kycAddress } from '../../../../test/people.ts'
import {
  assertRefused,
  assertTooMany,
  begin,
  type Client,
  freshMobile,
  refusals,
  sendingNothing,
} from '../../../../test/walks.ts'

/** The OTP after a search counts for the mobile that was searched, and no second one goes out blindly. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct({ OTP_SENDS_PER_IDENTIFIER_HOUR: '3', OTP_SENDS_PER_IDENTIFIER_DAY: '9' })
  client = await product.client()
})
after(() => product.stop())

const operation = 'abha.login.request_otp'
const searched = async (mobile: string): Promise<string> => {
  const reply = await client.post('/abdm/v1/profile/search', { mobile })
  assert.equal(reply.body?.profiles.length, 1, reply.text)
  return reply.body.txn_id
}
const send = (txn_id: string, identifier = '1') =>
  client.post(`${login}/init`, { method: 'search', identifier, txn_id })
const someone = async (): Promise<string> => {
  const mobile = freshMobile()
  await addCitizen(product, { ...kycAddress(), mobile })
  return mobile
}

test('a new search of a mobile brings no new budget: every OTP to it counts, whatever it is for', async () => {
  const mobile = await someone()
  assert.equal((await send(await searched(mobile))).status, 200)
  assert.equal((await send(await searched(`+91${mobile}`))).status, 200)
  await begin(client, mobile)
  const last = await searched(mobile)
  await sendingNothing(product, async () => {
    assertTooMany(await send(last))
    assertTooMany(await client.post(`${login}/init`, { method: 'mobile', identifier: mobile }))
  })
  assert.equal((await send(await searched(await someone()))).status, 200)
  await product.advance(3_601)
  await client.relogin()
  assert.equal((await send(await searched(mobile))).status, 200)
})

test('an OTP whose answer was lost is followed by another one only after the pause, and the caller is told how long', async () => {
  for (const mode of ['drop_after', 'truncated']) {
    const txn_id = await searched(await someone())
    await product.fault({ operation, mode, times: 1 })
    const lost = await send(txn_id)
    assert.equal(lost.status, 502, lost.text)
    await sendingNothing(product, async () => {
      assert.ok(assertTooMany(await send(txn_id)) <= 60)
      await product.advance(58)
      assertTooMany(await send(txn_id))
    })
    await product.advance(3)
    const again = await send(txn_id)
    assert.equal(again.status, 200, again.text)
    assertRefused(await send(txn_id), refusals.stepNotAllowed)
  }
})

test('an OTP that certainly did not go out is sent by the same call again at once', async () => {
  const txn_id = await searched(await someone())
  await product.fault({ operation, status: 400, form: 'field', message: 'LoginId is invalid', times: 1 })
  assertRefused(await send(txn_id), { status: 400, error: 'Bad Request, invalid request' })
  await product.fault({
    operation,
    status: 401,
    code: '900901',
    message: 'Invalid Credentials',
    times: 1,
  })
  await product.fault({ operation: 'gateway.session', mode: 'drop_before', times: 1 })
  assert.equal((await send(txn_id)).status, 502)
  assert.equal((await send(txn_id)).status, 200)
})
