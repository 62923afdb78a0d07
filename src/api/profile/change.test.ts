import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { registration } from '../../../test/flow-steps.ts'
import { type Product, startProduct } from '../../../test/harness.ts'
import { addCitizen, type Citizen, kycAddress } from '../../../test/people.ts'
import {
  assertRefused,
  type Client,
  freshAddress,
  openSession,
  paths,
  refusals,
  register,
  sendingNothing,
} from '../../../test/walks.ts'

/** A profile is changed field by field, locked by KYC, and removed from this server without a trace, never from ABDM. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

const as = (oid: string) => ({ headers: { 'X-Pt-Id': oid } })
const patch = (oid: string, body: unknown) => client.call('PATCH', paths.profile, { body, ...as(oid) })
const remove = (oid: string) => client.call('DELETE', paths.profile, as(oid))
const read = async (oid: string): Promise<any> => {
  const reply = await client.get(paths.profile, as(oid))
  assert.equal(reply.status, 200, reply.text)
  return reply.body
}
const assertEmpty = (reply: Awaited<ReturnType<typeof patch>>): void => {
  assert.equal(reply.status, 204, reply.text)
  assert.equal(reply.text, '')
  assert.equal(reply.headers.get('content-type'), null)
}
/** Somebody with KYC and a session that may change things. */
const verified = async (): Promise<{ citizen: Citizen; oid: string }> => {
  const citizen = await addCitizen(product, { ...kycAddress(), middle_name: 'Kumari' })
  const [abhaAddress = ''] = citizen.abha_addresses
  const headers = { 'X-Partner-Pt-Id': abhaAddress }
  await openSession(product, client, { abhaAddress, mobile: citizen.mobile ?? '', headers })
  const { eka } = (await login(citizen)).body
  return { citizen, oid: eka.oid }
}
const login = async ({ abha_addresses, mobile }: Citizen) => {
  const identifier = abha_addresses[0]
  const { txn_id } = (await client.post('/abdm/na/v1/profile/login/init', { method: 'phr_address', identifier })).body
  return client.post('/abdm/na/v1/profile/login/verify', { txn_id, otp: await product.otpTo(mobile ?? '') })
}

test('what is named changes, what is not named stays, and null clears', async () => {
  const { oid } = await register(product, client)
  const before = await read(oid)
  assertEmpty(await patch(oid, { middle_name: 'Kumari', address: '12 Lake Road' }))
  const { full_name, ...rest } = before
  const full = { ...rest, middle_name: 'Kumari', address: '12 Lake Road', full_name: 'Asha Kumari Rao' }
  assert.deepEqual(await read(oid), full)

  assertEmpty(await patch(oid, { middle_name: null }))
  const { middle_name: _, ...without } = full
  assert.deepEqual(await read(oid), { ...without, full_name })

  assertEmpty(await patch(oid, { pincode: '560001' }))
  const moved = await read(oid)
  assert.deepEqual(
    [moved.pincode, moved.district_name, moved.district_code, moved.state_name, moved.state_code, moved.address],
    ['560001', 'Bengaluru Urban', '525', 'Karnataka', '29', '12 Lake Road'],
  )
  assertEmpty(await patch(oid, { day_of_birth: 29, month_of_birth: 2, year_of_birth: 2000, gender: 'O' }))
  const born = await read(oid)
  assert.deepEqual([born.day_of_birth, born.month_of_birth, born.year_of_birth, born.gender], [29, 2, 2000, 'O'])
})

test('the whole answer of GET can be sent back, and changes nothing', async () => {
  const { oid } = await register(product, client)
  const before = await read(oid)
  assertEmpty(await patch(oid, before))
  assert.deepEqual(await read(oid), before)
  const { citizen, oid: locked } = await verified()
  const known = await read(locked)
  assertEmpty(await patch(locked, known))
  assert.deepEqual(await read(locked), known)
  assert.equal(known.abha_number, citizen.abha_number)
})

test('what cannot be changed here is ignored, and a body that names nothing else is 400', async () => {
  const { oid, mobile } = await register(product, client)
  assertEmpty(await patch(oid, { mobile: '9876543210', kyc_verified: true, abha_number: '91-1', first_name: 'Usha' }))
  const { first_name, mobile: after, kyc_verified } = await read(oid)
  assert.deepEqual([first_name, after, kyc_verified], ['Usha', mobile, false])
  await sendingNothing(product, async () => {
    for (const body of [{}, { mobile: '9876543210' }, { kyc_verified: true, nonsense: 1 }, { pincode: '' }]) {
      assertRefused(await patch(oid, body), refusals.field, JSON.stringify(body))
    }
  })
})

test('an unknown pincode and a date that cannot be are refused before ABDM is asked', async () => {
  const { oid } = await register(product, client)
  await sendingNothing(product, async () => {
    for (const body of [
      { pincode: '999999' },
      { day_of_birth: 31, month_of_birth: 4, year_of_birth: 1990 },
      { day_of_birth: 29, month_of_birth: 2, year_of_birth: 2001 },
      { day_of_birth: 1, month_of_birth: 1, year_of_birth: 2999 },
    ]) {
      assertRefused(await patch(oid, body), refusals.field, JSON.stringify(body))
    }
  })
  // Only with what is there already can this one be judged.
  assertRefused(await patch(oid, { day_of_birth: 31 }), refusals.field)
})

test('KYC locks names, gender and birth date; the rest can still be changed', async () => {
  const { citizen, oid } = await verified()
  for (const change of [
    { first_name: 'Somebody' },
    { middle_name: null },
    { last_name: 'Else' },
    { gender: citizen.gender === 'F' ? 'M' : 'F' },
    { year_of_birth: citizen.year_of_birth - 1 },
    { month_of_birth: ((citizen.month_of_birth ?? 1) % 12) + 1 },
    { day_of_birth: ((citizen.day_of_birth ?? 1) % 28) + 1 },
  ]) {
    const [name = ''] = Object.keys(change)
    const message = new RegExp(`^${name} is locked by KYC`)
    assertRefused(await patch(oid, change), { ...refusals.field, message }, name)
  }
  assertEmpty(await patch(oid, { first_name: citizen.first_name, pincode: '834001', address: 'By the lake' }))
  const { pincode, address, first_name } = await read(oid)
  assert.deepEqual([pincode, address, first_name], ['834001', 'By the lake', citizen.first_name])
})

test('a session that came from Aadhaar cannot change anything, and the answer says how to get one that can', async () => {
  const citizen = await addCitizen(product, {})
  const aadhaar = `${registration}/aadhaar`
  const { txn_id } = (await client.post(`${aadhaar}/init`, { aadhaar_number: citizen.aadhaar_number })).body
  const otp = await product.otpTo(citizen.mobile ?? '')
  await client.post(`${aadhaar}/verify`, { txn_id, otp, mobile: citizen.mobile })
  const abhaAddress = freshAddress()
  const { eka } = (await client.post(`${aadhaar}/create-phr`, { txn_id, abha_address: abhaAddress })).body
  const refused = await patch(eka.oid, { address: '12 Lake Road' })
  assertRefused(refused, { status: 400 })
  assert.match(refused.text, /session/i)
  await openSession(product, client, { abhaAddress, mobile: citizen.mobile ?? '', headers: { 'X-Pt-Id': eka.oid } })
  assertEmpty(await patch(eka.oid, { address: '12 Lake Road' }))
})

test('of several changes of one field at once each is answered, and one of them holds', async () => {
  const { oid } = await register(product, client)
  const replies = await Promise.all([
    patch(oid, { first_name: 'Usha' }),
    patch(oid, { first_name: 'Nisha' }),
    patch(oid, { first_name: 'Disha' }),
  ])
  for (const reply of replies) assert.equal(reply.status, 204, reply.text)
  assert.ok(['Usha', 'Nisha', 'Disha'].includes((await read(oid)).first_name))
})

test('two changes of different fields at once both hold, whoever of the clients asks', async () => {
  const { oid, abhaAddress, mobile } = await register(product, client)
  const stranger = await product.client('openabha-dev-2')
  const headers = { 'X-Partner-Pt-Id': abhaAddress }
  await openSession(product, stranger, { abhaAddress, mobile, headers })
  for (let round = 0; round < 8; round++) {
    const [first, middle, address] = [`Usha${'a'.repeat(round)}`, `Kumari${'a'.repeat(round)}`, `${round} Lake Road`]
    const replies = await Promise.all([
      patch(oid, { first_name: first }),
      patch(oid, { middle_name: middle }),
      stranger.call('PATCH', paths.profile, { body: { address }, headers }),
    ])
    for (const reply of replies) assertEmpty(reply)
    const after = await read(oid)
    assert.deepEqual([after.first_name, after.middle_name, after.address], [first, middle, address], `round ${round}`)
  }
})

test('a change that fails holds up none of those that wait for it', async () => {
  const { oid } = await register(product, client)
  await product.fault({ operation: 'phr.profile.update', mode: 'drop_before', times: 1 })
  const replies = await Promise.all([patch(oid, { first_name: 'Usha' }), patch(oid, { first_name: 'Usha' })])
  assert.deepEqual(replies.map(({ status }) => status).sort(), [204, 502])
  assert.equal((await read(oid)).first_name, 'Usha')
})

test('a removed user is unknown here, with all tokens, and known to ABDM: a later login makes a new one', async () => {
  const { citizen, oid } = await verified()
  const minToken = (await login(citizen)).body.eka.min_token
  const facility = { hip_id: 'IN0000000001', counter_id: '12345', request_id: 'visit-of-the-removed' }
  assert.equal((await client.post('/abdm/v2/profile/share', facility, as(oid))).status, 202)
  assertEmpty(await remove(oid))
  assertRefused(await remove(oid), refusals.unknown)
  assertRefused(await client.get(paths.profile, as(oid)), refusals.unknown)
  assertRefused(await patch(oid, { address: 'x' }), refusals.unknown)
  assertRefused(await client.get(paths.profile, { token: minToken }), refusals.token)
  const status = await client.get(paths.status, as(oid))
  assert.equal(status.body.logged_in, false)
  assertRefused(await client.get(`/abdm/v2/profile/share/${facility.request_id}`), refusals.unknown)
  const again = (await login(citizen)).body
  assert.notEqual(again.eka.oid, oid)
  assert.equal(again.profile.abha_number, citizen.abha_number)
})

test('a user is removed although ABDM cannot be reached, and another client’s user never is', async () => {
  const { oid } = await register(product, client)
  const stranger = await product.client('openabha-dev-2')
  assertRefused(await stranger.call('DELETE', paths.profile, as(oid)), refusals.unknown)
  assertRefused(await stranger.call('PATCH', paths.profile, { body: { address: 'x' }, ...as(oid) }), refusals.unknown)
  await product.fault({ operation: 'phr.profile.logout', mode: 'drop_before', times: 5 })
  assertEmpty(await remove(oid))
  product.calm()
  assertRefused(await client.get(paths.profile, as(oid)), refusals.unknown)
})

test('without a user, or without a session, nothing is changed or removed', async () => {
  for (const method of ['PATCH', 'DELETE']) {
    const body = method === 'PATCH' ? { body: { address: 'x' } } : {}
    assertRefused(await client.call(method, paths.profile, body), { status: 400 })
  }
  const { oid } = await register(product, client)
  await product.advance(16 * 86_400)
  await client.relogin()
  assertRefused(await patch(oid, { address: 'x' }), { status: 491 })
  assertRefused(await remove(oid), { status: 491 })
})
