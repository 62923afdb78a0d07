import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../harness.ts'
import { assertRefused, begin, type Client, details, freshAddress, openSession, paths, register } from '../walks.ts'

/** Every person of a fresh sandbox takes the branch that its note promises, through the operations that exist. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

const hidden = { status: 500, error: 'Something went wrong' }
type Profile = { abha_address: string; kyc_verified: string; name: string }
const proven = async (mobile: string) => {
  const txn_id = await begin(client, mobile)
  const verify = await client.post(paths.verify, { txn_id, otp: await product.otpTo(mobile) })
  assert.equal(verify.status, 200, verify.text)
  assert.equal(verify.body.txn_id, txn_id)
  const { skip_state, abha_profiles } = verify.body
  return { txn_id, skip_state, shown: abha_profiles.map((one: Profile) => [one.abha_address, one.kyc_verified]) }
}
const session = async (abhaAddress: string, mobile: string) => {
  const headers = { 'X-Partner-Pt-Id': abhaAddress }
  await openSession(product, client, { abhaAddress, mobile, headers })
  const { body } = await client.get(paths.profile, { headers })
  assert.equal(body.abha_address, `${abhaAddress}@sbx`)
  return body
}

test('Asha has no ABHA: her mobile leads to abha_create', async () => {
  const { txn_id, skip_state, shown } = await proven('6200010011')
  assert.deepEqual([skip_state, shown], ['abha_create', []])
  const created = await client.post(paths.create, { txn_id, abha_address: freshAddress(), profile: details })
  assert.equal(created.status, 200, created.text)
})

test('Arjun has one KYC address', async () => {
  const { skip_state, shown } = await proven('6200010022')
  assert.deepEqual([skip_state, shown], ['abha_select', [['arjun.maadari@sbx', 'true']]])
  assert.equal((await session('arjun.maadari', '6200010022')).abha_number, '91-2000-0000-0022')
})

test('Kavitha has several addresses on one mobile, one of them without KYC', async () => {
  const { shown } = await proven('6200010033')
  assert.deepEqual(shown, [
    ['kavitha.maadhiri@sbx', 'true'],
    ['kavitha_1978@sbx', 'true'],
    ['kavi.own1978@sbx', 'false'],
  ])
  assert.equal((await session('kavi.own1978', '6200010033')).kyc_verified, false)
})

test('Sourav and Mitali share a mobile and are two users', async () => {
  const { shown } = await proven('6200010044')
  assert.equal(shown.length, 4)
  await session('sourav.nomuna', '6200010044')
  await session('mitali.nomuna', '6200010044')
  const [sourav, mitali] = await Promise.all(
    ['sourav.nomuna', 'mitali.nomuna'].map((partner) =>
      client.get(paths.profile, { headers: { 'X-Partner-Pt-Id': partner } }),
    ),
  )
  assert.equal(sourav?.body.first_name, 'Sourav')
  assert.equal(mitali?.body.first_name, 'Mitali')
  assert.notEqual(sourav?.body.abha_number, mitali?.body.abha_number)
})

test('Anjali’s address was made by mobile only', async () => {
  const { shown } = await proven('6200010077')
  assert.deepEqual(shown, [['anjali.2001@sbx', 'false']])
  assert.equal((await session('anjali.2001', '6200010077')).kyc_verified, false)
})

test('Bhaskar is locked: no OTP goes out, whichever way he is asked for', async () => {
  const init = await client.post(paths.init, { mobile_number: '6200010088' })
  assertRefused(init, { ...hidden, code: 'ABDM-1100' })
  const open = await client.post(paths.sessionInit, { abha_address: 'bhaskar.arhi' })
  assertRefused(open, { ...hidden, code: 'ABDM-1100' })
  assert.equal(await product.otpTo('6200010088'), 'none')
})

test('Hetal is deactivated: no session, and the upstream code says why', async () => {
  const open = await client.post(paths.sessionInit, { abha_address: 'hetal.namuno' })
  assertRefused(open, { ...hidden, code: 'ABDM-1134' })
  assert.equal(await product.otpTo('6200010099'), 'none')
})

test('Vikram’s OTP goes to the mobile that ABDM knows, not to the one of his Aadhaar', async () => {
  await session('vikram.udaharan', '6200010111')
  assert.equal(await product.otpTo('6200010110'), 'none')
})

test('a person that the sandbox adds can be met at once', async () => {
  const added = await product.send('POST', '/sandbox/v1/citizens', {
    body: { mobile: '6299999999', abha_number: '91-3000-0000-0009', abha_addresses: ['added.person1'] },
  })
  assert.equal(added.status, 201, added.text)
  const body = await session('added.person1', '6299999999')
  assert.equal(body.abha_number, '91-3000-0000-0009')
  assert.equal(body.first_name, added.body.citizen.first_name)
})

test('a registered person is met by other clients through the mobile, without KYC', async () => {
  const { mobile, abhaAddress } = await register(product, client)
  const stranger = await product.client('openabha-dev-2')
  const txn_id = await begin(stranger, mobile)
  const verify = await stranger.post(paths.verify, { txn_id, otp: await product.otpTo(mobile) })
  assert.deepEqual(verify.body.abha_profiles, [{ abha_address: abhaAddress, kyc_verified: 'false', name: 'Asha Rao' }])
})
