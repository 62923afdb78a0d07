import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../../../test/harness.ts'
import {
  assertRefused,
  begin,
  type Client,
  details,
  devanagari,
  freshMobile,
  fullWidth,
  paths,
  prove,
  refusals,
  sendingNothing,
} from '../../../test/walks.ts'

/** Suggested ABHA addresses are free, can be created as they are, and leave the registration as it was. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

const suggest = (query: Record<string, string>, by = client) => by.get(`${paths.suggest}?${new URLSearchParams(query)}`)
const person = { fn: 'Asha', ln: 'Rao', dob: '1990-04-09' }

const assertFree = async (suggestions: string[]) => {
  assert.ok(suggestions.length > 0)
  assert.equal(new Set(suggestions).size, suggestions.length)
  for (const abha_address of suggestions) {
    assert.match(abha_address, /^[a-z0-9._]{8,18}@sbx$/)
    assert.deepEqual((await client.post(paths.check, { abha_address })).body, { exists: false }, abha_address)
  }
}

test('with a verified mobile: free addresses with their domain, and the transaction stays as it is', async () => {
  const txn_id = await prove(product, client, freshMobile())
  const reply = await suggest({ ...person, transactionId: txn_id })
  assert.equal(reply.status, 200, reply.text)
  assert.deepEqual(Object.keys(reply.body), ['suggestions'])
  await assertFree(reply.body.suggestions)
  const [abha_address] = reply.body.suggestions
  const created = await client.post(paths.create, { txn_id, abha_address, profile: details })
  assert.equal(created.status, 200, created.text)
  assert.equal(created.body.profile.abha_address, abha_address)

  const after = await suggest(person)
  assert.ok(!after.body.suggestions.includes(abha_address))
})

test('without a transaction: free addresses too', async () => {
  const reply = await suggest({ fn: 'Meera', dob: '1985-12-31' })
  assert.equal(reply.status, 200, reply.text)
  await assertFree(reply.body.suggestions)
  await assertFree((await suggest({ fn: 'Jo', ln: 'Xi', dob: '1985-12-31' })).body.suggestions)
})

test('txn_id is accepted for transactionId, which wins; empty parameters count as not given', async () => {
  const txn_id = await prove(product, client, freshMobile())
  for (const query of [
    { ...person, txn_id },
    { ...person, transactionId: txn_id, txn_id: 'no-such' },
    { ...person, transactionId: '', txn_id },
    { ...person, transactionId: '', txn_id: '', mn: '' },
  ]) {
    const reply = await suggest(query)
    assert.equal(reply.status, 200, reply.text)
    assert.ok(reply.body.suggestions.length > 0)
  }
})

test('nothing usable: an empty list, and nothing is asked upstream', () =>
  sendingNothing(product, async () => {
    for (const query of [
      {},
      { fn: 'Asha' },
      { dob: '1990-04-09' },
      { ln: 'Rao' },
      { fn: '', dob: '' },
      { mn: 'Devi' },
    ]) {
      const reply = await suggest(query as Record<string, string>)
      assert.equal(reply.status, 200)
      assert.deepEqual(reply.body, { suggestions: [] })
    }
  }))

test('a transaction without names gives an empty list', async () => {
  const txn_id = await prove(product, client, freshMobile())
  assert.deepEqual((await suggest({ transactionId: txn_id })).body, { suggestions: [] })
})

test('a name in another script gives a list, empty or not, and no failure', async () => {
  const txn_id = await prove(product, client, freshMobile())
  for (const fn of ['आशा', 'கவிதா', 'نور', '\u0930\u094d\u200d\u092f\u093e\u092e', "D'Souza", 'Renée']) {
    for (const query of [
      { fn, dob: '1990-04-09' },
      { fn, ln: 'शर्मा', dob: '1990-04-09', transactionId: txn_id },
    ]) {
      const reply = await suggest(query as Record<string, string>)
      assert.equal(reply.status, 200, `${fn} ${reply.text}`)
      assert.ok(Array.isArray(reply.body.suggestions))
      for (const one of reply.body.suggestions) assert.match(one, /^[a-z0-9._]{8,18}@sbx$/)
    }
  }
})

test('before the OTP is verified the transaction serves no suggestion', async () => {
  const txn_id = await begin(client, freshMobile())
  await sendingNothing(product, async () =>
    assertRefused(await suggest({ ...person, transactionId: txn_id }), refusals.stepNotAllowed),
  )
})

test('an unknown, a finished and another client’s transaction answer the same', async () => {
  const stranger = await product.client('openabha-dev-2')
  const open = await prove(product, client, freshMobile())
  const finished = await prove(product, client, freshMobile())
  const made = await client.post(paths.create, { txn_id: finished, abha_address: 'finished.2@sbx', profile: details })
  assert.equal(made.status, 200, made.text)
  await sendingNothing(product, async () => {
    const replies = [
      await suggest({ ...person, transactionId: 'none' }),
      await suggest({ ...person, transactionId: finished }),
      await suggest({ ...person, transactionId: open }, stranger),
    ]
    for (const reply of replies) assertRefused(reply, refusals.txnUnknown)
    assert.equal(new Set(replies.map(({ text }) => text)).size, 1)
  })
})

test('every malformed parameter is refused by name, with and without a transaction', async () => {
  const transactionId = await prove(product, client, freshMobile())
  const later = new Date(product.clock.now() + 2 * 86_400_000).toISOString().slice(0, 10)
  const wrong: Record<string, string[]> = {
    fn: ['A'.repeat(100), 'Asha7', '<b>', '.', 'nul\u0000', '😀'],
    mn: ['A'.repeat(100), 'Devi7', '<b>'],
    ln: ['A'.repeat(100), 'Rao7', '<b>'],
    dob: [
      '09-04-1990',
      '1990-4-9',
      '1990-02-29',
      '1900-02-29',
      '1990-04-31',
      '1990-13-01',
      '1990-00-10',
      '1990-01-00',
      '1990',
      '19900409',
      '1990-04-09T00:00:00Z',
      '1899-12-31',
      '0000-01-01',
      'yesterday',
      later,
      '2100-01-01',
      '9999-12-31',
      fullWidth('1990-04-09'),
      devanagari('1990-04-09'),
    ],
  }
  await sendingNothing(product, async () => {
    for (const [name, values] of Object.entries(wrong)) {
      for (const value of values) {
        for (const more of [{}, { transactionId }]) {
          const reply = await suggest({ ...person, ...more, [name]: value })
          assertRefused(reply, { ...refusals.field, message: new RegExp(`^${name} `) }, `${name}=${value}`)
          assert.ok(!reply.text.includes(value) || value === '.', reply.text)
        }
      }
    }
    for (const name of ['transactionId', 'txn_id']) {
      for (const value of ['t'.repeat(129), 'nul\u0000']) {
        assertRefused(await suggest({ ...person, [name]: value }), refusals.field, name)
      }
    }
  })
  const leap = await suggest({ fn: 'Asha', dob: '2000-02-29' })
  assert.equal(leap.status, 200, leap.text)
})

test('a parameter that is given twice is refused, one that nobody knows is ignored', async () => {
  for (const name of ['fn', 'dob', 'transactionId']) {
    const reply = await client.get(`${paths.suggest}?fn=Asha&dob=1990-04-09&transactionId=x&${name}=x`)
    assertRefused(reply, { ...refusals.field, message: new RegExp(`^${name} `) })
  }
  const reply = await client.get(`${paths.suggest}?fn=Asha&dob=1990-04-09&gender=F&__proto__=1&a[b]=c&%zz=1`)
  assert.equal(reply.status, 200, reply.text)
})
