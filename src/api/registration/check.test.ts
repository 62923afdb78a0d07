import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../../../test/harness.ts'
import {
  assertFieldRefuses,
  assertRefused,
  type Client,
  devanagari,
  freshAddress,
  fullWidth,
  nothing,
  notText,
  paths,
  register,
} from '../../../test/walks.ts'

/** Whoever asks whether an ABHA address is taken hears the truth, in whatever form the address is written. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

const check = (abha_address: unknown) => client.post(paths.check, { abha_address })

test('an address that somebody has is taken, in every way of writing it; another is free', async () => {
  for (const written of [
    'arjun.maadari',
    'arjun.maadari@sbx',
    'ARJUN.MAADARI@SBX',
    ' arjun.maadari ',
    'arjun\u200b.maadari@sbx',
    'Arjun.Maadari@Sbx',
  ]) {
    const reply = await check(written)
    assert.equal(reply.status, 200, reply.text)
    assert.deepEqual(reply.body, { exists: true }, written)
  }
  assert.deepEqual((await check('arjun.maadari1')).body, { exists: false })
  // Nobody can choose a mobile or an ABHA number, but somebody may have one.
  assert.deepEqual((await check('9876543210@sbx')).body, { exists: false })
  assert.deepEqual((await check('91200000000022')).body, { exists: false })
})

test('an address is taken from the moment it is made, for every client', async () => {
  const abhaAddress = freshAddress()
  assert.deepEqual((await check(abhaAddress)).body, { exists: false })
  await register(product, client, { abhaAddress })
  const other = await product.client('openabha-dev-2')
  assert.deepEqual((await other.post(paths.check, { abha_address: abhaAddress })).body, { exists: true })
})

test('the addresses of locked and deactivated people are taken all the same', async () => {
  for (const abha_address of ['bhaskar.arhi', 'hetal.namuno']) {
    assert.deepEqual((await check(abha_address)).body, { exists: true })
  }
})

test('every malformed address is refused by name, and nothing is asked upstream', () =>
  assertFieldRefuses(
    product,
    (body) => client.post(paths.check, body),
    { abha_address: 'arjun.maadari' },
    'abha_address',
    [
      ...nothing,
      ...notText,
      'short.1',
      'a'.repeat(19),
      'two.dots.here',
      'two_under_scores',
      '.leading1',
      'trailing1.',
      'dash-dash-dash',
      'arjun.maadari@abdm',
      'arjun.maadari@example.org',
      'arjun.maadari@',
      'arjun.maadari@sbx@sbx',
      '@sbx',
      'arjun.maadari@sbx\u0000',
      'अर्जुन.मादारी',
      'аrjun.maadari', // the first letter is Cyrillic
      `arjun${fullWidth('1990')}`,
      `arjun${devanagari('1990')}`,
      "arjun' OR 1=1",
      '%61rjun.maadari',
      '\u200b',
      'x'.repeat(60_000),
    ],
  ))

test('who has no token learns nothing', async () => {
  const reply = await client.post(paths.check, { abha_address: 'arjun.maadari' }, { token: null })
  assertRefused(reply, { status: 401 })
})
