import assert from 'node:assert/strict'
import { type IncomingHttpHeaders, request } from 'node:http'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../harness.ts'
import { addCitizen, freshAbhaNumber, kycAddress } from '../people.ts'
import { details, freshAddress, freshMobile, register } from '../walks.ts'

/** Programs that exist, as connect §10 describes what they send and what they cannot bear; each works with only its base URL changed. */

let product: Product
before(async () => {
  product = await startProduct()
})
after(() => product.stop())

type Headers = Record<string, string>
type Got = { status: number; headers: IncomingHttpHeaders; bytes: Buffer }

/** Exactly these headers and bytes; no client library adds its own. */
const exchange = (method: string, path: string, headers: Headers, body?: string): Promise<Got> =>
  new Promise((resolve, reject) => {
    const sent = request(product.origin + path, { method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes: Buffer.concat(chunks) }),
      )
    })
    sent.on('error', reject)
    if (body === undefined) sent.end()
    else sent.end(body)
  })

/** Every kind of value as a typed language would refuse or take it. */
const assertText = (value: unknown, name: string) => assert.equal(typeof value, 'string', name)
const assertProfile = (profile: any) => {
  for (const name of ['year_of_birth', 'month_of_birth', 'day_of_birth']) {
    if (name in profile) assert.ok(Number.isInteger(profile[name]), name)
  }
  for (const name of ['abha_address', 'abha_number', 'first_name', 'gender', 'mobile', 'pincode']) {
    if (name in profile) assertText(profile[name], name)
  }
  assert.equal(typeof profile.kyc_verified, 'boolean')
  assert.ok(Array.isArray(profile.abha_addresses))
  assert.ok(!Object.values(profile).includes(null), 'a field without a value is left out')
}
const assertProfiles = (profiles: any) => {
  assert.ok(Array.isArray(profiles))
  for (const one of profiles) {
    for (const name of ['abha_address', 'kyc_verified', 'name']) assertText(one[name], name)
  }
}

/** The Go SDK: JSON content type always, no user header but the ones that are filled, every status under 400 is success. */
const goProgram = async () => {
  const send = async (method: string, path: string, token: string, body?: object, more: Headers = {}) => {
    const got = await exchange(
      method,
      path,
      {
        Authorization: token ? `Bearer ${token}` : 'Bearer',
        'Content-Type': 'application/json',
        'User-Agent': 'eka-sdk-go/1.0.0',
        'Accept-Encoding': 'gzip',
        ...more,
      },
      body && JSON.stringify(body),
    )
    assert.ok(got.status < 400, `${method} ${path}: ${got.status} ${got.bytes}`)
    return got
  }
  const json = async (...call: Parameters<typeof send>): Promise<any> => JSON.parse(String((await send(...call)).bytes))
  const pair = await json('POST', '/connect-auth/v1/account/login', '', {
    client_id: 'openabha-dev',
    client_secret: 'openabha-dev-secret',
    sharing_key: '',
  })
  assert.ok(Number.isInteger(pair.expires_in) && pair.expires_in > 300)
  const renewed = await json('POST', '/connect-auth/v1/account/refresh', '', {
    access_token: pair.access_token,
    refresh_token: pair.refresh_token,
  })
  const token: string = renewed.access_token
  return {
    send: (m: string, p: string, b?: object, h?: Headers) => send(m, p, token, b, h),
    json: (m: string, p: string, b?: object, h?: Headers) => json(m, p, token, b, h),
  }
}

test('the Go SDK registers by Aadhaar with another mobile, reads, changes and deletes', async () => {
  const go = await goProgram()
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
  const go = await goProgram()
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
  const send = async (method: string, path: string, body?: object) =>
    exchange(
      method,
      path,
      {
        'client-id': 'openabha-dev',
        Authorization: `Bearer ${minToken}`,
        Accept: '*/*',
        'User-Agent': 'python-requests/2.32.3',
        ...(body && { 'Content-Type': 'application/json' }),
      },
      body && JSON.stringify(body),
    )
  /** It parses whatever says that it is JSON. */
  const read = ({ status, headers, bytes }: Got) => {
    if (status === 204) return { success: true }
    assert.ok(status < 400, String(bytes))
    return headers['content-type']?.includes('application/json') ? JSON.parse(String(bytes)) : bytes
  }
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
    const init = await exchange('POST', '/abdm/na/v1/face-auth/init', {
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
