import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { login, registration } from '../../../../test/flow-steps.ts'
import { type Product, startProduct } from '../../../../test/harness.ts'
import { addCitizen, type Citizen, kycAddress } from '../../../../test/people.ts'
import {
  assertRefused,
  type Client,
  details,
  freshAddress,
  freshMobile,
  refusals,
  register,
  sendingNothing,
} from '../../../../test/walks.ts'

/** Logging in, whichever way somebody is found: the right list, a choice and never a guess, and always the same user. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

const post = async (path: string, body: unknown): Promise<any> => {
  const reply = await client.post(path, body)
  assert.equal(reply.status, 200, `${path} ${reply.text}`)
  return reply.body
}
const init = (body: Record<string, unknown>) => post(`${login}/init`, body)
const verify = async (txn_id: string, mobile: string) =>
  post(`${login}/verify`, { txn_id, otp: await product.otpTo(mobile) })

/** A login up to its verify answer. */
const proved = async (method: string, identifier: string, mobile: string, more: Record<string, unknown> = {}) => {
  const { txn_id, hint, ...rest } = await init({ method, identifier, ...more })
  assert.deepEqual(rest, {})
  assert.equal(typeof hint, 'string')
  assert.ok(hint.endsWith(mobile.slice(-4)) && !hint.includes(mobile), hint)
  const answer = await verify(txn_id, mobile)
  assert.equal(answer.txn_id, txn_id)
  return answer
}

const known = (partial: Record<string, unknown> = {}) => addCitizen(product, { ...kycAddress(), ...partial })
const mobileOf = ({ mobile }: Citizen): string => mobile ?? ''
const nameOf = ({ first_name, last_name }: Citizen): string => `${first_name} ${last_name}`
const entry = (citizen: Citizen, abha_address = citizen.abha_addresses[0]) => ({
  abha_address,
  kyc_verified: 'true',
  name: nameOf(citizen),
})

const assertEnd = (answer: any, abha_address: string | undefined): string => {
  assert.deepEqual(Object.keys(answer).sort(), ['abha_profiles', 'eka', 'profile', 'skip_state', 'txn_id'])
  assert.equal(answer.skip_state, 'abha_end')
  assert.deepEqual(answer.abha_profiles, [])
  assert.equal(answer.profile.abha_address, abha_address)
  assert.deepEqual(Object.keys(answer.eka).sort(), ['min_token', 'oid', 'uuid'])
  return answer.eka.oid
}
const choose = async (txn_id: string, phr_address: string | undefined): Promise<string> =>
  assertEnd(await post(`${login}/phr`, { txn_id, phr_address, method: 'mobile' }), phr_address)

test('the same person is the same user by every method, in every spelling of it', async () => {
  const citizen = await known()
  const [address] = citizen.abha_addresses
  const mobile = mobileOf(citizen)
  const { aadhaar_number, abha_number } = citizen
  const oids: string[] = []

  for (const method of ['phr_address', 'abha_address']) {
    for (const otp_system of [undefined, 'abdm', 'aadhaar', '']) {
      oids.push(assertEnd(await proved(method, address ?? '', mobile, { otp_system }), address))
    }
  }
  const local = address?.split('@')[0] ?? ''
  oids.push(assertEnd(await proved('phr_address', local.toUpperCase(), mobile), address))

  for (const [method, identifier, otp_system] of [
    ['mobile', mobile],
    ['mobile', `+91 ${mobile}`],
    ['abha_number', abha_number ?? ''],
    ['abha-number', (abha_number ?? '').replaceAll('-', ''), 'abdm'],
    ['abha_number', abha_number ?? '', 'aadhaar'],
  ] as const) {
    const { txn_id, ...rest } = await proved(method, identifier, mobile, { otp_system })
    assert.deepEqual(rest, { skip_state: 'abha_select', abha_profiles: [entry(citizen)] }, `${method} ${otp_system}`)
    oids.push(await choose(txn_id, address))
  }

  for (const method of ['aadhaar_number', 'aadhaar']) {
    const { txn_id, ...rest } = await proved(method, aadhaar_number, mobile)
    assert.deepEqual(rest, { skip_state: 'abha_create', abha_profiles: [entry(citizen)] })
    const logged = await post(`${registration}/aadhaar/auto-login`, { txn_id, abha_address: address })
    assert.deepEqual(Object.keys(logged).sort(), ['eka', 'profile', 'refresh_token', 'skip_state', 'token', 'txn_id'])
    oids.push(logged.eka.oid)
  }

  const found = await post('/abdm/v1/profile/search', { mobile })
  const answer = await proved('search', '1', mobile, { txn_id: found.txn_id })
  assert.equal(answer.skip_state, 'abha_select')
  oids.push(await choose(answer.txn_id, address))
  assert.equal(new Set(oids).size, 1, oids.join(' '))
})

test('several people on one mobile are always a choice, and the chosen one is logged in', async () => {
  const mobile = freshMobile()
  const one = await known({ mobile, first_name: 'Sita' })
  const other = await known({ mobile, first_name: 'Gita' })
  const { txn_id, skip_state, abha_profiles } = await proved('mobile', mobile, mobile)
  assert.equal(skip_state, 'abha_select')
  const byAddress = (list: any[]) => list.sort((a, b) => a.abha_address.localeCompare(b.abha_address))
  assert.deepEqual(byAddress(abha_profiles), byAddress([entry(one), entry(other)]))
  await sendingNothing(product, async () =>
    assertRefused(await client.post(`${login}/phr`, { txn_id, phr_address: freshAddress() }), {
      status: 400,
      error: 'Bad Request, invalid request',
      code: 'ABDM-1006',
    }),
  )
  const oid = await choose(txn_id, other.abha_addresses[0])
  const read = await client.get('/abdm/v1/profile', { headers: { 'X-Pt-Id': oid } })
  assert.equal(read.body.first_name, 'Gita')
  const again = await proved('mobile', mobile, mobile)
  assert.notEqual(await choose(again.txn_id, one.abha_addresses[0]), oid)
})

test('whoever has no address yet makes one: the mobile form after a mobile, the Aadhaar form after a KYC', async () => {
  const withoutAddress = mobileOf(await known({ abha_addresses: [] }))
  const byMobile = await proved('mobile', withoutAddress, withoutAddress)
  assert.deepEqual(byMobile, { txn_id: byMobile.txn_id, skip_state: 'abha_create', abha_profiles: [] })
  const abha_address = freshAddress()
  const created = await post(`${registration}/mobile/create-phr`, {
    txn_id: byMobile.txn_id,
    abha_address,
    profile: details,
  })
  assert.equal(created.profile.abha_address, abha_address)

  for (const [method, identifierOf] of [
    ['abha_number', ({ abha_number }: Citizen) => abha_number ?? ''],
    ['aadhaar_number', ({ aadhaar_number }: Citizen) => aadhaar_number],
  ] as const) {
    const citizen = await known({ abha_addresses: [] })
    const { txn_id, ...rest } = await proved(method, identifierOf(citizen), mobileOf(citizen))
    assert.deepEqual(rest, { skip_state: 'abha_create', abha_profiles: [] }, method)
    const address = freshAddress()
    const made = await post(`${registration}/aadhaar/create-phr`, { txn_id, abha_address: address })
    assert.equal(made.skip_state, 'abha_end')
    assert.equal(made.profile.abha_address, address)
    assert.equal(made.profile.abha_number, citizen.abha_number)
    assert.equal(made.profile.kyc_verified, true)
  }
})

test('a login needs no second OTP and opens a session: the profile can be read at once, with the min_token alone', async () => {
  const citizen = await known()
  const answer = await proved('phr_address', citizen.abha_addresses[0] ?? '', mobileOf(citizen))
  const sent = (await product.send('GET', '/sandbox/v1/messages?limit=1')).body.messages[0].id
  const read = await client.get('/abdm/v1/profile', { token: answer.eka.min_token })
  assert.equal(read.status, 200, read.text)
  assert.equal(read.body.abha_number, citizen.abha_number)
  assert.equal((await product.send('GET', '/sandbox/v1/messages?limit=1')).body.messages[0].id, sent)
})

test('who is not there, locked or deactivated is told as ABDM tells it, and no transaction is opened', async () => {
  const { citizens } = (await product.send('GET', '/sandbox/v1/citizens')).body
  const noted = (word: RegExp): Citizen => citizens.find(({ notes }: { notes: string }) => word.test(notes))
  const refused = async (body: Record<string, unknown>) => {
    const reply = await client.post(`${login}/init`, body)
    assert.equal('txn_id' in reply.body, false, reply.text)
    return reply
  }
  const address = { method: 'phr_address', identifier: freshAddress() }
  assertRefused(await refused(address), { status: 400, error: 'No records found against the ABHA Address' })
  const locked = noted(/^Locked/)
  assertRefused(await refused({ method: 'abha_number', identifier: locked.abha_number }), {
    status: 500,
    error: 'Something went wrong',
    code: 'ABDM-1100',
  })
  assertRefused(await refused({ method: 'mobile', identifier: freshMobile() }), { status: 400, code: 'ABDM-1211' })
  const deactivated = noted(/^Deactivated/)
  assertRefused(await refused({ method: 'abha_number', identifier: deactivated.abha_number }), {
    status: 500,
    error: 'Something went wrong',
    code: 'ABDM-1134',
  })
  assert.ok((await refused({ method: 'abha_number', identifier: '91-9999-9999-9999' })).status >= 400)
  assert.ok((await refused({ method: 'aadhaar_number', identifier: '999999990019' })).status >= 400)
})

test('the time to choose ends with ABDM’s transfer token, and the caller is told to log in again', async () => {
  const citizen = await known()
  const { txn_id } = await proved('mobile', mobileOf(citizen), mobileOf(citizen))
  await product.advance(301)
  const reply = await client.post(`${login}/phr`, { txn_id, phr_address: citizen.abha_addresses[0] })
  assertRefused(reply, { ...refusals.txnUnknown, message: /log in again/ })
})

test('an OTP ends after ten minutes, works once, and belongs to its transaction', async () => {
  const citizen = await known()
  const mobile = mobileOf(citizen)
  const late = (await init({ method: 'mobile', identifier: mobile })).txn_id
  const otp = await product.otpTo(mobile)
  await product.advance(601)
  assertRefused(await client.post(`${login}/verify`, { txn_id: late, otp }), { ...refusals.otpWrong, message: /ended/ })
  const { txn_id } = await proved('mobile', mobile, mobile)
  assertRefused(
    await client.post(`${login}/verify`, { txn_id, otp: await product.otpTo(mobile) }),
    refusals.stepNotAllowed,
  )
})

test('of two choices at once one wins, and both name the same user if both are told so', async () => {
  const citizen = await known()
  const { txn_id } = await proved('mobile', mobileOf(citizen), mobileOf(citizen))
  const [phr_address] = citizen.abha_addresses
  const replies = await Promise.all(
    Array.from({ length: 8 }, () => client.post(`${login}/phr`, { txn_id, phr_address })),
  )
  assert.equal(replies.filter(({ status }) => status === 200).length, 1)
  for (const reply of replies) if (reply.status !== 200) assertRefused(reply, { status: 400 })
})

test('an address that belongs to another user than the named one is EKA-1001, before an OTP goes out', async () => {
  const mine = await register(product, client)
  const other = await register(product, client)
  await sendingNothing(product, async () =>
    assertRefused(
      await client.post(
        `${login}/init`,
        { method: 'phr_address', identifier: mine.abhaAddress },
        { headers: { 'X-Pt-Id': other.oid } },
      ),
      refusals.accountClaimed,
    ),
  )
})
