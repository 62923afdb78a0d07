import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, type Reply, startProduct } from '../../../test/harness.ts'
import { addCitizen, kycAddress } from '../../../test/people.ts'
import { assertRefused, type Client, openSession, refusals, register, sendingNothing } from '../../../test/walks.ts'
import { shareId, shareRows } from './sharing.ts'

/** A profile is handed to a facility once per request, is kept no longer than it takes, and the token comes in the published form. */

let product: Product
let client: Client
let oid: string
let named: { headers: { 'X-Pt-Id': string } }
before(async () => {
  product = await startProduct({ SHARE_TIMEOUT_SECONDS: '1' })
  client = await product.client()
  oid = (await register(product, client)).oid
  named = { headers: { 'X-Pt-Id': oid } }
})
after(() => product.stop())

const v1 = '/abdm/v1/profile/share'
const v2 = '/abdm/v2/profile/share'
const issues = { hip_id: 'IN0000000001', counter_id: '12345' }
const refuses = { hip_id: 'IN0000000002', counter_id: '23456' }
const isSilent = { hip_id: 'IN0000000003', counter_id: '34567' }
const patient = {
  abha_address: 'asha.shares@sbx',
  name: 'Asha Chandrashekhar',
  gender: 'F',
  day_of_birth: '9',
  month_of_birth: '4',
  year_of_birth: '1990',
  mobile: '9811122233',
  address: { line: '77 Orchid Terrace', district: 'Ranchi', state: 'Jharkhand', pin_code: '834001' },
}
const withOffset = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+05:30$/

let requests = 0
const freshRequestId = () => `share-${++requests}`

const queued = async (body: object, by: Client = client, options: object = named): Promise<string> => {
  const reply = await by.post(v2, body, options)
  assert.equal(reply.status, 202, reply.text)
  assert.deepEqual(Object.keys(reply.body).sort(), ['request_id', 'status'])
  assert.equal(reply.body.status, 'processing')
  assert.equal(typeof reply.body.request_id, 'string')
  return reply.body.request_id
}
const poll = (id: string, by: Client = client): Promise<Reply> => by.get(`${v2}/${encodeURIComponent(id)}`)

/** The facility needs real time, however little. */
const settled = async (id: string, by: Client = client): Promise<any> => {
  for (let turn = 0; turn < 400; turn++) {
    const reply = await poll(id, by)
    assert.equal(reply.status, 200, reply.text)
    if (reply.body.status !== 'processing') return reply.body
    assert.deepEqual(reply.body, { request_id: id, status: 'processing' })
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.fail('the facility never came to an end')
}
const assertIssued = (body: any, id: string): void => {
  assert.deepEqual(Object.keys(body).sort(), ['expiry', 'request_id', 'status', 'token_number'])
  assert.deepEqual([body.request_id, body.status], [id, 'success'])
  assert.match(body.token_number, /^[1-9]\d{0,2}$/)
  assert.match(body.expiry, withOffset)
  assert.equal(Date.parse(body.expiry), Math.floor(product.clock.now() / 1000) * 1000 + 1_800_000)
}

test('v1 waits for the facility and answers who it is and what to show at its counter', async () => {
  const reply = await client.post(v1, issues, named)
  assert.equal(reply.status, 200, reply.text)
  const { request_id, token_number, token_expiry, created_at, ...rest } = reply.body
  assert.deepEqual(rest, {
    hip_id: 'IN0000000001',
    hip_name: 'Namuna District Hospital',
    address: '1 Hospital Road, Ranchi, Jharkhand 834001',
    show_token_screen: true,
    footer: 'Show this number at the counter.',
  })
  assert.match(request_id, /^\S{8,}$/)
  assert.match(token_number, /^[1-9]\d{0,2}$/)
  assert.match(created_at, withOffset)
  assert.match(token_expiry, withOffset)
  assert.equal(Date.parse(token_expiry) - Date.parse(created_at), 1_800_000)
  assert.equal(Math.floor(product.clock.now() / 1000) * 1000, Date.parse(created_at))
})

test('v1 takes every field of the contract, and the user by query', async () => {
  const body = { ...issues, location: { latitude: '23.34', longitude: '85.31' }, patient }
  const reply = await client.post(`${v1}?oid=${oid}`, body)
  assert.equal(reply.status, 200, reply.text)
  const empty = { ...issues, location: { latitude: null, longitude: '' } }
  assert.equal((await client.post(`${v1}?oid=${oid}`, empty)).status, 200)
})

test('v1 says that a facility took nothing, and that one was too slow', async () => {
  assertRefused(await client.post(v1, refuses, named), {
    status: 500,
    error: 'Unable to share the details with Hospital',
    code: 'ABDM-1018',
  })
  const slow = await client.post(v1, isSilent, named)
  assertRefused(slow, { status: 504, error: 'The facility did not answer in time; try again' })
  assert.equal('source_error' in slow.body, false)
})

test('v2 answers before the facility does, and the poll ends with its token', async () => {
  const id = await queued(issues)
  assertIssued(await settled(id), id)
  assertIssued(await settled(id), id)
})

test('v2 takes every field of the contract, and keeps a request_id of the client', async () => {
  const request_id = `${freshRequestId()} / ü`
  const location = { latitude: '23.34', longitude: '85.31' }
  const body = { ...issues, request_id, location, patient, user_x_token: '' }
  const id = await queued(body, client, { headers: { 'X-Pt-Id': oid, 'X-Partner-Pt-Id': '', 'X-Hip-Id': 'IN01' } })
  assert.equal(id, request_id)
  assertIssued(await settled(id), id)
})

test('v2 ends as failed at a facility that refuses and at one that never answers', async () => {
  for (const facility of [refuses, isSilent]) {
    const id = await queued({ ...facility, patient })
    assert.deepEqual(await settled(id), { request_id: id, status: 'failed' })
  }
})

test('without a patient the stored profile is read from ABDM, once, and with one the session is asked for all the same', async () => {
  for (const body of [issues, { ...issues, patient }]) {
    const before = product.upstreamCalls('phr.profile.get')
    await settled(await queued(body))
    assert.equal(product.upstreamCalls('phr.profile.get') - before, 1)
  }
})

test('somebody of whom the year of birth alone is known can be shared', async () => {
  const citizen = await addCitizen(product, { ...kycAddress(), month_of_birth: null, day_of_birth: null })
  const [abhaAddress = ''] = citizen.abha_addresses
  const headers = { 'X-Partner-Pt-Id': abhaAddress }
  await openSession(product, client, { abhaAddress, mobile: citizen.mobile ?? '', headers })
  const id = await queued(issues, client, { headers })
  assertIssued(await settled(id), id)
})

test('the same request_id is the same request, whatever else is said, and asks nobody anything', async () => {
  const request_id = freshRequestId()
  await queued({ ...issues, request_id })
  const first = await settled(request_id)
  await sendingNothing(product, async () => {
    for (const body of [issues, refuses, { ...isSilent, patient }, { hip_id: 'IN1', counter_id: 'none' }]) {
      const again = await client.post(v2, { ...body, request_id }, named)
      assert.equal(again.status, 202, again.text)
      assert.deepEqual(again.body, { request_id, status: 'success' })
    }
  })
  assert.deepEqual(await settled(request_id), first)
})

test('of many first calls at once with one request_id all get the one request', async () => {
  const request_id = freshRequestId()
  const replies = await Promise.all(Array.from({ length: 12 }, () => client.post(v2, { ...issues, request_id }, named)))
  for (const { status, body, text } of replies) {
    assert.equal(status, 202, text)
    assert.equal(body.request_id, request_id)
  }
  assertIssued(await settled(request_id), request_id)
})

test('a request_id of another user of the client is refused, and nothing of that one is told', async () => {
  const request_id = freshRequestId()
  await queued({ ...issues, request_id })
  const other = await register(product, client)
  const reply = await client.post(v2, { ...issues, request_id }, { headers: { 'X-Pt-Id': other.oid } })
  assertRefused(reply, { status: 400, error: 'Validation failed', code: 'ABDM-1010', message: /^request_id / })
  assertIssued(await settled(request_id), request_id)
})

test('the same request_id of another client is another request with a token of its own', async () => {
  const stranger = await product.client('openabha-dev-2')
  const theirs = await register(product, stranger)
  const options = { headers: { 'X-Pt-Id': theirs.oid } }
  const tokens: string[][] = []
  // One number may meet another by chance; five pairs do not.
  for (let turn = 0; turn < 5; turn++) {
    const request_id = freshRequestId()
    await queued({ ...issues, request_id })
    await queued({ ...issues, request_id }, stranger, options)
    const [mine, their] = [await settled(request_id), await settled(request_id, stranger)]
    assertIssued(mine, request_id)
    assertIssued(their, request_id)
    tokens.push([mine.token_number, their.token_number])
  }
  assert.ok(tokens.some(([mine, their]) => mine !== their))
})

test('personal data is in the row until the facility has answered, and not a moment longer', async () => {
  for (const facility of [issues, refuses, isSilent]) {
    const request_id = freshRequestId()
    await queued({ ...facility, request_id, patient, location: { latitude: '23.34' } })
    await settled(request_id)
    const row = await product.store.get(shareRows, shareId('openabha-dev', request_id))
    assert.ok(row)
    assert.equal('patient' in row.body, false)
    assert.deepEqual(row.body.location, {})
    assert.doesNotMatch(JSON.stringify(row.body), /Chandrashekhar|9811122233|asha\.shares|Orchid|23\.34/)
  }
})

test('nothing of a patient, a place or a token is in any log line', async () => {
  await client.post(v1, { ...issues, patient, location: { latitude: '23.3456', longitude: '85.3111' } }, named)
  const { token_number } = await settled(await queued({ ...issues, patient }))
  const log = product.lines.join('\n')
  for (const secret of ['Chandrashekhar', '9811122233', 'asha.shares', 'Orchid', '23.3456', client.token]) {
    assert.ok(!log.includes(secret), secret)
  }
  assert.ok(!log.includes(`"${token_number}"`))
})

test('the sandbox lists its facilities, one for each way in which a share ends', async () => {
  const { status, body } = await product.send('GET', '/sandbox/v1/facilities')
  assert.equal(status, 200)
  assert.deepEqual(Object.keys(body), ['facilities'])
  for (const facility of body.facilities) {
    assert.deepEqual(Object.keys(facility).sort(), ['address', 'counter_id', 'hip_id', 'name', 'notes'])
    for (const value of Object.values(facility)) assert.ok(typeof value === 'string' && value !== '')
  }
  assert.deepEqual(
    body.facilities.map(({ hip_id, counter_id }: typeof issues) => ({ hip_id, counter_id })),
    [issues, refuses, isSilent],
  )
})

test('a share that is being queued while its user is removed leaves nothing behind', async () => {
  const user = await register(product, client)
  const whose = { headers: { 'X-Pt-Id': user.oid } }
  product.beAlone()
  const { store } = product.services
  const { insert } = store
  // The removal comes between the reading of the profile and the write.
  store.insert = async (...args) => {
    store.insert = insert
    const gone = await client.call('DELETE', '/abdm/v1/profile', whose)
    assert.equal(gone.status, 204, gone.text)
    return insert(...args)
  }
  assertRefused(await client.post(v2, issues, whose), refusals.unknown)
  assert.deepEqual(await product.store.find(shareRows, 'user', user.oid), [])
})
