import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../harness.ts'
import {
  assertRefused,
  beginSession,
  type Client,
  details,
  freshAddress,
  openSession,
  paths,
  refusals,
  register,
  sendingNothing,
} from '../walks.ts'

/** Only a live token of this server opens a door, and a user-scoped one only the doors of its own user (connect §3). */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

type Headers = Record<string, string>
const ask = (headers: Headers) => product.send('GET', `${paths.pincode}/834001`, { headers })
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const signedBy = (key: string, header: object, claims: object): string => {
  const body = `${part(header)}.${part(claims)}`
  return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`
}

/** Every operation that asks who is calling. */
const guarded = [
  ['POST', paths.init],
  ['POST', paths.resend],
  ['POST', paths.verify],
  ['POST', paths.create],
  ['POST', paths.check],
  ['GET', paths.suggest],
  ['GET', `${paths.pincode}/834001`],
  ['POST', paths.sessionInit],
  ['POST', paths.sessionVerify],
  ['GET', paths.status],
  ['GET', paths.profile],
] as const
const call = (method: string, path: string, headers: Headers, query = '') =>
  product.send(method, path + query, { headers, ...(method === 'POST' && { body: { txn_id: 'x' } }) })

test('without a token every guarded operation is 401 before it looks at the body, and they all say the same', async () => {
  await sendingNothing(product, async () => {
    const texts = new Set<string>()
    for (const [method, path] of guarded) {
      const reply = await call(method, path, {})
      assertRefused(reply, refusals.token, path)
      assert.equal('source_error' in reply.body, false)
      texts.add(reply.text)
      const broken = await product.send(method, path, { ...(method === 'POST' && { raw: '{' }) })
      assertRefused(broken, refusals.token, path)
    }
    assert.equal(texts.size, 1)
  })
})

test('garbage, another scheme, a bare Bearer and a forged token are one and the same 401 and are not echoed', async () => {
  const [header, claims, signature] = client.token.split('.') as [string, string, string]
  const real = JSON.parse(Buffer.from(claims, 'base64url').toString())
  const none = part({ alg: 'none', typ: 'JWT' })
  const tokens = [
    'garbage',
    'a.b.c',
    '..',
    '....',
    `${header}.${claims}`,
    `${header}.${claims}.`,
    `${header}.${claims}.${signature.slice(0, -4)}AAAA`,
    `${header}.${part({ ...real, exp: real.exp + 1 })}.${signature}`,
    `${header}.${part({ ...real, cid: 'openabha-dev-2', ws: 'openabha-dev-2' })}.${signature}`,
    `${none}.${claims}.`,
    `${none}.${claims}.${signature}`,
    `${part({ alg: 'NONE' })}.${claims}.`,
    signedBy('', { alg: 'HS256', typ: 'JWT' }, real),
    signedBy('openabha-dev-secret', { alg: 'HS256', typ: 'JWT' }, real),
    `${part({ alg: 'RS256' })}.${claims}.${signature}`,
    `${part({ alg: 'HS512' })}.${claims}.${signature}`,
    'null',
    'undefined',
    'None',
    'x'.repeat(8_000),
  ]
  const all: Headers[] = [
    ...tokens.map((token) => ({ Authorization: `Bearer ${token}` })),
    ...tokens.map((token) => ({ auth: token })),
    { Authorization: 'Bearer' },
    { Authorization: 'Bearer ' },
    { Authorization: '' },
    { Authorization: client.token },
    { Authorization: `Basic ${client.token}` },
    { Authorization: `Token ${client.token}` },
    { Authorization: `Bearer${client.token}` },
    { Authorization: `Bearer ${client.token} more` },
    { Authorization: `Bearer, ${client.token}` },
    { auth: 'Bearer' },
    { auth: `Basic ${client.token}` },
    { 'X-Authorization': `Bearer ${client.token}` },
    { Cookie: `token=${client.token}` },
  ]
  await sendingNothing(product, async () => {
    const texts = new Set<string>()
    for (const headers of all) {
      const reply = await ask(headers)
      assertRefused(reply, refusals.token, JSON.stringify(headers).slice(0, 100))
      texts.add(reply.text)
    }
    assert.equal(texts.size, 1)
  })
  assertRefused(await product.send('GET', `${paths.pincode}/834001?access_token=${client.token}`), refusals.token)
})

test('the scheme may be written in any case, with more than one blank', async () => {
  for (const scheme of ['Bearer ', 'bearer ', 'BEARER ', 'bEaReR ', 'Bearer  ', 'Bearer \t']) {
    assert.equal((await ask({ Authorization: scheme + client.token })).status, 200, scheme)
  }
})

test('the header auth stands in for Authorization, with or without the scheme, and only when that is absent', async () => {
  for (const auth of [client.token, `Bearer ${client.token}`, `bearer ${client.token}`]) {
    assert.equal((await ask({ auth })).status, 200)
    assert.equal((await ask({ AUTH: auth, Authorization: '' })).status, 200)
  }
  const good = `Bearer ${client.token}`
  assert.equal((await ask({ Authorization: good, auth: 'garbage' })).status, 200)
  for (const wrong of ['Bearer garbage', 'Bearer', 'Basic eDp5', 'x']) {
    assertRefused(await ask({ Authorization: wrong, auth: client.token }), refusals.token, wrong)
  }
})

test('an access token ends after half an hour on the second', async () => {
  const { token } = await product.client()
  await product.advance(1799)
  assert.equal((await ask({ Authorization: `Bearer ${token}` })).status, 200)
  await product.advance(1)
  assertRefused(await ask({ Authorization: `Bearer ${token}` }), refusals.token)
  assertRefused(await ask({ auth: token }), refusals.token)
  await client.relogin()
})

test('an ABHA user token, a refresh token and a secret are no bearers', async () => {
  const { abhaAddress, mobile } = await register(product, client)
  const session = await openSession(product, client, { abhaAddress, mobile })
  const login = await product.send('POST', paths.login, {
    body: { client_id: 'openabha-dev', client_secret: 'openabha-dev-secret' },
  })
  for (const token of [session.token, session.refresh_token, login.body.refresh_token, 'openabha-dev-secret']) {
    assertRefused(await ask({ Authorization: `Bearer ${token}` }), refusals.token)
  }
})

test('the user-scoped token reads its own profile, status and pincodes, without naming the user', async () => {
  const { minToken, oid, abhaAddress, mobile } = await register(product, client)
  const bearer = { Authorization: `Bearer ${minToken}` }
  const profile = await call('GET', paths.profile, bearer)
  assert.equal(profile.body.abha_address, abhaAddress)
  assert.deepEqual((await call('GET', paths.status, bearer)).body, { logged_in: true, kyc_verified: false })
  assert.equal((await ask(bearer)).status, 200)
  assert.equal((await ask({ auth: minToken })).status, 200)
  // Naming the same user beside it is fine.
  assert.deepEqual((await call('GET', paths.profile, { ...bearer, 'X-Pt-Id': oid }, `?oid=${oid}`)).body, profile.body)

  const init = await product.send('POST', paths.sessionInit, { headers: bearer, body: { abha_address: abhaAddress } })
  assert.equal(init.status, 200, init.text)
  const verify = await product.send('POST', paths.sessionVerify, {
    headers: bearer,
    body: { txn_id: init.body.txn_id, otp: await product.otpTo(mobile) },
  })
  assert.equal(verify.status, 200, verify.text)
})

test('the user-scoped token is 403 everywhere else, before the body is looked at', async () => {
  const { minToken } = await register(product, client)
  await sendingNothing(product, async () => {
    for (const [method, path] of guarded.filter(([, one]) => one.startsWith('/abdm/na/'))) {
      assertRefused(await call(method, path, { Authorization: `Bearer ${minToken}` }), refusals.notForThisUser, path)
      const broken = { headers: { Authorization: `Bearer ${minToken}` }, ...(method === 'POST' && { raw: '{' }) }
      assertRefused(await product.send(method, path, broken), refusals.notForThisUser, path)
    }
  })
})

test('an explicit other user beside the user-scoped token is 403, known or not', async () => {
  const { minToken } = await register(product, client)
  const other = await register(product, client)
  await sendingNothing(product, async () => {
    const texts = new Set<string>()
    for (const oid of [other.oid, 'nobody']) {
      for (const [headers, query] of [
        [{ 'X-Pt-Id': oid }, ''],
        [{}, `?oid=${oid}`],
      ] as const) {
        const reply = await call('GET', paths.profile, { Authorization: `Bearer ${minToken}`, ...headers }, query)
        assertRefused(reply, refusals.notForThisUser)
        texts.add(reply.text)
      }
      const bearer = { Authorization: `Bearer ${minToken}`, 'X-Pt-Id': oid }
      assertRefused(await call('GET', paths.status, bearer), refusals.notForThisUser)
      assertRefused(await ask(bearer), refusals.notForThisUser)
      const init = { headers: bearer, body: { abha_address: other.abhaAddress } }
      assertRefused(await product.send('POST', paths.sessionInit, init), refusals.notForThisUser)
    }
    assert.equal(texts.size, 1)
  })
})

test('the user-scoped token takes no part in a transaction of the client or of another user', async () => {
  const mine = await register(product, client)
  const other = await register(product, client)
  const ofClient = await beginSession(client, other.abhaAddress)
  const otp = await product.otpTo(other.mobile)
  const bearer = { Authorization: `Bearer ${mine.minToken}` }
  await sendingNothing(product, async () => {
    const reply = await product.send('POST', paths.sessionVerify, { headers: bearer, body: { txn_id: ofClient, otp } })
    assertRefused(reply, refusals.txnUnknown)
    const foreign = { headers: bearer, body: { abha_address: other.abhaAddress } }
    const told = await product.send('POST', paths.sessionInit, foreign)
    assertRefused(told, refusals.accountClaimed)
    assert.equal(told.body.error, 'This account has already been claimed by the mobile number: another number')
    assert.match(told.body.source_error.message, /^This ABHA address or number belongs to another user/)
  })
  assert.equal((await client.post(paths.sessionVerify, { txn_id: ofClient, otp })).status, 200)
})

test('an identifier of the client beside the user-scoped token does not lead to another user', async () => {
  const mine = await register(product, client)
  const other = await register(product, client, { headers: { 'X-Partner-Pt-Id': 'someone-else' } })
  const headers = { Authorization: `Bearer ${mine.minToken}`, 'X-Partner-Pt-Id': 'someone-else' }
  const reply = await call('GET', paths.profile, headers)
  assert.notEqual(reply.body.abha_address, other.abhaAddress)
})

test('the user-scoped token ends like an access token', async () => {
  const { minToken } = await register(product, client)
  await product.advance(1799)
  assert.equal((await ask({ Authorization: `Bearer ${minToken}` })).status, 200)
  await product.advance(1)
  for (const path of [`${paths.pincode}/834001`, paths.profile, paths.status]) {
    assertRefused(await call('GET', path, { Authorization: `Bearer ${minToken}` }), refusals.token, path)
  }
  await client.relogin()
})

test('the user-scoped token ends with its user', async () => {
  const gone = await startProduct()
  try {
    const { minToken } = await register(gone, await gone.client())
    const bearer = { headers: { Authorization: `Bearer ${minToken}` } }
    assert.equal((await gone.send('GET', paths.profile, bearer)).status, 200)
    await gone.send('POST', '/sandbox/v1/reset')
    for (const path of [paths.profile, paths.status, `${paths.pincode}/834001`]) {
      assertRefused(await gone.send('GET', path, bearer), refusals.token, path)
    }
  } finally {
    await gone.stop()
  }
})

test('every end of a flow gives a user-scoped token of the same user', async () => {
  const first = await register(product, client)
  const second = await register(product, client, { mobile: first.mobile, headers: { 'X-Pt-Id': first.oid } })
  const address = async (token: string) =>
    (await call('GET', paths.profile, { Authorization: `Bearer ${token}` })).body.abha_address
  assert.equal(await address(first.minToken), await address(second.minToken))
})

test('the token of one client is nobody at another client’s transactions', async () => {
  const stranger = await product.client('openabha-dev-2')
  const txn_id = await beginSession(client, 'arjun.maadari')
  const body = { txn_id, abha_address: freshAddress(), profile: details, otp: '123456' }
  for (const path of [paths.resend, paths.verify, paths.create, paths.sessionVerify]) {
    assertRefused(await stranger.post(path, body), refusals.txnUnknown, path)
  }
})
