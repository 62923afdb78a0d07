import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { login } from '../../../../test/flow-steps.ts'
import { type Product, startProduct } from '../../../../test/harness.ts'
import { addCitizen, kycAddress } from '../../../../test/people.ts'
import {
  assertFieldRefuses,
  assertRefused,
  type Client,
  freshAddress,
  nothing,
  notText,
  refusals,
  sendingNothing,
  wrongOtp,
} from '../../../../test/walks.ts'

/** What a login refuses: a request that is not whole goes nowhere, and a wrong OTP is counted by every method alike. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

const by = (path: string) => (body: unknown) => client.post(`${login}/${path}`, body)

const people = async () => {
  const citizen = await addCitizen(product, kycAddress())
  const mobile = citizen.mobile ?? ''
  const ways: readonly [method: string, identifier: string][] = [
    ['phr_address', citizen.abha_addresses[0] ?? ''],
    ['mobile', mobile],
    ['abha_number', citizen.abha_number ?? ''],
    ['aadhaar_number', citizen.aadhaar_number],
  ]
  return { mobile, ways }
}

const begun = async (method: string, identifier: string): Promise<string> => {
  const reply = await by('init')({ method, identifier })
  assert.equal(reply.status, 200, reply.text)
  return reply.body.txn_id
}

test('a field that is missing or malformed is named, and nothing is sent', async () => {
  const good = { method: 'mobile', identifier: '9876543210' }
  await assertFieldRefuses(product, by('init'), good, 'method', [...nothing, ...notText, 'password'])
  await assertFieldRefuses(product, by('init'), good, 'identifier', [...nothing, '12345', '98765432101'])
  await assertFieldRefuses(product, by('init'), good, 'otp_system', ['sms', 'uidai'])
  await assertFieldRefuses(product, by('verify'), { txn_id: 'no-such', otp: '123456' }, 'txn_id', nothing)
  await assertFieldRefuses(product, by('verify'), { txn_id: 'no-such', otp: '123456' }, 'otp', [...nothing, '12345'])
  const choice = { txn_id: 'no-such', phr_address: freshAddress() }
  await assertFieldRefuses(product, by('phr'), choice, 'txn_id', nothing)
  await assertFieldRefuses(product, by('phr'), choice, 'phr_address', [...nothing, 'a b'])
  await assertFieldRefuses(product, by('methods'), { abha_address: freshAddress() }, 'abha_address', [
    ...nothing,
    'a b',
  ])
})

test('a search without its txn_id, or with one that is unknown, is refused and nothing is sent', async () => {
  const good = { method: 'search', identifier: '1', txn_id: 'no-such' }
  await sendingNothing(product, async () => {
    const { txn_id: _, ...without } = good
    assertRefused(await by('init')(without), { ...refusals.field, message: /^txn_id / })
    assertRefused(await by('init')(good), refusals.txnUnknown)
  })
})

test('a wrong OTP is told by every method and leaves the login usable; the third closes it', async () => {
  const { mobile, ways } = await people()
  for (const [method, identifier] of ways) {
    const usable = await begun(method, identifier)
    const otp = await product.otpTo(mobile)
    const wrong = await by('verify')({ txn_id: usable, otp: wrongOtp(otp) })
    assertRefused(wrong, { status: 400 }, method)
    assert.equal(wrong.text.includes(otp) || wrong.text.includes(mobile), false)
    assert.equal((await by('verify')({ txn_id: usable, otp })).status, 200, method)
    const closed = await begun(method, identifier)
    const right = await product.otpTo(mobile)
    for (let tries = 0; tries < 3; tries++) {
      assertRefused(await by('verify')({ txn_id: closed, otp: wrongOtp(right) }), { status: 400 }, method)
    }
    await sendingNothing(product, async () =>
      assertRefused(await by('verify')({ txn_id: closed, otp: right }), refusals.triesUsedUp, method),
    )
  }
})

test('a deactivated account and a locked one are refused at init by both OTP systems, and no message goes out', async () => {
  for (const [identifier, mobile] of [
    ['hetal.namuno@sbx', '6200010099'],
    ['bhaskar.arhi@sbx', '6200010088'],
  ] as const) {
    for (const otp_system of ['abdm', 'aadhaar']) {
      const reply = await client.post(`${login}/init`, { method: 'phr_address', identifier, otp_system })
      assertRefused(reply, { status: 500, error: 'Something went wrong' }, `${identifier} ${otp_system}`)
      assert.equal(await product.otpTo(mobile), 'none')
    }
  }
})
