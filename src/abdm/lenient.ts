import type { TSchema } from 'typebox'

/**
 * Reads a reply in the form that its wire value declares. ABDM spells one value as text here and as a number there
 * (abdm-v3 §19 no. 13), so the form of a single value is no reason to throw away a reply that has already acted.
 */

type Node = {
  readonly type?: string
  readonly anyOf?: readonly Node[]
  readonly properties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly items?: Node
  readonly pattern?: string
  readonly minLength?: number
  readonly 'x-redact'?: boolean
  readonly 'x-also-listed'?: boolean
}

const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value === 'number' ? 'number' : typeof value

const hasTypeOf = ({ type }: Node, value: unknown): boolean => (type === 'integer' ? 'number' : type) === typeOf(value)

/** Digits that a number holds exactly. */
const wholeNumber = /^-?[0-9]{1,15}$/

const scalar = (node: Node, value: unknown): unknown => {
  const { type } = node
  // A flag in the place of a token or a name says something else.
  const isFlag = typeof value === 'boolean' && !node['x-redact']
  if (type === 'string') return Number.isSafeInteger(value) || isFlag ? String(value) : value
  if (typeof value !== 'string') return value
  if (type === 'integer' || type === 'number') return wholeNumber.test(value) ? Number(value) : value
  if (type === 'boolean') return value === 'true' || (value === 'false' ? false : value)
  return value
}

const isNullable = ({ type, anyOf }: Node): boolean => type === 'null' || (anyOf?.some(isNullable) ?? false)
const mayBeEmpty = ({ type, anyOf, pattern, minLength }: Node): boolean =>
  anyOf ? anyOf.some(mayBeEmpty) : type === undefined || (type === 'string' && !pattern && !minLength)

/** Null, empty and missing are one. */
const isAbsent = (node: Node, value: unknown): boolean => value === null || (value === '' && !mayBeEmpty(node))

const oneOf = (members: readonly Node[], value: unknown): unknown => {
  const same = members.find((member) => hasTypeOf(member, value))
  if (same) return read(same, value)
  for (const member of members) {
    const other = read(member, value)
    if (other !== value) return other
  }
  return value
}

const fields = ({ properties = {}, required = [] }: Node, value: object): object => {
  const copy: Record<string, unknown> = { ...value }
  for (const [name, field] of Object.entries(properties)) {
    if (!Object.hasOwn(copy, name)) continue
    if (required.includes(name) || !isAbsent(field, copy[name])) copy[name] = read(field, copy[name])
    else if (isNullable(field)) copy[name] = null
    else delete copy[name]
  }
  return copy
}

const read = (node: Node, value: unknown): unknown => {
  const { type, anyOf, items } = node
  if (anyOf) return oneOf(anyOf, value)
  if (!hasTypeOf(node, value)) return scalar(node, value)
  if (type === 'object') return fields(node, value as object)
  return type === 'array' && items ? (value as readonly unknown[]).map((item) => read(items, item)) : value
}

/** A copy in which each value that says the same in another form has the declared one; what says something else stays. */
export const asDeclared = (schema: TSchema, value: unknown): unknown => {
  const node = schema as Node
  return read(node, node['x-also-listed'] && Array.isArray(value) ? value[0] : value)
}

/** An id of ABDM's goes back as it came, so any will do that a header and a URL can carry. */
const handedBack = '^[A-Za-z0-9._~:-]{1,128}$'

/** What a reply has to be for this client: as declared, but with ids in any form. */
export const asRead = (schema: TSchema): TSchema =>
  JSON.parse(JSON.stringify(schema), (_name, node: unknown) =>
    typeof node === 'object' && node !== null && 'x-handed-back' in node ? { ...node, pattern: handedBack } : node,
  )

/** The words of a body; a mark of the byte order is none of them. */
export const textOf = (body: Buffer): string => body.toString('utf8').replace(/^\ufeff/, '')
