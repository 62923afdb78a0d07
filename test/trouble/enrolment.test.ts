import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { assertHonestError, type Journey, journeyOf, newPerson, ok } from './journey.ts'
import { type Lossy, startLossy } from './lossy-proxy.ts'
import type { Spoiling } from './proxy.ts'

/**
 * An ABHA address is created once, whatever becomes of the answer: the caller hears of success as soon as asking settles it,
 * and otherwise what to do next.
 */

let lossy: Lossy
before(async () => {
  lossy = await startLossy()
})
after(() => lossy.stop())
afterEach(async () => {
  lossy.proxy.heal()
  lossy.upstream.calm()
})

const enrolPath = '/enrollment/enrol'

const proven = async (): Promise<Journey> => {
  const journey = journeyOf(lossy.product, lossy.caller)
  ok(await journey.init())
  ok(await journey.verify())
  return journey
}

/** The addresses that upstream has on the person's mobile, as a new registration lists them. */
const accountsOf = async ({ mobile, abha_address }: Journey): Promise<string[]> => {
  const again = journeyOf(lossy.product, lossy.caller, { mobile, abha_address })
  ok(await again.init())
  return ok(await again.verify()).abha_profiles.map((profile: { abha_address: string }) => profile.abha_address)
}

const assertMadeOnce = async (journey: Journey): Promise<void> => {
  assert.deepEqual(await accountsOf(journey), [journey.abha_address])
  assert.equal(ok(await journey.profile()).abha_address, journey.abha_address)
  assert.deepEqual(ok(await journey.status()), { logged_in: true, kyc_verified: false })
}

const assertEnded = (journey: Journey, body: any): void => {
  const { eka, profile, token, refresh_token, ...rest } = body
  assert.deepEqual(rest, { skip_state: 'abha_end', success: true })
  assert.deepEqual(Object.keys(eka).sort(), ['min_token', 'oid', 'uuid'])
  assert.ok(token && refresh_token)
  assert.equal(profile.abha_address, journey.abha_address)
  assert.deepEqual(profile.abha_addresses, [journey.abha_address])
  assert.deepEqual(
    [profile.full_name, profile.gender, profile.mobile, profile.pincode, profile.district_code, profile.kyc_verified],
    ['Asha Rao', 'F', journey.mobile, '834001', '339', false],
  )
  assert.deepEqual([profile.day_of_birth, profile.month_of_birth, profile.year_of_birth], [9, 4, 1990])
}

const lostAnswers: readonly (readonly [name: string, spoiling: Spoiling])[] = [
  ['the connection breaks', { kind: 'drop' }],
  ['the answer never comes', { kind: 'never' }],
  ['half an answer comes', { kind: 'truncate' }],
  ['8 MiB come', { kind: 'huge' }],
  ['an empty 200 comes', { kind: 'replace', status: 200 }],
  ['an empty 500 comes', { kind: 'replace', status: 500 }],
  ['a proxy answers HTML', { kind: 'replace', status: 502, type: 'text/html', body: '<html>Bad Gateway</html>' }],
  ['a proxy gives up', { kind: 'replace', status: 504, body: '{"code":"ABDM-1048","message":"Timeout"}' }],
  ['HTML comes as success', { kind: 'replace', status: 200, type: 'text/html', body: '<html>Login</html>' }],
  ['another answer comes', { kind: 'replace', status: 200, body: '{"txnId":"x","message":"?"}' }],
  ['bytes come that are no HTTP', { kind: 'raw', bytes: Buffer.from('\u0000\u0001nonsense\r\n\r\n') }],
]

for (const [name, spoiling] of lostAnswers) {
  test(`upstream creates the address and ${name}: success, and one account`, async () => {
    const journey = await proven()
    lossy.proxy.spoil(enrolPath, spoiling)
    assertEnded(journey, ok(await journey.create()))
    await assertMadeOnce(journey)
  })
}

test('upstream does not create the address and the answer is lost: an honest error, and the same call goes through later', async () => {
  for (const mode of ['timeout', 'drop_before', 'html', 'truncated', 'huge']) {
    const journey = await proven()
    await lossy.upstream.fault({ operation: 'phr.enrollment.enrol', mode, times: 2 })
    for (const _ of mode === 'timeout' ? [1] : [1, 2]) {
      const lost = await journey.create()
      assertHonestError(lost)
      assert.ok(lost.status === 502 || lost.status === 504, lost.text)
    }
    lossy.upstream.calm()
    assertEnded(journey, ok(await journey.create()))
    await assertMadeOnce(journey)
  }
})

test('3.8 as long as nobody can tell whether the address was created, nothing else is, and later everything is settled', async () => {
  const journey = await proven()
  lossy.proxy.spoil(enrolPath, { kind: 'drop' })
  lossy.proxy.spoil('/enrollment/isExists', { kind: 'drop' }, 4)
  const unknown = await journey.create()
  assertHonestError(unknown)
  assert.equal(unknown.body.error, 'ABDM did not confirm that it was done; repeat the same call')
  assert.equal(unknown.status, 502)

  // Five failures in a row: the service is left alone for a while.
  await lossy.advance(31)
  const other = await journey.create(newPerson().abha_address)
  assert.deepEqual([other.status, other.body.error], [502, unknown.body.error])
  await lossy.advance(31)
  assertEnded(journey, ok(await journey.create()))
  await assertMadeOnce(journey)
})

test('3.8 a wish for another address after a creation that nobody heard of makes no second account', async () => {
  const journey = await proven()
  lossy.proxy.spoil(enrolPath, { kind: 'drop' })
  lossy.proxy.spoil('/enrollment/isExists', { kind: 'drop' }, 2)
  assert.equal((await journey.create()).status, 502)
  for (const _ of [1, 2]) {
    const other = await journey.create(newPerson().abha_address)
    assertHonestError(other)
    assert.deepEqual([other.status, other.body.source_error.code], [400, 'ABDM-1006'])
    assert.match(other.body.source_error.message, /created another ABHA address/)
  }
  assertEnded(journey, ok(await journey.create()))
  await assertMadeOnce(journey)
})

test('the account is told of even when its profile cannot be read at that moment', async () => {
  const journey = await proven()
  lossy.proxy.spoil(enrolPath, { kind: 'drop' })
  lossy.proxy.spoil('/login/profile', { kind: 'drop' }, 2)
  assertEnded(journey, ok(await journey.create()))
  await assertMadeOnce(journey)
})

test('3.8 a creation that comes about after it was given up is found by the next call, not taken for somebody else’s', async () => {
  const journey = await proven()
  const late = journeyOf(lossy.upstream, await lossy.upstream.client(), journey)
  lossy.proxy.spoil(enrolPath, { kind: 'drop' })
  // Upstream says that the address is free, as it would while it is still at work.
  lossy.proxy.spoil('/enrollment/isExists', { kind: 'replace', status: 200, body: 'false' }, 2)
  assert.equal((await journey.create()).status, 502)
  assertEnded(journey, ok(await journey.create()))
  await assertMadeOnce(journey)
  assert.deepEqual(ok(await late.check()), { exists: true })
})

test('an address that somebody else took meanwhile is told as taken, and another one can be had', async () => {
  const journey = await proven()
  await lossy.upstream.fault({ operation: 'phr.enrollment.enrol', mode: 'drop_before' })
  assert.equal((await journey.create()).status, 502)
  const faster = journeyOf(lossy.product, lossy.caller, { ...newPerson(), abha_address: journey.abha_address })
  ok(await faster.init())
  ok(await faster.verify())
  ok(await faster.create())

  for (const _ of [1, 2]) {
    const taken = await journey.create()
    assertHonestError(taken)
    assert.deepEqual([taken.status, taken.body.source_error.code], [400, 'ABDM-1101'])
  }
  const { abha_address } = newPerson()
  assert.equal(ok(await journey.create(abha_address)).profile.abha_address, abha_address)
  assert.deepEqual(await accountsOf(journey), [abha_address])
})

test('when the proof of the mobile has run out, the registration begins again and finds the account', async () => {
  const lostProofs: (() => Promise<unknown>)[] = [
    // Five minutes later the transfer token is over.
    async () => {
      lossy.proxy.spoil('/enrollment/isExists', { kind: 'drop' }, 2)
    },
    // The answer that would have carried the tokens is lost as well.
    async () => {
      lossy.proxy.spoil('/login/verify/user', { kind: 'drop' })
    },
  ]
  for (const [index, lose] of lostProofs.entries()) {
    const journey = await proven()
    lossy.proxy.spoil(enrolPath, { kind: 'drop' })
    await lose()
    assert.equal((await journey.create()).body.code, 502)
    if (index === 0) await lossy.advance(301)
    const over = await journey.create()
    assertHonestError(over)
    assert.deepEqual([over.status, over.body.source_error.code], [400, 'MIS-1026'])
    assert.deepEqual(await accountsOf(journey), [journey.abha_address])
    ok(await journey.sessionInit())
    ok(await journey.sessionVerify())
  }
})

test('sixteen at once whose answer is lost make one account and one user', async () => {
  const journey = await proven()
  lossy.proxy.spoil(enrolPath, { kind: 'drop' })
  const replies = await Promise.all(Array.from({ length: 16 }, () => journey.create()))
  const won = replies.filter(({ status }) => status === 200)
  assert.equal(won.length, 1)
  for (const reply of replies.filter(({ status }) => status !== 200)) {
    assertHonestError(reply)
    assert.equal(reply.status, 400, reply.text)
  }
  assert.deepEqual(await accountsOf(journey), [journey.abha_address])
})

test('two choices of one address while ABDM is slow: one logs in, and the other is not told that anything was lost', async () => {
  const person = journeyOf(lossy.product, lossy.caller)
  await person.register()
  const login = '/abdm/na/v1/profile/login'
  const { txn_id } = ok(await lossy.caller.post(`${login}/init`, { method: 'mobile', identifier: person.mobile }))
  ok(await lossy.caller.post(`${login}/verify`, { txn_id, otp: await lossy.product.otpTo(person.mobile) }))
  const hold = lossy.proxy.hold('/login/verify/user', 'after')
  const choose = () => lossy.caller.post(`${login}/phr`, { txn_id, phr_address: person.abha_address })
  const first = choose()
  await hold.reached
  const second = choose()
  await new Promise((resolve) => setTimeout(resolve, 50))
  hold.letGo()
  ok(await first)
  const other = await second
  assertHonestError(other)
  assert.equal(other.status, 400)
  assert.doesNotMatch(other.text, /lost/)
})

test('with a real upstream none of the sandbox is there', async () => {
  const { origin } = lossy.product
  for (const [method, path] of [
    ['GET', '/sandbox/v1/messages'],
    ['GET', '/sandbox/v1/messages/stream'],
    ['GET', '/sandbox/v1/citizens'],
    ['GET', '/sandbox/v1/trace'],
    ['POST', '/sandbox/v1/faults'],
    ['POST', '/sandbox/v1/clock'],
    ['POST', '/sandbox/v1/reset'],
    ['POST', '/sandbox/v1/rotate-keys'],
  ] as const) {
    const reply = await fetch(origin + path, { method })
    assert.equal(reply.status, 404, path)
    await reply.text()
  }
  const login = await fetch(`${origin}/connect-auth/v1/account/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"client_id":"openabha-dev","client_secret":"openabha-dev-secret"}',
  })
  assert.equal(login.status, 401)
  await login.text()
})
