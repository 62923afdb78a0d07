import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../harness.ts'
import {
  assertRefused,
  beginSession,
  type Client,
  details,
  freshAddress,
  freshMobile,
  openSession,
  paths,
  prove,
  refusals,
  register,
  sendingNothing,
} from '../walks.ts'

/** Two people never become one user, and no user takes what is another’s; whose it is stands masked in the answer (connect §4, rule 5). */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

const profileOf = (headers: Record<string, string>) => client.get(paths.profile, { headers })
const byPartner = (partner: string) => profileOf({ 'X-Partner-Pt-Id': partner })
const masked = (mobile: string) => new RegExp(`\\*{6}${mobile.slice(-4)}$`)

test('EKA-1001: the address of another user than the named one, with the other’s mobile masked, before anything is sent', async () => {
  const owner = await register(product, client)
  const other = await register(product, client, { headers: { 'X-Partner-Pt-Id': 'other' } })
  await sendingNothing(product, async () => {
    for (const headers of [{ 'X-Pt-Id': other.oid }, { 'X-Partner-Pt-Id': 'other' }]) {
      const reply = await client.post(
        paths.sessionInit,
        { abha_address: owner.abhaAddress },
        { headers: headers as Record<string, string> },
      )
      assertRefused(reply, refusals.accountClaimed)
      assert.match(reply.body.error, /^This account has already been claimed by the mobile number: /)
      assert.match(reply.body.error, masked(owner.mobile))
      assert.ok(!reply.text.includes(owner.mobile))
    }
  })
  const txn_id = await prove(product, client, other.mobile, { 'X-Pt-Id': other.oid })
  const wish = { txn_id, abha_address: owner.abhaAddress, profile: details }
  await sendingNothing(product, async () => {
    assertRefused(await client.post(paths.create, wish), refusals.accountClaimed)
  })
  // The transaction is as good as before.
  assert.equal((await client.post(paths.create, { ...wish, abha_address: freshAddress() })).body.eka.oid, other.oid)
})

test('EKA-1001 is also told when the user is named at the last step of a session only', async () => {
  const owner = await register(product, client)
  const other = await register(product, client)
  const txn_id = await beginSession(client, owner.abhaAddress)
  const otp = await product.otpTo(owner.mobile)
  await sendingNothing(product, async () =>
    assertRefused(
      await client.post(paths.sessionVerify, { txn_id, otp }, { headers: { 'X-Pt-Id': other.oid } }),
      refusals.accountClaimed,
    ),
  )
  assert.equal((await client.post(paths.sessionVerify, { txn_id, otp })).status, 200)
})

test('EKA-1001 knows the mobile of a user that a session made', async () => {
  await openSession(product, client, {
    abhaAddress: 'anjali.2001',
    mobile: '6200010077',
    headers: { 'X-Partner-Pt-Id': 'anjali' },
  })
  const other = await register(product, client)
  const reply = await client.post(
    paths.sessionInit,
    { abha_address: 'anjali.2001' },
    { headers: { 'X-Pt-Id': other.oid } },
  )
  assertRefused(reply, refusals.accountClaimed)
  assert.match(reply.body.error, masked('6200010077'))
})

test('EKA-1002: the named user is bound to another mobile already, and nothing is made', async () => {
  const named = await register(product, client, { headers: { 'X-Partner-Pt-Id': 'bound' } })
  for (const headers of [{ 'X-Pt-Id': named.oid }, { 'X-Partner-Pt-Id': 'bound' }]) {
    const txn_id = await prove(product, client, freshMobile(), headers as Record<string, string>)
    const abha_address = freshAddress()
    await sendingNothing(product, async () => {
      const reply = await client.post(paths.create, { txn_id, abha_address, profile: details })
      assertRefused(reply, refusals.mobileClaimed)
      assert.ok(!reply.text.includes(named.mobile))
    })
    assert.deepEqual((await client.post(paths.check, { abha_address })).body, { exists: false })
  }
})

test('EKA-1002: a user without KYC takes no session of a person with another mobile', async () => {
  const named = await register(product, client)
  for (const [abhaAddress, mobile] of [
    ['arjun.maadari', '6200010022'],
    ['mitali.72', '6200010044'],
  ] as const) {
    const txn_id = await beginSession(client, abhaAddress, { 'X-Pt-Id': named.oid })
    const reply = await client.post(paths.sessionVerify, { txn_id, otp: await product.otpTo(mobile) })
    assertRefused(reply, refusals.mobileClaimed, abhaAddress)
    assert.ok(!reply.text.includes(mobile))
    const { body } = await profileOf({ 'X-Pt-Id': named.oid })
    assert.deepEqual(body.abha_addresses, [named.abhaAddress])
  }
})

test('whose address it is must be known before a named user gets it; where nobody is named the session opens all the same', async () => {
  const named = await register(product, client)
  const open = async (headers: Record<string, string>) => {
    const txn_id = await beginSession(client, 'mitali.72', headers)
    await product.fault({ operation: 'phr.profile.get', status: 500, code: 'ABDM-1004', times: 1 })
    return client.post(paths.sessionVerify, { txn_id, otp: await product.otpTo('6200010044') })
  }
  assertRefused(await open({ 'X-Pt-Id': named.oid }), { status: 500, code: 'ABDM-1004' })
  assert.deepEqual((await profileOf({ 'X-Pt-Id': named.oid })).body.abha_addresses, [named.abhaAddress])

  assert.equal((await open({ 'X-Partner-Pt-Id': 'mitali' })).status, 200)
  assert.equal((await byPartner('mitali')).body.abha_address, 'mitali.72@sbx')
})

test('EKA-1002: a user with an ABHA number takes no session of a person with another', async () => {
  await openSession(product, client, {
    abhaAddress: 'vikram.udaharan',
    mobile: '6200010111',
    headers: { 'X-Partner-Pt-Id': 'vikram' },
  })
  const txn_id = await beginSession(client, 'arjun.maadari', { 'X-Partner-Pt-Id': 'vikram' })
  const reply = await client.post(paths.sessionVerify, { txn_id, otp: await product.otpTo('6200010022') })
  assertRefused(reply, refusals.mobileClaimed)
  assert.equal((await byPartner('vikram')).body.abha_address, 'vikram.udaharan@sbx')
})

test('a user without KYC takes a KYC address of the same mobile: it is the same person', async () => {
  const named = await register(product, client, { mobile: '6200010022' })
  await openSession(product, client, {
    abhaAddress: 'arjun.maadari',
    mobile: '6200010022',
    headers: { 'X-Pt-Id': named.oid },
  })
  const { body } = await profileOf({ 'X-Pt-Id': named.oid })
  assert.equal(body.abha_address, 'arjun.maadari@sbx')
  assert.equal(body.kyc_verified, true)
  assert.deepEqual([...body.abha_addresses].sort(), ['arjun.maadari@sbx', named.abhaAddress].sort())
})

test('who names nobody and wants an address that a user of this client has is told that it is taken, not whose it is', async () => {
  const owner = await register(product, client)
  for (const mobile of [freshMobile(), owner.mobile]) {
    const txn_id = await prove(product, client, mobile)
    const reply = await client.post(paths.create, { txn_id, abha_address: owner.abhaAddress, profile: details })
    assertRefused(reply, refusals.addressTaken)
    assert.ok(!reply.text.includes(owner.mobile.slice(-4)))
  }
})

test('registrations that end at one moment for one new identifier give it to one user, and no account is lost', async () => {
  const txns: string[] = []
  for (let index = 0; index < 4; index++) txns.push(await prove(product, client, freshMobile()))
  const replies = await Promise.all(
    txns.map((txn_id) =>
      client.post(
        paths.create,
        { txn_id, abha_address: freshAddress(), profile: details },
        { headers: { 'X-Partner-Pt-Id': 'contested' } },
      ),
    ),
  )
  for (const reply of replies) if (reply.status !== 200) assertRefused(reply, refusals.mobileClaimed)
  const winners = replies.filter(({ status }) => status === 200)
  assert.ok(winners.length >= 1)
  const holder = (await byPartner('contested')).body.abha_address
  assert.ok(winners.some(({ body }) => body.profile.abha_address === holder))
})
