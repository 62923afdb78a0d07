import { safeWords } from '../abdm/masking.ts'
import type { Exchanged } from '../abdm/transport.ts'
import type { Operation } from '../abdm/wire/operation.ts'
import type { Cassette } from './cassette.ts'
import { type Shape, shapeOf } from './shape.ts'
import type { Synthetic } from './synthetic.ts'

/** Turns a real exchange into a cassette. The schema's marks decide what is replaced; what no schema knows is masked. */

const masked = 'masked'
const publicKeys: ReadonlySet<string> = new Set(['abha.certificate', 'phr.certificate', 'gateway.certs'])
const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const timeForm = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.]*(Z|[+-]\d\d:?\d\d)?$/
const codeForm = /^(?=.*\d)(?!\d{7})[A-Za-z0-9_-]{1,32}[:\s]*$/
const fieldForm = /^[A-Za-z]\w{0,40}$/
const wordFields: ReadonlySet<string> = new Set(['message', 'description', 'error', 'type', ''])
/** The last digits of a number, as messages show them. */
const maskedEnd = /([*x]{2,}[ -]*)(\d+)/gi
/** A whole number in an unmarked place that is small enough to be nobody's. */
const harmlessMax = 100_000

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const fieldNames = (shape: Shape | undefined): string[] =>
  Object.entries(shape?.properties ?? {}).flatMap(([name, part]) => [name, ...fieldNames(part)])

export const createCleaner = (synthetic: Synthetic) => {
  const words = (text: string): string =>
    uuidForm.test(text)
      ? synthetic.text('txnId', text)
      : timeForm.test(text)
        ? text
        : (safeWords(synthetic.replaced(text)) ?? '').replace(
            maskedEnd,
            (_, mask: string, end: string) => mask + synthetic.ending(end),
          )

  /** A name that nobody knows may be a value of somebody's. */
  const nameOf = (name: string): string =>
    fieldForm.test(name) && !/\d{4}/.test(name) && synthetic.replaced(name) === name ? name : masked

  const single = (shape: Shape, name: string, value: unknown, isPublic: boolean): unknown => {
    if (typeof value === 'boolean') return value
    if (shape.isSealed) return typeof value === 'string' ? synthetic.sealed(value) : masked
    if (typeof value !== 'string' && typeof value !== 'number') return masked
    if (shape.isPersonal) return synthetic.value(name, value)
    if (typeof value === 'number')
      return shape.types.has('integer') || Math.abs(value) < harmlessMax ? value : harmlessMax
    if (isPublic || shape.literals.has(value) || (shape.types.has('integer') && /^\d{1,9}$/.test(value))) return value
    return words(value)
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
    if (name === 'code' && codeForm.test(text)) return text
    if (name === 'timestamp') return timeForm.test(text) ? text : masked
    if (uuidForm.test(text)) return synthetic.text('txnId', text)
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
    const isStatus = typeof value === 'number' && ['code', 'status'].includes(name) && value < harmlessMax
    if (value === null || typeof value === 'boolean' || isStatus) return value
    // A number in the place of words stays a number.
    return typeof value === 'number' && wordFields.has(name) ? 0 : masked
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
    const named = /^[\w./+-]+(; ?charset=[\w-]+)?$/.test(type ?? '') ? { 'content-type': type ?? '' } : {}
    const known = { status, responseHeaders: named }
    if (bytes.length === 0) return { ...known, responseForm: 'empty' as const }
    const isGood = status >= 200 && status <= 299
    if (isGood && op.replyType === 'image/png') return { ...known, responseForm: 'png' as const }
    let value: unknown
    try {
      value = JSON.parse(bytes.toString('utf8'))
    } catch {
      return { ...known, responseForm: 'text' as const, responseBody: masked }
    }
    const responseBody = isGood
      ? body(shapeOf(op.reply), value, '', publicKeys.has(op.id))
      : refusal(value, new Set(fieldNames(op.body && shapeOf(op.body))))
    return { ...known, responseForm: 'json' as const, responseBody }
  }

  return ({ op, plain, query, headers: sent, body: sentText, answer }: Exchanged): Cassette => {
    meetSealed(op, plain)
    return {
      operation: op.id,
      method: op.method,
      path: op.path,
      ...(query !== undefined && { query: body(op.query && shapeOf(op.query), query) }),
      requestHeaders: headers(sent),
      ...(sentText !== undefined && { requestBody: body(op.body && shapeOf(op.body), JSON.parse(sentText)) }),
      ...answered(op, answer),
    }
  }
}
