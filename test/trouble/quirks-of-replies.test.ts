import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { createOpener } from '../../src/abdm/sealing.ts'
import { sharedKeys } from '../../src/emulator/testing-keys.ts'
import type { Product } from '../harness.ts'
import { assertRefused, refusals } from '../walks.ts'
import { assertHonestError, type Caller, type Journey, journeyOf, ok } from './journey.ts'
import { certificate, type Scripted, said, startBeforeScripted, txnId } from './scripted-upstream.ts'

/** What real ABDM may answer and the emulator does not: read for what it says, under nobody else's name, at any hour. */

let upstream: Scripted
let product: Product
let caller: Caller
let stop: () => Promise<void>
before(async () => {
  ;({ upstream, product, caller, stop } = await startBeforeScripted())
})
after(() => stop())
afterEach(() => upstream.forget())

const { sent, user, final } = said

const inRegistration = async (): Promise<Journey> => {
  upstream.say('/enrollment/request/otp', { body: sent })
  const journey = journeyOf(product, caller)
  ok(await journey.init())
  return journey
}
test('a token that is final at once logs in to the address that ABDM gave it, under no other name', async () => {
  const mitali = { abhaAddress: 'mitali.rao1991@sbx', fullName: 'Mitali Rao', kycStatus: 'PENDING' }
  const sourav = { abhaAddress: 'Sourav.Rao1989@sbx', fullName: 'Sourav Rao', kycStatus: 'PENDING' }
  const verified = { body: { txnId, authResult: 'success', users: [mitali, sourav], tokens: final } }
  const chosen = async (path: string, body: Record<string, string>) => {
    upstream.say('/login/profile', { body: { abhaAddress: sourav.abhaAddress, fullName: 'Sourav Rao' } })
    const other = await caller.post(path, { ...body, [name(path)]: mitali.abhaAddress })
    assertHonestError(other)
    assert.match(other.body.source_error.message, /another of the listed ABHA addresses/)
    const own = ok(await caller.post(path, { ...body, [name(path)]: sourav.abhaAddress.toLowerCase() }))
    assert.deepEqual([own.profile.abha_address, own.profile.full_name], ['sourav.rao1989@sbx', 'Sourav Rao'])
    assert.equal(upstream.callsOf('/login/verify/user'), 0)
  }
  const name = (path: string) => (path.endsWith('phr') ? 'phr_address' : 'abha_address')

  upstream.say('/login/request/otp', { body: sent })
  upstream.say('/login/verify', verified)
  const login = '/abdm/na/v1/profile/login'
  const { txn_id } = ok(await caller.post(`${login}/init`, { method: 'mobile', identifier: '9876543210' }))
  const listed = ok(await caller.post(`${login}/verify`, { txn_id, otp: '123456' }))
  assert.deepEqual(
    listed.abha_profiles.map(({ abha_address }: { abha_address: string }) => abha_address),
    ['mitali.rao1991@sbx', 'sourav.rao1989@sbx'],
  )
  await chosen(`${login}/phr`, { txn_id })

  const journey = await inRegistration()
  upstream.say('/enrollment/verify', verified)
  ok(await journey.verify('123456'))
  await chosen('/abdm/na/v1/registration/aadhaar/auto-login', { txn_id: journey.txn_id })
})

test('dates that something on the way writes of its own do no harm: a TIMESTAMP that they spoil is sent again as it was', async () => {
  const { offsetMs } = product.clock
  // The scripted upstream's answers are dated by the machine, and its service goes by the product's clock.
  product.clock.moveTo(offsetMs + 86_400_000)
  await caller.relogin()
  const refused = { status: 404, body: { error: { code: 'ABDM-1016: ', message: 'Invalid Timestamp' } } }
  upstream.say('/enrollment/request/otp', ({ headers }) => {
    const away = Date.parse(String(headers.timestamp)) - product.clock.now()
    return Math.abs(away) < 300_000 ? { body: sent } : refused
  })
  for (let count = 0; count < 3; count++) ok(await journeyOf(product, caller).init())
  product.clock.moveTo(offsetMs)
  await caller.relogin()
})

test('the date of a copy that a cache kept is no clock of ABDM’s', async () => {
  const kept = (headers: string) => {
    const body = JSON.stringify(certificate)
    return {
      raw: Buffer.from(`HTTP/1.1 200 OK\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`),
    }
  }
  const yesterday = `Date: ${new Date(product.clock.now() - 86_400_000).toUTCString()}\r\n`
  const skewAfter = async (headers: string) => {
    upstream.say('/login/public/certificate', kept(headers))
    return (await product.send('GET', '/readyz')).body.clock_skew_seconds ?? 0
  }
  const today = () => `Date: ${new Date(product.clock.now()).toUTCString()}\r\n`
  assert.equal(await skewAfter(today()), 0)
  assert.equal(await skewAfter(`${yesterday}Age: 86400\r\n`), 0)
  assert.ok((await skewAfter(yesterday)) < -86_000)
  assert.equal(await skewAfter(today()), 0)
  const asked = upstream.seen.filter(({ path }) => path === '/login/public/certificate')
  for (const { headers } of asked) assert.equal(headers['cache-control'], 'no-cache')
})

test('an OTP that is out is not lost to the form of its id: it goes back to ABDM as it came', async () => {
  for (const id of [txnId.toUpperCase(), '0b7a4c1e-2f3d-0a5b-0c6d-7e8f90a1b2c3', 'a'.repeat(32), 'TXN_20260102:7']) {
    upstream.say('/enrollment/request/otp', { body: { ...sent, txnId: id } })
    upstream.say('/enrollment/verify', { body: { txnId: id, authResult: 'success', users: [user], tokens: final } })
    const journey = journeyOf(product, caller)
    ok(await journey.init())
    ok(await journey.verify('123456'))
    const asked = upstream.seen.findLast(({ path }) => path === '/enrollment/verify')
    assert.equal(JSON.parse(asked?.text ?? '').authData.otp.txnId, id)
  }
  for (const id of ['', 'two words', 'a\r\nX-Token: b', 'x'.repeat(129)]) {
    upstream.say('/enrollment/request/otp', { body: { ...sent, txnId: id } })
    assert.equal((await journeyOf(product, caller).init()).status, 502, JSON.stringify(id))
  }
})

test('a mark of the byte order before a reply or a refusal is read over', async () => {
  upstream.say('/enrollment/request/otp', { body: `\ufeff${JSON.stringify(sent)}` })
  ok(await journeyOf(product, caller).init())
  const refusal = { code: 'ABDM-1003', message: 'Email gateway unavailable' }
  upstream.say('/enrollment/request/otp', { status: 400, body: `\ufeff${JSON.stringify(refusal)}` })
  const reply = await journeyOf(product, caller).init()
  assert.equal(reply.body.source_error.code, 'ABDM-1003')
})

test('numbers and flags written as text, text written as numbers, and a send without words are read all the same', async () => {
  upstream.say('/enrollment/request/otp', { body: { txnId, message: null } })
  const journey = journeyOf(product, caller)
  assert.deepEqual(ok(await journey.init()), { txn_id: journey.txn_id })
  const odd = { ...user, age: '35', abhaNumber: null }
  const tokens = { token: 't-token', expiresIn: '300', switchProfileEnabled: 'false' }
  upstream.say('/enrollment/verify', { body: { txnId, authResult: 'success', users: [odd], tokens } })
  assert.equal(ok(await journey.verify('123456')).abha_profiles[0].abha_address, user.abhaAddress)
  upstream.say('/login/verify/user', {
    body: { ...final, expiresIn: '1800', refreshExpiresIn: '1296000', switchProfileEnabled: 'true' },
  })
  upstream.say('/login/profile', {
    body: {
      ...user,
      stateCode: 27,
      districtCode: 490,
      pinCode: 411001,
      dayOfBirth: 9,
      monthOfBirth: '04',
      yearOfBirth: 1990,
      mobile: 9876543210,
      mobileVerified: true,
      emailVerified: '',
      abhaLinkedCount: 1,
    },
  })
  const chosen = { txn_id: journey.txn_id, phr_address: user.abhaAddress }
  const { profile } = ok(await caller.post('/abdm/na/v1/profile/login/phr', chosen))
  assert.deepEqual(
    [profile.state_code, profile.district_code, profile.pincode, profile.mobile, profile.day_of_birth],
    ['27', '490', '411001', '9876543210', 9],
  )
})

test('a search speaks of ABDM’s own indexes, whatever their places, and shows no ABHA number in full', async () => {
  const requested = '/profile/login/request/otp'
  const { publicKey, privateKey } = (await sharedKeys).sealing[4096]
  upstream.say('/profile/public/certificate', { body: { ...certificate, publicKey } })
  const ABHA = [
    { index: 7, ABHANumber: '91-7203-8816-4459', name: 'A*** R**', gender: 'F', kycVerified: 'true' },
    { index: 3, ABHANumber: 'xx-xxxx-xxxx-2222', name: 'B*** R**', gender: 'M', kycVerified: 'true' },
  ]
  upstream.say('/profile/account/abha/search', { body: [{ txnId, ABHA }] })
  const { txn_id, profiles } = ok(await caller.post('/abdm/v1/profile/search', { mobile: '9876543210' }))
  assert.deepEqual(
    profiles.map(({ index, abha_number }: Record<string, unknown>) => [index, abha_number]),
    [
      [7, 'xx-xxxx-xxxx-4459'],
      [3, 'xx-xxxx-xxxx-2222'],
    ],
  )
  upstream.say(requested, { body: sent })
  const init = (identifier: string) =>
    caller.post('/abdm/na/v1/profile/login/init', { method: 'search', identifier, txn_id })
  for (const place of ['1', '2', '0', '03', '4']) {
    assertRefused(await init(place), { ...refusals.field, message: /^identifier / }, place)
  }
  assert.equal(upstream.callsOf(requested), 0)
  assert.equal(ok(await init('3')).txn_id, txn_id)
  const { text = '' } = upstream.seen.find(({ path }) => path === requested) ?? {}
  const opener = await createOpener(Buffer.from(privateKey, 'base64'))
  assert.equal(await opener.open(Buffer.from(JSON.parse(text).loginId, 'base64')), '3')
})
