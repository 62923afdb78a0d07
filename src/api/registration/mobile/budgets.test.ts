import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Product, startProduct } from '../../../../test/harness.ts'
import {
  assertRefused,
  assertTooMany,
  begin,
  type Client,
  freshMobile,
  paths,
  refusals,
  register,
  sendingNothing,
} from '../../../../test/walks.ts'
import type { Environment } from '../../../config.ts'

/** No more OTPs go out than the budgets allow: per receiver, per client and per network address, and a refusal sends nothing. */

const withBudgets = (env: Environment, act: (product: Product, client: Client) => Promise<void>) => async () => {
  const product = await startProduct(env)
  try {
    await act(product, await product.client())
  } finally {
    await product.stop()
  }
}
const init = (client: Client, mobile_number: string, headers: Record<string, string> = {}) =>
  client.post(paths.init, { mobile_number }, { headers })
const over = (product: Product, client: Client, mobile: string) =>
  sendingNothing(product, async () => assertTooMany(await init(client, mobile)))

test(
  'a mobile gets five OTPs an hour across clients, and resends count; then the window opens again',
  withBudgets({ OTP_SENDS_PER_IDENTIFIER_HOUR: '5' }, async (product, client) => {
    const other = await product.client('openabha-dev-2')
    const mobile = freshMobile()
    const txn_id = await begin(client, mobile)
    await begin(other, mobile)
    await begin(client, mobile)
    await begin(other, mobile)
    await product.advance(60)
    assert.equal((await client.post(paths.resend, { txn_id })).status, 200)
    assert.equal(await over(product, client, mobile), 3540)
    assert.equal(await over(product, other, `+91 ${mobile}`), 3540)
    // Another mobile is not concerned.
    await begin(client, freshMobile())
    await product.advance(3539)
    await client.relogin()
    await over(product, client, mobile)
    await product.advance(1)
    await begin(client, mobile)
  }),
)

test(
  'a resend over budget is refused, sends nothing and uses up neither the resend nor the OTP that is out',
  withBudgets({ OTP_SENDS_PER_IDENTIFIER_HOUR: '2' }, async (product, client) => {
    const mobile = freshMobile()
    const txn_id = await begin(client, mobile)
    await begin(client, freshMobile())
    await product.advance(60)
    assert.equal((await client.post(paths.resend, { txn_id })).status, 200)
    await product.advance(60)
    const resend = () => client.post(paths.resend, { txn_id })
    assert.equal(assertTooMany(await sendingNothing(product, resend)), 3480)
    assert.equal(assertTooMany(await sendingNothing(product, resend)), 3480)
    await product.advance(479)
    // The life of the OTP was not stretched by the refused sends.
    assert.equal((await client.post(paths.verify, { txn_id, otp: '12345' })).status, 400)
    await product.advance(61)
    assertRefused(await client.post(paths.verify, { txn_id, otp: await product.otpTo(mobile) }), {
      ...refusals.otpWrong,
      message: /has ended/,
    })
  }),
)

test(
  'a resend that was over budget may be made when there is budget again',
  withBudgets(
    { OTP_SENDS_PER_IDENTIFIER_HOUR: '1', OTP_RESENDS_MAX: '1', TXN_LIFETIME_SECONDS: '7200' },
    async (product, client) => {
      const mobile = freshMobile()
      const txn_id = await begin(client, mobile)
      await product.advance(60)
      const resend = () => client.post(paths.resend, { txn_id })
      assert.equal(assertTooMany(await resend()), 3540)
      await product.advance(3540)
      await client.relogin()
      assert.equal((await resend()).status, 200)
      assert.equal((await client.post(paths.verify, { txn_id, otp: await product.otpTo(mobile) })).status, 200)
    },
  ),
)

test(
  'a mobile gets ten OTPs a day',
  withBudgets({ OTP_SENDS_PER_IDENTIFIER_HOUR: '5', OTP_SENDS_PER_IDENTIFIER_DAY: '10' }, async (product, client) => {
    const mobile = freshMobile()
    for (let hour = 0; hour < 2; hour++) {
      for (let count = 0; count < 5; count++) await begin(client, mobile)
      await product.advance(3600)
      await client.relogin()
    }
    assert.equal(await over(product, client, mobile), 86_400 - 7200)
    await product.advance(86_400 - 7200)
    await client.relogin()
    await begin(client, mobile)
  }),
)

test(
  'a client has its own budget, whomever it sends to; another client is not concerned',
  withBudgets({ OTP_SENDS_PER_CLIENT_HOUR: '3' }, async (product, client) => {
    for (let count = 0; count < 3; count++) await begin(client, freshMobile())
    assert.equal(await over(product, client, freshMobile()), 3600)
    await begin(await product.client('openabha-dev-2'), freshMobile())
    await product.advance(3600)
    await client.relogin()
    await begin(client, freshMobile())
  }),
)

test(
  'a network address has a budget across clients, and a forged X-Forwarded-For is no other address',
  withBudgets({ OTP_SENDS_PER_ADDRESS_HOUR: '2' }, async (product, client) => {
    const other = await product.client('openabha-dev-2')
    await begin(client, freshMobile())
    await begin(other, freshMobile())
    await over(product, client, freshMobile())
    await sendingNothing(product, async () =>
      assertTooMany(await init(other, freshMobile(), { 'X-Forwarded-For': '192.0.2.7', Forwarded: 'for=192.0.2.7' })),
    )
  }),
)

test(
  'behind a trusted proxy the address is the one that the proxy names',
  withBudgets({ OTP_SENDS_PER_ADDRESS_HOUR: '1', TRUST_PROXY: 'true' }, async (_, client) => {
    const from = (address: string) => init(client, freshMobile(), { 'X-Forwarded-For': address })
    assert.equal((await from('192.0.2.1')).status, 200)
    assertTooMany(await from('192.0.2.1'))
    assert.equal((await from('192.0.2.2')).status, 200)
    // What stands before the proxy's own entry are the caller's words.
    assertTooMany(await from('198.51.100.9, 192.0.2.1'))
    assertTooMany(await from('198.51.100.10, 192.0.2.2'))
  }),
)

test(
  'the OTP of a user session counts against the same kinds of budget, by its ABHA address',
  withBudgets({ OTP_SENDS_PER_IDENTIFIER_HOUR: '2' }, async (product, client) => {
    const { abhaAddress } = await register(product, client)
    const other = await product.client('openabha-dev-2')
    const open = (by: Client, abha_address: string) => by.post(paths.sessionInit, { abha_address })
    assert.equal((await open(client, abhaAddress)).status, 200)
    assert.equal((await open(other, abhaAddress.toUpperCase())).status, 200)
    await sendingNothing(product, async () => {
      assertTooMany(await open(client, abhaAddress))
      assertTooMany(await open(other, abhaAddress.replace('@sbx', '')))
    })
  }),
)

test(
  'a send that certainly did not go out is given back to the budget',
  withBudgets({ OTP_SENDS_PER_IDENTIFIER_HOUR: '1' }, async (product, client) => {
    const mobile = freshMobile()
    // Without a certificate nothing can be sealed, so nothing leaves; a new product has fetched none yet.
    await product.fault({ operation: 'phr.certificate', status: 500, code: 'ABDM-1004', probability: 1 })
    assert.equal((await init(client, mobile)).status, 500)
    assert.equal(product.upstreamCalls('phr.enrollment.request_otp'), 0)
    product.calm()
    assert.equal((await init(client, mobile)).status, 200)
    await over(product, client, mobile)
  }),
)

test(
  'a malformed call, a wrong step and an unknown transaction cost no budget',
  withBudgets({ OTP_SENDS_PER_IDENTIFIER_HOUR: '1', OTP_SENDS_PER_CLIENT_HOUR: '1' }, async (_, client) => {
    for (let count = 0; count < 5; count++) {
      assert.equal((await init(client, '12345')).status, 400)
      assert.equal((await client.post(paths.resend, { txn_id: 'none' })).status, 400)
    }
    await begin(client, freshMobile())
  }),
)

test(
  'sixteen sends at once never exceed the budget',
  withBudgets({ OTP_SENDS_PER_IDENTIFIER_HOUR: '5' }, async (product, client) => {
    const mobile = freshMobile()
    const replies = await Promise.all(Array.from({ length: 16 }, () => init(client, mobile)))
    assert.equal(replies.filter(({ status }) => status === 200).length, 5)
    for (const reply of replies.filter(({ status }) => status !== 200)) assertTooMany(reply)
    assert.equal(product.upstreamCalls('phr.enrollment.request_otp'), 5)
  }),
)
