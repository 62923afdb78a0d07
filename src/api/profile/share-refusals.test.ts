import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../../../test/harness.ts'
import { addCitizen } from '../../../test/people.ts'
import {
  assertFieldRefuses,
  assertRefused,
  type Client,
  freshAddress,
  nothing,
  notText,
  openSession,
  refusals,
  register,
  sendingNothing,
} from '../../../test/walks.ts'
import { indiaDate } from '../../clock.ts'

/** What a share is refused for: before anything is asked, read or handed over. */

let product: Product
let client: Client
let user: Awaited<ReturnType<typeof register>>
before(async () => {
  product = await startProduct({ SHARE_TIMEOUT_SECONDS: '1' })
  client = await product.client()
  user = await register(product, client)
})
after(() => product.stop())

const v1 = '/abdm/v1/profile/share'
const v2 = '/abdm/v2/profile/share'
const both = [v1, v2] as const
const accepted = { [v1]: 200, [v2]: 202 } as const
const issues = { hip_id: 'IN0000000001', counter_id: '12345' }
const full = {
  ...issues,
  location: { latitude: '23.34', longitude: '85.31' },
  patient: {
    abha_address: 'asha.shares@sbx',
    name: 'Asha Rao',
    gender: 'F',
    day_of_birth: '9',
    month_of_birth: '4',
    year_of_birth: '1990',
    mobile: '9811122233',
    address: { line: '77 Orchid Terrace', district: 'Ranchi', state: 'Jharkhand', pin_code: '834001' },
  },
}
const asUser = (oid = user.oid) => ({ headers: { 'X-Pt-Id': oid } })
const ended = { status: 491, error: "The user's ABHA session has ended; open a new one with session init and verify" }
const long = 'x'.repeat(129)

const notPart: readonly unknown[] = [long, 'hello', '<script>', '१९', '=9']

const badInRequired: { readonly [field: string]: readonly unknown[] } = {
  hip_id: [...notText, ...nothing, long, 'IN\u000012345'],
  counter_id: [...notText, ...nothing, long],
  'patient.abha_address': [...notText, ...nothing, 'short', '.asha.rao', 'asha.rao@abdm', 'asha.rao@sbx@sbx'],
  'patient.name': [...notText, ...nothing, '12345', 'x'.repeat(100)],
  'patient.gender': [...notText, ...nothing, 'X', 'Female'],
  'patient.day_of_birth': [...notText, undefined, null, 9, '0', '00', '32', '99', '009', '-1', '1.5', ...notPart],
  'patient.month_of_birth': [...notText, undefined, null, 4, '0', '00', '13', '99', '004', '-1', 'Apr', ...notPart],
  'patient.year_of_birth': [...notText, ...nothing, 1990, '90', '1899', '2100', '9999', '01990', ...notPart],
  'patient.mobile': [...notText, ...nothing, '12345', '1234567890', '98111222334'],
  'patient.address.pin_code': [...notText, ...nothing, '034001', '83400', '8340011'],
}
const badInOptional: { readonly [field: string]: readonly unknown[] } = {
  'location.latitude': [...notText, 23.34, '90.0001', '-91', '123.4', '23,34', '23°', '1e1', 'NaN', ...notPart],
  'location.longitude': [...notText, 85.31, '180.0001', '-181', '1234', '85,31', '85.', '0x10', ...notPart],
  'patient.address.line': [...notText, 'x'.repeat(256)],
  'patient.address.district': [...notText, 'x'.repeat(256)],
  'patient.address.state': [...notText, 'x'.repeat(256)],
  location: ['23.34', 5, true, []],
  patient: ['Asha', 5, true, []],
  'patient.address': ['Ranchi', 5, true, []],
}

for (const path of both) {
  test(`${path} names the field that is missing or malformed, and asks nobody anything`, async () => {
    const send = (body: unknown) => client.post(path, body, asUser())
    for (const [field, values] of Object.entries({ ...badInRequired, ...badInOptional })) {
      await assertFieldRefuses(product, send, full, field, values)
    }
    assert.equal((await send(full)).status, accepted[path])
  })

  test(`${path} wants the three parts to be a date that is not in the future, and takes parts that are not known`, async () => {
    const born = ([day_of_birth, month_of_birth, year_of_birth]: readonly string[]) =>
      client.post(
        path,
        { ...issues, patient: { ...full.patient, day_of_birth, month_of_birth, year_of_birth } },
        asUser(),
      )
    const [year = '', month = '', day = ''] = indiaDate(product.clock.now()).split('-')
    const [nextYear = '', nextMonth = '', nextDay = ''] = indiaDate(product.clock.now() + 86_400_000).split('-')
    await sendingNothing(product, async () => {
      for (const parts of [
        ['31', '04', '1990'],
        ['29', '2', '2023'],
        [nextDay, nextMonth, nextYear],
      ]) {
        const reply = await born(parts)
        assertRefused(reply, { ...refusals.field, message: /^patient\.(day|year)_of_birth/ }, parts.join('-'))
      }
      const late = await born(['', '', String(Number(year) + 1)])
      assertRefused(late, { ...refusals.field, message: /^patient\.year_of_birth must be four digits/ })
    })
    for (const parts of [
      ['29', '02', '2024'],
      ['09', '4', '1990'],
      ['', '', '1900'],
      ['', '12', '1990'],
      [' ', '\t', ' 1990 '],
      [day, month, year],
    ]) {
      const reply = await born(parts)
      assert.equal(reply.status, accepted[path], `${parts.join('-')} ${reply.text}`)
    }
  })

  test(`${path} takes a place in degrees, and none`, async () => {
    for (const location of [
      { latitude: '-90', longitude: '180' },
      { latitude: '+9.93', longitude: '-180.000' },
      { latitude: '0', longitude: '76.26730000000001' },
      { latitude: null, longitude: '' },
      {},
      null,
    ]) {
      const reply = await client.post(path, { ...issues, location }, asUser())
      assert.equal(reply.status, accepted[path], `${JSON.stringify(location)} ${reply.text}`)
    }
  })

  test(`${path} refuses a facility or a counter that nobody has, and one facility with the counter of another`, async () => {
    for (const wrong of [
      { hip_id: 'IN9999999999', counter_id: '12345' },
      { hip_id: 'IN0000000001', counter_id: '99999' },
      { hip_id: 'IN0000000001', counter_id: '23456' },
      { hip_id: 'in0000000001', counter_id: '12345' },
    ]) {
      const reply = await sendingNothing(product, () => client.post(path, wrong, asUser()))
      assertRefused(reply, { ...refusals.field, message: /^hip_id and counter_id must name a facility/ })
    }
  })

  test(`${path} wants a user that is the client's own`, async () => {
    const stranger = await product.client('openabha-dev-2')
    assertRefused(await client.post(path, issues), { ...refusals.field, message: /X-Pt-Id/ })
    assertRefused(await client.post(path, issues, { headers: { 'X-Pt-Id': '' } }), refusals.field)
    assertRefused(await client.post(path, issues, asUser('170000000000001')), refusals.unknown)
    assertRefused(await stranger.post(path, issues, asUser()), refusals.unknown)
    assertRefused(await client.post(path, issues, { headers: { 'X-Partner-Pt-Id': 'nobody' } }), refusals.unknown)
    assertRefused(await client.post(`${path}?oid=170000000000001`, issues, asUser()), refusals.unknown)
  })

  test(`${path} wants a token, and takes min_token for its own user alone`, async () => {
    const other = await register(product, client)
    assertRefused(await client.post(path, issues, { ...asUser(), token: null }), refusals.token)
    assertRefused(await client.post(path, issues, { ...asUser(), token: 'none' }), refusals.token)
    const as = { token: user.minToken }
    assertRefused(await client.post(path, issues, { ...asUser(other.oid), ...as }), refusals.notForThisUser)
    assertRefused(await client.post(`${path}?oid=${other.oid}`, issues, as), refusals.notForThisUser)
    assert.equal((await client.post(path, issues, as)).status, accepted[path])
    assert.equal((await client.post(`${path}?oid=${user.oid}`, issues, { ...asUser(), ...as })).status, accepted[path])
  })

  test(`${path} answers 491 to whoever has no session, also with a patient in the body, and hands nothing over`, async () => {
    const one = await register(product, client)
    await product.fault({ operation: 'phr.profile.get', status: 401, times: 2 })
    assertRefused(await client.post(path, issues, asUser(one.oid)), ended)
    product.calm()
    await sendingNothing(product, async () => {
      const reply = await client.post(path, full, asUser(one.oid))
      assertRefused(reply, ended)
      assert.equal('source_error' in reply.body, false)
    })
    await openSession(product, client, one)
    assert.equal((await client.post(path, full, asUser(one.oid))).status, accepted[path])
  })

  test(`${path} passes on what ABDM says while the profile is read`, async () => {
    await product.fault({ operation: 'phr.profile.get', status: 500, code: 'ABDM-1004', message: 'no', times: 1 })
    assertRefused(await client.post(path, issues, asUser()), {
      status: 500,
      error: 'Something went wrong',
      code: 'ABDM-1004',
    })
    await product.fault({ operation: 'phr.profile.get', mode: 'timeout', times: 1 })
    assertRefused(await client.post(path, issues, asUser()), {
      status: 504,
      error: 'ABDM did not answer in time; try again',
    })
    assert.equal((await client.post(path, issues, asUser())).status, accepted[path])
  })
}

test('v2 refuses a request_id or a user_x_token that is malformed; empty, they are not given', async () => {
  const send = (body: unknown) => client.post(v2, body, asUser())
  await assertFieldRefuses(product, send, full, 'request_id', [...notText, long, 'a\u0000b'])
  await assertFieldRefuses(product, send, full, 'user_x_token', [...notText, 'x'.repeat(4097), 'tökén'])
  const reply = await send({ ...full, request_id: ' ', user_x_token: '' })
  assert.equal(reply.status, 202, reply.text)
  assert.notEqual(reply.body.request_id.trim(), '')
})

test('a user_x_token stands in for a session that is over; one that ABDM refuses is 491 and harms no stored session', async () => {
  const one = await register(product, client)
  const { token } = await openSession(product, client, one)
  await product.fault({ operation: 'phr.profile.get', status: 401, times: 2 })
  assertRefused(await client.post(v2, issues, asUser(one.oid)), ended)
  product.calm()
  const stoodIn = await client.post(v2, { ...issues, user_x_token: token }, asUser(one.oid))
  assert.equal(stoodIn.status, 202, stoodIn.text)
  assertRefused(await client.post(v2, { ...issues, user_x_token: 'not.a.token' }, asUser()), ended)
  assert.equal((await client.post(v2, issues, asUser())).status, 202)
})

test('the token that a registration by Aadhaar has answered stands in like that of a session', async () => {
  const citizen = await addCitizen(product, {})
  const aadhaar = '/abdm/na/v1/registration/aadhaar'
  const { txn_id } = (await client.post(`${aadhaar}/init`, { aadhaar_number: citizen.aadhaar_number })).body
  const otp = await product.otpTo(citizen.mobile ?? '')
  await client.post(`${aadhaar}/verify`, { txn_id, otp, mobile: citizen.mobile })
  const created = await client.post(`${aadhaar}/create-phr`, { txn_id, abha_address: freshAddress() })
  assert.equal(created.status, 200, created.text)
  const { eka, token } = created.body
  const reply = await client.post(v2, { ...issues, user_x_token: token }, asUser(eka.oid))
  assert.equal(reply.status, 202, reply.text)
})

test('of two users at once with one request_id one gets it, and the other is refused', async () => {
  const other = await register(product, client)
  const body = { ...issues, request_id: 'for-two' }
  const replies = await Promise.all([user, other].map(({ oid }) => client.post(v2, body, asUser(oid))))
  assert.deepEqual(replies.map(({ status }) => status).sort(), [202, 400])
  const refused = replies.find(({ status }) => status === 400)
  assert.ok(refused)
  assertRefused(refused, { ...refusals.field, message: /^request_id / })
})

test('a poll is told only to the client whose request it is, and with min_token to its user', async () => {
  const stranger = await product.client('openabha-dev-2')
  const other = await register(product, client)
  const { request_id } = (await client.post(v2, issues, asUser())).body
  const path = `${v2}/${request_id}`
  const shareUnknown = { status: 404, error: 'The share request is not known' }
  await sendingNothing(product, async () => {
    assertRefused(await stranger.get(path), shareUnknown)
    assertRefused(await client.get(`${v2}/never-made`), shareUnknown)
    assertRefused(await client.get(path, { token: other.minToken }), shareUnknown)
    assertRefused(await client.get(`${v2}/${'x'.repeat(129)}`), refusals.field)
    assertRefused(await client.get(path, { token: null }), refusals.token)
    assertRefused(await client.get(path, { ...asUser(other.oid), token: user.minToken }), refusals.notForThisUser)
    for (const options of [{}, { token: user.minToken }, asUser(), asUser('placeholder')]) {
      const reply = await client.get(path, options)
      assert.equal(reply.status, 200, reply.text)
      assert.equal(reply.body.request_id, request_id)
    }
  })
})

test('a poll is never 491, and is over after a day', async () => {
  const one = await register(product, client)
  const { request_id } = (await client.post(v2, issues, asUser(one.oid))).body
  await product.fault({ operation: 'phr.profile.get', status: 401, times: 2 })
  assertRefused(await client.get('/abdm/v1/profile', asUser(one.oid)), ended)
  product.calm()
  assert.equal((await client.get(`${v2}/${request_id}`, asUser(one.oid))).status, 200)
  await product.advance(86_000)
  await client.relogin()
  assert.equal((await client.get(`${v2}/${request_id}`)).status, 200)
  await product.advance(401)
  assertRefused(await client.get(`${v2}/${request_id}`), refusals.unknown)
})

test('a request whose time is over has failed, and is done no more', async () => {
  const { request_id } = (await client.post(v2, { hip_id: 'IN0000000003', counter_id: '34567' }, asUser())).body
  assert.equal((await client.get(`${v2}/${request_id}`)).body.status, 'processing')
  await product.advance(600)
  const failed = { request_id, status: 'failed' }
  assert.deepEqual((await client.get(`${v2}/${request_id}`)).body, failed)
  assert.deepEqual((await client.post(v2, { ...issues, request_id }, asUser())).body, failed)
})
