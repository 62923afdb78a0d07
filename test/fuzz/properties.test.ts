import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { findPincode } from '../../src/pincodes/pincodes.ts'
import { type Product, startProduct } from '../harness.ts'
import { assertRefused, type Client, details, freshMobile, paths, prove, refusals, register } from '../walks.ts'

/** Over HTTP, for whatever people are called and wherever they live: accepted exactly when the contract says so, and read back as it was said. */

let product: Product
let client: Client
/** A user whose profile is changed over and over. */
let oid: string
before(async () => {
  product = await startProduct()
  client = await product.client()
  oid = (await register(product, client)).oid
})
after(() => product.stop())

/** A failure names its seed; another one can be tried with FUZZ_SEED. */
const seed = Number(process.env.FUZZ_SEED ?? 20_260_101)
const runs = { numRuns: 150, seed }
const change = (body: Record<string, unknown>) =>
  client.call('PATCH', paths.profile, { body, headers: { 'X-Pt-Id': oid } })
const read = async (): Promise<any> => (await client.get(paths.profile, { headers: { 'X-Pt-Id': oid } })).body

/** abdm-v3 §18, said the long way: independent of the pattern that the product uses. */
const isLegalAddress = (local: string): boolean => {
  const count = (mark: string) => [...local].filter((one) => one === mark).length
  return (
    local.length >= 8 &&
    local.length <= 18 &&
    [...local].every((one) => /[a-z0-9._]/i.test(one)) &&
    count('.') <= 1 &&
    count('_') <= 1 &&
    !/^[._]|[._]$/.test(local) &&
    !/^([6-9]\d{9}|\d{14})$/.test(local)
  )
}

const marked = fc
  .tuple(
    fc.string({ unit: fc.constantFrom(...'abz09AZ'), minLength: 4, maxLength: 16 }),
    fc.subarray(['.', '_', '.', '_', '-']),
  )
  .chain(([text, marks]) =>
    fc
      .array(fc.nat({ max: text.length }), { minLength: marks.length, maxLength: marks.length })
      .map((places) =>
        marks.reduce((so, mark, index) => so.slice(0, places[index]) + mark + so.slice(places[index]), text),
      ),
  )

test('an ABHA address can be taken exactly when it is legal, in any case and with or without its domain', () =>
  fc.assert(
    fc.asyncProperty(fc.oneof(marked, fc.string({ maxLength: 20 })), fc.boolean(), async (local, hasDomain) => {
      const reply = await client.post(paths.check, { abha_address: hasDomain ? `${local}@sbx` : local })
      const cleaned = local.replace(/[\s\p{Cf}]/gu, '')
      const withoutDomain = cleaned.replace(/@sbx$/i, '')
      if (isLegalAddress(withoutDomain) && !(hasDomain && withoutDomain !== cleaned)) {
        assert.equal(reply.status, 200, `${local} ${reply.text}`)
        assert.equal(typeof reply.body.exists, 'boolean')
      } else if (!/^([6-9]\d{9}|\d{14})$/.test(withoutDomain)) {
        assertRefused(reply, refusals.field, local)
      }
    }),
    runs,
  ))

test('a registered address is the one that was asked for, in lower case, and is then taken', () =>
  fc.assert(
    fc.asyncProperty(marked.filter(isLegalAddress), async (local) => {
      const abha_address = `${local.toLowerCase()}@sbx`
      const { exists } = (await client.post(paths.check, { abha_address: local })).body
      const txn_id = await prove(product, client, freshMobile())
      const reply = await client.post(paths.create, { txn_id, abha_address: local, profile: details })
      assert.equal(reply.status, exists ? 400 : 200, `${local} ${reply.text}`)
      if (!exists) assert.equal(reply.body.profile.abha_address, abha_address)
      assert.equal((await client.post(paths.check, { abha_address: local.toUpperCase() })).body.exists, true)
    }),
    { numRuns: 40, seed },
  ))

/** Letters with their vowel signs, and the joiners that spell half forms. */
const scripts = [
  'अआइकखगमनरलवशषसहज्ािीुेो्ंँ\u200d\u200c',
  'অআকখগমনরলশসহজ্ািীুেো্ংঁ\u200d',
  'அஆஇகசடதபமயரலவளறன்ாிீுேோ',
  'అఆకగచజతదనపబమయరలవశసహ్ాిీుేో',
  'ಅಆಕಗಚಜತದನಪಬಮಯರಲವಶಸಹ್ಾಿೀುೇೋ',
  'അആകഗചജതദനപബമയരലവശസഹ്ാിീുേോ\u200d',
  'ਅਆਕਗਚਜਤਦਨਪਬਮਯਰਲਵਸਹ੍ਾਿੀੁੇੋ',
  'અઆકગચજતદનપબમયરલવશસહ્ાિીુેો',
  'ଅଆକଗଚଜତଦନପବମଯରଲଶସହ୍ାିୀୁେୋ',
  'ابپتثجحخدرزسشعغفقکگلمنوهیے',
  'ꯀꯁꯂꯃꯄꯅꯆꯇꯈꯉ',
  "abcdzABCDZéü'. ",
]
const nameIn = fc
  .constantFrom(...scripts)
  .chain((script) => fc.string({ unit: fc.constantFrom(...script), minLength: 1, maxLength: 24 }))

test('a name in any Indian script is stored as it is spelt, or refused by its field', () =>
  fc.assert(
    fc.asyncProperty(nameIn, async (given) => {
      const reply = await change({ first_name: given })
      const spelt = given.normalize('NFC').replace(/\s+/gu, ' ').trim()
      if (reply.status === 204) assert.equal((await read()).first_name, spelt)
      else assertRefused(reply, refusals.field, JSON.stringify(given))
      if (/^\p{L}[\p{L}\p{M}]*$/u.test(spelt)) assert.equal(reply.status, 204, `${given} ${reply.text}`)
    }),
    runs,
  ))

test('a birth date is accepted exactly when there is such a day, and comes back as integers', () =>
  fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.integer({ min: 1900, max: 2026 }), fc.constantFrom(1900, 2000, 1996, 2023, 2100)),
      fc.integer({ min: 0, max: 13 }),
      fc.oneof(fc.integer({ min: 0, max: 32 }), fc.constantFrom(28, 29, 30, 31)),
      async (year_of_birth, month_of_birth, day_of_birth) => {
        const at = new Date(Date.UTC(year_of_birth, month_of_birth - 1, day_of_birth))
        const isReal =
          at.getUTCFullYear() === year_of_birth &&
          at.getUTCMonth() === month_of_birth - 1 &&
          at.getUTCDate() === day_of_birth &&
          at.getTime() <= product.clock.now()
        const birth = { year_of_birth, month_of_birth, day_of_birth }
        const reply = await change(birth)
        assert.equal(reply.status, isReal ? 204 : 400, `${JSON.stringify(birth)} ${reply.text}`)
        if (!isReal) return
        const profile = await read()
        assert.deepEqual(
          {
            year_of_birth: profile.year_of_birth,
            month_of_birth: profile.month_of_birth,
            day_of_birth: profile.day_of_birth,
          },
          birth,
        )
      },
    ),
    runs,
  ))

test('a pincode is 200 when the table has it, 404 when it is well formed, 400 otherwise, and moves the profile there', () =>
  fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.integer({ min: 100_000, max: 999_999 }).map(String),
        fc.string({ unit: fc.constantFrom(...'0123456789 a'), maxLength: 8 }),
      ),
      async (given) => {
        const reply = await client.get(`${paths.pincode}/${encodeURIComponent(given)}`)
        const pincode = given.replace(/\s/g, '')
        const isFormed = /^[1-9]\d{5}$/.test(pincode)
        const place = isFormed ? findPincode(pincode) : undefined
        if (pincode === '') return
        assert.equal(reply.status, place ? 200 : isFormed ? 404 : 400, `${given} ${reply.text}`)
        const moved = await change({ pincode: given })
        assert.equal(moved.status, place ? 204 : 400, `${given} ${moved.text}`)
        if (!place) return
        assert.ok(Object.values(reply.body).every((value) => typeof value === 'string'))
        const { pincode: stored, district_code } = await read()
        assert.deepEqual([stored, district_code], [pincode, reply.body.dist_code])
      },
    ),
    runs,
  ))

test('a mobile is ten digits from 6 on, however it is pasted, and its OTP goes there', () =>
  fc.assert(
    fc.asyncProperty(
      fc.stringMatching(/^[5-9][0-9]{9}$/),
      fc.constantFrom('', '+91', '91', ' +91 ', '\u200b', '0'),
      async (digits, prefix) => {
        const reply = await client.post(paths.init, { mobile_number: prefix + digits })
        const isLegal = prefix !== '0' && digits[0] !== '5'
        assert.equal(reply.status, isLegal ? 200 : 400, `${prefix}${digits} ${reply.text}`)
        if (!isLegal) return
        assert.match(await product.otpTo(digits), /^\d{6}$/)
        assert.ok(!reply.text.includes(digits))
      },
    ),
    { numRuns: 60, seed },
  ))
