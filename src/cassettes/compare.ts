import type { Operation } from '../abdm/wire/operation.ts'
import { type Filed, sealIn } from './cassette.ts'
import { hasType, operations, type Shape, shapeOf, typeOf } from './shape.ts'

/** Where recorded answers and the emulator's differ: status, code, fields and types, never values of personal fields. */

/** What the emulator says of itself; handed in, because our side knows it over HTTP only. */
export type Emulated = {
  readonly wouldRefuse: (
    op: Operation,
    asked: { readonly query: unknown; readonly body: unknown; readonly sealOf: typeof sealIn },
  ) => Promise<{ readonly status: number; readonly code: string; readonly fields: readonly string[] } | undefined>
  readonly codes: ReadonlySet<string>
  readonly alwaysFilled: (op: Operation) => readonly string[]
}

export type Difference = {
  readonly cassette: string
  readonly operation: string
  readonly what: 'status' | 'code' | 'missing' | 'extra' | 'type' | 'value' | 'form' | 'operation'
  readonly where: string
  readonly emulator: string
  readonly recorded: string
}
type Row = Omit<Difference, 'cassette' | 'operation'>

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const typesOf = ({ types }: Shape): string => [...types].join(' or ')

const below = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

const fieldRows = (shape: Shape, value: unknown, path: string, filled: readonly string[] = []): Row[] => {
  if (!hasType(shape, value))
    return [{ what: 'type', where: path || 'body', emulator: typesOf(shape), recorded: typeOf(value) }]
  const { items, properties, required, literals, isPersonal } = shape
  if (Array.isArray(value)) return items ? value.flatMap((item) => fieldRows(items, item, `${path}[]`)) : []
  if (isFields(value) && properties) {
    const missing = [...required, ...filled].filter((name) => value[name] === undefined)
    return [
      ...missing.map(
        (name): Row => ({
          what: 'missing',
          where: below(path, name),
          emulator: properties[name] ? typesOf(properties[name]) : 'there',
          recorded: '',
        }),
      ),
      ...Object.entries(value).flatMap(([name, part]): Row[] => {
        const where = below(path, name)
        const field = Object.hasOwn(properties, name) ? properties[name] : undefined
        return field ? fieldRows(field, part, where) : [{ what: 'extra', where, emulator: '', recorded: 'there' }]
      }),
    ]
  }
  const isOther = literals.size > 0 && value !== null && !isPersonal && !literals.has(value)
  return isOther ? [{ what: 'value', where: path, emulator: [...literals].join(' or '), recorded: String(value) }] : []
}

/** The entry that leads in any form of refusal. */
const leading = (body: unknown): unknown => {
  let inner = body
  for (let depth = 0; depth < 4; depth++) {
    if (Array.isArray(inner)) inner = inner[0]
    else if (isFields(inner) && typeof inner.error === 'object') inner = inner.error
  }
  return inner
}

const codeIn = (body: unknown): string => {
  const entry = leading(body)
  const code = isFields(entry) ? entry.code : undefined
  // A consent has a field of that name, which form 4 refuses in words.
  const isAboutField = typeof code === 'string' && /\S\s+\S/.test(code)
  return code === undefined || code === null || isAboutField ? '' : String(code).replace(/[:\s]+$/, '')
}

const isGood = (status: number): boolean => status >= 200 && status <= 299

const refusalRows = (body: unknown, codes: ReadonlySet<string>): Row[] => {
  const entry = leading(body)
  const code = codeIn(body)
  const texts = isFields(entry) ? ['code', 'message', 'description'].filter((name) => entry[name] != null) : []
  return [
    ...(code !== '' && !codes.has(code)
      ? [{ what: 'code', where: 'code', emulator: 'none of its codes', recorded: code } as const]
      : []),
    ...texts.flatMap((name): Row[] => {
      const type = typeOf((entry as Fields)[name])
      return type === 'string' ? [] : [{ what: 'type', where: name, emulator: 'string', recorded: type }]
    }),
  ]
}

const rowsOf = async (op: Operation, { cassette }: Filed, emulated: Emulated): Promise<Row[]> => {
  const { status, query, requestBody, responseForm, responseBody } = cassette
  // Nothing was answered, which an emulator has no reason to copy.
  if (status === null) return []
  const refused = await emulated.wouldRefuse(op, { query, body: requestBody, sealOf: sealIn })
  if (refused) {
    const at = refused.fields.join(' ')
    if (refused.status !== status)
      return [
        {
          what: 'status',
          where: at || 'status',
          emulator: `${refused.status} ${refused.code}`.trim(),
          recorded: String(status),
        },
      ]
    const code = codeIn(responseBody)
    return code === refused.code ? [] : [{ what: 'code', where: at || 'code', emulator: refused.code, recorded: code }]
  }
  // Whether a well-formed request is refused is up to the world that it meets; how, is not.
  if (!isGood(status)) {
    if (responseForm === 'text') return [{ what: 'form', where: 'body', emulator: 'json', recorded: 'text' }]
    return refusalRows(responseBody, emulated.codes)
  }
  const rows: Row[] =
    status === op.status
      ? []
      : [{ what: 'status', where: 'status', emulator: String(op.status), recorded: String(status) }]
  const form = op.replyType === 'image/png' ? 'png' : 'json'
  if (responseForm !== form) return [...rows, { what: 'form', where: 'body', emulator: form, recorded: responseForm }]
  if (form === 'png') return rows
  return [...rows, ...fieldRows(shapeOf(op.reply), responseBody, '', emulated.alwaysFilled(op))]
}

export const compare = async (cassettes: readonly Filed[], emulated: Emulated): Promise<Difference[]> => {
  const byId = new Map(operations.map((op) => [op.id, op]))
  const all: Difference[] = []
  for (const filed of cassettes) {
    const { operation } = filed.cassette
    const op = byId.get(operation)
    const rows: Row[] = op
      ? await rowsOf(op, filed, emulated)
      : [{ what: 'operation', where: 'path', emulator: '404', recorded: String(filed.cassette.status) }]
    all.push(...rows.map((row) => ({ cassette: filed.file, operation, ...row })))
  }
  return all
}

const columns = ['cassette', 'operation', 'what', 'where', 'emulator', 'recorded'] as const

/** Aligned columns under their names. */
export const tableOf = (differences: readonly Difference[]): string => {
  const rows = [columns, ...differences.map((one) => columns.map((column) => one[column]))]
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
