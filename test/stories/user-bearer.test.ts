import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, type Reply, startProduct } from '../harness.ts'
import { assertRefused, beginSession, type Client, paths, refusals, register } from '../walks.ts'

/** A user-scoped bearer speaks for its one user: it binds nobody else's identifier and hands over nobody else's data. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

test('a session that a user opens with the min_token takes over no identifier of the client’s', async () => {
  const theirs = { 'X-Partner-Pt-Id': 'pt-of-b' }
  const b = await register(product, client, { headers: theirs })
  const a = await register(product, client)
  const mine = { token: a.minToken, headers: theirs }
  const init = await client.post(paths.sessionInit, { abha_address: a.abhaAddress }, mine)
  assert.equal(init.status, 200, init.text)
  const otp = await product.otpTo(a.mobile)
  const verify = await client.post(paths.sessionVerify, { txn_id: init.body.txn_id, otp }, mine)
  assert.equal(verify.status, 200, verify.text)
  const read = await client.get(paths.profile, { headers: theirs })
  assert.equal(read.body.abha_address, b.abhaAddress)
  const own = await client.get(paths.profile, { token: a.minToken, headers: theirs })
  assert.equal(own.body.abha_address, a.abhaAddress)
})

test('the client itself still binds its identifier', async () => {
  const a = await register(product, client)
  const headers = { 'X-Partner-Pt-Id': 'pt-of-a', 'X-Pt-Id': a.oid }
  const txn_id = await beginSession(client, a.abhaAddress, headers)
  await client.post(paths.sessionVerify, { txn_id, otp: await product.otpTo(a.mobile) }, { headers })
  const read = await client.get(paths.profile, { headers: { 'X-Partner-Pt-Id': 'pt-of-a' } })
  assert.equal(read.body.abha_address, a.abhaAddress)
})

test('a user shares their own details and nobody else’s', async () => {
  const a = await register(product, client)
  const b = await register(product, client)
  const facility = { hip_id: 'IN0000000001', counter_id: '12345' }
  const patient = ({ abhaAddress, mobile }: typeof a) => ({
    abha_address: abhaAddress,
    name: 'Asha Rao',
    gender: 'F',
    day_of_birth: '9',
    month_of_birth: '4',
    year_of_birth: '1990',
    mobile,
  })
  const share = (path: string, whose: typeof a) =>
    client.post(path, { ...facility, patient: patient(whose) }, { token: a.minToken })
  for (const path of ['/abdm/v1/profile/share', '/abdm/v2/profile/share']) {
    assertRefused(await share(path, b), refusals.notForThisUser, path)
    assert.ok([200, 202].includes((await share(path, a)).status), path)
  }
})

const v2 = '/abdm/v2/profile/share'
const facility = { hip_id: 'IN0000000001', counter_id: '12345' }
const accepted = (request_id: string) => ({ request_id, status: 'processing' })
/** Several users of the client, and what each sends with its own bearer. */
const users = async (count: number) => {
  const all = await Promise.all(Array.from({ length: count }, () => register(product, client)))
  return all.map(({ oid, minToken: token }) => ({
    oid,
    headers: { 'X-Pt-Id': oid },
    share: (request_id: string) => client.post(v2, { ...facility, request_id }, { token }),
    poll: (request_id: string) => client.get(`${v2}/${request_id}`, { token }),
  }))
}
/** A token number tells whose request a poll has answered. */
const tokenOf = async (poll: () => Promise<Reply>): Promise<string> => {
  for (let turn = 0; turn < 400; turn++) {
    const { status, text, body } = await poll()
    assert.equal(status, 200, text)
    if (body.status === 'success') return body.token_number
    // The facility needs real time, however little.
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return assert.fail('the facility has not answered')
}

test('a user’s bearer does not learn which request_ids others have taken', async () => {
  const [a, b, c] = await users(3)
  assert.ok(a && b && c)
  for (const request_id of ['visit-1', 'visit-1 / of the client']) {
    const path = encodeURIComponent(request_id)
    const first: Reply =
      request_id === 'visit-1'
        ? await a.share(request_id)
        : await client.post(v2, { ...facility, request_id }, { headers: a.headers })
    assert.deepEqual([first.status, first.body], [202, accepted(request_id)])
    assertRefused(await b.poll(path), refusals.unknown)
    const second: Reply = await b.share(request_id)
    assert.deepEqual([second.status, second.body], [202, accepted(request_id)])
    assert.notEqual(await tokenOf(() => a.poll(path)), await tokenOf(() => b.poll(path)))
    assertRefused(await c.poll(path), refusals.unknown)
  }
})

test('a request is the same for its user’s bearer and for the client that names the user', async () => {
  const [a, b] = await users(2)
  assert.ok(a && b)
  const byClient = (request_id: string, { headers }: typeof a) =>
    client.post(v2, { ...facility, request_id }, { headers })
  const read = (request_id: string, headers = {}) => client.get(`${v2}/${request_id}`, { headers })
  for (const [request_id, first, again] of [
    ['of-bearer', a.share, (id: string) => byClient(id, a)],
    ['of-client', (id: string) => byClient(id, a), a.share],
  ] as const) {
    assert.equal((await first(request_id)).status, 202)
    const issued = await tokenOf(() => read(request_id, a.headers))
    assert.deepEqual((await again(request_id)).body, { request_id, status: 'success' })
    assert.equal(await tokenOf(() => a.poll(request_id)), issued)
    assert.equal(await tokenOf(() => read(request_id)), issued)
  }
  const atOnce = await Promise.all([a.share('at-once'), byClient('at-once', a), a.share('at-once')])
  for (const { status, body } of atOnce) assert.deepEqual([status, body.request_id], [202, 'at-once'])
  assert.equal(await tokenOf(() => read('at-once')), await tokenOf(() => a.poll('at-once')))
  // Two users of one name: the client says which.
  await b.share('of-bearer')
  assertRefused(await read('of-bearer'), refusals.unknown)
  for (const { headers, poll } of [a, b]) {
    assert.equal(await tokenOf(() => read('of-bearer', headers)), await tokenOf(() => poll('of-bearer')))
  }
  // The client's own is unique among its users.
  const taken = await byClient('of-client', b)
  assertRefused(taken, { ...refusals.field, message: /^request_id / })
})
