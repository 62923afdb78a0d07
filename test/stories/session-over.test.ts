import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { type Product, type Reply, startProduct } from '../harness.ts'
import { addCitizen, type Citizen, kycAddress } from '../people.ts'
import { assertRefused, type Client, openSession, paths, type Registered, register, sendingNothing } from '../walks.ts'

/** What needs the person's session says 491 when ABDM ends it, goes on after a new one, and needs no more than the min_token to know whose. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct({ OTP_RESEND_WAIT_SECONDS: '0', ABDM_ANSWER_TIMEOUT_MS: '10000' })
  client = await product.client()
})
after(() => product.stop())
afterEach(() => product.calm())

const ended = {
  status: 491,
  error: "The user's ABHA session has ended; open a new one with session init and verify",
}
const asset = `${paths.profile}/asset`
const kyc = `${paths.profile}/kyc`
const facility = { hip_id: 'IN0000000001', counter_id: '12345' }

/** Somebody who registered by mobile, the same person with an ABHA number to link, and how far their KYC is. */
type At = { readonly user: Registered; readonly citizen: Citizen; readonly txn_id: string }
const start = async (): Promise<At> => {
  const citizen = await addCitizen(product, { ...kycAddress(), abha_addresses: [] })
  const { gender, year_of_birth } = citizen
  const user = await register(product, client, { profile: { gender, year_of_birth } })
  return { user, citizen, txn_id: '' }
}
const kycBegun = async (): Promise<At> => {
  const at = await start()
  const begun = await use(at).post(`${kyc}/init`, { method: 'abha-number', identifier: at.citizen.abha_number })
  assert.equal(begun.status, 200, begun.text)
  return { ...at, txn_id: begun.body.txn_id }
}
/** Calls that name the user by nothing but the bearer. */
const use = ({ user: { minToken: token } }: At) => ({
  get: (path: string) => client.get(path, { token }),
  post: (path: string, body: unknown) => client.post(path, body, { token }),
  call: (method: string, path: string, body?: unknown) =>
    client.call(method, path, { token, ...(body !== undefined && { body }) }),
})

type Row = {
  /** The upstream call at which ABDM refuses the token. */
  readonly upstream: string
  readonly status: number
  readonly begin?: () => Promise<At>
  act(at: At): Promise<Reply>
}
const operations: { readonly [name: string]: Row } = {
  'profile GET': { upstream: 'phr.profile.get', status: 200, act: (at) => use(at).get(paths.profile) },
  'profile PATCH': {
    upstream: 'phr.profile.get',
    status: 204,
    act: (at) => use(at).call('PATCH', paths.profile, { address: '14 Lake Road' }),
  },
  'profile PATCH, refused at the update': {
    upstream: 'phr.profile.update',
    status: 204,
    act: (at) => use(at).call('PATCH', paths.profile, { address: '14 Lake Road' }),
  },
  'profile DELETE': { upstream: 'phr.profile.logout', status: 204, act: (at) => use(at).call('DELETE', paths.profile) },
  card: { upstream: 'phr.profile.card', status: 200, act: (at) => use(at).get(`${asset}/card`) },
  QR: { upstream: 'phr.profile.get', status: 200, act: (at) => use(at).get(`${asset}/qr`) },
  'share v1': {
    upstream: 'phr.profile.get',
    status: 200,
    act: (at) => use(at).post('/abdm/v1/profile/share', facility),
  },
  'share v2': {
    upstream: 'phr.profile.get',
    status: 202,
    act: (at) => use(at).post('/abdm/v2/profile/share', facility),
  },
  'KYC init': {
    upstream: 'phr.profile.request_otp',
    status: 200,
    act: (at) => use(at).post(`${kyc}/init`, { method: 'abha-number', identifier: at.citizen.abha_number }),
  },
  'KYC resend': {
    upstream: 'phr.profile.request_otp',
    status: 200,
    begin: kycBegun,
    act: (at) => use(at).post(`${kyc}/resend`, { txn_id: at.txn_id }),
  },
  'KYC verify': {
    upstream: 'phr.profile.verify',
    status: 200,
    begin: kycBegun,
    act: async (at) =>
      use(at).post(`${kyc}/verify`, { txn_id: at.txn_id, otp: await product.otpTo(at.citizen.mobile ?? '') }),
  },
}

for (const [name, { begin = start, act, status }] of Object.entries(operations)) {
  test(`${name}: the min_token alone says whose it is`, async () => {
    const at = await begin()
    const reply = await act(at)
    assert.equal(reply.status, status, reply.text)
  })
}

test('what the min_token alone changes, shows and removes is that user’s, and nobody else’s', async () => {
  const [at, other] = [await start(), await start()]
  const headers = (one: At) => ({ headers: { 'X-Pt-Id': one.user.oid } })
  const before = (await client.get(paths.profile, headers(other))).body
  assert.equal((await use(at).call('PATCH', paths.profile, { address: '14 Lake Road' })).status, 204)
  assert.equal((await client.get(paths.profile, headers(at))).body.address, '14 Lake Road')
  assert.equal((await use(at).get(`${asset}/qr`)).body.hid, at.user.abhaAddress)
  const card = await use(at).get(`${asset}/card`)
  assert.equal(card.headers.get('content-type'), 'image/png')
  assert.equal(card.text, (await client.get(`${asset}/card`, headers(at))).text)
  assert.notEqual(card.text, (await client.get(`${asset}/card`, headers(other))).text)
  assert.equal((await use(at).call('DELETE', paths.profile)).status, 204)
  assertRefused(await client.get(paths.profile, headers(at)), { status: 404 })
  assert.deepEqual((await client.get(paths.profile, headers(other))).body, before)
})

/** ABDM refuses the user token, the refresh token, or the token that came of it. */
const refusals = {
  'the refresh': async (upstream: string) => {
    await product.fault({ operation: upstream, status: 401, message: 'X-token expired', times: 1 })
    await product.fault({ operation: 'phr.profile.refresh', status: 400, message: 'Invalid R-token', times: 1 })
  },
  'the renewed token': (upstream: string) =>
    product.fault({ operation: upstream, status: 401, message: 'X-token expired', times: 2 }),
}

for (const [name, { begin = start, upstream, act, status }] of Object.entries(operations)) {
  for (const [what, refuse] of Object.entries(refusals)) {
    test(`${name}: 491 when ABDM refuses the token and ${what}, and the same call goes on with a new session`, async () => {
      const at = await begin()
      await refuse(upstream)
      assertRefused(await act(at), ended)
      product.calm()
      await sendingNothing(product, async () => assertRefused(await act(at), ended))
      assert.equal((await use(at).get(paths.status)).body.logged_in, false)
      await openSession(product, client, at.user)
      const reply = await act(at)
      assert.equal(reply.status, status, reply.text)
    })
  }
}
