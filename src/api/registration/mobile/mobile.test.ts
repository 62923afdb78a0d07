import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, type Reply, startProduct } from '../../../../test/harness.ts'
import {
  assertRefused,
  begin,
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
  wrongOtp,
} from '../../../../test/walks.ts'

/** A registration by mobile goes through its steps in their order, once, for the client that began it, and for as long as it lives. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

/** What each step of the flow is asked with; good but for the transaction. */
const steps: Record<'resend' | 'verify' | 'create', (txn_id: string) => object> = {
  resend: (txn_id) => ({ txn_id }),
  verify: (txn_id) => ({ txn_id, otp: '123456' }),
  create: (txn_id) => ({ txn_id, abha_address: freshAddress(), profile: details }),
}
const names = Object.keys(steps) as (keyof typeof steps)[]
const step = (name: keyof typeof steps, txn_id: string, by = client) => by.post(paths[name], steps[name](txn_id))
const withoutId = ({ status, text, headers }: Reply) => {
  const shown = Object.fromEntries(headers)
  for (const name of ['x-request-id', 'date', 'keep-alive', 'connection']) delete shown[name]
  return JSON.stringify({ status, text, shown })
}

test('the minimal registration: each answer has exactly its fields, one txn_id all along, and a hint of six stars', async () => {
  const mobile = freshMobile()
  const init = await client.post(paths.init, { mobile_number: mobile })
  assert.deepEqual(Object.keys(init.body).sort(), ['hint', 'txn_id'])
  assert.match(init.body.hint, new RegExp(`(^|[^*])\\*{6}${mobile.slice(-4)}$`))
  assert.ok(!init.text.includes(mobile))
  const { txn_id } = init.body
  assert.equal(typeof txn_id, 'string')

  await product.advance(60)
  const resend = await client.post(paths.resend, { txn_id })
  assert.deepEqual(resend.body, { txn_id, hint: init.body.hint })

  const verify = await client.post(paths.verify, { txn_id, otp: await product.otpTo(mobile) })
  assert.deepEqual(verify.body, { txn_id, skip_state: 'abha_create', abha_profiles: [] })

  const { first_name, gender, year_of_birth, month_of_birth, day_of_birth, pincode } = details
  const profile = { first_name, gender, year_of_birth, month_of_birth, day_of_birth, pincode }
  const abha_address = freshAddress()
  const created = await client.post(paths.create, { txn_id, abha_address, profile })
  assert.equal(created.status, 200, created.text)
  const { eka, token, refresh_token, ...rest } = created.body
  assert.deepEqual(rest, {
    skip_state: 'abha_end',
    success: true,
    profile: {
      ...profile,
      abha_address,
      abha_addresses: [abha_address],
      full_name: first_name,
      mobile,
      address: 'Ranchi, Jharkhand',
      district_code: '339',
      district_name: 'Ranchi',
      state_code: '20',
      state_name: 'Jharkhand',
      kyc_verified: false,
    },
  })
  assert.deepEqual(Object.keys(eka).sort(), ['min_token', 'oid', 'uuid'])
  for (const text of [eka.min_token, eka.oid, eka.uuid, token, refresh_token]) {
    assert.equal(typeof text, 'string')
    assert.notEqual(text, '')
  }
})

test('every answer is JSON in UTF-8 and never kept by a cache', async () => {
  const init = await client.post(paths.init, { mobile_number: freshMobile() })
  assert.equal(init.headers.get('content-type'), 'application/json; charset=utf-8')
  assert.equal(init.headers.get('cache-control'), 'no-store')
  assert.ok(init.headers.get('x-request-id'))
})

test('a mobile that is known to ABDM is answered like any other until its OTP is verified', async () => {
  const [known, unknown] = [
    await client.post(paths.init, { mobile_number: '6200010044' }),
    await client.post(paths.init, { mobile_number: '6200010000' }),
  ]
  assert.equal(known.status, unknown.status)
  assert.equal(known.body.hint.replace('0044', '0000'), unknown.body.hint)
})

test('a mobile with addresses: abha_select with all of them, kyc_verified as text, other people’s among them', async () => {
  const mobile = '6200010044'
  const txn_id = await begin(client, mobile)
  const verify = await client.post(paths.verify, { txn_id, otp: await product.otpTo(mobile) })
  assert.deepEqual(verify.body, {
    txn_id,
    skip_state: 'abha_select',
    abha_profiles: [
      { abha_address: 'sourav.nomuna@sbx', kyc_verified: 'true', name: 'Sourav Nomuna' },
      { abha_address: 'sourav1969@sbx', kyc_verified: 'true', name: 'Sourav Nomuna' },
      { abha_address: 'mitali.nomuna@sbx', kyc_verified: 'true', name: 'Mitali Nomuna' },
      { abha_address: 'mitali.72@sbx', kyc_verified: 'false', name: 'Mitali Nomuna' },
    ],
  })
  // A further address may be made; it is without KYC, whatever the others are.
  const abha_address = freshAddress()
  const profile = { ...details, first_name: 'Sourav', last_name: 'Nomuna', gender: 'M', year_of_birth: 1969 }
  const created = await client.post(paths.create, { txn_id, abha_address, profile })
  assert.equal(created.status, 200, created.text)
  assert.equal(created.body.skip_state, 'abha_end')
  assert.equal(created.body.profile.abha_address, abha_address)
  assert.equal(created.body.profile.kyc_verified, false)
  assert.equal('abha_number' in created.body.profile, false)
  assert.ok(created.body.profile.abha_addresses.includes(abha_address))
})

test('an address of another session appears on its mobile as not verified, in text', async () => {
  const { mobile, abhaAddress } = await register(product, client)
  const txn_id = await begin(client, mobile)
  const verify = await client.post(paths.verify, { txn_id, otp: await product.otpTo(mobile) })
  assert.deepEqual(verify.body.abha_profiles, [{ abha_address: abhaAddress, kyc_verified: 'false', name: 'Asha Rao' }])
})

test('unknown, expired, finished and another client’s txn_id answer byte for byte the same, and nothing is sent', async () => {
  const stranger = await product.client('openabha-dev-2')
  const expired = await prove(product, client, freshMobile())
  await product.advance(1800)
  await client.relogin()
  await stranger.relogin()
  const mobile = freshMobile()
  const finished = await prove(product, client, mobile)
  const done = await step('create', finished)
  assert.equal(done.status, 200)
  const sent = await begin(client, freshMobile())
  const proven = await prove(product, client, freshMobile())
  await sendingNothing(product, async () => {
    for (const name of names) {
      const answers = [
        await step(name, 'no-such-transaction'),
        await step(name, '00000000-0000-7000-8000-000000000000'),
        await step(name, '__proto__'),
        await step(name, "' OR '1'='1"),
        await step(name, expired),
        await step(name, finished),
        await step(name, sent, stranger),
        await step(name, proven, stranger),
        await step(name, finished, stranger),
      ]
      for (const answer of answers) assertRefused(answer, refusals.txnUnknown, name)
      assert.equal(new Set(answers.map(withoutId)).size, 1, name)
    }
  })
  // The stranger's tries cost the owner nothing.
  assert.equal((await step('create', proven)).status, 200)
})

test('a step out of order is refused, nothing is sent, and the transaction goes on', async () => {
  const mobile = freshMobile()
  const txn_id = await begin(client, mobile)
  await sendingNothing(product, async () => assertRefused(await step('create', txn_id), refusals.stepNotAllowed))
  const otp = await product.otpTo(mobile)
  assert.equal((await client.post(paths.verify, { txn_id, otp })).status, 200)
  await sendingNothing(product, async () => {
    assertRefused(await client.post(paths.verify, { txn_id, otp }), refusals.stepNotAllowed)
    assertRefused(await client.post(paths.verify, { txn_id, otp: wrongOtp(otp) }), refusals.stepNotAllowed)
    assertRefused(await step('resend', txn_id), refusals.stepNotAllowed)
  })
  const wish = { txn_id, abha_address: freshAddress(), profile: details }
  assert.equal((await client.post(paths.create, wish)).status, 200)
  await sendingNothing(product, async () => {
    assertRefused(await client.post(paths.create, wish), refusals.txnUnknown)
    assertRefused(await client.post(paths.verify, { txn_id, otp }), refusals.txnUnknown)
  })
})

test('the transaction of a user session serves no step of a registration, nor the other way round', async () => {
  const { mobile, abhaAddress } = await register(product, client)
  const session = await beginSession(client, abhaAddress)
  const otp = await product.otpTo(mobile)
  await sendingNothing(product, async () => {
    for (const name of names) assertRefused(await step(name, session), refusals.stepNotAllowed, name)
    assertRefused(await client.get(`${paths.suggest}?transactionId=${session}`), refusals.stepNotAllowed)
    assertRefused(await client.post(paths.verify, { txn_id: session, otp }), refusals.stepNotAllowed)
  })
  assert.equal((await client.post(paths.sessionVerify, { txn_id: session, otp })).status, 200)

  const other = freshMobile()
  const registration = await begin(client, other)
  const code = await product.otpTo(other)
  await sendingNothing(product, async () =>
    assertRefused(await client.post(paths.sessionVerify, { txn_id: registration, otp: code }), refusals.stepNotAllowed),
  )
  assert.equal((await client.post(paths.verify, { txn_id: registration, otp: code })).status, 200)
})

test('a transaction lives half an hour after its last successful step', async () => {
  const mobile = freshMobile()
  const txn_id = await begin(client, mobile)
  await product.advance(599)
  assert.equal((await client.post(paths.verify, { txn_id, otp: await product.otpTo(mobile) })).status, 200)
  await product.advance(1799)
  await client.relogin()
  // A step that fails renews nothing.
  assertRefused(
    await client.post(paths.create, { txn_id, abha_address: 'arjun.maadari', profile: details }),
    refusals.addressTaken,
  )
  await product.advance(1)
  assertRefused(await step('create', txn_id), refusals.txnUnknown)
})

test('a resend renews the life of a transaction too', async () => {
  const mobile = freshMobile()
  const txn_id = await begin(client, mobile)
  await product.advance(1700)
  await client.relogin()
  assert.equal((await step('resend', txn_id)).status, 200)
  await product.advance(599)
  assert.equal((await client.post(paths.verify, { txn_id, otp: await product.otpTo(mobile) })).status, 200)
})

test('TXN_LIFETIME_SECONDS sets another life', async () => {
  const quick = await startProduct({ TXN_LIFETIME_SECONDS: '120' })
  try {
    const hasty = await quick.client()
    const mobile = freshMobile()
    const txn_id = await prove(quick, hasty, mobile)
    await quick.advance(119)
    assert.equal((await hasty.get(`${paths.suggest}?transactionId=${txn_id}`)).status, 200)
    await quick.advance(1)
    assertRefused(await hasty.post(paths.create, steps.create(txn_id)), refusals.txnUnknown)
  } finally {
    await quick.stop()
  }
})

test('several registrations on several mobiles run side by side and do not mix', async () => {
  const walks = Array.from({ length: 8 }, async () => {
    const mobile = freshMobile()
    const txn_id = await begin(client, mobile)
    const otp = await product.otpTo(mobile)
    const verify = await client.post(paths.verify, { txn_id, otp })
    assert.equal(verify.body?.txn_id, txn_id, verify.text)
    const created = await step('create', txn_id)
    assert.equal(created.body?.profile?.mobile, mobile, created.text)
    return created.body.eka.oid
  })
  assert.equal(new Set(await Promise.all(walks)).size, 8)
})

test('an OTP of one transaction opens no other', async () => {
  const [one, two] = [freshMobile(), freshMobile()]
  const [first, second] = [await begin(client, one), await begin(client, two)]
  const [otpOne, otpTwo] = [await product.otpTo(one), await product.otpTo(two)]
  if (otpOne !== otpTwo) {
    assertRefused(await client.post(paths.verify, { txn_id: first, otp: otpTwo }), refusals.otpWrong)
  }
  assert.equal((await client.post(paths.verify, { txn_id: second, otp: otpTwo })).status, 200)
  assert.equal((await client.post(paths.verify, { txn_id: first, otp: otpOne })).status, 200)
})

test('an address that the emulator’s people share is found on a citizen that the sandbox adds', async () => {
  const mobile = freshMobile()
  const added = await product.send('POST', '/sandbox/v1/citizens', {
    body: { mobile, abha_number: '91-3000-0000-0001', abha_addresses: ['lakshmi.kyc1'], first_name: 'लक्ष्मी' },
  })
  assert.equal(added.status, 201, added.text)
  const txn_id = await begin(client, mobile)
  const verify = await client.post(paths.verify, { txn_id, otp: await product.otpTo(mobile) })
  assert.equal(verify.body.skip_state, 'abha_select')
  assert.deepEqual(verify.body.abha_profiles, [
    { abha_address: 'lakshmi.kyc1@sbx', kyc_verified: 'true', name: `लक्ष्मी ${added.body.citizen.last_name}` },
  ])
  const profile = await (async () => {
    await openSession(product, client, { abhaAddress: 'lakshmi.kyc1', mobile, headers: { 'X-Partner-Pt-Id': 'kyc1' } })
    return client.get(paths.profile, { headers: { 'X-Partner-Pt-Id': 'kyc1' } })
  })()
  assert.equal(profile.body.kyc_verified, true, profile.text)
  assert.equal(profile.body.abha_number, '91-3000-0000-0001')
})
