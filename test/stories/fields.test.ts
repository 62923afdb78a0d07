import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectRoutes } from '../../src/api/index.ts'
import { type Product, type Reply, startProduct } from '../harness.ts'
import {
  assertFieldRefuses,
  assertRefused,
  type Client,
  fullWidth,
  nothing,
  notText,
  refusals,
  register,
  sendingNothing,
} from '../walks.ts'

/**
 * A field that is missing or malformed is refused by its name, without its value, before ABDM is asked and before anything
 * is counted: for every operation that takes a body, whatever the state of its flow.
 */

let product: Product
let client: Client
let oid: string
before(async () => {
  product = await startProduct()
  client = await product.client()
  oid = (await register(product, client)).oid
})
after(() => product.stop())

const txnIds = [...nothing, ...notText, 't'.repeat(129), 'with\u0000nul', 'line\nbreak']
const otps = [
  ...nothing,
  ...notText,
  '12345',
  '1234567',
  '12345a',
  '12 34 5',
  '-12345',
  '1e5',
  fullWidth('123456'),
  '½23456',
]
const mobiles = [
  ...nothing,
  ...notText,
  '987654321',
  '98765432101',
  '5876543210',
  '00919876543210',
  '98765-43210',
  fullWidth('9876543210'),
]
/** The last one has a wrong check digit. */
const aadhaars = [
  ...nothing,
  ...notText,
  '20000000011',
  '2000000001111',
  '100000000111',
  '000000000000',
  '200000000112',
]
const addresses = [
  ...nothing,
  ...notText,
  'seven77',
  'nineteen.letters.19',
  '.dotfirst1',
  'dotlast12.',
  'two.dots.in',
  'two_under_sc',
  'has space in@',
  'asha.rao1990@abdm',
  'asha.rao1990@sbx@sbx',
  'आशा.राव१९९०',
  'asha-rao1990',
]
/** What is no address to choose, though it may be one to log in to. */
const newAddresses = [...addresses, '9876543210', '91000011112222']
const abhaNumbers = [
  ...notText,
  '9111112222333',
  '911111222233334',
  '91-1111-2222-333',
  '9111-11-2222-3333',
  '12-3456-7890',
]
const words = [...nothing, ...notText, 'Mobile', 'password', 'email', 'face']

type Case = readonly [operationId: string, good: Record<string, unknown>, at: string, values: readonly unknown[]]
const txn_id = '01a20565-7979-74d1-a1e0-5ea4053d94fd'
const otp = '135791'
const phr_address = 'asha.rao1990'
const abha_address = phr_address
const aadhaar = '200000000111'
const mobile = '9876543210'

const cases: readonly Case[] = [
  ['registrationAadhaarInit', { aadhaar_number: aadhaar }, 'aadhaar_number', aadhaars],
  ['registrationAadhaarResend', { txn_id }, 'txn_id', txnIds],
  ['registrationAadhaarVerify', { txn_id, otp, mobile }, 'txn_id', txnIds],
  ['registrationAadhaarVerify', { txn_id, otp, mobile }, 'otp', otps],
  ['registrationAadhaarVerify', { txn_id, otp, mobile }, 'mobile', mobiles],
  ['registrationAadhaarMobileVerify', { txn_id, otp }, 'txn_id', txnIds],
  ['registrationAadhaarMobileVerify', { txn_id, otp }, 'otp', otps],
  ['registrationAadhaarMobileResend', { txn_id }, 'txn_id', txnIds],
  ['registrationAadhaarCreate', { txn_id, abha_address }, 'txn_id', txnIds],
  ['registrationAadhaarCreate', { txn_id, abha_address }, 'abha_address', newAddresses],
  ['registrationAadhaarAutoLogin', { txn_id, abha_address }, 'txn_id', txnIds],
  ['registrationAadhaarAutoLogin', { txn_id, abha_address }, 'abha_address', addresses],
  ['faceAuthCapture', { txn_id }, 'txn_id', txnIds],
  ['faceAuthVerify', { txn_id, aadhaar }, 'txn_id', txnIds],
  ['faceAuthVerify', { txn_id, aadhaar }, 'aadhaar', aadhaars],
  ['faceAuthVerify', { txn_id, aadhaar, mobile }, 'mobile', mobiles.slice(nothing.length)],
  ['loginMethods', { abha_address }, 'abha_address', addresses],
  ['loginInit', { method: 'mobile', identifier: mobile }, 'method', words],
  ['loginInit', { method: 'mobile', identifier: mobile }, 'identifier', mobiles],
  ['loginInit', { method: 'phr_address', identifier: phr_address }, 'identifier', addresses],
  ['loginInit', { method: 'aadhaar_number', identifier: aadhaar }, 'identifier', aadhaars],
  ['loginInit', { method: 'abha_number', identifier: '91-1111-2222-3333' }, 'identifier', [...nothing, ...abhaNumbers]],
  [
    'loginInit',
    { method: 'mobile', identifier: mobile, otp_system: 'abdm' },
    'otp_system',
    [...notText, 'sms', 'uidai'],
  ],
  ['loginInit', { method: 'search', identifier: '1', txn_id }, 'txn_id', txnIds],
  ['loginVerify', { txn_id, otp }, 'txn_id', txnIds],
  ['loginVerify', { txn_id, otp }, 'otp', otps],
  ['loginSelect', { txn_id, phr_address }, 'txn_id', txnIds],
  ['loginSelect', { txn_id, phr_address }, 'phr_address', addresses],
  ['sessionInit', { abha_address }, 'abha_address', addresses],
  ['sessionVerify', { txn_id, otp }, 'txn_id', txnIds],
  ['sessionVerify', { txn_id, otp }, 'otp', otps],
  ['abhaAddressExists', { abha_address }, 'abha_address', addresses],
  ['profileSearch', { mobile }, 'mobile', mobiles],
  ['profileUpdate', { first_name: 'Asha' }, 'first_name', [...notText, 'A1', '<b>', 'x'.repeat(100)]],
  ['profileUpdate', { pincode: '834001' }, 'pincode', [...notText, '83400', '034001', '8340011']],
  ['profileUpdate', { gender: 'F' }, 'gender', [...notText, 'female', 'U']],
  ['profileUpdate', { day_of_birth: 9 }, 'day_of_birth', ['9', 0, 32, 1.5, true, [9]]],
  ['profileUpdate', { month_of_birth: 4 }, 'month_of_birth', ['4', 0, 13, 1.5, true, [4]]],
  ['profileUpdate', { year_of_birth: 1990 }, 'year_of_birth', ['1990', 1899, 10_000, 1.5, true]],
  [
    'kycInit',
    { method: 'abha-number', identifier: '91-1111-2222-3333' },
    'method',
    [...words, 'mobile', 'phr_address'],
  ],
  ['kycInit', { method: 'abha-number', identifier: '91-1111-2222-3333' }, 'identifier', [...nothing, ...abhaNumbers]],
  ['kycInit', { method: 'aadhaar', identifier: aadhaar }, 'identifier', aadhaars],
  ['kycResend', { txn_id }, 'txn_id', txnIds],
  ['kycVerify', { txn_id, otp }, 'txn_id', txnIds],
  ['kycVerify', { txn_id, otp }, 'otp', otps],
]

const routeOf = (operationId: string) => {
  const found = connectRoutes.find((one) => one.operationId === operationId)
  assert.ok(found, operationId)
  return found
}
const sendTo = (operationId: string) => {
  const { method, path } = routeOf(operationId)
  return (body: unknown): Promise<Reply> => client.call(method, path, { body, headers: { 'X-Pt-Id': oid } })
}

for (const [operationId, good, at, values] of cases) {
  const about = good.method && at === 'identifier' ? ` of method ${good.method}` : ''
  test(`${operationId} refuses every malformed ${at}${about}`, () =>
    assertFieldRefuses(product, sendTo(operationId), good, at, values))
}

test('every operation with a body is in the table, or beside the files that it has of its own', () => {
  const elsewhere = /^(account|registrationMobile|profileShare)/
  const tried = new Set(cases.map(([operationId]) => operationId))
  const missing = connectRoutes
    .filter(({ body, operationId }) => body && !tried.has(operationId) && !elsewhere.test(operationId))
    .map(({ operationId }) => operationId)
  assert.deepEqual(missing, [])
})

test('a body that is no object, or no JSON, is refused by every operation that takes one', () =>
  sendingNothing(product, async () => {
    for (const { method, path, body, operationId, tag } of connectRoutes) {
      if (!body || tag === 'auth') continue
      for (const raw of ['{', '[]', '"text"', '7', 'null', 'true', '{"a":', '\u0000', '{"__proto__":[]}x']) {
        const reply = await client.call(method, path, { raw, headers: { 'X-Pt-Id': oid } })
        assertRefused(reply, refusals.field, `${operationId} ${raw}`)
      }
    }
  }))

test('operations that need nobody’s body take what clients send all the same', async () => {
  for (const raw of ['', '{}']) {
    const headers = { 'Content-Type': 'application/json' }
    const init = await client.call('POST', '/abdm/na/v1/face-auth/init', raw ? { raw, headers } : { headers })
    assert.equal(init.status, 200, init.text)
  }
})
