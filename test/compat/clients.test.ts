import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../harness.ts'
import { addCitizen, freshAbhaNumber } from '../people.ts'
import { details, freshMobile, register } from '../walks.ts'
import { assertProfile, assertProfiles, assertText, goProgram, pythonProgram } from './programs.ts'

/** Programs that exist, as connect §10 describes what they send and what they cannot bear; each works with only its base URL changed. */

let product: Product
before(async () => {
  product = await startProduct()
})
after(() => product.stop())

test('the Go SDK registers by Aadhaar with another mobile, reads, changes and deletes', async () => {
  const go = await goProgram(product)
  const citizen = await addCitizen(product, {})
  const communication = freshMobile()
  const init = await go.json('POST', '/abdm/na/v1/registration/aadhaar/init', {
    aadhaar_number: citizen.aadhaar_number,
  })
  const verify = await go.json('POST', '/abdm/na/v1/registration/aadhaar/verify', {
    txn_id: init.txn_id,
    otp: await product.otpTo(citizen.mobile ?? ''),
    mobile: communication,
  })
  assert.equal(verify.skip_state, 'confirm_mobile_otp')
  assert.deepEqual(verify.abha_profiles, [])
  // It keeps the id of the last answer.
  const confirmed = await go.json('POST', '/abdm/na/v1/registration/aadhaar/mobile/verify', {
    txn_id: verify.txn_id,
    otp: await product.otpTo(communication),
  })
  assert.equal(confirmed.skip_state, 'abha_create')
  assertProfile(confirmed.profile)
  assert.equal(confirmed.profile.kyc_verified, true)
  const suggested = await go.json(
    'GET',
    `/abdm/na/v1/registration/suggest?fn=${citizen.first_name}&dob=1990-01-01&transactionId=${confirmed.txn_id}`,
  )
  assert.ok(suggested.suggestions.length > 0)
  const created = await go.json('POST', '/abdm/na/v1/registration/aadhaar/create-phr', {
    txn_id: confirmed.txn_id,
    abha_address: suggested.suggestions[0],
  })
  assert.equal(created.skip_state, 'abha_end')
  for (const name of ['oid', 'uuid', 'min_token']) assertText(created.eka[name], name)
  for (const name of ['token', 'refresh_token', 'txn_id']) assertText(created[name], name)
  assertProfile(created.profile)
  const { oid } = created.eka

  const named = { 'X-Pt-Id': oid }
  assertProfile(await go.json('GET', '/abdm/v1/profile', undefined, named))
  const card = await go.send('GET', `/abdm/v1/profile/asset/card?oid=${oid}`)
  assert.equal(card.headers['content-type'], 'image/png')
  assert.equal(card.bytes.subarray(1, 4).toString(), 'PNG')
  const qr = await go.json('GET', `/abdm/v1/profile/asset/qr?oid=${oid}&format=json`)
  assert.ok(Object.values(qr).every((value) => typeof value === 'string'))
  const gone = await go.send('DELETE', `/abdm/v1/profile?oid=${oid}`)
  assert.equal(gone.status, 204)
  assert.equal(gone.headers['content-type'], undefined)
  assert.equal(gone.bytes.length, 0)
})

test('the Go SDK logs in by mobile without otp_system, sends part of a profile and an empty user_x_token', async () => {
  const go = await goProgram(product)
  const client = await product.client()
  const { mobile, abhaAddress, oid } = await register(product, client)
  const init = await go.json('POST', '/abdm/na/v1/profile/login/init', { identifier: mobile, method: 'mobile' })
  assertText(init.hint, 'hint')
  const verify = await go.json('POST', '/abdm/na/v1/profile/login/verify', {
    txn_id: init.txn_id,
    otp: await product.otpTo(mobile),
  })
  assert.equal(verify.skip_state, 'abha_select')
  assertProfiles(verify.abha_profiles)
  const chosen = await go.json('POST', '/abdm/na/v1/profile/login/phr', {
    txn_id: verify.txn_id,
    phr_address: abhaAddress,
  })
  assert.equal(chosen.skip_state, 'abha_end')
  assert.deepEqual(chosen.abha_profiles, [])
  assert.equal(chosen.eka.oid, oid)
  assertProfile(chosen.profile)

  const changed = await go.send('PATCH', `/abdm/v1/profile?oid=${oid}`, { first_name: 'Ashalata', pincode: '560001' })
  assert.equal(changed.status, 204)
  assert.equal(changed.headers['content-type'], undefined)
  const profile = await go.json('GET', '/abdm/v1/profile', undefined, { 'X-Pt-Id': oid })
  assert.equal(profile.first_name, 'Ashalata')
  assert.equal(profile.district_code, '525')

  const citizen = await addCitizen(product, {
    abha_number: freshAbhaNumber(),
    gender: details.gender,
    year_of_birth: details.year_of_birth,
    month_of_birth: details.month_of_birth,
    day_of_birth: details.day_of_birth,
  })
  const kyc = await go.json('POST', `/abdm/v1/profile/kyc/init?oid=${oid}`, {
    method: 'abha-number',
    identifier: citizen.abha_number,
    user_x_token: '',
  })
  await go.json('POST', `/abdm/v1/profile/kyc/verify?oid=${oid}`, {
    txn_id: kyc.txn_id,
    otp: await product.otpTo(citizen.mobile ?? ''),
    user_x_token: '',
  })
  const verified = await go.json('GET', '/abdm/v1/profile', undefined, { 'X-Pt-Id': oid })
  assert.equal(verified.kyc_verified, true)
  assert.equal(verified.abha_number, citizen.abha_number)
})

test('the Python SDK, which can name nobody, does everything about one user with min_token', async () => {
  const client = await product.client()
  const { mobile, minToken } = await register(product, client)
  const { send, read } = pythonProgram(product, minToken)
  assertProfile(read(await send('GET', '/abdm/v1/profile')))
  assert.deepEqual(read(await send('PATCH', '/abdm/v1/profile', { address: '14 Lake Road' })), { success: true })
  assert.equal(read(await send('GET', '/abdm/v1/profile')).address, '14 Lake Road')
  assert.equal(
    read(await send('GET', '/abdm/v1/profile/asset/card'))
      .subarray(1, 4)
      .toString(),
    'PNG',
  )
  const qr = read(await send('GET', '/abdm/v1/profile/asset/qr?format=json'))
  assert.ok(Object.values(qr).every((value) => typeof value === 'string'))

  const malformed = await send('POST', '/abdm/v1/profile/kyc/init', {
    method: 'abha-number',
    identifier: '12-3456-7890-12',
  })
  assert.equal(malformed.status, 400)
  assert.equal(typeof JSON.parse(String(malformed.bytes)).error, 'string')

  const citizen = await addCitizen(product, {
    abha_number: freshAbhaNumber(),
    gender: details.gender,
    year_of_birth: details.year_of_birth,
    month_of_birth: details.month_of_birth,
    day_of_birth: details.day_of_birth,
  })
  const kyc = read(
    await send('POST', '/abdm/v1/profile/kyc/init', { method: 'abha-number', identifier: citizen.abha_number }),
  )
  await product.advance(61)
  read(await send('POST', '/abdm/v1/profile/kyc/resend', { txn_id: kyc.txn_id }))
  const otp = await product.otpTo(citizen.mobile ?? '')
  read(await send('POST', '/abdm/v1/profile/kyc/verify', { txn_id: kyc.txn_id, otp }))
  assert.equal(read(await send('GET', '/abdm/v1/profile')).kyc_verified, true)
  assert.notEqual(await product.otpTo(mobile), 'none')
  assert.deepEqual(read(await send('DELETE', '/abdm/v1/profile')), { success: true })
  assert.equal((await send('GET', '/abdm/v1/profile')).status, 401, 'the token ends with the profile')
})

test('the MCP SDK decodes the token, goes on with the first txn_id and names the user twice', async () => {
  const client = await product.client()
  const login = await product.send('POST', '/connect-auth/v1/account/login', {
    body: { client_id: 'openabha-dev', client_secret: 'openabha-dev-secret', api_key: 'of an older version' },
  })
  const { access_token } = login.body
  const claims = JSON.parse(Buffer.from(access_token.split('.')[1], 'base64url').toString())
  assert.equal(typeof claims.exp, 'number')
  const refreshed = await product.send('POST', '/connect-auth/v1/account/refresh', {
    body: { refresh_token: login.body.refresh_token },
    headers: { Authorization: 'Bearer None' },
  })
  assertText(refreshed.body.access_token, 'access_token')
  assertText(refreshed.body.refresh_token, 'refresh_token')

  const { mobile, abhaAddress, oid } = await register(product, client)
  const headers = { 'jwt-payload': JSON.stringify(claims) }
  const post = async (path: string, body: object) => {
    const reply = await product.send('POST', path, { body, token: access_token, headers })
    assert.equal(reply.status, 200, reply.text)
    return reply.body
  }
  const { txn_id } = await post('/abdm/na/v1/profile/login/init', { method: 'mobile', identifier: mobile })
  await post('/abdm/na/v1/profile/login/verify', { txn_id, otp: await product.otpTo(mobile) })
  const ended = await post('/abdm/na/v1/profile/login/phr', { txn_id, phr_address: abhaAddress })
  assert.equal(ended.eka.oid, oid)
  const card = await product.send('GET', `/abdm/v1/profile/asset/card?oid=${oid}`, {
    token: access_token,
    headers: { ...headers, 'X-Pt-Id': oid },
  })
  assert.equal(card.status, 200)

  const nobody = (await addCitizen(product, { abha_number: freshAbhaNumber() })).mobile ?? ''
  const none = await post('/abdm/na/v1/profile/login/init', { method: 'mobile', identifier: nobody })
  const create = await post('/abdm/na/v1/profile/login/verify', {
    txn_id: none.txn_id,
    otp: await product.otpTo(nobody),
  })
  assert.equal(create.skip_state, 'abha_create')
  assert.deepEqual(create.abha_profiles, [])
})
