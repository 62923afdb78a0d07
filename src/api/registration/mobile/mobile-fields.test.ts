import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../../../../test/harness.ts'
import {
  assertFieldRefuses,
  assertRefused,
  begin,
  type Client,
  details,
  devanagari,
  freshAddress,
  freshMobile,
  fullWidth,
  nothing,
  notText,
  paths,
  refusals,
} from '../../../../test/walks.ts'

/** What init, resend and verify are sent is cleaned or refused by name before anything is sent upstream or counted, and is never echoed. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

const notTxnIds = [...nothing, ...notText, 't'.repeat(129), 'with\u0000nul', 'line\nbreak']

test('init refuses every malformed mobile_number', () =>
  assertFieldRefuses(
    product,
    (body) => client.post(paths.init, body),
    { mobile_number: '9876543210' },
    'mobile_number',
    [
      ...nothing,
      ...notText,
      9_876_543_210,
      '987654321',
      '98765432101',
      '5876543210',
      '0876543210',
      '09876543210',
      '+9187654321',
      '+919876543210123',
      '00919876543210',
      '+1 9876543210',
      '98765-43210',
      '98765.43210',
      '9876543210;',
      '9876543210@sbx',
      '9e9',
      'abcdefghij',
      '9'.repeat(10_000),
      '\u200b',
      '----------',
      fullWidth('9876543210'),
      devanagari('9876543210'),
      `९${'876543210'}`,
      `${'987654321'}O`,
      'asha.rao@example.org',
      '9876543210\u0000',
    ],
  ))

test('init cleans a mobile number that was pasted with blanks, invisible characters or a country code', async () => {
  const mobile = '9876501234'
  const pasted = [
    mobile,
    ` ${mobile} `,
    '98765 01234',
    '+91 98765 01234',
    `+91${mobile}`,
    `91${mobile}`,
    `91 ${mobile}`,
    '\u200b98765\u200c01234\u200d',
    '\ufeff9876501234',
    '\u202a+919876501234\u202c',
    '9876\u00a0501\u2009234',
    '98\u00ad765\u206001234\r\n',
  ]
  for (const mobile_number of pasted) {
    const { status, body, text } = await client.post(paths.init, { mobile_number })
    assert.equal(status, 200, `${JSON.stringify(mobile_number)} ${text}`)
    assert.match(body.hint, /\*{6}1234$/)
    assert.match(await product.otpTo(mobile), /^\d{6}$/)
    await product.send('DELETE', '/sandbox/v1/messages')
    await product.advance(1801)
    await client.relogin()
  }
})

test('a mobile that itself begins with 91 is not taken for a country code', async () => {
  for (const mobile_number of ['9198765432', '+919198765432', '919198765432']) {
    const { status, text } = await client.post(paths.init, { mobile_number })
    assert.equal(status, 200, text)
    assert.match(await product.otpTo('9198765432'), /^\d{6}$/)
    await product.send('DELETE', '/sandbox/v1/messages')
  }
})

test('resend and verify refuse every malformed txn_id', async () => {
  await assertFieldRefuses(product, (body) => client.post(paths.resend, body), { txn_id: 'x' }, 'txn_id', notTxnIds)
  await assertFieldRefuses(
    product,
    (body) => client.post(paths.verify, body),
    { txn_id: 'x', otp: '123456' },
    'txn_id',
    notTxnIds,
  )
})

test('a malformed OTP is refused, not counted and not sent, however often; the right one still works', async () => {
  const mobile = freshMobile()
  const txn_id = await begin(client, mobile)
  const otp = await product.otpTo(mobile)
  await assertFieldRefuses(product, (body) => client.post(paths.verify, body), { txn_id, otp }, 'otp', [
    ...nothing,
    ...notText,
    Number(otp),
    otp.slice(1),
    `${otp}0`,
    '12345a',
    '123-456',
    '123.456',
    '-12345',
    '+12345',
    '1e5000',
    'abcdef',
    '０'.repeat(6),
    fullWidth(otp),
    devanagari(otp),
    `${otp.slice(0, 5)}${devanagari(otp.slice(5))}`,
    '\u200b',
    `${otp}\u0000`,
    '١٢٣٤٥٦',
    '9'.repeat(50_000),
  ])
  assert.equal((await client.post(paths.verify, { txn_id, otp })).status, 200)
})

test('an OTP that was pasted with blanks or invisible characters is the OTP', async () => {
  const pastes = [
    (otp: string) => ` ${otp} `,
    (otp: string) => `${otp.slice(0, 3)} ${otp.slice(3)}`,
    (otp: string) => `\u200b${otp.split('').join('\u200b')}\u200b`,
    (otp: string) => `\u2066${otp}\u2069`,
    (otp: string) => `${otp}\r\n`,
    (otp: string) => `\ufeff${otp.slice(0, 3)}\u00a0${otp.slice(3)}`,
    (otp: string) => otp.split('').join('\u2003'),
  ]
  for (const paste of pastes) {
    const mobile = freshMobile()
    const txn_id = await begin(client, mobile)
    const verify = await client.post(paths.verify, { txn_id, otp: paste(await product.otpTo(mobile)) })
    assert.equal(verify.status, 200, verify.text)
  }
})

test('unknown fields, headers and query parameters are ignored in every step', async () => {
  const headers = { 'client-id': 'ext', 'x-abha-sdk-version': '9', 'jwt-payload': '{}', 'X-Unknown': 'x' }
  const more = { method: 'mobile', extra: { deep: [{ er: 1 }] }, constructor: 1, toString: null, '': 'empty' }
  const mobile = freshMobile()
  const query = '?oid=&a[b]=1&a=2&%00=x&mobile_number=1'
  const init = await client.post(paths.init + query, { mobile_number: mobile, ...more }, { headers })
  assert.equal(init.status, 200, init.text)
  const { txn_id } = init.body
  const otp = await product.otpTo(mobile)
  const verify = await client.post(paths.verify + query, { txn_id, otp, ...more }, { headers })
  assert.equal(verify.status, 200, verify.text)
  const created = await client.post(
    paths.create + query,
    { txn_id, abha_address: freshAddress(), profile: { ...details, ...more, mobile: '9', abha_number: 1 }, ...more },
    { headers },
  )
  assert.equal(created.status, 200, created.text)
  assert.equal(created.body.profile.mobile, mobile)
})

test('a field called __proto__ is a field like any other that nobody asked for', async () => {
  const mobile = freshMobile()
  const raw = `{"__proto__":{"mobile_number":"9876543210","admin":true},"mobile_number":"${mobile}"}`
  assert.equal((await client.call('POST', paths.init, { raw })).status, 200)
  assertRefused(
    await client.call('POST', paths.init, { raw: '{"__proto__":{"mobile_number":"9876543210"}}' }),
    refusals.field,
  )
  assert.equal('admin' in {}, false)
})
