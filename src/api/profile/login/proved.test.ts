import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { login, registration } from '../../../../test/flow-steps.ts'
import { type Product, startProduct } from '../../../../test/harness.ts'
import { addCitizen, kycAddress } from '../../../../test/people.ts'
import {
  assertRefused,
  type Client,
  details,
  freshAddress,
  freshMobile,
  paths,
  refusals,
  register,
  wrongOtp,
} from '../../../../test/walks.ts'

/** An OTP is good once: what it brought outlives trouble with the calls that come after it. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

const failing = (operation: string, times = 1) => product.fault({ operation, status: 500, code: 'ABDM-1019', times })

/** Somebody whose address this client has not seen, and a user with the same mobile to be named. */
const newcomer = async () => {
  const other = await product.client('openabha-dev-2')
  const { abhaAddress, mobile } = await register(product, other)
  const { oid } = await register(product, client, { mobile })
  return { abhaAddress, mobile, headers: { 'X-Pt-Id': oid }, oid }
}

const ways = {
  session: {
    init: (abha_address: string) => [paths.sessionInit, { abha_address }] as const,
    verify: paths.sessionVerify,
  },
  'login by address': {
    init: (identifier: string) => [`${login}/init`, { method: 'phr_address', identifier }] as const,
    verify: `${login}/verify`,
  },
}

for (const [name, way] of Object.entries(ways)) {
  const begun = async () => {
    const who = await newcomer()
    const [path, body] = way.init(who.abhaAddress)
    const init = await client.post(path, body, { headers: who.headers })
    assert.equal(init.status, 200, init.text)
    return { ...who, txn_id: init.body.txn_id as string, otp: await product.otpTo(who.mobile) }
  }

  test(`${name}: a profile that cannot be read costs a named user no second OTP`, async () => {
    const { txn_id, otp, abhaAddress, headers, oid } = await begun()
    await failing('phr.profile.get')
    const failed = await client.post(way.verify, { txn_id, otp })
    assert.ok(failed.status >= 500, failed.text)
    const asked = product.upstreamCalls('phr.login.verify')
    const repeated = await client.post(way.verify, { txn_id, otp })
    assert.equal(repeated.status, 200, repeated.text)
    assert.equal(product.upstreamCalls('phr.login.verify'), asked, 'the OTP is not asked about twice')
    const read = await client.get(paths.profile, { headers })
    assert.equal(read.body.abha_address, abhaAddress)
    if (repeated.body.eka) assert.equal(repeated.body.eka.oid, oid)
    assertRefused(await client.post(way.verify, { txn_id, otp }), refusals.txnUnknown)
  })

  test(`${name}: the repeat needs the same OTP, and guesses at it are counted`, async () => {
    const { txn_id, otp, headers } = await begun()
    await failing('phr.profile.get')
    await client.post(way.verify, { txn_id, otp })
    const wrong = wrongOtp(otp)
    const asked = product.upstreamCalls('phr.login.verify')
    for (let count = 0; count < 3; count++) {
      assertRefused(await client.post(way.verify, { txn_id, otp: wrong }), refusals.otpWrong)
    }
    await product.advance(11)
    assertRefused(await client.post(way.verify, { txn_id, otp }), { status: 400, code: 'ABDM-1100' })
    assert.equal(product.upstreamCalls('phr.login.verify'), asked)
    assert.notEqual((await client.get(paths.profile, { headers })).body.abha_address, undefined)
  })

  test(`${name}: two wrong OTPs before the right one leave its repeat possible`, async () => {
    const { txn_id, otp } = await begun()
    const wrong = wrongOtp(otp)
    for (let count = 0; count < 2; count++) await client.post(way.verify, { txn_id, otp: wrong })
    await failing('phr.profile.get', 2)
    for (let count = 0; count < 2; count++) {
      assert.ok((await client.post(way.verify, { txn_id, otp })).status >= 500)
    }
    assert.equal((await client.post(way.verify, { txn_id, otp })).status, 200)
  })
}

const known = async () => {
  const citizen = await addCitizen(product, kycAddress())
  const init = await client.post(`${registration}/aadhaar/init`, { aadhaar_number: citizen.aadhaar_number })
  const { txn_id } = init.body
  const otp = await product.otpTo(citizen.mobile ?? '')
  const verify = await client.post(`${registration}/aadhaar/verify`, { txn_id, otp, mobile: citizen.mobile })
  assert.equal(verify.body?.skip_state, 'abha_create', verify.text)
  return { txn_id: txn_id as string, abha_address: citizen.abha_addresses[0] ?? '' }
}

/** The second OTP keeps the transaction alive while ABDM's token of the first one runs out. */
const slowlyKnown = async () => {
  const citizen = await addCitizen(product, kycAddress())
  const init = await client.post(`${registration}/aadhaar/init`, { aadhaar_number: citizen.aadhaar_number })
  const { txn_id } = init.body
  const otp = await product.otpTo(citizen.mobile ?? '')
  const mobile = freshMobile()
  await client.post(`${registration}/aadhaar/verify`, { txn_id, otp, mobile })
  await product.advance(500)
  const second = { txn_id, otp: await product.otpTo(mobile) }
  const verify = await client.post(`${registration}/aadhaar/mobile/verify`, second)
  assert.equal(verify.body?.skip_state, 'abha_create', verify.text)
  await product.advance(1_400)
  await client.relogin()
  return { txn_id: txn_id as string, abha_address: citizen.abha_addresses[0] ?? '' }
}

test('who chooses after ABDM’s token is over is logged in with a renewed one', async () => {
  const { txn_id, abha_address } = await slowlyKnown()
  const reply = await client.post(`${registration}/aadhaar/auto-login`, { txn_id, abha_address })
  assert.equal(reply.status, 200, reply.text)
  const read = await client.get(paths.profile, { headers: { 'X-Pt-Id': reply.body.eka.oid } })
  assert.equal(read.body.abha_address, abha_address)
})

test('who chooses when ABDM renews nothing is told to log in again', async () => {
  const { txn_id, abha_address } = await slowlyKnown()
  await product.fault({
    operation: 'abha.profile.refresh',
    mode: 'error',
    status: 400,
    times: 1,
    message: 'Invalid R-token',
  })
  const reply = await client.post(`${registration}/aadhaar/auto-login`, { txn_id, abha_address })
  assertRefused(reply, { ...refusals.txnUnknown, message: /log in again/ })
})

test('a choice does not end a flow in which a creation has begun meanwhile', async () => {
  const { txn_id, abha_address } = await known()
  const fresh = freshAddress()
  // Held for a while, then repeated and answered.
  await product.fault({ operation: 'abha.profile.get', status: 503, delay_ms: 600, times: 1 })
  await failing('abha.profile.get')
  const choosing = client.post(`${registration}/aadhaar/auto-login`, { txn_id, abha_address })
  const waiting = async () => (await product.send('GET', '/sandbox/v1/faults')).body.faults.length
  while ((await waiting()) > 1) await pause(5)
  await product.fault({ operation: 'abha.enrollment.abha_address', mode: 'drop_after', times: 1 })
  const lost = await client.post(`${registration}/aadhaar/create-phr`, { txn_id, abha_address: fresh })
  assert.ok(lost.status >= 500, lost.text)
  assertRefused(await choosing, { ...refusals.stepNotAllowed, message: /repeat create-phr/ })
  const created = await client.post(`${registration}/aadhaar/create-phr`, { txn_id, abha_address: fresh })
  assert.equal(created.status, 200, created.text)
  assert.equal(created.body.profile.abha_address, fresh)
})

test('a login shows nobody else’s addresses on the mobile as the person’s own', async () => {
  const mobile = freshMobile()
  const one = await register(product, await product.client('openabha-dev-2'), { mobile })
  const two = await register(product, await product.client('openabha-dev-2'), {
    mobile,
    profile: { ...details, first_name: 'Ravi', gender: 'M' },
  })
  const { body } = await client.post(`${login}/init`, { method: 'mobile', identifier: mobile })
  const verify = await client.post(`${login}/verify`, { txn_id: body.txn_id, otp: await product.otpTo(mobile) })
  assert.equal(verify.body.abha_profiles.length, 2)
  const reply = await client.post(`${login}/phr`, { txn_id: body.txn_id, phr_address: two.abhaAddress })
  assert.deepEqual(reply.body.profile.abha_addresses, [two.abhaAddress], one.abhaAddress)
})

test('where ABDM logs in to one of the addresses at once, another one is switched to, and keeps its own name', async () => {
  const { emulator } = product
  assert.ok(emulator)
  emulator.readings.finalAfterMobile = true
  const mobile = freshMobile()
  const other = await product.client('openabha-dev-2')
  const ravi = { ...details, first_name: 'Ravi', gender: 'M' as const }
  const one = await register(product, other, { mobile })
  const two = await register(product, other, { mobile, profile: ravi })
  const ended = []
  for (const phr_address of [one.abhaAddress, two.abhaAddress]) {
    const { body } = await client.post(`${login}/init`, { method: 'mobile', identifier: mobile })
    const { txn_id } = body
    await client.post(`${login}/verify`, { txn_id, otp: await product.otpTo(mobile) })
    const reply = await client.post(`${login}/phr`, { txn_id, phr_address })
    assert.equal(reply.status, 200, reply.text)
    const { oid } = reply.body.eka
    const read = await client.get(paths.profile, { headers: { 'X-Pt-Id': oid } })
    ended.push([read.body.abha_address, read.body.first_name])
  }
  emulator.readings.finalAfterMobile = false
  assert.deepEqual(ended, [
    [one.abhaAddress, details.first_name],
    [two.abhaAddress, 'Ravi'],
  ])
})

test('who chooses another family member’s address by mistake may still choose the own one', async () => {
  const mobile = freshMobile()
  const [mother, son] = [
    await addCitizen(product, { ...kycAddress(), mobile }),
    await addCitizen(product, { ...kycAddress(), mobile }),
  ]
  const begin = async (headers = {}) => {
    const { body } = await client.post(`${login}/init`, { method: 'mobile', identifier: mobile }, { headers })
    await client.post(`${login}/verify`, { txn_id: body.txn_id, otp: await product.otpTo(mobile) })
    return body.txn_id as string
  }
  const choose = async (txn_id: string, { abha_addresses: [phr_address] }: typeof mother) =>
    client.post(`${login}/phr`, { txn_id, phr_address })
  const { oid } = (await choose(await begin(), mother)).body.eka
  const txn_id = await begin({ 'X-Pt-Id': oid })
  assertRefused(await choose(txn_id, son), { status: 400, code: 'EKA-1002' })
  const own = await choose(txn_id, mother)
  assert.equal(own.status, 200, own.text)
  assert.equal(own.body.eka.oid, oid)
})
