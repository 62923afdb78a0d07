import type { TSchema } from 'typebox'
import type { Validator } from 'typebox/schema'
import { type Operation, type Variant, variantsOf, type Refusal as Words } from '../abdm/wire/operation.ts'
import { type FieldRefusal, Refusal, refuse } from './refusal.ts'

/** Checks a body by its wire value and says what ABDM would say about each field that fails. */

type Compile = typeof import('typebox/schema').Compile
let compile: Compile | undefined

/** The compiler is a heavy import that start-up does not need; whoever calls `fits` has waited for this. */
export const loadCompiler = async (): Promise<void> => {
  compile ??= (await import('typebox/schema')).Compile
}

const validators = new WeakMap<TSchema, Validator>()

export const fits = (schema: TSchema, value: unknown): boolean => {
  let validator = validators.get(schema)
  if (!validator) {
    if (!compile) throw new Error('loadCompiler() has not been awaited')
    validator = compile(schema)
    validators.set(schema, validator)
  }
  return validator.Check(value)
}

/** A schema with what `text`, `personal` and `sealed` put on it. */
export type Marked = TSchema & {
  readonly properties?: { readonly [name: string]: Marked }
  readonly required?: readonly string[]
  readonly 'x-refusal'?: Words
}

const entriesOf = (schema: Marked, value: unknown): FieldRefusal[] => {
  const given = typeof value === 'object' && value !== null ? (value as { readonly [name: string]: unknown }) : {}
  return Object.entries(schema.properties ?? {}).flatMap(([field, part]) => {
    const isMissing = given[field] === undefined
    if (isMissing ? !schema.required?.includes(field) : fits(part, given[field])) return []
    const words = part['x-refusal']
    if (words) return [{ field, code: words[0], message: words[1] }]
    return part.properties ? entriesOf(part, given[field]) : [{ field, code: 'ABDM-1006', message: `Invalid ${field}` }]
  })
}

const markOf = (op: Operation, field: string): FieldRefusal => {
  const [code, message] = (op.body as Marked | undefined)?.properties?.[field]?.['x-refusal'] ?? [
    'ABDM-1006',
    'Invalid',
  ]
  return { field, code, message }
}

type Choice = { readonly scope: readonly string[]; readonly loginHint?: string; readonly otpSystem?: string }

/** The accepted combination that a body names, by its key in the wire value. */
const variantName = (op: Operation, { scope, loginHint, otpSystem }: Choice): string | undefined => {
  const among = variantsOf(op, scope)
  return Object.entries(op.variants).find(
    ([, variant]) =>
      among.includes(variant) &&
      (loginHint === undefined || variant.loginHint === loginHint) &&
      (otpSystem === undefined || variant.otpSystem === otpSystem),
  )?.[0]
}

/** Scope, hint and OTP system each against what the operation accepts, as far as the scope can be told. */
const choiceEntries = (op: Operation, choice: Choice): FieldRefusal[] => {
  const all = Object.values(op.variants)
  const among = variantsOf(op, choice.scope)
  const known: readonly Variant[] = among.length > 0 ? among : all
  const hinted = known.filter(({ loginHint }) => loginHint === choice.loginHint)
  return [
    ...(among.length === 0 ? [markOf(op, 'scope')] : []),
    ...(choice.loginHint !== undefined && hinted.length === 0 ? [markOf(op, 'loginHint')] : []),
    ...(choice.otpSystem !== undefined &&
    !(hinted.length > 0 ? hinted : known).some(({ otpSystem }) => otpSystem === choice.otpSystem)
      ? [markOf(op, 'otpSystem')]
      : []),
  ]
}

/** One refusal for all failed checks of a batch, in the operation's own form. */
export const refuseAll = (op: Operation, entries: readonly FieldRefusal[]): Refusal => {
  if (op.errorForm === 'field') return new Refusal(400, 'field', entries)
  const coloned = entries.map((entry) => ({
    ...entry,
    code: entry.code === '' || !entry.code.startsWith('ABDM-') ? entry.code : (`${entry.code}: ` as const),
  }))
  return new Refusal(400, op.errorForm, coloned)
}

/**
 * Everything that fails without decryption; unknown extra fields are ignored, as ABDM does. Gives the name of the variant
 * that the body chose, if the operation has any.
 */
export const checkBody = (op: Operation, body: unknown): string | undefined => {
  if (!op.body) return undefined
  const hasChoice = Object.keys(op.variants).length > 0
  const choice = body as Choice
  if (fits(op.body, body)) {
    const variant = hasChoice ? variantName(op, choice) : undefined
    if (hasChoice && !variant) throw refuseAll(op, choiceEntries(op, choice))
    return variant
  }
  const entries = entriesOf(op.body, body)
  const canChoose = hasChoice && !entries.some(({ field }) => field === 'scope')
  const more =
    canChoose && !variantName(op, choice)
      ? choiceEntries(op, choice).filter(({ field }) => !entries.some((entry) => entry.field === field))
      : []
  // Not an object at all, where no field is required.
  if (entries.length + more.length === 0) throw unreadableBody(op)
  throw refuseAll(op, [...entries, ...more])
}

type Born = { readonly dayOfBirth?: string; readonly monthOfBirth?: string; readonly yearOfBirth: string }

/** Each part may be well formed and the whole no day of the calendar; a birth date without day or month is none to judge. */
export const checkBirth = (op: Operation, { dayOfBirth, monthOfBirth, yearOfBirth }: Born): void => {
  if (!dayOfBirth || !monthOfBirth) return
  const lastDay = new Date(Date.UTC(Number(yearOfBirth), Number(monthOfBirth), 0)).getUTCDate()
  if (Number(dayOfBirth) <= lastDay) return
  throw refuseAll(op, [{ field: 'dayOfBirth', code: 'ABDM-1006', message: 'Invalid Day Of Birth' }])
}

export const checkQuery = (op: Operation, query: unknown): void => {
  if (op.query && !fits(op.query, query)) throw refuseAll(op, entriesOf(op.query, query))
}

/** ABDM reports a body that is not JSON in its own way, and face captures in theirs (abdm-v3 §2, §15, §19 no. 7). */
export const unsupportedMediaType = (op: Operation, given: string) => {
  const message = `415 UNSUPPORTED_MEDIA_TYPE "Content type '${given}' not supported for bodyType=${op.id}"`
  if (op.id === 'abha.face.capture') return refuse(401, 'wrapped', 'ABDM-1006: ', message)
  return refuse(400, op.errorForm === 'field' ? 'wrapped' : op.errorForm, 'ABDM-9999: ', message)
}
export const unreadableBody = (op: Operation) =>
  op.service === 'gateway'
    ? refuse(400, 'wrapped', 'ABDM-1015: ', 'Invalid request')
    : refuse(400, op.errorForm === 'field' ? 'wrapped' : op.errorForm, 'ABDM-1006: ', 'Bad request, invalid request')
