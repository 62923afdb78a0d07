import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Cassette, readCassettes } from '../../src/cassettes/cassette.ts'
import { leaksIn } from '../compat/spellings.ts'
import { said, startBeforeScripted } from '../trouble/scripted-upstream.ts'
import { paths } from '../walks.ts'

/** Canaries in every place of an answer where nobody expects somebody: no cassette has them, and what is ABDM's own stays. */

const folder = mkdtempSync(join(tmpdir(), 'openabha-cassettes-'))
const { txnId } = said.sent
const mobile = '9834120761'
const [first, last, other, street, city] = ['Souravix', 'Nomunaq', 'Mitalixa', 'Canaryroad', 'Kolkatova']
const secrets = new Map(
  [
    ...[mobile, first, last, other, street, city, 'मितालीक्स', '९८३४१२०७६१', '62000) 10044', '6200010044'],
    ...['14/02/1969', '14021969', '9/4/1990', '1990-04-09', '91-2000-0000-0944', 'Canary1990', 'canary@'],
  ].map((value) => [value, value]),
)

const welcome = `Welcome ${first} ${last}, born 14/02/1969 of 12 ${street} ${city}; OTP 4821; call +91 (62000) 10044; ABHA 91-2000-0000-0944`
const verified = {
  // ABDM sends it before what it speaks of.
  message: welcome,
  [`${first}Key`]: first,
  [other]: 1,
  [`${first} ${last}`]: { deep: other },
  note: { who: `${other} ${last}`, n: 6_200_010_044, deep: [{ x: other, [other]: 2 }] },
  txnId,
  authResult: 'success',
  accounts: [
    {
      ABHANumber: '91-2000-0000-0944',
      status: `Active for ${other} at ${street}`,
      authMethods: [`MOBILE_OTP of ${other}`, 'AADHAAR_OTP'],
      tags: { [other]: 'x', deep: { '6200010044': 1 } },
      localizedDetails: { hi: { name: 'मितालीक्स' } },
      verificationType: '6200010044',
      verificationStatus: '62-00-01-00-44',
      kycVerified: other,
      mobileVerified: true,
    },
  ],
  users: [
    { abhaAddress: 'canary@sbx', fullName: `${first} ${last}`, status: 'ACTIVE', age: 57, kycStatus: 6_200_010_044 },
  ],
  tokens: { ...said.transfer, expiresIn: 14_021_969, refreshExpiresIn: 6_200_010_044 },
}
const refusals = [
  {
    code: 'Canary1990',
    message: `Invalid for ${other} of ${street} 12, 9/4/1990, ९८३४१२०७६१`,
    [other]: 'x',
    details: [{ name: other }],
    error: { [`${other}_${last}`]: other },
  },
  [
    { code: 6_200_010_044, message: `Hello ${other}` },
    { code: 'ABDM-1006: ', message: `${other} said no` },
  ],
  { loginId: `${other} is not welcome`, [`${other}Field`]: other, timestamp: '1990-04-09 00:00:00', n: 14_021_969 },
  `${other} ${last} said`,
]
let cassettes: Cassette[] = []
let complaints: string[] = []

before(async () => {
  const one = await startBeforeScripted({ ABDM_RECORD: folder })
  const two = await startBeforeScripted({ ABDM_RECORD: folder })
  try {
    const { upstream, caller } = one
    upstream.say('/enrollment/request/otp', { body: said.sent })
    upstream.say('/enrollment/verify', { body: verified })
    const { txn_id } = (await caller.post(paths.init, { mobile_number: mobile })).body
    await caller.post(paths.verify, { txn_id, otp: '482913' })
    for (const body of refusals) {
      upstream.say('/enrollment/request/otp', {
        status: 400,
        type: `application/json; name="${other}"`,
        body: JSON.stringify(body),
      })
      await caller.post(paths.init, { mobile_number: '9834120762' })
    }
    upstream.say('/enrollment/request/otp', { status: 400, type: 'text/plain', body: `${other} is forbidden` })
    await caller.post(paths.init, { mobile_number: '9834120762' })
    upstream.say('/enrollment/request/otp', { status: 400, type: 'text/plain', body: 'Forbidden' })
    await caller.post(paths.init, { mobile_number: '9834120762' })
    // Another process, which has met nobody of them, and has counted the folder when it was empty.
    two.upstream.say('/enrollment/request/otp', { status: 400, body: [{ code: 'ABDM-1006: ', message: welcome }] })
    await two.caller.post(paths.init, { mobile_number: '9834120763' })
  } finally {
    await one.stop()
    await two.stop()
  }
  complaints = [one, two].flatMap(({ product }) =>
    product.lines.filter((line) => line.includes('could not be recorded')),
  )
  cassettes = (await readCassettes(folder)).map(({ cassette }) => cassette)
})
after(() => rmSync(folder, { recursive: true, force: true }))

const sends = () => cassettes.filter(({ operation }) => operation === 'phr.enrollment.request_otp')

test('none of it is in a cassette, in any spelling', () => {
  const sent = JSON.stringify([verified, refusals, mobile])
  assert.deepEqual(leaksIn(sent, secrets), [...secrets.keys()])
  assert.deepEqual(leaksIn(JSON.stringify(cassettes), secrets), [])
  assert.doesNotMatch(
    JSON.stringify(cassettes),
    new RegExp([first, last, other, street, city, '(?<!\\w)4821'].join('|'), 'i'),
  )
})

test('words that stand before a name say the same one as its field, and keep what ABDM says', () => {
  const answer = cassettes.find(({ operation }) => operation === 'phr.enrollment.verify')?.responseBody as any
  const [user] = answer.users
  const [account] = answer.accounts
  assert.match(answer.message, new RegExp(`^\\*{6} ${user.fullName}, \\*{6} `))
  assert.match(answer.message, new RegExp(`ABHA ${account.ABHANumber}$`))
  assert.equal(account.status, 'Active for ****** at ******')
  assert.deepEqual(account.authMethods, ['MOBILE_OTP of ******', 'AADHAAR_OTP'])
  assert.equal(account.kycVerified, '******')
  assert.equal(user.status, 'ACTIVE')
  assert.deepEqual([answer.tokens.expiresIn, answer.tokens.refreshExpiresIn, user.kycStatus], [1800, 1800, 0])
  const names = Object.keys(answer).filter((name) => !(name in verified))
  assert.equal(new Set(names).size, 4)
  for (const name of names) assert.match(name, /^unknown-\d+$/)
  assert.ok(names.includes(Object.keys(account.tags)[0] ?? ''), 'the same name of a field is the same one')
})

test('refusals keep their form and ABDM’s own words, codes and types', () => {
  const [flat, array, fields, text, words, forbidden] = sends()
    .filter(({ status }) => status === 400)
    .map(({ responseBody }) => responseBody as any)
  assert.equal(flat.code, 'masked')
  assert.equal(flat.message, 'Invalid for ****** of ****** ******, ******/******/******, ******')
  assert.deepEqual(array, [
    { code: 0, message: '****** ******' },
    { code: 'ABDM-1006: ', message: '****** ****** no' },
  ])
  assert.deepEqual([fields.loginId, fields.timestamp], ['****** is not ******', '2000-01-01 00:00:00'])
  assert.match(text, /^\*{6} [A-Z][a-z]{7} \*{6}$/)
  assert.deepEqual([words, forbidden], ['masked', 'Forbidden'])
})

test('a process that has met nobody masks what it cannot replace, and takes a number that is free', () => {
  assert.deepEqual(complaints, [])
  const answers = sends().map(({ responseBody }) => JSON.stringify(responseBody))
  assert.equal(answers.length, 8)
  assert.ok(
    answers.some((answer) => answer.includes('ABDM-1006: ') && answer.includes('****** of ****** ******')),
    answers.join('\n'),
  )
})
