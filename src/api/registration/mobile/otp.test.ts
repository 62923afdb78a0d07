import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../../../../test/harness.ts'
import {
  assertRefused,
  assertTooMany,
  begin,
  type Client,
  freshMobile,
  paths,
  refusals,
  sendingNothing,
  wrongOtp,
} from '../../../../test/walks.ts'
import { type Environment, readConfig } from '../../../config.ts'

/** An OTP works once, for ten minutes, at the third guess at most; it is sent again only after a pause and twice at most. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

const verify = (txn_id: string, otp: string, by = client) => by.post(paths.verify, { txn_id, otp })
const resend = (txn_id: string, by = client) => by.post(paths.resend, { txn_id })
const sent = async (product: Product, mobile: string): Promise<number> =>
  (await product.send('GET', `/sandbox/v1/messages?to=${mobile}&limit=100`)).body.messages.length

/** A product with other settings, for one test. */
const withSettings = async (env: Environment, act: (product: Product, client: Client) => Promise<void>) => {
  const other = await startProduct(env)
  try {
    await act(other, await other.client())
  } finally {
    await other.stop()
  }
}

test('the right OTP works once', async () => {
  const mobile = freshMobile()
  const txn_id = await begin(client, mobile)
  const otp = await product.otpTo(mobile)
  assert.equal((await verify(txn_id, otp)).status, 200)
  assertRefused(await verify(txn_id, otp), refusals.stepNotAllowed)
})

test('two wrong OTPs cost nothing but tries: the right one still works', async () => {
  const mobile = freshMobile()
  const txn_id = await begin(client, mobile)
  const otp = await product.otpTo(mobile)
  assertRefused(await verify(txn_id, wrongOtp(otp)), refusals.otpWrong)
  assertRefused(await verify(txn_id, wrongOtp(otp)), refusals.otpWrong)
  assert.equal((await verify(txn_id, otp)).status, 200)
})

test('the third wrong OTP is still told to be wrong; then the transaction is closed, also for the right one', async () => {
  const mobile = freshMobile()
  const txn_id = await begin(client, mobile)
  const otp = await product.otpTo(mobile)
  for (let guess = 0; guess < 3; guess++) assertRefused(await verify(txn_id, wrongOtp(otp)), refusals.otpWrong)
  await sendingNothing(product, async () => {
    assertRefused(await verify(txn_id, otp), refusals.triesUsedUp)
    assertRefused(await verify(txn_id, wrongOtp(otp)), refusals.triesUsedUp)
    await product.advance(60)
    assertRefused(await resend(txn_id), refusals.triesUsedUp)
    assertRefused(await verify(txn_id, otp), refusals.triesUsedUp)
  })
  // Starting again is all it takes.
  const again = await begin(client, mobile)
  assert.equal((await verify(again, await product.otpTo(mobile))).status, 200)
})

test('an OTP works until its 600th second and not then; it is not counted as a wrong one', async () => {
  const [quick, slow] = [freshMobile(), freshMobile()]
  const [inTime, late] = [await begin(client, quick), await begin(client, slow)]
  const otp = await product.otpTo(slow)
  await product.advance(599)
  assert.equal((await verify(inTime, await product.otpTo(quick))).status, 200)
  await product.advance(1)
  await sendingNothing(product, async () => {
    for (let guess = 0; guess < 4; guess++) {
      assertRefused(await verify(late, otp), { ...refusals.otpWrong, message: /has ended/ })
    }
  })
  await client.relogin()
  assert.equal((await resend(late)).status, 200)
  assert.equal((await verify(late, await product.otpTo(slow))).status, 200)
})

test('a resend has to wait a minute, is told how long, and nothing is sent before', async () => {
  const mobile = freshMobile()
  const txn_id = await begin(client, mobile)
  await sendingNothing(product, async () => {
    assert.equal(assertTooMany(await resend(txn_id)), 60)
    await product.advance(20)
    assert.equal(assertTooMany(await resend(txn_id)), 40)
    await product.advance(39)
    assert.equal(assertTooMany(await resend(txn_id)), 1)
  })
  await product.advance(1)
  const again = await resend(txn_id)
  assert.equal(again.status, 200, again.text)
  assert.deepEqual(Object.keys(again.body).sort(), ['hint', 'txn_id'])
  assert.equal(again.body.txn_id, txn_id)
  // Counted from the send before, not from the first.
  assert.equal(assertTooMany(await resend(txn_id)), 60)
})

test('there are two resends; the third is told to wait until the transaction is over', async () => {
  const mobile = freshMobile()
  const txn_id = await begin(client, mobile)
  for (let count = 0; count < 2; count++) {
    await product.advance(60)
    assert.equal((await resend(txn_id)).status, 200)
  }
  await product.advance(60)
  await sendingNothing(product, async () => assert.equal(assertTooMany(await resend(txn_id)), 1740))
  assert.equal(await sent(product, mobile), 3)
  assert.equal((await verify(txn_id, await product.otpTo(mobile))).status, 200)
})

test('a resend kills the old OTP, leaves the count of wrong ones and starts a new ten minutes', async () => {
  const mobile = freshMobile()
  const txn_id = await begin(client, mobile)
  const old = await product.otpTo(mobile)
  assertRefused(await verify(txn_id, wrongOtp(old)), refusals.otpWrong)
  await product.advance(599)
  assert.equal((await resend(txn_id)).status, 200)
  const otp = await product.otpTo(mobile)
  if (otp !== old) assertRefused(await verify(txn_id, old), refusals.otpWrong)
  else assertRefused(await verify(txn_id, wrongOtp(old)), refusals.otpWrong)
  await product.advance(599)
  assertRefused(await verify(txn_id, wrongOtp(otp)), refusals.otpWrong)
  assertRefused(await verify(txn_id, otp), refusals.triesUsedUp)
})

test('a resent OTP is the one that works', async () => {
  const mobile = freshMobile()
  const txn_id = await begin(client, mobile)
  await product.advance(60)
  await resend(txn_id)
  await product.advance(60)
  await resend(txn_id)
  assert.equal((await verify(txn_id, await product.otpTo(mobile))).status, 200)
})

test('without settings the numbers are those of the contract', () => {
  const { otp, txnLifetimeSeconds } = readConfig({ DATABASE_URL: 'sqlite::memory:' })
  assert.deepEqual(otp, {
    lifetimeSeconds: 600,
    triesMax: 3,
    resendsMax: 2,
    resendWaitSeconds: 60,
    sendsPerIdentifierHour: 5,
    sendsPerIdentifierDay: 10,
    sendsPerClientHour: 600,
    sendsPerAddressHour: 60,
  })
  assert.equal(txnLifetimeSeconds, 1800)
})

test('a wait of zero switches the wait off, and OTP_RESENDS_MAX sets another number', () =>
  withSettings({ OTP_RESEND_WAIT_SECONDS: '0', OTP_RESENDS_MAX: '4' }, async (product, client) => {
    const mobile = freshMobile()
    const txn_id = await begin(client, mobile)
    for (let count = 0; count < 4; count++) assert.equal((await resend(txn_id, client)).status, 200)
    assertTooMany(await resend(txn_id, client))
    assert.equal((await verify(txn_id, await product.otpTo(mobile), client)).status, 200)
  }))

test('an OTP that a newer registration of the same mobile made void has ended, costs no try, and a resend revives its own', async () => {
  const mobile = freshMobile()
  const first = await begin(client, mobile)
  const firstOtp = await product.otpTo(mobile)
  await begin(client, mobile)
  for (let count = 0; count < 4; count++) {
    assertRefused(await verify(first, firstOtp), { ...refusals.otpWrong, message: /has ended/ })
  }
  await product.advance(60)
  assert.equal((await resend(first)).status, 200)
  assert.equal((await verify(first, await product.otpTo(mobile))).status, 200)
})

test('when the answer to a right OTP was lost, its repeat says that the OTP may be used up, and a new one works', async () => {
  const mobile = freshMobile()
  const txn_id = await begin(client, mobile)
  const otp = await product.otpTo(mobile)
  await product.fault({ operation: 'phr.enrollment.verify', mode: 'drop_after' })
  assert.equal((await verify(txn_id, otp)).status, 502)
  assertRefused(await verify(txn_id, otp), { ...refusals.otpWrong, message: /may have been used up/ })
  await product.advance(60)
  assert.equal((await resend(txn_id)).status, 200)
  const next = await product.otpTo(mobile)
  assertRefused(await verify(txn_id, wrongOtp(next)), { ...refusals.otpWrong, message: /OTP does not match/ })
  assert.equal((await verify(txn_id, next)).status, 200)
})

test('OTP_RESENDS_MAX 0 allows none', () =>
  withSettings({ OTP_RESENDS_MAX: '0', OTP_RESEND_WAIT_SECONDS: '0' }, async (product, client) => {
    const mobile = freshMobile()
    const txn_id = await begin(client, mobile)
    await sendingNothing(product, async () => assert.equal(assertTooMany(await resend(txn_id, client)), 1800))
    assert.equal((await verify(txn_id, await product.otpTo(mobile), client)).status, 200)
  }))

test('OTP_TRIES_MAX and OTP_LIFETIME_SECONDS set other numbers', () =>
  withSettings(
    { OTP_TRIES_MAX: '1', OTP_LIFETIME_SECONDS: '30', OTP_RESEND_WAIT_SECONDS: '5' },
    async (product, client) => {
      const mobile = freshMobile()
      const txn_id = await begin(client, mobile)
      await product.advance(4)
      assert.equal(assertTooMany(await resend(txn_id, client)), 1)
      await product.advance(25)
      const otp = await product.otpTo(mobile)
      assertRefused(await verify(txn_id, wrongOtp(otp), client), refusals.otpWrong)
      assertRefused(await verify(txn_id, otp, client), refusals.triesUsedUp)

      const second = await begin(client, mobile)
      await product.advance(30)
      assertRefused(await verify(second, await product.otpTo(mobile), client), {
        ...refusals.otpWrong,
        message: /has ended/,
      })
    },
  ))

test('the OTP is in no answer, and no log line has the OTP, the mobile or a name', async () => {
  const mobile = freshMobile()
  const init = await client.post(paths.init, { mobile_number: mobile })
  const otp = await product.otpTo(mobile)
  assert.ok(!init.text.includes(otp))
  const wrong = await verify(init.body.txn_id, wrongOtp(otp))
  const right = await verify(init.body.txn_id, otp)
  for (const { text } of [wrong, right]) assert.ok(!text.includes(otp))
  const log = product.lines.join('\n')
  assert.ok(log.includes('request_otp'))
  assert.ok(!log.includes(mobile))
  assert.ok(!new RegExp(`\\b${otp}\\b`).test(log.replace(/"time":"[^"]+"/g, '')))
})
