import type { TSchema } from 'typebox'
import { type Form, type FormSettings, forms } from './fields.ts'

/**
 * Reads what a caller sent against the schema that also documents it: checks types, cleans each field by its form, drops
 * what the contract does not name, and takes null or "" in an optional field as "not given" (connect §1, §10). One pass,
 * so that no code below ever sees an uncleaned value. The problem names the field and never its value.
 */
export type Read = { readonly value: unknown } | { readonly problem: string }

type Schema = TSchema & {
  type?: string | readonly string[]
  properties?: Record<string, Schema>
  required?: readonly string[]
  items?: Schema
  anyOf?: readonly Schema[]
  const?: unknown
  minimum?: number
  maximum?: number
  'x-form'?: keyof typeof forms
  'x-empty-is-wrong'?: true
  'x-may-be-empty'?: true
  'x-not-judged'?: true
  /** An object that is taken as it is: its handler looks at it. */
  'x-verbatim'?: true
  'x-aliases'?: Readonly<Record<string, string>>
}

const kinds: Record<string, string> = {
  string: 'text',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
}

const isNullable = (schema: Schema): boolean => schema.anyOf?.some((one) => one.type === 'null') ?? false

const readText = (schema: Schema, given: unknown, path: string, settings: FormSettings): Read => {
  if (typeof given !== 'string') return { problem: `${path} must be text` }
  const form: Form | undefined = schema['x-form'] && forms[schema['x-form']]
  if (!form) return { value: given }
  const value = form.clean(given, settings)
  return value === undefined ? { problem: `${path} must be ${form.rule}` } : { value }
}

const readObject = (schema: Schema, given: unknown, path: string, settings: FormSettings): Read => {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return { problem: `${path || 'the body'} must be an object` }
  }
  if (schema['x-verbatim']) return { value: given }
  const value: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (field['x-not-judged']) continue
    const fieldPath = path ? `${path}.${name}` : name
    const part: unknown = Object.hasOwn(given, name) ? (given as Record<string, unknown>)[name] : undefined
    const isGivenEmpty = field['x-empty-is-wrong'] || field['x-may-be-empty']
    const isEmpty = typeof part === 'string' && part.trim() === '' && !isGivenEmpty
    const isMissing = part === undefined || part === null || isEmpty
    if (isMissing && !schema.required?.includes(name)) {
      if (part === null && isNullable(field)) value[name] = null
      continue
    }
    if (isMissing) return { problem: `${fieldPath} is required` }
    const read = readValue(field, part, fieldPath, settings)
    if ('problem' in read) return read
    value[name] = read.value
  }
  return { value }
}

const listMax = 100

const readList = (items: Schema, given: unknown, path: string, settings: FormSettings): Read => {
  if (!Array.isArray(given) || given.length > listMax) return { problem: `${path} must be a list of up to ${listMax}` }
  const value: unknown[] = []
  for (const [index, item] of given.entries()) {
    const read = readValue(items, item, `${path}[${index}]`, settings)
    if ('problem' in read) return read
    value.push(read.value)
  }
  return { value }
}

export const readValue = (schema: Schema, given: unknown, path: string, settings: FormSettings): Read => {
  if (schema.anyOf) {
    const choices = schema.anyOf.filter((one) => one.type !== 'null')
    const [only] = choices
    if (only && choices.length === 1 && only.const === undefined) return readValue(only, given, path, settings)
    const meant = (typeof given === 'string' && schema['x-aliases']?.[given]) || given
    if (choices.some((one) => one.const === meant)) return { value: meant }
    return { problem: `${path} must be one of ${choices.map((one) => one.const).join(', ')}` }
  }
  if (schema.type === 'object') return readObject(schema, given, path, settings)
  if (schema.type === 'string') return readText(schema, given, path, settings)
  if (schema.type === 'integer') {
    const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = schema
    if (!Number.isSafeInteger(given)) return { problem: `${path} must be a whole number` }
    return (given as number) >= minimum && (given as number) <= maximum
      ? { value: given }
      : { problem: `${path} must be from ${minimum} to ${maximum}` }
  }
  if (schema.type === 'number') {
    const { minimum = -Infinity, maximum = Infinity } = schema
    const isInside = typeof given === 'number' && given >= minimum && given <= maximum
    return isInside ? { value: given } : { problem: `${path} must be a number from ${minimum} to ${maximum}` }
  }
  if (schema.type === 'array' && schema.items) return readList(schema.items, given, path, settings)
  if (schema.type === 'boolean' && typeof given === 'boolean') return { value: given }
  return { problem: `${path} must be ${kinds[String(schema.type)] ?? 'of the published type'}` }
}
