import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../../../../test/harness.ts'
import {
  assertFieldRefuses,
  assertRefused,
  type Client,
  details,
  devanagari,
  freshAddress,
  freshMobile,
  fullWidth,
  nothing,
  notText,
  paths,
  prove,
  refusals,
  sendingNothing,
} from '../../../../test/walks.ts'

/** The details of a new ABHA address are tidied or refused by name before anything is sent, and come back as they were given. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

const notTxnIds = [...nothing, ...notText, 't'.repeat(129), 'with\u0000nul', 'line\nbreak']

test('create-phr refuses every malformed field, and the transaction goes on', async () => {
  const txn_id = await prove(product, client, freshMobile())
  const good = { txn_id, abha_address: freshAddress(), profile: { ...details, middle_name: 'Devi', address: '1 Road' } }
  const refuses = (at: string, values: readonly unknown[]) =>
    assertFieldRefuses(product, (body) => client.post(paths.create, body), good, at, values)

  await refuses('txn_id', notTxnIds)
  await refuses('abha_address', [
    ...nothing,
    ...notText,
    'seven.7',
    'a'.repeat(19),
    'with blank and more@sbxx',
    'two.dots.here',
    'two_under_scores',
    '.leading1',
    'trailing1.',
    '_leading1',
    'trailing1_',
    'dash-dash',
    'plus+sign1',
    'ashararo@abdm',
    'ashararo@sbx@sbx',
    'ashararo@',
    '@sbx',
    'ashararo@sbx.evil',
    'ashararo@s',
    'आशाराव१९९०',
    'аsha.rao1990', // the first letter is Cyrillic
    `asha.rao${fullWidth('1990')}`,
    `asha.rao${devanagari('1990')}`,
    'asha.rao\u00001990',
    '9876543210',
    '9876543210@sbx',
    '91200000000022',
    'x'.repeat(10_000),
  ])
  await refuses('profile', [undefined, null, '', 'Asha', 7, true, [], [details]])
  await refuses('profile.first_name', [
    ...nothing,
    ...notText,
    'A'.repeat(100),
    'Asha7',
    'Asha<script>',
    'Asha@Rao',
    '.',
    "'",
    '7',
    '😀',
    'Asha\u0000',
    'As\ud800ha',
  ])
  for (const name of ['middle_name', 'last_name']) {
    await refuses(`profile.${name}`, [...notText, 'A'.repeat(100), 'Rao1', 'Rao/Rao', '.', '😀'])
  }
  await refuses('profile.gender', [...nothing, ...notText, 'f', 'Female', 'X', 'T', 'Ｆ', 'FF', 'Fx'.repeat(500)])
  const notYears = [undefined, null, '', '1990', 1990.5, -1990, 0, 1899, 10_000, 1e30, true, [1990], {}, 'abcd']
  await refuses('profile.year_of_birth', [...notYears, devanagari('1990')])
  await refuses('profile.month_of_birth', [undefined, null, '', '4', 0, 13, -1, 4.5, true, [], {}])
  await refuses('profile.day_of_birth', [undefined, null, '', '9', 0, 32, -1, 9.5, true, [], {}])
  await refuses('profile.pincode', [
    ...nothing,
    ...notText,
    834_001,
    '83400',
    '8340011',
    '034001',
    '83400a',
    'abcdef',
    '834-001',
    fullWidth('834001'),
    devanagari('834001'),
    // Well formed and in no table.
    '999999',
    '100000',
  ])
  await refuses('profile.address', [...notText, 'x'.repeat(256), 'nul\u0000', 'bell\u0007', 'half \ud83d of a pair'])

  assert.equal((await client.post(paths.create, good)).status, 200)
})

test('create-phr refuses a birth date that does not exist or has not come, naming its fields', async () => {
  const txn_id = await prove(product, client, freshMobile())
  const later = new Date(product.clock.now() + 2 * 86_400_000)
  const wrong: [number, number, number][] = [
    [1990, 2, 29],
    [1900, 2, 29],
    [2000, 2, 30],
    [1990, 4, 31],
    [1990, 6, 31],
    [1990, 11, 31],
    [9999, 1, 1],
    [later.getUTCFullYear(), later.getUTCMonth() + 1, later.getUTCDate()],
  ]
  const wish = (year_of_birth: number, month_of_birth: number, day_of_birth: number) => ({
    txn_id,
    abha_address: freshAddress(),
    profile: { ...details, year_of_birth, month_of_birth, day_of_birth },
  })
  await sendingNothing(product, async () => {
    for (const date of wrong) {
      const reply = await client.post(paths.create, wish(...date))
      assertRefused(reply, { ...refusals.field, message: /day_of_birth.*year_of_birth/ }, String(date))
    }
  })
  const leap = await client.post(paths.create, wish(2000, 2, 29))
  assert.equal(leap.status, 200, leap.text)
  const { day_of_birth, month_of_birth, year_of_birth } = leap.body.profile
  assert.deepEqual([year_of_birth, month_of_birth, day_of_birth], [2000, 2, 29])
})

test('who was born today in India is born, although it is still yesterday elsewhere', async () => {
  const dayMs = 86_400_000
  // 20:00 UTC is half past one of the next day in India.
  const eveningMs = 20 * 3_600_000
  await product.advance(Math.ceil(((eveningMs - (product.clock.now() % dayMs)) / 1000 + 86_400) % 86_400))
  await client.relogin()
  const bornIn = async (days: number) => {
    const day = new Date(product.clock.now() + days * dayMs)
    const txn_id = await prove(product, client, freshMobile())
    const birth = {
      year_of_birth: day.getUTCFullYear(),
      month_of_birth: day.getUTCMonth() + 1,
      day_of_birth: day.getUTCDate(),
    }
    return client.post(paths.create, { txn_id, abha_address: freshAddress(), profile: { ...details, ...birth } })
  }
  assert.equal((await bornIn(0)).status, 200)
  assert.equal((await bornIn(1)).status, 200)
  assertRefused(await bornIn(2), refusals.field)
})

test('names in the scripts of India, with apostrophes and with dots are kept as they are written', async () => {
  const people = [
    ['आशा', 'देवी', 'शर्मा'],
    ['কৃষ্ণা', null, 'মুখোপাধ্যায়'],
    ['கவிதா', null, 'சுப்பிரமணியன்'],
    ['ಅಂಜಲಿ', '', 'ಗೌಡ'],
    ['గాయత్రి', null, 'రావు'],
    ['മീനാക്ഷി', null, 'നായർ'],
    ['ਹਰਪ੍ਰੀਤ', null, 'ਕੌਰ'],
    ['ગીતા', null, 'પટેલ'],
    ['ନୀଳା', null, 'ଦାସ'],
    ['نور', null, 'جہاں'],
    // Joiners are part of the spelling.
    ['\u0930\u094d\u200d\u092f\u093e\u092e', null, '\u0915\u094d\u200c\u0937'],
    ["D'Souza", 'K.', 'St. Mary'],
    ['A', null, 'B'],
    ['L'.repeat(99), null, 'Z'],
  ]
  for (const [first_name, middle_name, last_name] of people) {
    const txn_id = await prove(product, client, freshMobile())
    const profile = { ...details, first_name, middle_name, last_name }
    const created = await client.post(paths.create, { txn_id, abha_address: freshAddress(), profile })
    assert.equal(created.status, 200, `${first_name} ${created.text}`)
    assert.equal(created.body.profile.first_name, first_name)
    assert.equal(created.body.profile.last_name, last_name)
    assert.equal(created.body.profile.middle_name, middle_name || undefined)
  }
})

test('names and addresses are tidied: outer blanks, doubled blanks, curly apostrophes, composed letters', async () => {
  const txn_id = await prove(product, client, freshMobile())
  const created = await client.post(paths.create, {
    txn_id,
    abha_address: freshAddress(),
    profile: {
      ...details,
      first_name: '  Re\u0301ne\u0301e  Asha\u200b ',
      last_name: 'D’Souza\t',
      address: '  12,  M.G.   Road \n Ranchi ',
    },
  })
  assert.equal(created.status, 200, created.text)
  assert.equal(created.body.profile.first_name, 'Rénée Asha')
  assert.equal(created.body.profile.last_name, "D'Souza")
  assert.equal(created.body.profile.address, '12, M.G. Road Ranchi')
})

test('null, empty and blank in an optional field mean not given', async () => {
  for (const empty of [null, '', '  ']) {
    const txn_id = await prove(product, client, freshMobile())
    const profile = { ...details, middle_name: empty, last_name: empty, address: empty }
    const created = await client.post(paths.create, { txn_id, abha_address: freshAddress(), profile })
    assert.equal(created.status, 200, created.text)
    assert.equal('middle_name' in created.body.profile, false)
    assert.equal('last_name' in created.body.profile, false)
    assert.equal(created.body.profile.full_name, 'Asha')
    assert.equal(created.body.profile.address, 'Ranchi, Jharkhand')
  }
})

test('a new address comes with or without domain and in any case, and goes out with it in lower case', async () => {
  const forms = [
    ['Walker.Upper1', 'walker.upper1@sbx'],
    ['WALKER.UPPER2@SBX', 'walker.upper2@sbx'],
    [' walker.upper3@sbx ', 'walker.upper3@sbx'],
    ['walker\u200b.upper4', 'walker.upper4@sbx'],
    ['1walker_9', '1walker_9@sbx'],
    ['walker.u_9', 'walker.u_9@sbx'],
    ['abcdefgh', 'abcdefgh@sbx'],
    ['a'.repeat(18), `${'a'.repeat(18)}@sbx`],
  ] as const
  for (const [given, expected] of forms) {
    const txn_id = await prove(product, client, freshMobile())
    const created = await client.post(paths.create, { txn_id, abha_address: given, profile: details })
    assert.equal(created.status, 200, `${given} ${created.text}`)
    assert.equal(created.body.profile.abha_address, expected)
  }
})
