import type { TSchema } from 'typebox'
import * as wire from '../abdm/wire/index.ts'
import type { Operation } from '../abdm/wire/operation.ts'

/** A wire schema as cassettes read it: what a place may hold, and its marks. Unions are one place that may hold either. */
export type Shape = {
  readonly types: ReadonlySet<string>
  readonly literals: ReadonlySet<unknown>
  readonly isPersonal: boolean
  readonly isSealed: boolean
  readonly properties: Readonly<Record<string, Shape>> | undefined
  readonly required: ReadonlySet<string>
  readonly items: Shape | undefined
}

type Node = TSchema & {
  readonly type?: string
  readonly const?: unknown
  readonly anyOf?: readonly Node[]
  readonly properties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly items?: Node
  readonly 'x-redact'?: true
  readonly 'x-sealed'?: true
}

const known = new WeakMap<object, Shape>()

const madeOf = (node: Node): Shape => {
  const members = node.anyOf ? node.anyOf.map((member) => shapeOf(member)) : []
  const own = Object.entries(node.properties ?? {}).map(([name, part]) => [name, shapeOf(part)] as const)
  const inherited = members.flatMap(({ properties }) => Object.entries(properties ?? {}))
  // `Unknown` has no type and takes any value.
  const isAnything = members.some(({ types }) => types.size === 0)
  const hasProperties = node.type === 'object' || members.some(({ properties }) => properties)
  return {
    types: new Set(
      isAnything ? [] : [...(node.type ? [node.type] : []), ...members.flatMap(({ types }) => [...types])],
    ),
    literals: new Set([
      ...('const' in node ? [node.const] : []),
      ...(members.every(({ literals, types }) => literals.size > 0 || types.has('null'))
        ? members.flatMap(({ literals }) => [...literals])
        : []),
    ]),
    isPersonal: node['x-redact'] === true || members.some(({ isPersonal }) => isPersonal),
    isSealed: node['x-sealed'] === true || members.some(({ isSealed }) => isSealed),
    properties: hasProperties ? Object.fromEntries([...inherited, ...own]) : undefined,
    required: new Set([...(node.required ?? []), ...members.flatMap(({ required }) => [...required])]),
    items: node.items ? shapeOf(node.items) : members.find(({ items }) => items)?.items,
  }
}

export const shapeOf = (schema: TSchema): Shape => {
  const before = known.get(schema)
  if (before) return before
  const shape = madeOf(schema as Node)
  known.set(schema, shape)
  return shape
}

export const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value

export const hasType = ({ types }: Shape, value: unknown): boolean => {
  const type = typeOf(value)
  return types.size === 0 || types.has(type) || (type === 'integer' && types.has('number'))
}

export const operations: readonly Operation[] = Object.values(wire).flatMap(
  (group) => Object.values(group) as Operation[],
)
