import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../harness.ts'
import { addCitizen, type Citizen, kycAddress } from '../people.ts'
import { freshAddress, freshMobile, register } from '../walks.ts'
import { assertProfile, assertProfiles, assertText, exchange, type Headers } from './programs.ts'

/** Programs of third parties (connect §10): they compare with 200, carry everything at once, and walk flows that no SDK has. */

let product: Product
before(async () => {
  product = await startProduct()
})
after(() => product.stop())

test('a third-party program compares with 200, sends empty headers and fields of other versions', async () => {
  const { access_token } = (
    await product.send('POST', '/connect-auth/v1/account/login', {
      body: { client_id: 'openabha-dev', client_secret: 'openabha-dev-secret', user_token: 'of an older version' },
    })
  ).body
  const headers = {
    'X-Partner-Pt-Id': '',
    'X-Hip-Id': '',
    'X-Pt-Id': 'placeholder',
    'x-abha-sdk-version': '1.0',
    'client-id': 'ext',
    'Accept-Encoding': 'identity',
  }
  const post = async (path: string, body?: object) => {
    const reply = await product.send('POST', path, { body, token: access_token, headers })
    assert.equal(reply.status, 200, reply.text)
    assert.equal(reply.headers.get('content-encoding'), null)
    return reply.body
  }
  const citizen = await addCitizen(product, kycAddress())
  const init = await post('/abdm/na/v1/registration/aadhaar/init', { aadhaar_number: citizen.aadhaar_number })
  const verify = await post('/abdm/na/v1/registration/aadhaar/verify', {
    txn_id: init.txn_id,
    otp: await product.otpTo(citizen.mobile ?? ''),
    mobile: `+91${citizen.mobile}`,
  })
  assert.equal(verify.skip_state, 'abha_create')
  assertText(verify.txn_id, 'txn_id')
  assertProfile(verify.profile)
  assertProfiles(verify.abha_profiles)
  const ended = await post('/abdm/na/v1/registration/aadhaar/auto-login', {
    txn_id: verify.txn_id,
    abha_address: verify.abha_profiles[0].abha_address,
  })
  const { oid } = ended.eka

  // It asks for the state of the session, then opens one with every carrier of the user at once.
  const carriers = { 'X-Pt-Id': oid, 'X-Partner-Pt-Id': `pt-${oid}`, 'X-Hip-Id': 'IN0000000001' }
  const state = await product.send('GET', '/abdm/v1/session/status', { token: access_token, headers: carriers })
  assert.deepEqual([state.status, state.body.logged_in, state.body.kyc_verified], [200, true, true])
  const opened = await product.send('POST', `/abdm/v1/session/init?oid=${oid}`, {
    token: access_token,
    headers: carriers,
    body: { abha_address: citizen.abha_addresses[0] },
  })
  const again = await product.send('POST', `/abdm/v1/session/verify?oid=${oid}`, {
    token: access_token,
    headers: carriers,
    body: { txn_id: opened.body.txn_id, otp: await product.otpTo(citizen.mobile ?? '') },
  })
  assert.equal(again.status, 200, again.text)

  const login = await post('/abdm/na/v1/profile/login/init', {
    method: 'mobile',
    identifier: citizen.mobile,
    otp_system: '',
  })
  const found = await post('/abdm/na/v1/profile/login/verify', {
    txn_id: login.txn_id,
    otp: await product.otpTo(citizen.mobile ?? ''),
  })
  const chosen = await post('/abdm/na/v1/profile/login/phr', {
    txn_id: found.txn_id,
    phr_address: found.abha_profiles[0].abha_address,
    method: 'mobile',
  })
  assert.equal(chosen.eka.oid, oid)
})

test('a page draws the face link without sending a body, whatever content type it names', async () => {
  const client = await product.client()
  for (const headers of [{}, { 'Content-Type': 'application/json' }] as Headers[]) {
    const init = await exchange(product, 'POST', '/abdm/na/v1/face-auth/init', {
      Authorization: `Bearer ${client.token}`,
      ...headers,
    })
    assert.equal(init.status, 200, String(init.bytes))
    const { txn_id, url } = JSON.parse(String(init.bytes))
    assertText(txn_id, 'txn_id')
    assert.ok(new URL(url).searchParams.get('txnId'))
  }
})

test('search takes no user at all, and a wrong carrier changes nothing', async () => {
  const client = await product.client()
  const citizen = await addCitizen(product, kycAddress())
  for (const headers of [{}, { 'X-Pt-Id': 'placeholder' }] as Headers[]) {
    const found = await client.post('/abdm/v1/profile/search', { mobile: citizen.mobile }, { headers })
    assert.equal(found.status, 200, found.text)
    assert.equal(found.body.profiles[0].kyc_verified, 'true')
  }
  const address = freshAddress()
  assert.equal((await client.post('/abdm/na/v1/registration/phr/check', { abha_address: address })).body.exists, false)
})

/** Carries what its older versions carried, and goes on with the first txn_id or with the last one. */
const thirdParty = async (keeps: 'first' | 'last') => {
  const client = await product.client()
  const carried = { 'X-Partner-Pt-Id': '', 'X-Hip-Id': '', 'X-Pt-Id': 'placeholder', 'Accept-Encoding': 'identity' }
  let txn_id = ''
  const post = async (path: string, body?: object) => {
    const { status, headers, body: answer, text } = await client.post(path, body, { headers: carried })
    assert.equal(status, 200, text)
    assert.equal(headers.get('content-encoding'), null)
    assert.notEqual(answer.txn_id, null)
    if (txn_id === '' || keeps === 'last') txn_id = answer.txn_id ?? txn_id
    else if ('txn_id' in answer) assert.equal(answer.txn_id, txn_id)
    return answer
  }
  return {
    client,
    post,
    /** The next step of its flow, with fields of other versions beside those that are published. */
    next: (path: string, body: object = {}) => post(path, { txn_id, method: 'mobile', api_version: 2, ...body }),
    restart: () => {
      txn_id = ''
    },
  }
}

const otpOf = ({ mobile }: Citizen) => product.otpTo(mobile ?? '')
const registration = '/abdm/na/v1/registration/aadhaar'
const login = '/abdm/na/v1/profile/login'
const face = '/abdm/na/v1/face-auth'

for (const keeps of ['first', 'last'] as const) {
  test(`a third party registers by face with the ${keeps} txn_id, polling until the phone has been heard`, async () => {
    const program = await thirdParty(keeps)
    const citizen = await addCitizen(product, kycAddress())
    const init = await program.post(`${face}/init`)
    assertText(init.url, 'url')
    if ('hint' in init) assertText(init.hint, 'hint')
    assert.equal((await program.next(`${face}/capture`)).status, 'Pending')
    await product.send('POST', `/sandbox/v1/face-auth/${init.txn_id}`, { body: { result: 'verified' } })
    const capture = await program.next(`${face}/capture`)
    assert.deepEqual(Object.keys(capture).sort(), ['message', 'status', 'txn_id'])
    assert.equal(capture.status, 'Verified')
    const verify = await program.next(`${face}/verify`, { aadhaar: citizen.aadhaar_number })
    assert.equal(verify.skip_state, 'abha_create')
    assertProfile(verify.profile)
    assertProfiles(verify.abha_profiles)
    const ended = await program.next(`${registration}/auto-login`, {
      abha_address: verify.abha_profiles[0].abha_address,
    })
    assert.equal(ended.skip_state, 'abha_end')
    for (const name of ['token', 'refresh_token', 'txn_id']) assertText(ended[name], name)
  })

  test(`a third party registers by Aadhaar with both resends and the ${keeps} txn_id`, async () => {
    const program = await thirdParty(keeps)
    const citizen = await addCitizen(product, {})
    const wished = freshMobile()
    await program.post(`${registration}/init`, { aadhaar_number: citizen.aadhaar_number.replace(/(.{4})/g, '$1 ') })
    await product.advance(61)
    await program.next(`${registration}/resend`)
    const verify = await program.next(`${registration}/verify`, { otp: await otpOf(citizen), mobile: `+91 ${wished}` })
    assert.equal(verify.skip_state, 'confirm_mobile_otp')
    assertText(verify.hint, 'hint')
    await product.advance(61)
    await program.next(`${registration}/mobile/resend`)
    const confirmed = await program.next(`${registration}/mobile/verify`, { otp: await product.otpTo(wished) })
    assert.equal(confirmed.skip_state, 'abha_create')
    assertProfile(confirmed.profile)
    assert.deepEqual(confirmed.abha_profiles, [])
    const created = await program.next(`${registration}/create-phr`, { abha_address: freshAddress(), profile: {} })
    assert.equal(created.skip_state, 'abha_end')
    assertProfile(created.profile)
  })

  test(`a third party logs in by Aadhaar with the ${keeps} txn_id, and ends it with auto-login or with login/phr`, async () => {
    const program = await thirdParty(keeps)
    const citizen = await addCitizen(product, kycAddress())
    const oids = new Set<string>()
    for (const [path, field] of [
      [`${registration}/auto-login`, 'abha_address'],
      [`${login}/phr`, 'phr_address'],
    ] as const) {
      program.restart()
      const init = await program.post(`${login}/init`, { method: 'aadhaar', identifier: citizen.aadhaar_number })
      assertText(init.hint, 'hint')
      const verify = await program.next(`${login}/verify`, { otp: await otpOf(citizen) })
      assert.equal(verify.skip_state, 'abha_create')
      const ended = await program.next(path, { [field]: verify.abha_profiles[0].abha_address })
      assert.equal(ended.skip_state, 'abha_end')
      assertProfile(ended.profile)
      oids.add(ended.eka.oid)
    }
    assert.equal(oids.size, 1)
  })

  test(`a third party searches, and logs in by what it found with the ${keeps} txn_id`, async () => {
    const program = await thirdParty(keeps)
    const citizen = await addCitizen(product, kycAddress())
    const found = await program.post('/abdm/v1/profile/search', { mobile: citizen.mobile })
    for (const one of found.profiles) {
      assert.ok(Number.isInteger(one.index))
      assert.match(one.kyc_verified, /^(true|false)$/)
      assert.equal(typeof one.internal, 'boolean')
    }
    await program.next(`${login}/init`, { method: 'search', identifier: String(found.profiles[0].index) })
    const verify = await program.next(`${login}/verify`, { otp: await otpOf(citizen) })
    assert.equal(verify.skip_state, 'abha_select')
    const chosen = await program.next(`${login}/phr`, { phr_address: verify.abha_profiles[0].abha_address })
    assert.equal(chosen.skip_state, 'abha_end')
    assert.deepEqual(chosen.abha_profiles, [])
  })
}

test('a third party shares with every carrier of the user at once, and reads the card as it is', async () => {
  const program = await thirdParty('last')
  const { client } = program
  const { oid } = await register(product, client)
  const headers = { 'X-Pt-Id': oid, 'X-Partner-Pt-Id': `pt-${oid}`, 'X-Hip-Id': '', 'Accept-Encoding': 'identity' }
  const facility = { hip_id: 'IN0000000001', counter_id: '12345', user_x_token: '', request_id: '', location: {} }
  const shared = await client.post(`/abdm/v2/profile/share?oid=${oid}`, facility, { headers })
  assert.equal(shared.status, 202, shared.text)
  assertText(shared.body.request_id, 'request_id')
  const waited = await client.post(`/abdm/v1/profile/share?oid=${oid}`, facility, { headers })
  assert.equal(waited.status, 200, waited.text)
  assertText(waited.body.token_number, 'token_number')
  const card = await exchange(product, 'GET', `/abdm/v1/profile/asset/card?oid=${oid}`, {
    ...headers,
    Authorization: `bearer ${client.token}`,
    'Content-Type': 'application/json',
  })
  assert.deepEqual(
    [card.status, card.headers['content-type'], card.headers['content-encoding']],
    [200, 'image/png', undefined],
  )
  assert.equal(card.bytes.subarray(1, 4).toString(), 'PNG')
})
