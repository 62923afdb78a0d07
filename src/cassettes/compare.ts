import type { Operation } from '../abdm/wire/operation.ts'
import { type Cassette, type Filed, sealIn } from './cassette.ts'
import { hasType, operations, type Shape, shapeOf, typeOf } from './shape.ts'

/** Where recorded answers and the emulator's differ: status, code, fields and types, never values of personal fields. */

type Refused = { readonly status: number; readonly form: string }

/** What the emulator says of itself; handed in, because our side knows it over HTTP only. */
export type Emulated = {
  readonly wouldRefuse: (
    op: Operation,
    asked: { readonly query: unknown; readonly body: unknown; readonly sealOf: typeof sealIn },
  ) => Promise<(Refused & { readonly code: string; readonly fields: readonly string[] }) | undefined>
  /** Empty: it says no such code, or not of its own. */
  readonly refusalsWith: (op: Operation, code: string) => readonly Refused[]
  readonly codes: ReadonlySet<string>
  /** Dotted paths. */
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
    const here = filled.filter((name) => !name.includes('.'))
    const missing = [...new Set([...required, ...here])].filter((name) => value[name] === undefined)
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
        const inside = filled.flatMap((one) => (one.startsWith(`${name}.`) ? [one.slice(name.length + 1)] : []))
        return field
          ? fieldRows(field, part, where, inside)
          : [{ what: 'extra', where, emulator: '', recorded: 'there' }]
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

/** The forms of abdm-v3 §5, by what tells them apart. */
const formOf = ({ responseForm, responseBody: body }: Cassette): string => {
  if (responseForm !== 'json') return responseForm
  if (Array.isArray(body)) return 'array'
  if (!isFields(body)) return 'text'
  if (isFields(body.error) || Array.isArray(body.error)) return 'wrapped'
  if (body.path !== undefined) return 'spring'
  if (codeIn(body) !== '') return body.type === undefined ? 'flat' : 'runtime'
  if (body.description !== undefined) return 'description'
  return body.message === undefined ? 'field' : 'message'
}

const isGood = (status: number): boolean => status >= 200 && status <= 299

const listed = (values: Iterable<unknown>): string => [...new Set(values)].join(' or ')

const typeRows = ({ responseHeaders, responseForm }: Cassette, expected: string): Row[] => {
  if (responseForm === 'empty') return []
  const type = responseHeaders['content-type']?.split(';', 1)[0]?.toLowerCase() ?? 'none'
  return type === expected ? [] : [{ what: 'form', where: 'content-type', emulator: expected, recorded: type }]
}

const refusalRows = (op: Operation, cassette: Cassette, { codes, refusalsWith }: Emulated): Row[] => {
  const body = cassette.responseBody
  const entry = leading(body)
  const code = codeIn(body)
  const texts = isFields(entry) ? ['code', 'message', 'description'].filter((name) => entry[name] != null) : []
  const form = formOf(cassette)
  const ofCode = refusalsWith(op, code)
  const ofStatus = ofCode.filter(({ status }) => status === cassette.status)
  const rows: Row[] = []
  if (code !== '' && !codes.has(code))
    rows.push({ what: 'code', where: 'code', emulator: 'none of its codes', recorded: code })
  else if (code === '' && ofStatus.length === 0)
    rows.push({ what: 'code', where: 'code', emulator: `one, with ${cassette.status}`, recorded: '' })
  else if (ofCode.length > 0 && ofStatus.length === 0)
    rows.push({
      what: 'status',
      where: 'status',
      emulator: `${listed(ofCode.map(({ status }) => status))} ${code}`,
      recorded: String(cassette.status),
    })
  if (ofStatus.length > 0 && ofStatus.every((one) => one.form !== form))
    rows.push({ what: 'form', where: 'body', emulator: listed(ofStatus.map((one) => one.form)), recorded: form })
  return [
    ...rows,
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
    if (code !== refused.code) return [{ what: 'code', where: at || 'code', emulator: refused.code, recorded: code }]
    const form = formOf(cassette)
    if (form !== refused.form) return [{ what: 'form', where: 'body', emulator: refused.form, recorded: form }]
    return typeRows(cassette, 'application/json')
  }
  // Whether a well-formed request is refused is up to the world that it meets; how, is not.
  if (!isGood(status)) {
    if (responseForm === 'text') return [{ what: 'form', where: 'body', emulator: 'json', recorded: 'text' }]
    return [...refusalRows(op, cassette, emulated), ...typeRows(cassette, 'application/json')]
  }
  const rows: Row[] =
    status === op.status
      ? []
      : [{ what: 'status', where: 'status', emulator: String(op.status), recorded: String(status) }]
  const form = op.replyType === 'image/png' ? 'png' : 'json'
  if (responseForm !== form) return [...rows, { what: 'form', where: 'body', emulator: form, recorded: responseForm }]
  rows.push(...typeRows(cassette, op.replyType))
  if (form === 'png') return rows
  // Who has not proved who he is gets words and nothing else.
  const isFailed = isFields(responseBody) && responseBody.authResult === 'failed'
  const filled = emulated.alwaysFilled(op).filter((name) => !isFailed || name === 'message')
  return [...rows, ...fieldRows(shapeOf(op.reply), responseBody, '', filled)]
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
