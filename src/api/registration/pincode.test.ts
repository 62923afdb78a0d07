import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../../../test/harness.ts'
import {
  assertRefused,
  type Client,
  devanagari,
  fullWidth,
  paths,
  refusals,
  register,
  sendingNothing,
} from '../../../test/walks.ts'

/** A pincode is resolved to its district and state without asking anybody; what is no pincode is 400, an unknown one 404. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

const get = (pincode: string, options = {}) => client.get(`${paths.pincode}/${pincode}`, options)

test('all five values are text, and nothing is asked upstream', () =>
  sendingNothing(product, async () => {
    assert.deepEqual((await get('834001')).body, {
      pincode: '834001',
      dist_code: '339',
      dist_name: 'Ranchi',
      state_code: '20',
      state_name: 'Jharkhand',
    })
    assert.deepEqual((await get('560001')).body, {
      pincode: '560001',
      dist_code: '525',
      dist_name: 'Bengaluru Urban',
      state_code: '29',
      state_name: 'Karnataka',
    })
  }))

test('a pincode that was pasted with blanks or invisible characters is the pincode', async () => {
  for (const pasted of [' 834001', '834 001', '\u200b834001', '834\u00a0001 ', '\u202a834001\u202c']) {
    const reply = await get(encodeURIComponent(pasted))
    assert.equal(reply.body.pincode, '834001', reply.text)
  }
})

test('a well-formed pincode that nobody has is 404', async () => {
  for (const pincode of ['999999', '100000']) {
    const reply = await get(pincode)
    assertRefused(reply, refusals.unknown)
    assert.ok(!reply.text.includes(pincode))
  }
})

test('what is no pincode is refused by name and not echoed', async () => {
  for (const pincode of [
    '034001',
    '83400',
    '8340011',
    'abcdef',
    '83400a',
    '834-001',
    '-83400',
    '8340.1',
    '1e5000',
    '000000',
    fullWidth('834001'),
    devanagari('834001'),
    '834001;DROP',
    '__proto__',
    'null',
    '\u200b',
    '8'.repeat(300),
    '8'.repeat(4000),
  ]) {
    const reply = await get(encodeURIComponent(pincode))
    assertRefused(reply, { ...refusals.field, message: /^pincode must be six digits/ }, pincode)
    assert.ok(!reply.text.includes(pincode))
  }
})

test('no pincode, a further part and a trailing slash are no operation', async () => {
  for (const path of ['', '/', '/834001/', '/834001/x', '//834001']) {
    const reply = await client.get(`${paths.pincode}${path}`)
    assert.ok([400, 404].includes(reply.status), `${path} ${reply.text}`)
    assertRefused(reply, { status: reply.status }, path)
  }
})

test('a user-scoped token may ask, nobody may ask without one', async () => {
  const { minToken } = await register(product, client)
  assert.equal((await get('834001', { token: minToken })).status, 200)
  assertRefused(await get('834001', { token: null }), refusals.token)
  assertRefused(await get('not-a-pincode', { token: null }), refusals.token)
})
