import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type FormName, forms, isRealDate } from './fields.ts'

/** What people paste into a field is cleaned as far as its meaning is certain, and everything else is refused. */

const settings = { addressSuffix: 'sbx' }
const clean = (form: FormName, text: string): string | undefined => forms[form].clean(text, settings)
const check = (property: fc.IProperty<any>): void => fc.assert(property, { numRuns: 2_000, seed: 20_260_101 })

/** What keyboards, chats and word processors leave between digits. */
const blanks = [
  ' ',
  '\t',
  '\n',
  '\u00a0',
  '\u2009',
  '\u202f',
  '\u3000',
  '\u200b',
  '\u200c',
  '\u200d',
  '\u2060',
  '\ufeff',
  '\u00ad',
  '\u200e',
  '\u202a',
  '\u202c',
]
const blank = fc.string({ unit: fc.constantFrom(...blanks), maxLength: 3 })
/** A text with blanks anywhere. */
const pasted = (text: fc.Arbitrary<string>): fc.Arbitrary<readonly [string, string]> =>
  fc
    .tuple(text, fc.infiniteStream(blank))
    .map(([plain, between]) => [
      plain,
      [...plain].map((character) => `${between.next().value}${character}`).join('') + between.next().value,
    ])
const digits = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length })
const mobile = fc.tuple(fc.constantFrom('6', '7', '8', '9'), digits(9)).map((parts) => parts.join(''))

test('every form cleans to something that it leaves as it is', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.string({ unit: fc.constantFrom(..."aB9.-_@ ’'éक्षि", ...blanks, '\u0301', '\u212a', '\u2000'), maxLength: 30 }),
    fc.stringMatching(/^[0-9 +-]{1,16}$/),
    fc.stringMatching(/^[a-zA-Z0-9._]{7,19}(@sbx|@SBX)?$/),
  )
  for (const form of Object.keys(forms) as FormName[]) {
    check(
      fc.property(text, (given) => {
        const cleaned = clean(form, given)
        if (cleaned !== undefined) assert.equal(clean(form, cleaned), cleaned, form)
      }),
    )
  }
})

test('a mobile is ten digits, however it was pasted and with or without its country code', () => {
  check(
    fc.property(
      pasted(fc.tuple(fc.constantFrom('', '+91', '91'), mobile).map((parts) => parts.join(''))),
      ([plain, text]) => {
        assert.equal(clean('mobile', text), plain.slice(-10))
      },
    ),
  )
  // Begins with 91 and is whole as it is.
  assert.equal(clean('mobile', '9198765432'), '9198765432')
  assert.equal(clean('mobile', '919198765432'), '9198765432')
})

test('no other text is a mobile', () => {
  check(
    fc.property(fc.stringMatching(/^[+0-9]{0,14}$/), (text) => {
      const isMobile = /^(\+91|91)?[6-9][0-9]{9}$/.test(text) && (text.length !== 11 || text.startsWith('+'))
      assert.equal(clean('mobile', text) !== undefined, isMobile, text)
    }),
  )
  const refused = [
    '09876543210',
    '+9198765432',
    '+19876543210',
    '5876543210',
    '987654321',
    '98765432101',
    '98765-43210',
    '९८७६५४३२१०',
    '９８７６５４３２１０',
    '9876543210x',
    '٩٨٧٦٥٤٣٢١٠',
  ]
  for (const text of refused) assert.equal(clean('mobile', text), undefined, text)
})

test('an OTP is six digits, however it was pasted; look-alike digits are refused, not guessed', () => {
  check(fc.property(pasted(digits(6)), ([plain, text]) => assert.equal(clean('otp', text), plain)))
  check(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789oOlI-.१४６𝟒'), maxLength: 8 }), (text) => {
      assert.equal(clean('otp', text), /^[0-9]{6}$/.test(text) ? text : undefined)
    }),
  )
})

test('a pincode is six digits and does not begin with zero', () => {
  check(
    fc.property(pasted(digits(6)), ([plain, text]) => {
      assert.equal(clean('pincode', text), plain.startsWith('0') ? undefined : plain)
    }),
  )
  for (const text of ['83400', '8340011', '83400a', '८३४००१', '']) assert.equal(clean('pincode', text), undefined, text)
})

/** abdm-v3 §18, in its words: 8 to 18, letters and digits, at most one dot and one underscore, neither first nor last. */
const isLegalAddress = (local: string): boolean => {
  const characters = [...local]
  const count = (one: string): number => characters.filter((character) => character === one).length
  const isPlain = (character: string | undefined): boolean =>
    character !== undefined && 'abcdefghijklmnopqrstuvwxyz0123456789'.includes(character)
  return (
    characters.length >= 8 &&
    characters.length <= 18 &&
    characters.every((character) => isPlain(character) || character === '.' || character === '_') &&
    count('.') <= 1 &&
    count('_') <= 1 &&
    isPlain(characters.at(0)) &&
    isPlain(characters.at(-1))
  )
}

const localPart = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: fc.constantFrom(...'aKz09._'), minLength: 6, maxLength: 20 }) },
  { weight: 2, arbitrary: fc.stringMatching(/^[a-zA-Z0-9]{2,8}[._]?[a-z0-9]{1,6}[._]?[a-z0-9]{1,6}$/) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: fc.constantFrom(...'abcdefg.-@ \u212aıİéａ'), minLength: 7, maxLength: 19 }),
  },
)

test('an ABHA address is what the upstream rule allows, in lower case and with its domain', () => {
  check(
    fc.property(localPart, fc.constantFrom('', '@sbx', '@SBX', '@abdm', '@', '@sbx@sbx'), (local, domain) => {
      const plain = local.replaceAll(' ', '').replace(/[A-Z]/g, (letter) => letter.toLowerCase())
      const isOurs = ['', '@sbx', '@SBX'].includes(domain) && isLegalAddress(plain)
      const wanted = isOurs ? `${plain}@sbx` : undefined
      assert.equal(clean('abhaAddress', local + domain), wanted)
      const isNumber = /^[6-9][0-9]{9}$|^[0-9]{14}$/.test(plain)
      assert.equal(clean('newAbhaAddress', local + domain), isNumber ? undefined : wanted)
    }),
  )
})

test('a mobile or an ABHA number is an address that exists, but none to choose', () => {
  for (const local of ['9876543210', '91111122223333']) {
    assert.equal(clean('abhaAddress', local), `${local}@sbx`)
    assert.equal(clean('newAbhaAddress', local), undefined)
  }
  assert.equal(clean('newAbhaAddress', '1876543210'), '1876543210@sbx')
})

test('letters that only look like ASCII make no address', () => {
  for (const local of ['rao\u212aumar1', 'аsha.rao1990', 'asha.raoı990', 'ａsha.rao1990', 'asha․rao1990']) {
    assert.equal(clean('abhaAddress', local), undefined, local)
  }
})

test('names are taken in every Indian script, with their joiners and signs', () => {
  const names = [
    'आशा राव',
    'ক্ষিতীশ চৌধুরী',
    'ਗੁਰਪ੍ਰੀਤ',
    'પ્રિયંકા પટેલ',
    'ପ୍ରିୟଙ୍କା',
    'அன்பழகன்',
    'శ్రీనివాస్',
    'ಕೃಷ್ಣಮೂರ್ತಿ',
    'ശ്രീജിത്ത്',
    'عبدالرحمٰن',
    'ᱥᱤᱫᱩ',
    'ꯇꯣꯝꯕ',
    'D’Souza',
    "O'Brien",
    'A. P. J. Abdul Kalam',
    'José',
    'K. R. Śrī',
  ]
  for (const name of names) {
    assert.equal(clean('name', name), name.normalize('NFC').replaceAll('’', "'"), name)
    assert.equal(
      clean('name', `  ${name.normalize('NFD').split(' ').join(' \u00a0 ')}\u200b`),
      clean('name', name),
      name,
    )
  }
  // A joiner changes how Malayalam and Hindi are written; an invisible blank does not.
  assert.equal(clean('name', 'ക്\u200dരം'), 'ക്\u200dരം')
  assert.equal(clean('name', 'र्\u200dय'), 'र्\u200dय')
  assert.equal(clean('name', 'A\u200bs\u00adha\ufeff'), 'Asha')
  assert.equal(clean('name', 'e\u00ad\u0301'), 'é')
})

test('a name has letters and up to 99 characters, and nothing that could be code or a number', () => {
  const letter = fc.constantFrom(...'aZéशिக్')
  check(
    fc.property(fc.string({ unit: letter, minLength: 1, maxLength: 110 }), (text) => {
      const composed = text.normalize('NFC')
      const isName = /^\p{L}/u.test(composed) && [...composed].length <= 99
      assert.equal(clean('name', text), isName ? composed : undefined)
    }),
  )
  for (const text of [
    '',
    ' ',
    '.',
    "'",
    'Asha1',
    '१२',
    'Asha<b>',
    'Asha;',
    'Asha/Rao',
    '{asha}',
    'Asha\u0000',
    'a@b',
    '😀',
    '\u0301',
  ]) {
    assert.equal(clean('name', text), undefined, JSON.stringify(text))
  }
})

test('a date is one of the calendar, in the one order', () => {
  check(
    fc.property(
      fc.integer({ min: 1890, max: 2110 }),
      fc.integer({ min: 0, max: 13 }),
      fc.integer({ min: 0, max: 32 }),
      (year, month, day) => {
        const date = new Date(Date.UTC(year, month - 1, day))
        const isReal =
          year >= 1900 &&
          date.getUTCFullYear() === year &&
          date.getUTCMonth() === month - 1 &&
          date.getUTCDate() === day
        const text = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
        assert.equal(isRealDate(year, month, day), isReal, text)
        assert.equal(clean('date', ` ${text}\u200b`), isReal ? text : undefined)
      },
    ),
  )
  const leap: readonly (readonly [number, boolean])[] = [
    [2024, true],
    [2023, false],
    [2000, true],
    [1900, false],
    [2100, false],
    [2400, true],
  ]
  for (const [year, isLeap] of leap) {
    assert.equal(isRealDate(year, 2, 29), isLeap, String(year))
    assert.equal(clean('date', `${year}-02-29`) !== undefined, isLeap, String(year))
    assert.ok(isRealDate(year, 2, 28) && !isRealDate(year, 2, 30))
  }
  for (const text of [
    '1990-4-9',
    '09-04-1990',
    '1990/04/09',
    '19900409',
    '1990-04-09T00:00:00Z',
    '१९९०-०४-०९',
    '1990-04-31',
  ]) {
    assert.equal(clean('date', text), undefined, text)
  }
})

test('a line is one line of up to 255 characters', () => {
  assert.equal(clean('line', '  12\tLake \n Road '), '12 Lake Road')
  assert.equal(clean('line', 'म'.repeat(255))?.length, 255)
  assert.equal(clean('line', 'म'.repeat(256)), undefined)
  for (const text of ['', ' ', 'a\u0000b', 'a\u001bb', 'a\u0085b'])
    assert.equal(clean('line', text), undefined, JSON.stringify(text))
})

test('a handle is up to 128 characters and a secret up to 4096 printable ones, both kept as they are', () => {
  check(
    fc.property(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 200 }), (text) => {
      const trimmed = text.trim()
      assert.equal(clean('handle', text), trimmed !== '' && trimmed.length <= 128 ? trimmed : undefined)
      assert.equal(clean('opaque', text), text)
    }),
  )
  assert.equal(clean('opaque', 'x'.repeat(4097)), undefined)
  assert.equal(clean('opaque', 'päss'), undefined)
  assert.equal(clean('handle', 'a\nb'), undefined)
})
