import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, type Reply, startProduct } from '../../../test/harness.ts'
import {
  assertFieldRefuses,
  assertRefused,
  assertTooMany,
  beginSession,
  type Client,
  devanagari,
  freshMobile,
  fullWidth,
  nothing,
  notText,
  openSession,
  paths,
  prove,
  refusals,
  register,
  sendingNothing,
  wrongOtp,
} from '../../../test/walks.ts'

/** A user session is opened by the OTP of an ABHA address, by nobody else and once; its status never says more than yes or no. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

const init = (abha_address: unknown, headers: Record<string, string> = {}) =>
  client.post(paths.sessionInit, { abha_address }, { headers })
const verify = (txn_id: string, otp: string, headers: Record<string, string> = {}) =>
  client.post(paths.sessionVerify, { txn_id, otp }, { headers })
const status = (headers: Record<string, string>) => client.get(paths.status, { headers })
const vikram = { abhaAddress: 'vikram.udaharan@sbx', mobile: '6200010111' }

test('a person who has an address opens a session: txn_id only, then the ABHA tokens, then logged in', async () => {
  const opened = await init('arjun.maadari@sbx', { 'X-Partner-Pt-Id': 'arjun' })
  assert.equal(opened.status, 200, opened.text)
  assert.deepEqual(Object.keys(opened.body), ['txn_id'])
  const reply = await verify(opened.body.txn_id, await product.otpTo('6200010022'))
  assert.equal(reply.status, 200, reply.text)
  assert.deepEqual(Object.keys(reply.body).sort(), ['refresh_token', 'token'])
  assert.equal(typeof reply.body.token, 'string')
  assert.equal(typeof reply.body.refresh_token, 'string')
  const asArjun = { 'X-Partner-Pt-Id': 'arjun' }
  assert.deepEqual((await status(asArjun)).body, { logged_in: true, kyc_verified: true })
  const profile = await client.get(paths.profile, { headers: asArjun })
  assert.equal(profile.body.abha_address, 'arjun.maadari@sbx')
  assert.equal(profile.body.kyc_verified, true)
  assert.equal(profile.body.abha_number, '91-2000-0000-0022')
})

test('the OTP goes to the mobile of the ABHA address, and says it is for a session', async () => {
  await init(vikram.abhaAddress)
  const { body } = await product.send('GET', `/sandbox/v1/messages?to=${vikram.mobile}&limit=1`)
  assert.equal(body.messages[0].purpose, 'session')
})

test('the address is taken with or without its domain and in any case', async () => {
  for (const written of ['vikram.udaharan', 'VIKRAM.UDAHARAN@SBX', ' vikram.udaharan@sbx ', 'vikram\u200b.udaharan']) {
    const opened = await init(written)
    assert.equal(opened.status, 200, `${written} ${opened.text}`)
    assert.equal((await verify(opened.body.txn_id, await product.otpTo(vikram.mobile))).status, 200)
  }
})

test('an address that nobody has is an honest 400 from upstream', async () => {
  const reply = await init('nobody.knows1@sbx')
  assertRefused(reply, { status: 400, error: 'No records found against the ABHA Address' })
  assert.match(reply.body.source_error.code, /^ABDM-/)
  assert.ok(!reply.text.includes('nobody.knows1'))
})

test('a deactivated and a locked person get no OTP, and the upstream code is passed on', async () => {
  for (const [address, code] of [
    ['hetal.namuno@sbx', 'ABDM-1134'],
    ['bhaskar.arhi@sbx', 'ABDM-1100'],
  ]) {
    assertRefused(await init(address), { status: 500, error: 'Something went wrong', code: code ?? '' }, address)
  }
  for (const mobile of ['6200010088', '6200010099']) assert.equal(await product.otpTo(mobile), 'none')
  const locked = await client.post('/abdm/na/v1/registration/mobile/init', { mobile_number: '6200010088' })
  assertRefused(locked, { status: 500, error: 'Something went wrong', code: 'ABDM-1100' })
})

test('init refuses every malformed abha_address by name, and sends nothing', () =>
  assertFieldRefuses(
    product,
    (body) => client.post(paths.sessionInit, body),
    { abha_address: vikram.abhaAddress },
    'abha_address',
    [
      ...nothing,
      ...notText,
      'short.1',
      'a'.repeat(19),
      'vikram.udaharan@abdm',
      'vikram.udaharan@example.org',
      'vikram.udaharan@',
      '@sbx',
      'vikram udaharan!',
      'विक्रम.उदाहरण',
      `vikram${fullWidth('1975')}`,
      'vikram.udaharan\u0000',
      'x'.repeat(60_000),
    ],
  ))

test('verify refuses every malformed field by name, counts nothing and sends nothing; the right OTP still works', async () => {
  const txn_id = await beginSession(client, vikram.abhaAddress)
  const otp = await product.otpTo(vikram.mobile)
  const refuses = (at: string, values: readonly unknown[]) =>
    assertFieldRefuses(product, (body) => client.post(paths.sessionVerify, body), { txn_id, otp }, at, values)
  await refuses('txn_id', [...nothing, ...notText, 't'.repeat(129), 'nul\u0000'])
  await refuses('otp', [
    ...nothing,
    ...notText,
    otp.slice(1),
    `${otp}0`,
    '12345a',
    '123-456',
    fullWidth(otp),
    devanagari(otp),
    '9'.repeat(60_000),
  ])
  const pasted = `\u200b ${otp.slice(0, 3)} ${otp.slice(3)} \u200b`
  assert.equal((await verify(txn_id, pasted)).status, 200)
})

test('unknown, expired, finished and another client’s txn_id answer the same; a replay finds a finished one', async () => {
  const stranger = await product.client('openabha-dev-2')
  const expired = await beginSession(client, vikram.abhaAddress)
  await product.advance(1800)
  await client.relogin()
  await stranger.relogin()
  const finished = await beginSession(client, vikram.abhaAddress)
  const otp = await product.otpTo(vikram.mobile)
  assert.equal((await verify(finished, otp)).status, 200)
  const open = await beginSession(client, vikram.abhaAddress)
  const code = await product.otpTo(vikram.mobile)
  const replies: Reply[] = await sendingNothing(product, () =>
    Promise.all([
      verify('none', otp),
      verify(expired, otp),
      verify(finished, otp),
      stranger.post(paths.sessionVerify, { txn_id: open, otp: code }),
      stranger.post(paths.sessionVerify, { txn_id: finished, otp }),
    ]),
  )
  for (const reply of replies) assertRefused(reply, refusals.txnUnknown)
  assert.equal(new Set(replies.map(({ text }) => text)).size, 1)
  assert.equal((await verify(open, code)).status, 200)
})

test('three wrong OTPs close it; an ended one is told and not counted', async () => {
  const txn_id = await beginSession(client, vikram.abhaAddress)
  const otp = await product.otpTo(vikram.mobile)
  for (let guess = 0; guess < 3; guess++) assertRefused(await verify(txn_id, wrongOtp(otp)), refusals.otpWrong)
  await sendingNothing(product, async () => assertRefused(await verify(txn_id, otp), refusals.triesUsedUp))

  const late = await beginSession(client, vikram.abhaAddress)
  const code = await product.otpTo(vikram.mobile)
  await product.advance(600)
  await sendingNothing(product, async () =>
    assertRefused(await verify(late, code), { ...refusals.otpWrong, message: /has ended/ }),
  )
})

for (const count of [2, 16]) {
  test(`of ${count} verifies at once one opens the session`, async () => {
    await client.relogin()
    const txn_id = await beginSession(client, vikram.abhaAddress)
    const otp = await product.otpTo(vikram.mobile)
    const replies = await Promise.all(Array.from({ length: count }, () => verify(txn_id, otp)))
    assert.equal(replies.filter((reply) => reply.status === 200).length, 1)
    for (const reply of replies.filter((one) => one.status !== 200)) assertRefused(reply, { status: 400 })
  })
}

test('two sessions of one new person opened at once end at one user', async () => {
  const other = await product.client('openabha-dev-2')
  const [first, second] = [
    await beginSession(other, 'sourav.nomuna', { 'X-Partner-Pt-Id': 'sourav-1' }),
    await beginSession(other, 'sourav1969', { 'X-Partner-Pt-Id': 'sourav-2' }),
  ]
  const { body } = await product.send('GET', '/sandbox/v1/messages?to=6200010044&limit=2')
  const [otpSecond, otpFirst] = body.messages.map((message: { otp: string }) => message.otp)
  const replies = await Promise.all([
    other.post(paths.sessionVerify, { txn_id: first, otp: otpFirst }),
    other.post(paths.sessionVerify, { txn_id: second, otp: otpSecond }),
  ])
  for (const reply of replies) assert.equal(reply.status, 200, reply.text)
  const addresses = await Promise.all(
    ['sourav-1', 'sourav-2'].map(async (partner) => {
      const reply = await other.get(paths.profile, { headers: { 'X-Partner-Pt-Id': partner } })
      return reply.status === 200 ? reply.body.abha_addresses : undefined
    }),
  )
  // One user, known by the identifier that came last.
  assert.deepEqual(addresses.filter(Boolean).length, 1)
  assert.deepEqual([...addresses.find(Boolean)].sort(), ['sourav.nomuna@sbx', 'sourav1969@sbx'])
})

test('a session has no resend; init again gives a new transaction, and the new OTP works', async () => {
  const first = await beginSession(client, vikram.abhaAddress)
  const second = await beginSession(client, vikram.abhaAddress)
  assert.notEqual(first, second)
  assert.equal((await verify(second, await product.otpTo(vikram.mobile))).status, 200)
})

test('status needs a user: without any carrier it is 400', async () => {
  for (const headers of [{}, { 'X-Pt-Id': '' }, { 'X-Partner-Pt-Id': ' ' }, { 'X-Hip-Id': 'IN0000000001' }]) {
    assertRefused(await status(headers as Record<string, string>), { status: 400, code: 'ABDM-1010' })
  }
  assertRefused(await client.get(`${paths.status}?oid=1`), { status: 400 })
})

test('status of an unknown user, of another client’s and of an unbound identifier is a plain no', async () => {
  const { oid } = await register(product, client)
  const other = await product.client('openabha-dev-2')
  const no = { logged_in: false, kyc_verified: false }
  for (const reply of [
    await status({ 'X-Pt-Id': 'nobody' }),
    await status({ 'X-Pt-Id': '__proto__' }),
    await status({ 'X-Partner-Pt-Id': 'never-bound' }),
    await other.get(paths.status, { headers: { 'X-Pt-Id': oid } }),
  ]) {
    assert.equal(reply.status, 200, reply.text)
    assert.deepEqual(reply.body, no)
  }
})

test('status tells KYC apart, in booleans, also when the session is over, and never answers 491', async () => {
  await openSession(product, client, {
    abhaAddress: 'arjun.maadari',
    mobile: '6200010022',
    headers: { 'X-Partner-Pt-Id': 'a' },
  })
  const { oid } = await register(product, client)
  assert.deepEqual((await status({ 'X-Partner-Pt-Id': 'a' })).body, { logged_in: true, kyc_verified: true })
  assert.deepEqual((await status({ 'X-Pt-Id': oid })).body, { logged_in: true, kyc_verified: false })
  await product.advance(16 * 86_400)
  await client.relogin()
  assert.deepEqual((await status({ 'X-Partner-Pt-Id': 'a' })).body, { logged_in: false, kyc_verified: true })
  assert.deepEqual((await status({ 'X-Pt-Id': oid })).body, { logged_in: false, kyc_verified: false })
})

test('a session that can be renewed counts as one, and sixteen askers at once renew it once', async () => {
  const { oid } = await register(product, client)
  await product.advance(1801)
  await client.relogin()
  const before = product.upstreamCalls('phr.profile.refresh')
  const replies = await Promise.all(
    Array.from({ length: 16 }, (_, index) =>
      index % 2 ? status({ 'X-Pt-Id': oid }) : client.get(paths.profile, { headers: { 'X-Pt-Id': oid } }),
    ),
  )
  for (const reply of replies) assert.equal(reply.status, 200, reply.text)
  assert.equal(product.upstreamCalls('phr.profile.refresh') - before, 1)
})

test('a registration’s transaction and OTP open no session, and the budget of sends holds', async () => {
  const mobile = freshMobile()
  const txn_id = await prove(product, client, mobile)
  await sendingNothing(product, async () => assertRefused(await verify(txn_id, '123456'), refusals.stepNotAllowed))
  const strict = await startProduct({ OTP_SENDS_PER_IDENTIFIER_HOUR: '1' })
  try {
    const caller = await strict.client()
    await beginSession(caller, vikram.abhaAddress)
    await sendingNothing(strict, async () =>
      assertTooMany(await caller.post(paths.sessionInit, { abha_address: vikram.abhaAddress })),
    )
  } finally {
    await strict.stop()
  }
})

test('where the PHR app service is not allowed, PHR web opens the session and reads the profile', async () => {
  const web = await startProduct({ ABDM_PHR_APP: 'false' })
  try {
    const caller = await web.client()
    const tokens = await openSession(web, caller, { ...vikram, headers: { 'X-Partner-Pt-Id': 'v' } })
    assert.equal(typeof tokens.token, 'string')
    const asVikram = { headers: { 'X-Partner-Pt-Id': 'v' } }
    const profile = await caller.get(paths.profile, asVikram)
    assert.equal(profile.status, 200, profile.text)
    assert.equal(profile.body.abha_address, vikram.abhaAddress)
    assert.equal(web.upstreamCalls('phr.login.request_otp'), 0)
    // Web tokens cannot be renewed: the end is the end.
    await web.advance(1801)
    await caller.relogin()
    assertRefused(await caller.get(paths.profile, asVikram), { status: 491 })
  } finally {
    await web.stop()
  }
})
