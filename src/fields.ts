import { isAadhaarNumber } from './abdm/wire/aadhaar.ts'
import { type Static, type TSchema, Type } from './schema.ts'

/**
 * The fields of the Connect contract. A field's form cleans what people paste (spaces, invisible characters, a country
 * code) and says what is malformed; its schema is the published one. `x-redact` fields never reach a log.
 */

export type FormSettings = { readonly addressSuffix: string }
export type Form = {
  /** Ends the sentence "`<field>` must be …". */
  readonly rule: string
  /** The value to go on with, or undefined when it is malformed. */
  clean(text: string, settings: FormSettings): string | undefined
}

// Spaces of any kind; soft hyphen, zero-width characters, direction marks, byte order mark.
const blanks = /[\s\p{Cf}]/gu
// Joiners (U+200C, U+200D) are part of the spelling in Indian scripts and stay.
const blanksOfNames = /(?![\u200c\u200d])\p{Cf}/gu

const matching = (pattern: RegExp, text: string): string | undefined => (pattern.test(text) ? text : undefined)

/** NHA's rule for an ABHA address: 8–18, letters and digits, at most one dot and one underscore, neither first nor last. */
const localPart = /^(?=.{8,18}$)([a-z0-9]+[.]?[a-z0-9]*_?[a-z0-9]+|[a-z0-9]+_?[a-z0-9]*[.]?[a-z0-9]+)$/

/** Of ASCII letters only: Unicode's would turn look-alikes such as the Kelvin sign into letters that the rule allows. */
const lowerCase = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())

const degrees = (most: number): Form => ({
  rule: `a decimal number from -${most} to ${most}`,
  clean: (text) => {
    const number = matching(/^[+-]?[0-9]{1,3}(\.[0-9]{1,100})?$/, text.replace(blanks, ''))
    return number !== undefined && Math.abs(Number(number)) <= most ? number : undefined
  },
})

const withDomain = (
  text: string,
  { addressSuffix }: FormSettings,
  isLegal: (local: string) => boolean,
): string | undefined => {
  const [local = '', domain = addressSuffix, ...more] = lowerCase(text.replace(blanks, '')).split('@')
  return more.length === 0 && domain === addressSuffix && isLegal(local) ? `${local}@${addressSuffix}` : undefined
}

export const forms = {
  mobile: {
    rule: 'a mobile number of ten digits that begins with 6, 7, 8 or 9',
    clean: (text) => matching(/^[6-9][0-9]{9}$/, text.replace(blanks, '').replace(/^(\+91|91(?=[0-9]{10}$))/, '')),
  },
  otp: { rule: 'six digits', clean: (text) => matching(/^[0-9]{6}$/, text.replace(blanks, '')) },
  abhaAddress: {
    rule: 'an ABHA address of this environment: 8 to 18 letters or digits, at most one dot and one underscore inside, with or without its domain',
    clean: (text, settings) => withDomain(text, settings, (local) => localPart.test(local)),
  },
  newAbhaAddress: {
    rule: 'a new ABHA address: 8 to 18 letters or digits, at most one dot and one underscore inside, neither a mobile nor an ABHA number',
    clean: (text, settings) =>
      withDomain(text, settings, (local) => localPart.test(local) && !/^([6-9][0-9]{9}|[0-9]{14})$/.test(local)),
  },
  aadhaar: {
    rule: 'an Aadhaar number: twelve digits with a right check digit',
    clean: (text) => {
      const digits = text.replace(/-/g, '').replace(blanks, '')
      return isAadhaarNumber(digits) ? digits : undefined
    },
  },
  abhaNumber: {
    rule: 'an ABHA number: 14 digits, with or without hyphens in groups 2-4-4-4',
    clean: (text) => {
      const [, ...groups] = /^([0-9]{2})-?([0-9]{4})-?([0-9]{4})-?([0-9]{4})$/.exec(text.replace(blanks, '')) ?? []
      return groups.length > 0 ? groups.join('-') : undefined
    },
  },
  pincode: {
    rule: 'six digits, the first not zero',
    clean: (text) => matching(/^[1-9][0-9]{5}$/, text.replace(blanks, '')),
  },
  name: {
    rule: 'up to 99 letters, spaces, dots or apostrophes',
    clean: (text) =>
      matching(
        /^\p{L}[\p{L}\p{M}. '\u200c\u200d]{0,98}$/u,
        // Composed last: an invisible character may stand between a letter and its accent.
        text.replace(blanksOfNames, '').normalize('NFC').replace(/\s+/gu, ' ').replaceAll('’', "'").trim(),
      ),
  },
  gender: { rule: 'M, F or O', clean: (text) => matching(/^[MFO]$/, text.replace(blanks, '').toUpperCase()) },
  line: {
    rule: 'text of up to 255 characters',
    clean: (text) => matching(/^[^\p{Cc}\p{Cs}]{1,255}$/u, text.normalize('NFC').replace(/\s+/gu, ' ').trim()),
  },
  date: {
    rule: 'a date as YYYY-MM-DD',
    clean: (text) => {
      const [, year, month, day] = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text.replace(blanks, '')) ?? []
      return year && month && day && isRealDate(Number(year), Number(month), Number(day))
        ? `${year}-${month}-${day}`
        : undefined
    },
  },
  // A birth date as three texts. The clock says what is still to come, so the call looks at that.
  birthDay: {
    rule: 'a day from 1 to 31, or empty',
    clean: (text) => matching(/^(0?[1-9]|[12][0-9]|3[01])?$/, text.replace(blanks, '')),
  },
  birthMonth: {
    rule: 'a month from 1 to 12, or empty',
    clean: (text) => matching(/^(0?[1-9]|1[0-2])?$/, text.replace(blanks, '')),
  },
  birthYear: {
    rule: 'four digits, from 1900 to this year',
    clean: (text) => matching(/^(19|[2-9][0-9])[0-9]{2}$/, text.replace(blanks, '')),
  },
  latitude: degrees(90),
  longitude: degrees(180),
  opaque: { rule: 'text of up to 4096 printable characters', clean: (text) => matching(/^[\x20-\x7e]{1,4096}$/, text) },
  handle: { rule: 'text of up to 128 characters', clean: (text) => matching(/^[^\p{Cc}\p{Cs}]{1,128}$/u, text.trim()) },
} as const satisfies Record<string, Form>

export type FormName = keyof typeof forms

const field = (form: FormName, description: string, options: { redact?: boolean; examples?: unknown[] } = {}) =>
  Type.String({
    description,
    ...(options.examples && { examples: options.examples }),
    'x-form': form,
    ...(options.redact && { 'x-redact': true }),
  })

const personal = { redact: true }

export const Mobile = field('mobile', 'Ten digits; a leading +91 or 91 is taken off.', {
  ...personal,
  examples: ['9876543210'],
})
export const Otp = field('otp', 'The six digits that the person received.', personal)
export const AbhaAddress = field('abhaAddress', 'ABHA address, with or without its domain.', {
  ...personal,
  examples: ['asha.rao1990@sbx'],
})
export const NewAbhaAddress = field('newAbhaAddress', 'The ABHA address to create, with or without its domain.', {
  ...personal,
  examples: ['asha.rao1990'],
})
export const AadhaarNumber = field('aadhaar', 'Twelve digits.', { ...personal, examples: ['200000000111'] })
export const Pincode = field('pincode', 'Six digits.', { ...personal, examples: ['834001'] })
export const TxnId = field('handle', 'Opaque handle of the flow; the same in every answer of it.')
export const Secret = field('opaque', 'Secret; never logged.', personal)
export const Handle = (description: string) => field('handle', description)
export const PersonalHandle = (description: string, examples?: unknown[]) =>
  field('handle', description, { ...personal, ...(examples && { examples }) })
export const PersonName = (description: string) => field('name', description, personal)
export const Line = (description: string) => field('line', description, personal)
export const BirthDayText = { ...field('birthDay', 'As text; empty when not known.', personal), 'x-may-be-empty': true }
export const BirthMonthText = {
  ...field('birthMonth', 'As text; empty when not known.', personal),
  'x-may-be-empty': true,
}
export const BirthYearText = field('birthYear', 'As text.', personal)
export const Latitude = field('latitude', 'Degrees, as text.')
export const Longitude = field('longitude', 'Degrees, as text.')
/** Published as free text where others publish the three letters. */
export const GenderText = field('gender', 'M, F or O.')
export const IsoDate = (description: string) => field('date', description, personal)

export const Gender = Type.Union([Type.Literal('M'), Type.Literal('F'), Type.Literal('O')])
export const isGender = (text: unknown): text is Static<typeof Gender> => text === 'M' || text === 'F' || text === 'O'
export const WholeNumber = (description: string, minimum: number, maximum: number) =>
  Type.Integer({ description, minimum, maximum, 'x-redact': true })

/** Text in an answer. */
export const Text = (description: string) => Type.String({ description })
export const PersonalText = (description: string) => Type.String({ description, 'x-redact': true })

/** One of a list of words; other spellings that clients use for them are accepted and not published. */
export const OneOf = <const Words extends readonly string[]>(
  words: Words,
  description?: string,
  aliases: { readonly [spelling: string]: Words[number] } = {},
) =>
  Type.Unsafe<Words[number]>(
    Type.Union(
      words.map((word) => Type.Literal(word)),
      { ...(description && { description }), ...(Object.keys(aliases).length > 0 && { 'x-aliases': aliases }) },
    ),
  )

/** What the contract publishes as required where that is not what it means (connect §2, §7.8). */
export const publishedRequired = (...names: string[]) => ({ 'x-publishes-required': names })
export const allPublishedOptional = publishedRequired()

/** May be null on the wire. Leaving a field out is better (connect §1), so answers use it only where the contract allows null. */
export const Nullable = <Field extends TSchema>(schema: Field) => Type.Union([schema, Type.Null()])

export type Mobile = Static<typeof Mobile>

export const isRealDate = (year: number, month: number, day: number): boolean => {
  const lastDay =
    month === 2
      ? year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
        ? 29
        : 28
      : [4, 6, 9, 11].includes(month)
        ? 30
        : 31
  return year >= 1900 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= lastDay
}

/** As ABDM publishes it, however it was written this time; a masked one stays. */
export const asAbhaNumber = (text: string): string => forms.abhaNumber.clean(text) ?? text
