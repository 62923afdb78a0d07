import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../harness.ts'
import { addCitizen, kycAddress } from '../people.ts'
import { details, freshAddress, freshMobile, register } from '../walks.ts'
import { assertProfile, assertProfiles, assertText, goProgram, pythonProgram } from './programs.ts'

/** Each SDK of connect §10 walks the flows that it has from end to end, with only its base URL changed. */

let product: Product
before(async () => {
  product = await startProduct()
})
after(() => product.stop())

const registration = '/abdm/na/v1/registration'
const login = '/abdm/na/v1/profile/login'
const kyc = '/abdm/v1/profile/kyc'
type Go = Awaited<ReturnType<typeof goProgram>>

/** As the SDK fills its structure of a finished flow: texts, or its fields stay empty. */
const assertEnded = (answer: any) => {
  assert.equal(answer.skip_state, 'abha_end')
  for (const name of ['oid', 'uuid', 'min_token']) assertText(answer.eka[name], name)
  assertProfile(answer.profile)
}

/** Its program asks about an address, a pincode and suggestions while the person types. */
const goHelpers = async (go: Go, txn_id: string): Promise<string> => {
  const { suggestions } = await go.json('GET', `${registration}/suggest?fn=Asha&dob=1990-04-09&transactionId=${txn_id}`)
  assert.ok(suggestions.length > 0)
  assert.deepEqual(await go.json('POST', `${registration}/phr/check`, { abha_address: suggestions[0] }), {
    exists: false,
  })
  const place = await go.json('GET', '/abdm/v1/registration/pincode/834001')
  for (const [name, value] of Object.entries(place)) assertText(value, name)
  return suggestions[0]
}

test('the Go SDK registers by mobile, sends the OTP again, and opens a session afterwards', async () => {
  const go = await goProgram(product)
  const mobile = freshMobile()
  const init = await go.json('POST', `${registration}/mobile/init`, { mobile_number: mobile })
  await product.advance(61)
  const resend = await go.json('POST', `${registration}/mobile/resend`, { txn_id: init.txn_id })
  const verify = await go.json('POST', `${registration}/mobile/verify`, {
    txn_id: resend.txn_id,
    otp: await product.otpTo(mobile),
  })
  assert.equal(verify.skip_state, 'abha_create')
  assert.deepEqual(verify.abha_profiles, [])
  const abha_address = await goHelpers(go, verify.txn_id)
  const created = await go.json('POST', `${registration}/mobile/create-phr`, {
    txn_id: verify.txn_id,
    abha_address,
    profile: { ...details, middle_name: null, address: null },
  })
  assertEnded(created)
  assert.equal(created.success, true)
  assert.equal('txn_id' in created, false)
  for (const name of ['token', 'refresh_token']) assertText(created[name], name)

  const named = { 'X-Pt-Id': created.eka.oid }
  const session = await go.json('POST', '/abdm/v1/session/init', { abha_address }, named)
  assert.deepEqual(Object.keys(session), ['txn_id'])
  const opened = await go.json(
    'POST',
    '/abdm/v1/session/verify',
    { txn_id: session.txn_id, otp: await product.otpTo(mobile) },
    named,
  )
  for (const name of ['token', 'refresh_token']) assertText(opened[name], name)
})

test('the Go SDK, registering on a mobile that has an address, chooses it by login/phr', async () => {
  const go = await goProgram(product)
  const { mobile, abhaAddress, oid } = await register(product, await product.client())
  const init = await go.json('POST', `${registration}/mobile/init`, { mobile_number: mobile })
  const verify = await go.json('POST', `${registration}/mobile/verify`, {
    txn_id: init.txn_id,
    otp: await product.otpTo(mobile),
  })
  assert.equal(verify.skip_state, 'abha_select')
  assertProfiles(verify.abha_profiles)
  const chosen = await go.json('POST', `${login}/phr`, { txn_id: verify.txn_id, phr_address: abhaAddress })
  assertEnded(chosen)
  assert.equal(chosen.eka.oid, oid)
})

test('the Go SDK logs in by every method that it has without otp_system, and is always at the same user', async () => {
  const go = await goProgram(product)
  const citizen = await addCitizen(product, kycAddress())
  const [address = ''] = citizen.abha_addresses
  const ways = [
    ['phr_address', address, 'abha_end'],
    ['abha_number', citizen.abha_number?.replaceAll('-', ''), 'abha_select'],
    ['aadhaar_number', citizen.aadhaar_number, 'abha_create'],
    ['mobile', citizen.mobile, 'abha_select'],
  ] as const
  const oids = new Set<string>()
  for (const [method, identifier, state] of ways) {
    const init = await go.json('POST', `${login}/init`, { identifier, method })
    assertText(init.hint, 'hint')
    const otp = await product.otpTo(citizen.mobile ?? '')
    const verify = await go.json('POST', `${login}/verify`, { txn_id: init.txn_id, otp })
    assert.equal(verify.skip_state, state, method)
    const ended =
      state === 'abha_end'
        ? verify
        : await go.json('POST', `${login}/phr`, {
            txn_id: verify.txn_id,
            phr_address: verify.abha_profiles[0].abha_address,
          })
    assertEnded(ended)
    assert.deepEqual(ended.abha_profiles, [])
    for (const name of ['token', 'refresh_token']) assert.equal(name in ended, false)
    oids.add(ended.eka.oid)
  }
  assert.equal(oids.size, 1)
})

test('the Go SDK sends both OTPs of a registration by Aadhaar again, and that of a KYC with oid and X-Pt-Id together', async () => {
  const go = await goProgram(product)
  const citizen = await addCitizen(product, {})
  const communication = freshMobile()
  const aadhaar = `${registration}/aadhaar`
  const init = await go.json('POST', `${aadhaar}/init`, { aadhaar_number: citizen.aadhaar_number })
  await product.advance(61)
  const resend = await go.json('POST', `${aadhaar}/resend`, { txn_id: init.txn_id })
  const verify = await go.json('POST', `${aadhaar}/verify`, {
    txn_id: resend.txn_id,
    otp: await product.otpTo(citizen.mobile ?? ''),
    mobile: communication,
  })
  await product.advance(61)
  const again = await go.json('POST', `${aadhaar}/mobile/resend`, { txn_id: verify.txn_id })
  const confirmed = await go.json('POST', `${aadhaar}/mobile/verify`, {
    txn_id: again.txn_id,
    otp: await product.otpTo(communication),
  })
  assertEnded(
    await go.json('POST', `${aadhaar}/create-phr`, { txn_id: confirmed.txn_id, abha_address: freshAddress() }),
  )

  const { oid } = await register(product, await product.client())
  const { first_name: _, last_name: __, pincode: ___, ...born } = details
  const unlinked = await addCitizen(product, { ...kycAddress(), abha_addresses: [], ...born })
  const named = { 'X-Pt-Id': oid }
  const started = await go.json(
    'POST',
    `${kyc}/init?oid=${oid}`,
    { method: 'aadhaar', identifier: unlinked.aadhaar_number, user_x_token: '' },
    named,
  )
  await product.advance(61)
  const resent = await go.json('POST', `${kyc}/resend?oid=${oid}`, { txn_id: started.txn_id }, named)
  const otp = await product.otpTo(unlinked.mobile ?? '')
  const linked = await go.json(
    'POST',
    `${kyc}/verify?oid=${oid}`,
    { txn_id: resent.txn_id, otp, user_x_token: '' },
    named,
  )
  assert.deepEqual(linked, { txn_id: started.txn_id })
})

test('what the Go SDK prints of an error has the types that it decodes', async () => {
  const client = await product.client()
  const refused = [
    await client.post(`${login}/init`, { method: 'mobile', identifier: '123' }),
    await client.post(`${login}/verify`, { txn_id: 'unknown', otp: '123456' }),
    await client.post(`${registration}/aadhaar/init`, { aadhaar_number: '123412341234' }),
    await client.post(`${kyc}/init`, { method: 'aadhaar', identifier: '1', user_x_token: '' }),
    await client.post('/abdm/v2/profile/share', { hip_id: 'IN', counter_id: '1' }),
    await client.get('/abdm/v1/profile?oid=170000000000001'),
    await client.get('/abdm/v1/profile', { token: 'over' }),
  ]
  for (const { status, body, text } of refused) {
    assert.ok(status >= 400 && Number.isInteger(body.code), text)
    assertText(body.error, text)
    assert.notEqual(body.source_error, null, text)
    if ('source_error' in body) for (const name of ['code', 'message']) assertText(body.source_error[name], text)
  }
})

test('the Python SDK logs in once, refreshes by the older form, and registers without any user header', async () => {
  const anonymous = pythonProgram(product, undefined)
  const pair = await anonymous.call('POST', '/connect-auth/v1/account/login', {
    client_id: 'openabha-dev',
    client_secret: 'openabha-dev-secret',
    api_key: '',
  })
  const renewed = await anonymous.call('POST', '/connect-auth/v1/account/refresh', {
    refresh_token: pair.refresh_token,
  })
  const { call } = pythonProgram(product, renewed.access_token)
  const citizen = await addCitizen(product, kycAddress())
  const { txn_id } = await call('POST', `${registration}/aadhaar/init`, { aadhaar_number: citizen.aadhaar_number })
  const otp = await product.otpTo(citizen.mobile ?? '')
  await call('POST', `${registration}/aadhaar/verify`, { txn_id, otp, mobile: citizen.mobile })
  const created = await call('POST', `${registration}/aadhaar/create-phr`, { txn_id, abha_address: freshAddress() })
  assertEnded(created)

  // Constructed anew with the user's token, it needs no other name.
  const user = pythonProgram(product, created.eka.min_token)
  assert.equal((await user.call('GET', '/abdm/v1/profile')).abha_number, citizen.abha_number)
  const state = await user.call('GET', '/abdm/v1/session/status')
  assert.deepEqual([state.logged_in, state.kyc_verified], [true, true])
  const shared = await user.call('POST', '/abdm/v2/profile/share', { hip_id: 'IN0000000001', counter_id: '12345' })
  assert.equal((await user.call('GET', `/abdm/v2/profile/share/${shared.request_id}`)).request_id, shared.request_id)
  const session = await user.call('POST', '/abdm/v1/session/init', { abha_address: created.profile.abha_address })
  const opened = await user.call('POST', '/abdm/v1/session/verify', {
    txn_id: session.txn_id,
    otp: await product.otpTo(citizen.mobile ?? ''),
  })
  assertText(opened.token, 'token')
})

test('the Python SDK gets 401 and other refusals as JSON that it can show', async () => {
  const { send } = pythonProgram(product, 'over')
  for (const [method, path, body] of [
    ['GET', '/abdm/v1/profile', undefined],
    ['PATCH', '/abdm/v1/profile', { first_name: 'Asha' }],
    ['DELETE', '/abdm/v1/profile', undefined],
    ['GET', '/abdm/v1/profile/asset/card', undefined],
    ['POST', `${kyc}/init`, { method: 'aadhaar', identifier: '12-3456-7890-12' }],
  ] as const) {
    const { status, headers, bytes } = await send(method, path, body)
    assert.equal(status, 401)
    assert.match(headers['content-type'] ?? '', /^application\/json/)
    assert.equal(JSON.parse(String(bytes)).code, 401)
  }
})
