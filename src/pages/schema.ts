import type { TSchema } from 'typebox'
import { type Form, type FormName, forms } from '../fields.ts'

/** What a schema says, in the words of the documentation. */

type Known = TSchema & {
  type?: string
  description?: string
  examples?: readonly unknown[]
  properties?: Readonly<Record<string, Known>>
  required?: readonly string[]
  items?: Known
  anyOf?: readonly Known[]
  patternProperties?: Readonly<Record<string, Known>>
  const?: unknown
  minimum?: number
  maximum?: number
  'x-form'?: FormName
}

export type Described = {
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  /** Ends the sentence "must be …". */
  readonly rule: string | undefined
  readonly description: string | undefined
  readonly example: string | undefined
  readonly fields: readonly Described[]
}

/** Without the null beside it. */
const core = (schema: Known): Known => {
  const choices = schema.anyOf?.filter((one) => one.type !== 'null')
  const [only] = choices ?? []
  return only && choices?.length === 1
    ? { ...only, ...(schema.description && { description: schema.description }) }
    : schema
}

const isNullable = (schema: Known): boolean => schema.anyOf?.some((one) => one.type === 'null') ?? false

export const literalsOf = (schema: TSchema): string[] =>
  (core(schema as Known).anyOf ?? [schema as Known])
    .filter((one) => one.const !== undefined)
    .map((one) => String(one.const))

const typeOf = (schema: Known): string => {
  const plain = core(schema)
  const literals = literalsOf(plain)
  const type =
    literals.length > 0
      ? literals.map((literal) => `"${literal}"`).join(' | ')
      : plain.type === 'array'
        ? `array of ${plain.items ? typeOf(plain.items) : 'anything'}`
        : (plain.type ?? 'anything')
  return isNullable(schema) ? `${type} | null` : type
}

const ruleOf = (schema: Known): string | undefined => {
  const { 'x-form': form, minimum, maximum } = core(schema)
  if (form) return (forms[form] as Form).rule
  if (minimum !== undefined && maximum !== undefined) return `from ${minimum} to ${maximum}`
  return undefined
}

/** The fields of an object, in the order of the contract, those that must be given first. */
export const fieldsOf = (schema: TSchema | undefined, keepsOrder = false): Described[] => {
  const { properties = {}, required = [] } = (schema ?? {}) as Known
  const described = Object.entries(properties)
    .filter(([, field]) => !('x-unpublished' in field))
    .map(([name, field]): Described => {
      const plain = core(field)
      const inside = plain.type === 'array' && plain.items ? core(plain.items) : plain
      return {
        name,
        type: typeOf(field),
        isRequired: required.includes(name),
        rule: ruleOf(field),
        description: plain.description ?? (plain.type === 'array' ? plain.items?.description : undefined),
        example: plain.examples?.[0] === undefined ? undefined : String(plain.examples[0]),
        fields: inside.type === 'object' ? fieldsOf(inside, keepsOrder) : [],
      }
    })
  return keepsOrder ? described : described.toSorted((one, other) => Number(other.isRequired) - Number(one.isRequired))
}

export type { Known }
export { core }
