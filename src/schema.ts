import type { Type as TypeBox } from 'typebox'

/**
 * The builders of TypeBox that this product uses, with TypeBox's own types. Its front door reads 370 files for the types that
 * can be computed at run time, a quarter of a start-up; what we write down is plain JSON Schema. `schema.test.ts` holds every
 * builder against TypeBox's.
 */
type Used =
  | 'Array'
  | 'Boolean'
  | 'Enum'
  | 'Integer'
  | 'Literal'
  | 'Null'
  | 'Number'
  | 'Object'
  | 'Optional'
  | 'Record'
  | 'String'
  | 'Union'
  | 'Unknown'
  | 'Unsafe'

type Plain = { readonly [name: string]: unknown }

/** What tells kinds apart is not enumerable, so that a schema is written out as JSON Schema and nothing else. */
const marked = (schema: Plain, mark: string, value: unknown): Plain => Object.defineProperty(schema, mark, { value })

const kindOf =
  (kind: string, fixed: Plain = {}) =>
  (options?: Plain): Plain =>
    marked({ ...fixed, ...options }, '~kind', kind)

const isOptional = (schema: object): boolean => '~optional' in schema

const builders = {
  Array: (items: Plain, options?: Plain) => kindOf('Array', { type: 'array', items })(options),
  Boolean: kindOf('Boolean', { type: 'boolean' }),
  Enum: (words: readonly unknown[], options?: Plain) => kindOf('Enum', { enum: words })(options),
  Integer: kindOf('Integer', { type: 'integer' }),
  Literal: (value: string | number | boolean, options?: Plain) =>
    kindOf('Literal', { type: typeof value, const: value })(options),
  Null: kindOf('Null', { type: 'null' }),
  Number: kindOf('Number', { type: 'number' }),
  Object(properties: { readonly [name: string]: Plain }, options?: Plain) {
    const required = Object.keys(properties).filter((name) => !isOptional(properties[name] ?? {}))
    return kindOf('Object', { type: 'object', ...(required.length > 0 && { required }), properties })(options)
  },
  /** A copy: the schema itself stays required elsewhere. */
  Optional: (schema: Plain) =>
    marked(Object.defineProperties({}, Object.getOwnPropertyDescriptors(schema)), '~optional', true),
  Record: (_keys: Plain, values: Plain, options?: Plain) =>
    kindOf('Record', { type: 'object', patternProperties: { '^.*$': values } })(options),
  String: kindOf('String', { type: 'string' }),
  Union: (anyOf: readonly Plain[], options?: Plain) => kindOf('Union', { anyOf })(options),
  Unknown: kindOf('Unknown'),
  Unsafe: (schema: Plain) => marked({ ...schema }, '~unsafe', null),
}

export const Type = builders as unknown as Pick<typeof TypeBox, Used>
export type { Static, TObject, TProperties, TSchema } from 'typebox'
