import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../harness.ts'

/** A stranger registers a mobile, opens a session, reads the profile, lets it expire and opens a new one. */

let product: Product
before(async () => {
  product = await startProduct()
})
after(() => product.stop())

const details = {
  first_name: 'Asha',
  last_name: 'Rao',
  gender: 'F',
  year_of_birth: 1990,
  month_of_birth: 4,
  day_of_birth: 9,
  pincode: '834001',
}

test('registration, session, profile, expiry, 491 and a new session', async () => {
  const asha = await product.client()
  const mobile = '9123456780'

  const init = await asha.post('/abdm/na/v1/registration/mobile/init', { mobile_number: mobile })
  assert.equal(init.status, 200)
  assert.match(init.body.hint, /\*{6}6780/)
  const { txn_id } = init.body

  const verify = await asha.post('/abdm/na/v1/registration/mobile/verify', { txn_id, otp: await product.otpTo(mobile) })
  assert.equal(verify.status, 200)
  assert.deepEqual(verify.body, { txn_id, skip_state: 'abha_create', abha_profiles: [] })

  const suggest = await asha.get(
    `/abdm/na/v1/registration/suggest?fn=Asha&ln=Rao&dob=1990-04-09&transactionId=${txn_id}`,
  )
  assert.equal(suggest.status, 200)
  const abha_address = suggest.body.suggestions[0]
  assert.match(abha_address, /@sbx$/)
  const check = await asha.post('/abdm/na/v1/registration/phr/check', { abha_address })
  assert.deepEqual(check.body, { exists: false })

  const created = await asha.post('/abdm/na/v1/registration/mobile/create-phr', {
    txn_id,
    abha_address,
    profile: details,
  })
  assert.equal(created.status, 200, created.text)
  assert.deepEqual(Object.keys(created.body).sort(), [
    'eka',
    'profile',
    'refresh_token',
    'skip_state',
    'success',
    'token',
  ])
  assert.equal(created.body.skip_state, 'abha_end')
  assert.equal(created.body.success, true)
  assert.deepEqual(created.body.profile, {
    abha_address,
    abha_addresses: [abha_address],
    first_name: 'Asha',
    last_name: 'Rao',
    full_name: 'Asha Rao',
    gender: 'F',
    day_of_birth: 9,
    month_of_birth: 4,
    year_of_birth: 1990,
    mobile,
    address: 'Ranchi, Jharkhand',
    pincode: '834001',
    district_code: '339',
    district_name: 'Ranchi',
    state_code: '20',
    state_name: 'Jharkhand',
    kyc_verified: false,
  })
  const { oid, min_token } = created.body.eka
  assert.deepEqual((await asha.post('/abdm/na/v1/registration/phr/check', { abha_address })).body, { exists: true })

  const asUser = { headers: { 'X-Pt-Id': oid } }
  assert.deepEqual((await asha.get('/abdm/v1/session/status', asUser)).body, { logged_in: true, kyc_verified: false })
  const profile = await asha.get('/abdm/v1/profile', asUser)
  assert.equal(profile.status, 200, profile.text)
  assert.equal(profile.body.abha_address, abha_address)
  assert.equal(profile.body.kyc_verified, false)
  const byMinToken = await asha.get('/abdm/v1/profile', { token: min_token })
  assert.deepEqual(byMinToken.body, profile.body)
  assert.deepEqual((await asha.get(`/abdm/v1/profile?oid=${oid}`)).body, profile.body)

  // Half an hour: the client's token and the upstream token end; the upstream one is renewed without anybody noticing.
  await product.advance(1801)
  assert.equal((await asha.get('/abdm/v1/profile', asUser)).status, 401)
  await asha.relogin()
  assert.equal((await asha.get('/abdm/v1/profile', asUser)).status, 200)
  assert.equal(product.upstreamCalls('phr.profile.refresh'), 1)

  // Sixteen days: the refresh token is over too.
  await product.advance(16 * 86_400)
  await asha.relogin()
  const ended = await asha.get('/abdm/v1/profile', asUser)
  assert.equal(ended.status, 491)
  assert.equal(ended.body.code, 491)
  assert.deepEqual((await asha.get('/abdm/v1/session/status', asUser)).body, { logged_in: false, kyc_verified: false })

  const again = await asha.post('/abdm/v1/session/init', { abha_address }, asUser)
  assert.deepEqual(Object.keys(again.body), ['txn_id'], again.text)
  const opened = await asha.post(
    '/abdm/v1/session/verify',
    { txn_id: again.body.txn_id, otp: await product.otpTo(mobile) },
    asUser,
  )
  assert.equal(opened.status, 200, opened.text)
  assert.deepEqual(Object.keys(opened.body).sort(), ['refresh_token', 'token'])
  assert.equal((await asha.get('/abdm/v1/profile', asUser)).status, 200)

  // The same person at another client is another user, and the first client's user is unknown there.
  const stranger = await product.client('openabha-dev-2')
  assert.equal((await stranger.get('/abdm/v1/profile', asUser)).status, 404)
  assert.deepEqual((await stranger.get('/abdm/v1/session/status', asUser)).body, {
    logged_in: false,
    kyc_verified: false,
  })
})
