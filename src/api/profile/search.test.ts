import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { login } from '../../../test/flow-steps.ts'
import { type Product, startProduct } from '../../../test/harness.ts'
import { addCitizen, kycAddress } from '../../../test/people.ts'
import {
  assertRefused,
  type Client,
  freshAddress,
  freshMobile,
  paths,
  refusals,
  register,
} from '../../../test/walks.ts'
import { txnRows } from '../../flow.ts'

/** What can be asked before a login: the ABHA numbers on a mobile, and the ways to log in to an address; neither starts one by itself. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

const search = '/abdm/v1/profile/search'
const methods = `${login}/methods`

test('a search lists the ABHA numbers on a mobile from 1, masked, and knows which ones this client has', async () => {
  const mobile = freshMobile()
  const mine = await addCitizen(product, { ...kycAddress(), mobile })
  const other = await addCitizen(product, { ...kycAddress(), mobile })
  const { txn_id } = (await client.post(`${login}/init`, { method: 'phr_address', identifier: mine.abha_addresses[0] }))
    .body
  await client.post(`${login}/verify`, { txn_id, otp: await product.otpTo(mobile) })

  const found = await client.post(search, { mobile: `+91${mobile}` })
  assert.equal(found.status, 200, found.text)
  assert.deepEqual(Object.keys(found.body).sort(), ['profiles', 'txn_id'])
  const shown = (citizen: typeof mine, index: number, internal: boolean) => ({
    index,
    name: `${citizen.first_name} ${citizen.last_name}`,
    abha_number: `xx-xxxx-xxxx-${citizen.abha_number?.slice(-4)}`,
    gender: citizen.gender,
    kyc_verified: 'true',
    internal,
  })
  assert.deepEqual(found.body.profiles, [shown(mine, 1, true), shown(other, 2, false)])
  const elsewhere = await (await product.client('openabha-dev-2')).post(search, { mobile })
  assert.ok(elsewhere.body.profiles.every(({ internal }: { internal: boolean }) => internal === false))
})

test('nobody, or somebody without KYC, is an empty list', async () => {
  const { mobile } = await register(product, client)
  for (const asked of [mobile, freshMobile()]) {
    const { status, body } = await client.post(search, { mobile: asked })
    assert.equal(status, 200)
    assert.deepEqual(body.profiles, [])
    assert.equal(typeof body.txn_id, 'string')
    const reply = await client.post(`${login}/init`, { method: 'search', identifier: '1', txn_id: body.txn_id })
    assertRefused(reply, { ...refusals.field, message: /^identifier / })
  }
})

test('a found account is chosen by its index, and no other index, while the result lives', async () => {
  const { mobile } = await addCitizen(product, kycAddress())
  const { txn_id } = (await client.post(search, { mobile })).body
  for (const identifier of ['0', '2', '-1', '1.0', 'one', mobile ?? '']) {
    const reply = await client.post(`${login}/init`, { method: 'search', identifier, txn_id })
    assertRefused(reply, { ...refusals.field, message: /^identifier / }, identifier)
  }
  const stale = (await client.post(search, { mobile })).body.txn_id
  assert.equal((await client.post(`${login}/init`, { method: 'search', identifier: '1', txn_id })).status, 200)
  await product.advance(601)
  assertRefused(
    await client.post(`${login}/init`, { method: 'search', identifier: '1', txn_id: stale }),
    refusals.txnUnknown,
  )
  assertRefused(await client.post(`${login}/init`, { method: 'search', identifier: '1' }), {
    ...refusals.field,
    message: /^txn_id /,
  })
})

test('a search that an earlier version kept, without indexes and mobile, is gone on with', async () => {
  const { mobile } = await addCitizen(product, kycAddress())
  const { txn_id } = (await client.post(search, { mobile })).body
  const row = await product.store.get(txnRows, txn_id)
  assert.ok(row)
  await product.store.update(txnRows, row, { ...row.body, data: { by: 'search', found: 1 } })
  const init = (identifier: string) => client.post(`${login}/init`, { method: 'search', identifier, txn_id })
  assertRefused(await init('2'), { ...refusals.field, message: /^identifier / })
  const sent = await init('1')
  assert.equal(sent.status, 200, sent.text)
})

test('the methods of an address come masked, and start nothing', async () => {
  const citizen = await addCitizen(product, kycAddress())
  const [abha_address] = citizen.abha_addresses
  const expected = {
    abha_address,
    abha_number: `xx-xxxx-xxxx-${citizen.abha_number?.slice(-4)}`,
    auth_methods: ['MOBILE_OTP', 'AADHAAR_OTP'],
    blocked_methods: [],
    fullname: `${citizen.first_name} ${citizen.last_name}`,
    mobile: `XXXXXX${citizen.mobile?.slice(-4)}`,
    status: 'ACTIVE',
  }
  for (const asked of [abha_address, abha_address?.split('@')[0], abha_address?.toUpperCase()]) {
    assert.deepEqual((await client.post(methods, { abha_address: asked })).body, expected)
  }
  const plain = await register(product, client)
  const { body } = await client.post(methods, { abha_address: plain.abhaAddress })
  assert.equal('abha_number' in body, false)
  assert.ok(body.auth_methods.includes('MOBILE_OTP') && !body.auth_methods.includes('AADHAAR_OTP'))
  assertRefused(await client.post(methods, { abha_address: freshAddress() }), {
    status: 400,
    error: 'No records found against the ABHA Address',
  })
})

test('neither asks who the user is; both ask who the client is', async () => {
  for (const path of [search, methods]) {
    const body = { mobile: freshMobile(), abha_address: freshAddress() }
    assertRefused(await client.post(path, body, { token: null }), refusals.token)
    const { minToken } = await register(product, client)
    assertRefused(await client.post(path, body, { token: minToken }), refusals.notForThisUser)
  }
  assert.equal((await client.get(paths.profile)).status, 400)
})
