import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../../../test/harness.ts'
import {
  assertFieldRefuses,
  assertRefused,
  freshMobile,
  nothing,
  notText,
  paths,
  refusals,
  register,
  sendingNothing,
} from '../../../test/walks.ts'
import { longLivedTokenRows } from '../../clients.ts'

/** A client gets tokens for its secret and renews them in every form in which clients ask, and nobody else gets any. */

let product: Product
before(async () => {
  product = await startProduct()
})
after(() => product.stop())

const pair = { client_id: 'openabha-dev', client_secret: 'openabha-dev-secret' }
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  product.send('POST', path, { body, headers })
const login = async (body: object = pair) => (await post(paths.login, body)).body
const works = async (token: string): Promise<boolean> => {
  const { status } = await product.send('GET', `${paths.pincode}/834001`, { token })
  assert.ok(status === 200 || status === 401)
  return status === 200
}

const unauthorized = (reply: Awaited<ReturnType<typeof post>>, about = '') => {
  assertRefused(reply, { status: 401 }, about)
  assert.equal('source_error' in reply.body, false, about)
}

const lifetimes = { expires_in: 1800, refresh_expires_in: 2_592_000 }
const assertPair = (reply: Awaited<ReturnType<typeof post>>): { access_token: string; refresh_token: string } => {
  assert.equal(reply.status, 200, reply.text)
  const { access_token, refresh_token, ...rest } = reply.body
  assert.deepEqual(rest, lifetimes)
  assert.equal(typeof access_token, 'string')
  assert.equal(typeof refresh_token, 'string')
  return { access_token, refresh_token }
}

test('the right pair gives all four fields, and the access token is a JWT whose exp a client can read', async () => {
  const { access_token } = assertPair(await post(paths.login, pair))
  const claims = JSON.parse(Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString())
  const now = Math.floor(product.clock.now() / 1000)
  assert.equal(claims.exp, now + 1800)
  assert.ok(await works(access_token))
})

test('every login gives tokens of its own', async () => {
  const [one, two] = [await login(), await login()]
  assert.notEqual(one.access_token, two.access_token)
  assert.notEqual(one.refresh_token, two.refresh_token)
})

test('a wrong id, a wrong secret and an unknown sharing key answer byte for byte the same 401', async () => {
  const replies = await sendingNothing(product, () =>
    Promise.all(
      [
        { ...pair, client_secret: 'wrong' },
        { ...pair, client_secret: 'openabha-dev-2-secret' },
        { ...pair, client_secret: `${pair.client_secret}x` },
        { ...pair, client_id: 'nobody' },
        { ...pair, client_id: 'OPENABHA-DEV' },
        { ...pair, client_id: '__proto__' },
        { ...pair, sharing_key: 'no-such-key' },
        { ...pair, client_id: "' OR 1=1 --", client_secret: "' OR 1=1 --" },
      ].map((body) => post(paths.login, body)),
    ),
  )
  for (const reply of replies) unauthorized(reply)
  assert.equal(new Set(replies.map(({ text }) => text)).size, 1)
})

test('login looks at no Authorization header, however odd, and ignores fields of older versions', async () => {
  for (const authorization of ['Bearer', 'Bearer None', 'Bearer a.b.c', 'Basic b3BlbmFiaGE6eA==', 'x']) {
    assertPair(await post(paths.login, pair, { Authorization: authorization, auth: 'x', 'client-id': 'someone-else' }))
  }
  assertPair(await post(paths.login, { ...pair, api_key: 'old', user_token: 7, sharing_key: '', more: { deep: [1] } }))
  assertPair(await post(paths.login, { ...pair, sharing_key: null }))
})

test('every field of login is refused by name when it is missing, of another type, too long or of a wrong form', async () => {
  const refuses = (at: string, values: readonly unknown[]) =>
    assertFieldRefuses(product, (body) => post(paths.login, body), { ...pair, sharing_key: 'key' }, at, values, false)
  await refuses('client_id', [...nothing, ...notText, 'c'.repeat(129), 'with\u0000nul'])
  await refuses('client_secret', [...nothing, ...notText, 's'.repeat(4097), 'line\nbreak', 'ключ'])
  await refuses('sharing_key', [...notText, 's'.repeat(4097), 'line\nbreak'])
})

test('the account operations answer their errors with code and error only, whatever is wrong', async () => {
  for (const path of [paths.login, paths.refresh, paths.refreshToken]) {
    for (const raw of ['', '{', '[]', '"text"', 'null', '7', '{"a":1}{', '\u0000', '<xml/>', 'a=b']) {
      const reply = await product.send('POST', path, { raw })
      assertRefused(reply, { status: 400 }, raw)
      assert.match(
        reply.body.error,
        /^Validation failed: (\w+ is required|the body must be an object|The body must be a JSON object)$/,
      )
      assert.equal('source_error' in reply.body, false, reply.text)
    }
    const large = await product.send('POST', path, { raw: JSON.stringify({ client_id: 'x'.repeat(70_000) }) })
    assertRefused(large, { status: 400 })
    assert.equal('source_error' in large.body, false, large.text)
    const typed = await product.send('POST', path, { raw: 'a=b', headers: { 'Content-Type': 'text/plain' } })
    assertRefused(typed, { status: 400 })
    assert.equal('source_error' in typed.body, false, typed.text)
  }
})

test('the older refresh takes the refresh token alone, with or without access token and client id', async () => {
  let { refresh_token } = await login()
  const forms: [object, Record<string, string>][] = [
    [{}, {}],
    [{ access_token: 'expired.or.garbage' }, { Authorization: 'Bearer' }],
    [{}, { 'client-id': 'openabha-dev' }],
    [{}, { 'client-id': 'openabha-dev-2', Authorization: 'Bearer None' }],
  ]
  for (const [body, headers] of forms) {
    const renewed = assertPair(await post(paths.refresh, { refresh_token, ...body }, headers))
    assert.notEqual(renewed.refresh_token, refresh_token)
    assert.ok(await works(renewed.access_token))
    refresh_token = renewed.refresh_token
  }
})

test('refresh-token takes every form that clients send; only another client’s Client-Id makes it 401', async () => {
  let { refresh_token, access_token } = await login()
  const forms: [object, Record<string, string>][] = [
    [{ access_token }, { Authorization: `Bearer ${access_token}`, 'Client-Id': 'openabha-dev' }],
    [{ access_token }, {}],
    [{}, { Authorization: access_token }],
    [{}, { Authorization: 'Bearer', 'client-id': '' }],
    [{ access_token: '' }, { 'CLIENT-ID': 'openabha-dev' }],
    [{ access_token: 'ünreadable' }, { Authorization: 'Basic eDp5' }],
    [{ access_token: null }, {}],
  ]
  for (const [body, headers] of forms) {
    const renewed = assertPair(await post(paths.refreshToken, { refresh_token, ...body }, headers))
    assert.ok(await works(renewed.access_token))
    refresh_token = renewed.refresh_token
  }
  unauthorized(await post(paths.refreshToken, { refresh_token }, { 'Client-Id': 'openabha-dev-2' }))
  unauthorized(await post(paths.refreshToken, { refresh_token }, { 'Client-Id': 'nobody' }))
  assertPair(await post(paths.refreshToken, { refresh_token }))
})

test('an access token that has ended can still be renewed', async () => {
  const { access_token, refresh_token } = await login()
  await product.advance(1799)
  assert.ok(await works(access_token))
  await product.advance(1)
  assert.equal(await works(access_token), false)
  const renewed = assertPair(
    await post(paths.refreshToken, { access_token, refresh_token }, { Authorization: `Bearer ${access_token}` }),
  )
  assert.ok(await works(renewed.access_token))
})

test('an old refresh token stays good for a minute, then it is dead; the new one lives', async () => {
  const { refresh_token } = await login()
  const renewed = assertPair(await post(paths.refresh, { refresh_token }))
  await product.advance(59)
  const again = assertPair(await post(paths.refresh, { refresh_token }))
  await product.advance(1)
  unauthorized(await post(paths.refresh, { refresh_token }))
  unauthorized(await post(paths.refreshToken, { refresh_token }))
  assertPair(await post(paths.refreshToken, { refresh_token: renewed.refresh_token }))
  assertPair(await post(paths.refresh, { refresh_token: again.refresh_token }))
})

test('sixteen refreshes with one token at once all get a pair that works and can be renewed', async () => {
  const { refresh_token } = await login()
  const replies = await Promise.all(
    Array.from({ length: 16 }, (_, index) => post(index % 2 ? paths.refresh : paths.refreshToken, { refresh_token })),
  )
  const pairs = replies.map(assertPair)
  assert.equal(new Set(pairs.map((one) => one.refresh_token)).size, 16)
  for (const one of pairs) {
    assert.ok(await works(one.access_token))
    assertPair(await post(paths.refresh, { refresh_token: one.refresh_token }))
  }
})

test('a refresh token lives thirty days and not longer', async () => {
  const { refresh_token } = await login()
  const other = await login()
  await product.advance(2_592_000 - 1)
  assertPair(await post(paths.refresh, { refresh_token }))
  await product.advance(1)
  unauthorized(await post(paths.refresh, { refresh_token: other.refresh_token }))
})

test('an unknown refresh token, an access token and a user-scoped token in its place are one and the same 401', async () => {
  const { access_token } = await login()
  const minToken = product.services.clients.userToken({ clientId: 'openabha-dev', workspace: 'openabha-dev' }, '1')
  const replies = await Promise.all(
    ['unknown', access_token, minToken, 'constructor', 'A'.repeat(43)].map((refresh_token) =>
      post(paths.refresh, { refresh_token }),
    ),
  )
  for (const reply of replies) unauthorized(reply)
  assert.equal(new Set(replies.map(({ text }) => text)).size, 1)
})

test('the refresh token of both refreshes is refused by name, and the access token is not judged', async () => {
  const { refresh_token } = await login()
  for (const path of [paths.refresh, paths.refreshToken]) {
    const good = { refresh_token, access_token: 'a' }
    const send = (body: unknown) => post(path, body)
    await assertFieldRefuses(
      product,
      send,
      good,
      'refresh_token',
      [...nothing, ...notText, 'r'.repeat(4097), 'line\nbreak', '\uff41\uff42\uff43'],
      false,
    )
    for (const access_token of [...notText, null, '', 'x'.repeat(5_000)]) {
      assertPair(await send({ ...good, access_token }))
    }
  }
  assertPair(await post(paths.refresh, { refresh_token }))
})

test('with a sharing key the tokens act in the workspace of its owner, and go on doing so when renewed', async () => {
  const owner = await product.client('openabha-dev')
  const sharing_key = await product.services.clients.sharingKey('openabha-dev')
  const shared = await login({ client_id: 'openabha-dev-2', client_secret: 'openabha-dev-2-secret', sharing_key })
  const own = await login({ client_id: 'openabha-dev-2', client_secret: 'openabha-dev-2-secret' })
  const { oid } = await register(product, owner)
  const sees = async (token: string) => (await product.send('GET', `${paths.profile}?oid=${oid}`, { token })).status
  assert.equal(await sees(shared.access_token), 200)
  assert.equal(await sees(own.access_token), 404)
  const renewed = assertPair(await post(paths.refresh, { refresh_token: shared.refresh_token }))
  assert.equal(await sees(renewed.access_token), 200)
})

test('a transaction that was begun in a shared workspace goes on there only', async () => {
  const sharing_key = await product.services.clients.sharingKey('openabha-dev')
  const dev2 = { client_id: 'openabha-dev-2', client_secret: 'openabha-dev-2-secret' }
  const [shared, own] = [await login({ ...dev2, sharing_key }), await login(dev2)]
  const init = await product.send('POST', paths.init, {
    token: shared.access_token,
    body: { mobile_number: freshMobile() },
  })
  const body = { txn_id: init.body.txn_id, otp: '000000' }
  const verify = (token: string) => product.send('POST', paths.verify, { token, body })
  assertRefused(await verify(own.access_token), refusals.txnUnknown)
  assertRefused(await verify((await login()).access_token), refusals.txnUnknown)
  assert.notEqual((await verify(shared.access_token)).body.source_error?.code, refusals.txnUnknown.code)
})

test('two sharing keys of one client both act, and the owner may use its own', async () => {
  const keys = [
    await product.services.clients.sharingKey('openabha-dev'),
    await product.services.clients.sharingKey('openabha-dev'),
  ]
  for (const sharing_key of keys) {
    assertPair(
      await post(paths.login, { client_id: 'openabha-dev-2', client_secret: 'openabha-dev-2-secret', sharing_key }),
    )
    assertPair(await post(paths.login, { ...pair, sharing_key }))
  }
  unauthorized(await post(paths.login, { ...pair, client_secret: 'wrong', sharing_key: keys[0] }))
})

test('a long-lived token of the operator works like any other and does not end', async () => {
  const token = (await product.services.clients.longLivedToken('openabha-dev')) ?? ''
  assert.ok(await works(token))
  await product.advance(5 * 365 * 86_400)
  assert.ok(await works(token))
  const other = await product.client('openabha-dev')
  const { oid } = await register(product, other)
  assert.equal((await product.send('GET', `${paths.profile}?oid=${oid}`, { token })).status, 200)
  unauthorized(await post(paths.refresh, { refresh_token: token }))
})

test('a token of this server whose row the operator has taken is dead at once', async () => {
  const token = (await product.services.clients.longLivedToken('openabha-dev')) ?? ''
  assert.ok(await works(token))
  const { jti } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  await product.store.take(longLivedTokenRows, jti)
  assert.equal(await works(token), false)
})

test('nothing of a secret or token stands in the log', async () => {
  const { access_token, refresh_token } = await login()
  await post(paths.refresh, { refresh_token, access_token })
  const log = product.lines.join('\n')
  for (const secret of [access_token, refresh_token, pair.client_secret]) assert.ok(!log.includes(secret))
})
