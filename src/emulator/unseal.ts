import { isAadhaarNumber } from '../abdm/wire/aadhaar.ts'
import type { KeyBits, Operation, Refusal as Words } from '../abdm/wire/operation.ts'
import { type Marked, refuseAll } from './checks.ts'
import type { KeyRing } from './keys.ts'
import { type FieldRefusal, Refusal, refuse } from './refusal.ts'
import { isAbhaNumber, isEmail, isMobile, isOtp, isPassword, readAddress } from './world/forms.ts'

/** Opens the sealed fields of a body and copies ABDM's symptoms where one does not open (abdm-v3 §3.5). */

export type SealedField = {
  readonly path: string
  readonly names: readonly string[]
  /** The last name: what the field is called in a refusal. */
  readonly field: string
  /** Where the group that it stands in is there at all. */
  readonly isRequired: boolean
  readonly words: Words
}

/** What there is to open in an operation's body, worked out once. */
export const sealedFieldsOf = (op: Operation): SealedField[] =>
  op.sealed.map((path) => {
    const names = path.split('.')
    let schema: Marked | undefined = op.body
    let isRequired = false
    for (const name of names) {
      isRequired = schema?.required?.includes(name) ?? false
      schema = schema?.properties?.[name]
    }
    return {
      path,
      names,
      field: names.at(-1) ?? path,
      isRequired,
      words: schema?.['x-refusal'] ?? ['ABDM-1006', 'Invalid'],
    }
  })

const partAt = (body: unknown, names: readonly string[]): unknown => {
  let value = body
  for (const name of names) value = (value as { readonly [name: string]: unknown } | undefined)?.[name]
  return value
}

const isWellFormed = (field: string, hint: string | undefined, text: string, suffix: string): boolean => {
  const kind = field === 'loginId' ? hint : field
  switch (kind) {
    case 'mobile':
    case 'mobile-number':
      return isMobile(text)
    case 'abha-number':
      return isAbhaNumber(text)
    case 'abha-address':
      return readAddress(text, suffix) !== undefined
    case 'aadhaar':
      return isAadhaarNumber(text)
    case 'otpValue':
      return isOtp(text)
    case 'email':
      return isEmail(text)
    case 'password':
      return isPassword(text)
    default:
      return text !== ''
  }
}

type Fault = 'sealed wrongly' | 'malformed'

/** The words differ by service and hint: wrong keys are blamed on the value. */
const entryOf = (
  { field, words }: SealedField,
  op: Operation,
  hint: string | undefined,
  fault: Fault,
): FieldRefusal => {
  const isMalformed = fault === 'malformed'
  if (field === 'loginId' && op.service === 'abha') {
    if (!isMalformed) return { field, code: '', message: 'Invalid LoginId' }
    const isMobileOfLogin = hint === 'mobile' && op.id === 'abha.login.request_otp'
    return { field, code: '', message: isMobileOfLogin ? 'Invalid Mobile Number' : 'LoginId is invalid' }
  }
  if (field === 'loginId' && hint === 'mobile-number') {
    return { field, code: 'ABDM-1006', message: isMalformed ? 'Invalid Mobile Number' : 'Invalid mobile number' }
  }
  if (field === 'loginId' && isMalformed && hint === 'abha-number') {
    return { field, code: 'ABDM-9999', message: 'Invalid ABHA Number' }
  }
  if (field === 'loginId' && isMalformed && hint === 'abha-address') {
    return op.service === 'phr-web'
      ? { field, code: 'ABDM-1006', message: 'Invalid Abha Address' }
      : { field, code: 'ABDM-9999', message: 'Invalid ABHA Address' }
  }
  return { field, code: words[0], message: words[1] }
}

const base64Form = /^[A-Za-z0-9+/]+={0,2}$/

/** PHR web lets the text of Java's decoder through. */
const illegalBase64 = (text: string): Refusal => {
  const character = /[^A-Za-z0-9+/=]/.exec(text)?.[0] ?? '='
  return refuse(400, 'flat', 'ABDM-9999: ', `Illegal base64 character ${(character.codePointAt(0) ?? 0).toString(16)}`)
}

/** A form that only this call has (abdm-v3 §5 no. 6, §6.4); what does not open at all is blamed as everywhere. */
const malformedByAbdm = (body: unknown): Refusal => {
  const txnId = partAt(body, ['authData', 'otp', 'txnId'])
  return new Refusal(400, 'description', [{ code: '', message: 'Invalid OTP value', field: String(txnId) }])
}

export type Opened = { [path: string]: string }

export type UnsealSettings = { readonly addressSuffix: string; readonly lenientKeys?: boolean | undefined }

type Sealed = { readonly op: Operation; readonly body: unknown; readonly variant: string | undefined }

/** What a text shows without being opened: which key it is for, that it is no ciphertext, or that it is not even base64. */
export type Seal = KeyBits | 'wrong' | 'text'

const sealWith =
  (keys: KeyRing) =>
  (text: string): Seal =>
    base64Form.test(text) ? (keys.bitsOf(Buffer.from(text, 'base64')) ?? 'wrong') : 'text'

type Looked = { readonly refused: FieldRefusal } | { readonly value: string; readonly bits: KeyBits }

const hintIn = (body: unknown) => (body as { loginHint?: string }).loginHint

/** Undefined: there is nothing to open. `sealOf` gives undefined where it cannot tell. */
const look = (
  sealed: SealedField,
  { op, body, variant }: Sealed,
  sealOf: (text: string) => Seal | undefined,
  isLenient = false,
): Looked | undefined => {
  if (partAt(body, sealed.names.slice(0, -1)) === undefined) return undefined
  const given = partAt(body, sealed.names)
  const value = typeof given === 'string' ? given : ''
  if (!value && !sealed.isRequired) return undefined
  const seal = value ? sealOf(value) : 'wrong'
  if (seal === undefined) return undefined
  if (seal === 'text' && op.service === 'phr-web' && sealed.field === 'otpValue') throw illegalBase64(value)
  const wanted = (variant === undefined ? undefined : op.variants[variant]?.key) ?? op.key
  return typeof seal === 'number' && (seal === wanted || isLenient)
    ? { value, bits: seal }
    : { refused: entryOf(sealed, op, hintIn(body), 'sealed wrongly') }
}

/** The refusal that is certain before anything is opened. */
export const refuseUnopenable = (
  sealed: Sealed,
  sealOf: (text: string) => Seal | undefined,
  isLenient: boolean,
): void => {
  const entries = sealedFieldsOf(sealed.op).flatMap((field) => {
    const looked = look(field, sealed, sealOf, isLenient)
    return looked && 'refused' in looked ? [looked.refused] : []
  })
  if (entries.length > 0) throw refuseAll(sealed.op, entries)
}

/** Fills `into` with the plaintexts by dotted path, and throws one refusal for all fields that are wrong. */
export const unseal = async (
  given: Sealed,
  fields: readonly SealedField[],
  keys: KeyRing,
  settings: UnsealSettings,
  into: Opened,
): Promise<void> => {
  const { op, body } = given
  const sealOf = sealWith(keys)
  const openOne = async (sealed: SealedField): Promise<FieldRefusal | undefined> => {
    const looked = look(sealed, given, sealOf, settings.lenientKeys)
    if (!looked) return undefined
    if ('refused' in looked) return looked.refused
    const text = await keys.open(looked.bits, Buffer.from(looked.value, 'base64'))
    if (text === undefined) return entryOf(sealed, op, hintIn(body), 'sealed wrongly')
    into[sealed.path] = text
    if (isWellFormed(sealed.field, hintIn(body), text, settings.addressSuffix)) return undefined
    if (op.id === 'abha.enrollment.by_abdm') throw malformedByAbdm(body)
    return entryOf(sealed, op, hintIn(body), 'malformed')
  }
  const only = fields.length === 1 ? fields[0] : undefined
  const entries = only ? [await openOne(only)] : await Promise.all(fields.map(openOne))
  const wrong = entries.filter((entry) => entry !== undefined)
  if (wrong.length > 0) throw refuseAll(op, wrong)
}
