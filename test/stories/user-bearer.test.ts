import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../harness.ts'
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
