import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { Type as TypeBox } from 'typebox'
import { Type } from './schema.ts'

/** Every builder makes what TypeBox's makes, hidden marks included. */

type Builders = typeof Type
const whole = (schema: unknown): string => inspect(schema, { showHidden: true, depth: null, sorted: true })

const options = fc.record({ description: fc.string(), 'x-mark': fc.constant('personal') }, { requiredKeys: [] })
type Made = (builders: Builders) => any

const leaf: fc.Arbitrary<Made> = options.chain((given) =>
  fc.constantFrom<Made>(
    (t) => t.String({ pattern: '^a+$', ...given }),
    (t) => t.String(),
    (t) => t.Integer({ minimum: 1, maximum: 9, ...given }),
    (t) => t.Number(given),
    (t) => t.Boolean(given),
    (t) => t.Null(given),
    (t) => t.Unknown(given),
    (t) => t.Literal('word', given),
    (t) => t.Literal(7),
    (t) => t.Literal(true),
    (t) => t.Enum(['one', 'two'], given),
    (t) => t.Unsafe<string>({ type: 'string', format: 'binary', ...given }),
    (t) => t.Record(t.String(), t.Unknown(), given),
  ),
)
const { schema } = fc.letrec<{ schema: Made }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.tuple(tie('schema'), options).map(
      ([inner, given]): Made =>
        (t) =>
          t.Array(inner(t), { maxItems: 3, ...given }),
    ),
    fc.tuple(fc.array(tie('schema'), { minLength: 1, maxLength: 3 }), options).map(
      ([inner, given]): Made =>
        (t) =>
          t.Union(
            inner.map((one) => one(t)),
            given,
          ),
    ),
    fc
      .tuple(fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.tuple(tie('schema'), fc.boolean())), options)
      .map(([fields, given]): Made => {
        const entries = Object.entries(fields)
        return (t) =>
          t.Object(
            Object.fromEntries(
              entries.map(([name, [one, isOptional]]) => [name, isOptional ? t.Optional(one(t)) : one(t)]),
            ),
            { additionalProperties: false, ...given },
          )
      }),
  ),
}))

test('every builder makes what TypeBox makes of the same words', () => {
  fc.assert(
    fc.property(schema, (make) => {
      assert.equal(whole(make(Type)), whole(make(TypeBox as unknown as Builders)))
    }),
    { numRuns: 500 },
  )
})

test('a schema that is optional in one object stays required in another', () => {
  const name = Type.String()
  assert.deepEqual(Type.Object({ name: Type.Optional(name) }).required, undefined)
  assert.deepEqual(Type.Object({ name }).required, ['name'])
})
