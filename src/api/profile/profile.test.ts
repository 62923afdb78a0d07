import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../../../test/harness.ts'
import {
  assertRefused,
  type Client,
  openSession,
  paths,
  refusals,
  register,
  sendingNothing,
} from '../../../test/walks.ts'

/** The profile is the person's as ABDM has it now, in the published types, as long as the person's session can be kept alive. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

const ended = {
  status: 491,
  error: "The user's ABHA session has ended; open a new one with session init and verify",
}
const get = (oid: string, options = {}) => client.get(`${paths.profile}?oid=${oid}`, options)
const arjun = { abhaAddress: 'arjun.maadari', mobile: '6200010022', headers: { 'X-Partner-Pt-Id': 'arjun' } }
const asArjun = { headers: { 'X-Partner-Pt-Id': 'arjun' } }

test('a KYC profile has every field in its published type, and no field without a value', async () => {
  await openSession(product, client, arjun)
  const reply = await client.get(paths.profile, asArjun)
  assert.equal(reply.status, 200, reply.text)
  assert.deepEqual(reply.body, {
    abha_address: 'arjun.maadari@sbx',
    abha_addresses: ['arjun.maadari@sbx'],
    abha_number: '91-2000-0000-0022',
    first_name: 'Arjun',
    middle_name: 'Kumar',
    last_name: 'Maadari',
    full_name: 'Arjun Kumar Maadari',
    gender: 'M',
    day_of_birth: 23,
    month_of_birth: 11,
    year_of_birth: 1984,
    mobile: '6200010022',
    address: '1 Namuna Street',
    pincode: '560001',
    district_code: '525',
    district_name: 'Bengaluru Urban',
    state_code: '29',
    state_name: 'Karnataka',
    kyc_verified: true,
  })
})

test('a profile without KYC has no abha_number, and nothing in it is null or empty', async () => {
  for (const abhaAddress of ['anjali.2001', 'mitali.72']) {
    const mobile = abhaAddress === 'anjali.2001' ? '6200010077' : '6200010044'
    const headers = { 'X-Partner-Pt-Id': abhaAddress }
    await openSession(product, client, { abhaAddress, mobile, headers })
    const { body } = await client.get(paths.profile, { headers })
    assert.equal(body.kyc_verified, false)
    assert.equal('abha_number' in body, false)
    for (const [name, value] of Object.entries(body)) assert.ok(value !== null && value !== '', name)
  }
})

test('every read asks ABDM once, with nothing that the client sent', async () => {
  const { oid } = await register(product, client)
  const before = product.upstreamCalls()
  await get(oid, { headers: { 'X-Hip-Id': 'IN0000000001', 'X-Unknown': 'x' } })
  assert.equal(product.upstreamCalls() - before, 1)
})

test('an upstream token that is over is renewed without anybody noticing, for as long as it can be', async () => {
  const { oid } = await register(product, client)
  for (let day = 0; day < 14; day++) {
    await product.advance(86_400)
    await client.relogin()
    assert.equal((await get(oid)).status, 200, `day ${day}`)
  }
})

test('a session that nobody used for longer than its refresh token lives is over: 491, and a new one mends it', async () => {
  const { oid, abhaAddress, mobile } = await register(product, client)
  await product.advance(15 * 86_400)
  await client.relogin()
  await sendingNothing(product, async () => {
    const reply = await get(oid)
    assertRefused(reply, ended)
    assert.equal('source_error' in reply.body, false)
    assertRefused(await get(oid), ended)
  })
  await openSession(product, client, { abhaAddress, mobile })
  assert.equal((await get(oid)).status, 200)
})

test('a session that ABDM refuses is renewed once; when that is refused too it is over for good', async () => {
  const { oid } = await register(product, client)
  await product.fault({ operation: 'phr.profile.get', status: 401, times: 1 })
  assert.equal((await get(oid)).status, 200)

  await product.fault({ operation: 'phr.profile.get', status: 401, times: 2 })
  assertRefused(await get(oid), ended)
  product.calm()
  await sendingNothing(product, async () => assertRefused(await get(oid), ended))
  const status = await client.get(paths.status, { headers: { 'X-Pt-Id': oid } })
  assert.deepEqual(status.body, { logged_in: false, kyc_verified: false })
})

test('491 is of the profile only: status, session and the helpers go on', async () => {
  const { oid, abhaAddress, minToken } = await register(product, client)
  await product.advance(16 * 86_400)
  await client.relogin()
  const headers = { 'X-Pt-Id': oid }
  assertRefused(await client.get(paths.profile, { headers }), ended)
  assert.equal((await client.get(paths.status, { headers })).status, 200)
  assert.equal((await client.get(`${paths.pincode}/834001`, { headers })).status, 200)
  assert.equal((await client.post(paths.check, { abha_address: abhaAddress }, { headers })).status, 200)
  assert.equal((await client.get(paths.suggest, { headers })).status, 200)
  assert.equal((await client.post(paths.sessionInit, { abha_address: abhaAddress }, { headers })).status, 200)
  assertRefused(await client.get(paths.profile, { token: minToken }), refusals.token)
})

test('sixteen reads at once after the end of a token renew it once and all answer', async () => {
  const { oid } = await register(product, client)
  await product.advance(1801)
  await client.relogin()
  const before = product.upstreamCalls('phr.profile.refresh')
  const replies = await Promise.all(Array.from({ length: 16 }, () => get(oid)))
  for (const reply of replies) assert.equal(reply.status, 200, reply.text)
  assert.equal(product.upstreamCalls('phr.profile.refresh') - before, 1)
})

test('two clients with the same person each keep a session of their own', async () => {
  const stranger = await product.client('openabha-dev-2')
  await openSession(product, client, arjun)
  await openSession(product, stranger, arjun)
  await product.fault({ operation: 'phr.profile.get', status: 401, times: 2 })
  assertRefused(await client.get(paths.profile, asArjun), ended)
  assert.equal((await stranger.get(paths.profile, asArjun)).status, 200)
})

test('no log line has a name, a mobile, an address or a token of the person', async () => {
  await openSession(product, client, arjun)
  const { body } = await client.get(paths.profile, asArjun)
  const log = product.lines.join('\n')
  for (const secret of [body.last_name, body.mobile, body.abha_number, 'arjun.maadari', client.token]) {
    assert.ok(!log.includes(secret), secret)
  }
})
