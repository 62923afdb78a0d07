import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../harness.ts'
import { startReceiver } from '../receiver.ts'
import {
  assertRefused,
  begin,
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

/** A client always reaches the user it means and never another one: by oid, by header, by its own identifier (connect §4). */

let product: Product
let client: Client
let stranger: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
  stranger = await product.client('openabha-dev-2')
})
after(() => product.stop())

const profileOf = (headers: Record<string, string>, query = '') => client.get(paths.profile + query, { headers })
const byPartner = (partner: string) => profileOf({ 'X-Partner-Pt-Id': partner })

test('a user is named by query oid, then X-Pt-Id, then X-Partner-Pt-Id: the first that is there decides', async () => {
  const [one, two, three] = [
    await register(product, client),
    await register(product, client),
    await register(product, client, { headers: { 'X-Partner-Pt-Id': 'three' } }),
  ]
  const named = async (headers: Record<string, string>, query = '') =>
    (await profileOf(headers, query)).body.abha_address
  const all = { 'X-Pt-Id': two.oid, 'X-Partner-Pt-Id': 'three' }
  assert.equal(await named(all, `?oid=${one.oid}`), one.abhaAddress)
  assert.equal(await named(all), two.abhaAddress)
  assert.equal(await named({ 'X-Partner-Pt-Id': 'three' }), three.abhaAddress)
  assert.equal(await named({ 'X-Pt-Id': '', 'X-Partner-Pt-Id': 'three' }, '?oid='), three.abhaAddress)
  assert.equal(await named({ 'x-pt-id': ` ${one.oid} ` }, '?oid=%20'), one.abhaAddress)
  assert.equal(await named({ 'X-Pt-Id': one.oid, 'X-Hip-Id': 'IN0000000001' }), one.abhaAddress)
})

test('no carrier where a user is needed is 400, and nothing is sent', () =>
  sendingNothing(product, async () => {
    for (const headers of [{}, { 'X-Pt-Id': '' }, { 'X-Hip-Id': 'IN0000000001' }]) {
      assertRefused(await profileOf(headers as Record<string, string>), refusals.field)
    }
    assertRefused(await profileOf({}, '?oid=&oid2=1'), refusals.field)
  }))

test('an unknown oid, another client’s and an unbound identifier are one and the same 404 on v1', async () => {
  const { oid } = await register(product, stranger, { headers: { 'X-Partner-Pt-Id': 'theirs' } })
  await sendingNothing(product, async () => {
    const replies = [
      await profileOf({ 'X-Pt-Id': 'no-such-user' }),
      await profileOf({ 'X-Pt-Id': oid }),
      await profileOf({}, `?oid=${oid}`),
      await profileOf({}, '?oid=__proto__'),
      await profileOf({}, '?oid=%27%20OR%201%3D1'),
      await profileOf({ 'X-Partner-Pt-Id': 'theirs' }),
      await profileOf({ 'X-Partner-Pt-Id': 'nobody' }),
      await client.post(paths.sessionInit, { abha_address: 'arjun.maadari' }, { headers: { 'X-Pt-Id': oid } }),
      await client.post(`${paths.sessionInit}?oid=none`, { abha_address: 'arjun.maadari' }),
    ]
    for (const reply of replies) assertRefused(reply, refusals.unknown)
    assert.equal(new Set(replies.map(({ text }) => text)).size, 1)
  })
})

test('a malformed oid, given twice or too long, is refused by name and not echoed', async () => {
  await sendingNothing(product, async () => {
    assertRefused(await profileOf({}, '?oid=a&oid=b'), { ...refusals.field, message: /^oid / })
    assertRefused(await profileOf({}, `?oid=${'1'.repeat(129)}`), { ...refusals.field, message: /^oid / })
    assertRefused(await profileOf({ 'X-Pt-Id': '1'.repeat(129) }), { ...refusals.field, message: /^X-Pt-Id / })
    assertRefused(await byPartner('p'.repeat(129)), { ...refusals.field, message: /^X-Partner-Pt-Id / })
  })
})

test('on na an unknown X-Pt-Id, such as the placeholder of a quick start, is ignored and a new user is made', async () => {
  const { oid } = await register(product, stranger)
  for (const placeholder of ['patient-id', '<your-oid>', '', '0', oid]) {
    const made = await register(product, client, { headers: { 'X-Pt-Id': placeholder } })
    assert.notEqual(made.oid, placeholder)
    assert.equal((await profileOf({ 'X-Pt-Id': made.oid })).status, 200)
  }
})

test('the headers of a registration are remembered from whichever step said them', async () => {
  for (const step of ['init', 'resend', 'verify', 'create']) {
    const headers = { 'X-Partner-Pt-Id': `said-at-${step}` }
    const at = (name: string) => (name === step ? { headers } : {})
    const mobile = freshMobile()
    const init = await client.post(paths.init, { mobile_number: mobile }, at('init'))
    const { txn_id } = init.body
    await product.advance(60)
    assert.equal((await client.post(paths.resend, { txn_id }, at('resend'))).status, 200)
    const otp = await product.otpTo(mobile)
    assert.equal((await client.post(paths.verify, { txn_id, otp }, at('verify'))).status, 200)
    const wish = { txn_id, abha_address: freshAddress(), profile: details }
    const created = await client.post(paths.create, wish, at('create'))
    assert.equal(created.status, 200, created.text)
    assert.equal((await byPartner(`said-at-${step}`)).body.mobile, mobile, step)
    await client.relogin()
    await stranger.relogin()
  }
})

test('a later step may name the user anew', async () => {
  const mobile = freshMobile()
  const first = await register(product, client, { mobile })
  const txn_id = await prove(product, client, mobile, { 'X-Pt-Id': 'placeholder', 'X-Partner-Pt-Id': 'before' })
  const created = await client.post(
    paths.create,
    { txn_id, abha_address: freshAddress(), profile: details },
    { headers: { 'X-Pt-Id': first.oid, 'X-Partner-Pt-Id': 'after' } },
  )
  assert.equal(created.body.eka.oid, first.oid, created.text)
  assert.equal((await byPartner('after')).status, 200)
  assert.equal((await byPartner('before')).status, 404)
})

test('the same person gets the same oid every time, through whatever flow and with or without being named', async () => {
  const made = await register(product, client)
  const { abhaAddress, mobile, oid } = made
  for (const headers of [{}, { 'X-Pt-Id': oid }, { 'X-Partner-Pt-Id': 'again' }]) {
    await openSession(product, client, { abhaAddress, mobile, headers: headers as Record<string, string> })
    assert.equal((await profileOf({ 'X-Pt-Id': oid })).body.abha_address, abhaAddress)
  }
  assert.equal((await byPartner('again')).body.abha_address, abhaAddress)
  const owner = { clientId: '', workspace: 'openabha-dev' }
  const known = await product.services.people.destination(owner, {}, { abhaAddress })
  assert.equal(known?.id, oid)
})

test('two addresses of one KYC person are one user; the last one opened is preferred, all are listed', async () => {
  await openSession(product, client, {
    abhaAddress: 'kavitha.maadhiri',
    mobile: '6200010033',
    headers: { 'X-Partner-Pt-Id': 'kavitha' },
  })
  await openSession(product, client, { abhaAddress: 'kavitha_1978', mobile: '6200010033' })
  const { body } = await byPartner('kavitha')
  assert.equal(body.abha_address, 'kavitha_1978@sbx')
  assert.deepEqual([...body.abha_addresses].sort(), ['kavitha.maadhiri@sbx', 'kavitha_1978@sbx'])
  assert.equal(body.abha_number, '91-2000-0000-0033')
})

test('a further address of a named user goes to that user', async () => {
  const mobile = freshMobile()
  const first = await register(product, client, { mobile })
  const second = await register(product, client, { mobile, headers: { 'X-Pt-Id': first.oid } })
  assert.equal(second.oid, first.oid)
  assert.equal(second.uuid, first.uuid)
  const { body } = await profileOf({ 'X-Pt-Id': first.oid })
  assert.deepEqual([...body.abha_addresses].sort(), [first.abhaAddress, second.abhaAddress].sort())
})

test('X-Partner-Pt-Id is bound by a flow that ends, not by one that does not', async () => {
  const mobile = freshMobile()
  const txn_id = await begin(client, mobile, { 'X-Partner-Pt-Id': 'unfinished' })
  await client.post(paths.verify, { txn_id, otp: await product.otpTo(mobile) })
  assertRefused(await byPartner('unfinished'), refusals.unknown)
  assert.equal(
    (await client.post(paths.create, { txn_id, abha_address: freshAddress(), profile: details })).status,
    200,
  )
  assert.equal((await byPartner('unfinished')).status, 200)
})

test('X-Partner-Pt-Id moves with the user that is named beside it, and the user it leaves keeps its oid', async () => {
  const first = await register(product, client, { headers: { 'X-Partner-Pt-Id': 'moving' } })
  const second = await register(product, client)
  const { abhaAddress, mobile } = second
  await openSession(product, client, {
    abhaAddress,
    mobile,
    headers: { 'X-Pt-Id': second.oid, 'X-Partner-Pt-Id': 'moving' },
  })
  assert.equal((await byPartner('moving')).body.abha_address, abhaAddress)
  assert.equal((await profileOf({ 'X-Pt-Id': first.oid })).body.abha_address, first.abhaAddress)
})

test('the client’s identifier and the facility of the flow that ended last are kept with the user', async () => {
  const owner = { clientId: 'openabha-dev', workspace: 'openabha-dev' }
  const headers = { 'X-Partner-Pt-Id': 'pt-42', 'X-Hip-Id': 'IN0000000001' }
  const { abhaAddress, mobile } = await register(product, client, { headers })
  const kept = async () => {
    const user = (await product.services.people.destination(owner, {}, { abhaAddress }))?.body
    return [user?.partnerPtId, user?.hipId]
  }
  assert.deepEqual(await kept(), ['pt-42', 'IN0000000001'])
  await openSession(product, client, { abhaAddress, mobile })
  assert.deepEqual(await kept(), ['pt-42', 'IN0000000001'])
  await openSession(product, client, { abhaAddress, mobile, headers: { 'X-Hip-Id': 'IN0000000002' } })
  assert.deepEqual(await kept(), ['pt-42', 'IN0000000002'])
})

/** A header as a client sends it in UTF-8: fetch takes one character for each byte. */
const inUtf8 = (text: string): string => Buffer.from(text).toString('latin1')

test('identifiers in UTF-8 are kept as they were written, name their user, and reach the webhook', async () => {
  const receiver = await startReceiver()
  try {
    await product.send('PUT', '/sandbox/v1/webhooks/endpoint', { body: { url: receiver.url } })
    for (const [index, text] of ['réné', 'நோயாளி-7', 'रोगी १२', '病'.repeat(128), '🩺'.repeat(128)].entries()) {
      const headers = { 'X-Partner-Pt-Id': inUtf8(text), 'X-Hip-Id': inUtf8(`${text.slice(0, 4)}-H`) }
      const { abhaAddress, oid } = await register(product, client, { headers })
      const { data } = (await receiver.count(index + 1))[index]?.body ?? {}
      assert.deepEqual(data, {
        abha_address: abhaAddress,
        hip_id: `${text.slice(0, 4)}-H`,
        oid,
        partner_patient_id: text,
      })
      assert.equal((await byPartner(inUtf8(text))).body.abha_address, abhaAddress)
    }
    // Bytes that are no UTF-8 are what they were before: one character each.
    const { abhaAddress } = await register(product, client, { headers: { 'X-Partner-Pt-Id': 'zo\u00eb' } })
    assert.equal((await receiver.count(6))[5]?.body.data.partner_patient_id, 'zoë')
    assert.equal((await byPartner(inUtf8('zoë'))).body.abha_address, abhaAddress)
  } finally {
    receiver.close()
  }
})

test('identifiers of more than 128 characters, or with control characters in UTF-8, are refused by name', () =>
  sendingNothing(product, async () => {
    for (const name of ['X-Pt-Id', 'X-Partner-Pt-Id', 'X-Hip-Id']) {
      for (const text of ['\u75c5'.repeat(129), 'a\u0085b', 'a\u009fb']) {
        const reply = await profileOf({ [name]: inUtf8(text) })
        assertRefused(reply, { ...refusals.field, message: new RegExp(`^${name} must be text`) }, `${name} ${text}`)
      }
    }
  }))

test('an identifier of one client says nothing about another client’s users', async () => {
  const mine = await register(product, client, { headers: { 'X-Partner-Pt-Id': 'shared-id' } })
  const theirs = await register(product, stranger, { headers: { 'X-Partner-Pt-Id': 'shared-id' } })
  assert.notEqual(mine.oid, theirs.oid)
  assert.equal((await byPartner('shared-id')).body.abha_address, mine.abhaAddress)
  const other = await stranger.get(paths.profile, { headers: { 'X-Partner-Pt-Id': 'shared-id' } })
  assert.equal(other.body.abha_address, theirs.abhaAddress)
})

test('one person at two clients is two users, and a session at one opens none at the other', async () => {
  const { abhaAddress, mobile, oid } = await register(product, client)
  await openSession(product, stranger, { abhaAddress, mobile, headers: { 'X-Partner-Pt-Id': 'same-person' } })
  const there = await stranger.get(paths.profile, { headers: { 'X-Partner-Pt-Id': 'same-person' } })
  assert.equal(there.body.abha_address, abhaAddress)
  assertRefused(await stranger.get(paths.profile, { headers: { 'X-Pt-Id': oid } }), refusals.unknown)
})
