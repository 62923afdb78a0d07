import type { Exchanged } from '../abdm/transport.ts'
import type { Operation } from '../abdm/wire/operation.ts'
import type { Cassette } from './cassette.ts'
import { type Shape, shapeOf } from './shape.ts'
import type { Synthetic } from './synthetic.ts'
import { isKnownCode, isKnownName, isKnownType } from './vocabulary.ts'
import { createWords, timeless } from './words.ts'

/**
 * Turns a real exchange into a cassette. The schema's marks decide what is replaced, what no schema knows is masked, and of every
 * other text only the words of ABDM's stay.
 */

const masked = 'masked'
const publicKeys: ReadonlySet<string> = new Set(['abha.certificate', 'phr.certificate', 'gateway.certs'])
const wordFields: ReadonlySet<string> = new Set(['message', 'description', 'error', 'type', ''])
/** A flag, a count, or the life of a token: whole minutes of a year at most. Another number may be somebody's. */
const countMax = 999
const lifeMax = 31_536_000
const anyLife = 1_800

const harmless = (value: number): number => {
  const isCount = Number.isInteger(value) && value >= 0 && value <= countMax
  return isCount || (value > 0 && value <= lifeMax && value % 60 === 0) ? value : anyLife
}
/** It stays a number, of the same type. */
const noNumber = (value: number): number => (Number.isInteger(value) ? 0 : 0.5)
/** A status or a code of the API gateway. */
const isSmallCode = (value: number): boolean => isKnownCode(String(value))

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const fieldNames = (shape: Shape | undefined): string[] =>
  Object.entries(shape?.properties ?? {}).flatMap(([name, part]) => [name, ...fieldNames(part)])

export const createCleaner = (synthetic: Synthetic) => {
  const words = createWords(synthetic)

  /** A name that nobody knows may be a value of somebody's. */
  const nameOf = (name: string): string =>
    isKnownName(name) && synthetic.replaced(name) === name ? name : synthetic.fieldName(name)

  const single = (shape: Shape, name: string, value: unknown, isPublic: boolean): unknown => {
    if (typeof value === 'boolean') return value
    if (shape.isSealed) return typeof value === 'string' ? synthetic.sealed(value) : masked
    if (typeof value !== 'string' && typeof value !== 'number') return masked
    if (shape.isPersonal) return synthetic.value(name, value)
    if (typeof value === 'number') return shape.types.has('integer') ? harmless(value) : noNumber(value)
    if (isPublic || shape.literals.has(value)) return value
    return shape.types.has('integer') && /^\d{1,12}$/.test(value) ? String(harmless(Number(value))) : words(value)
  }

  const body = (shape: Shape | undefined, value: unknown, name = '', isPublic = false): unknown => {
    if (value === null || value === undefined) return value
    if (!shape) return masked
    if (Array.isArray(value)) {
      const { items } = shape
      return items ? value.map((item) => body(items, item, name, isPublic)) : []
    }
    if (!isFields(value)) {
      const isGroup = shape.properties || shape.items || shape.types.size === 0
      return isGroup ? masked : single(shape, name, value, isPublic)
    }
    // What the schema does not look into keeps its form only.
    const parts = shape.properties ?? {}
    return Object.fromEntries(
      Object.entries(value).map(([field, part]) =>
        Object.hasOwn(parts, field) ? [field, body(parts[field], part, field, isPublic)] : [nameOf(field), masked],
      ),
    )
  }

  const refusalText = (name: string, text: string, fields: ReadonlySet<string>): string => {
    if (name === 'code' && isKnownCode(text)) return text
    if (name === 'timestamp') return timeless(text) ?? masked
    return wordFields.has(name) || fields.has(name) ? words(text) : masked
  }

  /** Any form of refusal (abdm-v3 §5); they have no schema. */
  const refusal = (value: unknown, fields: ReadonlySet<string>, name = ''): unknown => {
    if (Array.isArray(value)) return value.map((item) => refusal(item, fields, name))
    if (isFields(value)) {
      if (!['', 'error'].includes(name)) return masked
      return Object.fromEntries(
        Object.entries(value).map(([field, part]) => [
          fields.has(field) ? field : nameOf(field),
          refusal(part, fields, field),
        ]),
      )
    }
    if (typeof value === 'string') return refusalText(name, value, fields)
    if (typeof value !== 'number') return typeof value === 'boolean' ? value : null
    return ['code', 'status'].includes(name) && isSmallCode(value) ? value : noNumber(value)
  }

  const headers = (sent: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(sent)
        .filter(([name]) => !['REQUEST-ID', 'TIMESTAMP'].includes(name))
        .map(([name, value]) => {
          const token = /^Bearer (.*)$/s.exec(value)?.[1]
          if (token !== undefined) return [name, `Bearer ${synthetic.text('token', token)}`]
          if (name === 'TRANSACTION_ID') return [name, words(value)]
          return [name, ['Content-Type', 'X-CM-ID'].includes(name) ? value : masked]
        }),
    )

  /** Words of the answer may quote what went out sealed. */
  const meetSealed = (op: Operation, plain: unknown): void => {
    for (const path of op.sealed) {
      const names = path.split('.')
      const value = names.reduce<unknown>((inner, name) => (inner as Fields | undefined)?.[name], plain)
      if (typeof value === 'string') synthetic.text(names.at(-1) ?? '', value)
    }
  }

  const answered = (op: Operation, answer: Exchanged['answer']) => {
    if (!answer) return { status: null, responseHeaders: {}, responseForm: 'empty' as const }
    const { status, type, body: bytes } = answer
    const named = type !== undefined && isKnownType(type) ? { 'content-type': type } : {}
    const known = { status, responseHeaders: named }
    if (bytes.length === 0) return { ...known, responseForm: 'empty' as const }
    const isGood = status >= 200 && status <= 299
    if (isGood && op.replyType === 'image/png') return { ...known, responseForm: 'png' as const }
    let value: unknown
    const text = bytes.toString('utf8')
    try {
      value = JSON.parse(text)
    } catch {
      const isAbdms = !/[<>]/.test(text) && words(text) === text
      return { ...known, responseForm: 'text' as const, responseBody: isAbdms ? text : masked }
    }
    const responseBody = isGood
      ? body(shapeOf(op.reply), value, '', publicKeys.has(op.id))
      : refusal(value, new Set(fieldNames(op.body && shapeOf(op.body))))
    return { ...known, responseForm: 'json' as const, responseBody }
  }

  const cassetteOf = ({ op, query, headers: sent, body: sentText, answer }: Exchanged): Cassette => ({
    operation: op.id,
    method: op.method,
    path: op.path,
    ...(query !== undefined && { query: body(op.query && shapeOf(op.query), query) }),
    requestHeaders: headers(sent),
    ...(sentText !== undefined && { requestBody: body(op.body && shapeOf(op.body), JSON.parse(sentText)) }),
    ...answered(op, answer),
  })

  return (exchanged: Exchanged): Cassette => {
    meetSealed(exchanged.op, exchanged.plain)
    // Words may quote what stands further on: by the second time, every value of the exchange has been met.
    cassetteOf(exchanged)
    return cassetteOf(exchanged)
  }
}
