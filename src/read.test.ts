import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type TSchema, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { connectRoutes } from './api/index.ts'
import { forms, Gender, Line, Mobile, Nullable, OneOf, Otp, PersonName } from './fields.ts'
import { operationsRoutes } from './operations.ts'
import { readValue } from './read.ts'
import type { Route } from './route.ts'
import { sandboxRoutes } from './sandbox/index.ts'

/** Whatever a caller sends is either read as the contract says, or refused in words that name the field and never the value. */

const settings = { addressSuffix: 'sbx' }
const runs = 300

type Shape = {
  type?: string
  properties?: Record<string, Shape>
  required?: readonly string[]
  items?: Shape
  anyOf?: readonly Shape[]
  const?: unknown
  minimum?: number
  maximum?: number
  'x-form'?: keyof typeof forms
}

const routes: readonly Route<never>[] = [...connectRoutes, ...operationsRoutes, ...sandboxRoutes]
const inputs = routes.flatMap(({ operationId, body, query, params }) =>
  Object.entries({ body, query, params }).flatMap(([part, schema]) =>
    schema ? [{ name: `${operationId} ${part}`, schema: schema as TSchema & Shape }] : [],
  ),
)

/** Field paths as a problem names them, list positions as `[]`. */
const pathsOf = (schema: Shape, path = ''): string[] => [
  path,
  ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    pathsOf(field, path ? `${path}.${name}` : name),
  ),
  ...(schema.items ? pathsOf(schema.items, `${path}[]`) : []),
  ...(schema.anyOf ?? []).flatMap((one) => pathsOf(one, path)),
]

/** Every word that a problem about this schema may be made of. */
const vocabularyOf = (schema: Shape): string => {
  const words: unknown[] = ['the body must be is required an object text a list of up to 100 one of true or false from']
  const visit = (at: Shape): void => {
    words.push(...Object.keys(at.properties ?? {}), at.const ?? '', at.minimum ?? '', at.maximum ?? '')
    words.push(at['x-form'] ? forms[at['x-form']].rule : '', 'a whole number', 'a number from 0 to')
    for (const inner of [...Object.values(at.properties ?? {}), ...(at.items ? [at.items] : []), ...(at.anyOf ?? [])])
      visit(inner)
  }
  visit(schema)
  return `${words.join(' ')} ${pathsOf(schema).join(' ')} ${Number.MIN_SAFE_INTEGER} ${Number.MAX_SAFE_INTEGER}`
}

/** Every text, number and name in what was sent. */
const partsOf = (value: unknown, depth = 0): string[] => {
  if (typeof value === 'string') return [value]
  if (typeof value === 'number') return [String(value)]
  if (typeof value !== 'object' || value === null || depth > 6) return []
  return Object.entries(value).flatMap(([name, part]) => [
    ...(Array.isArray(value) ? [] : [name]),
    ...partsOf(part, depth + 1),
  ])
}

const quotes = (problem: string, sent: unknown, vocabulary: string): string | undefined => {
  for (const part of partsOf(sent)) {
    for (let start = 0; start + 4 <= part.length; start++) {
      const piece = part.slice(start, start + 4)
      if (problem.includes(piece) && !vocabulary.includes(piece)) return piece
    }
  }
  return undefined
}

/** Things that people and programs put where a value belongs. */
const junk: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  fc.constantFrom<unknown[]>(
    '',
    ' ',
    '\u200b',
    'null',
    null,
    0,
    -0,
    1e308,
    -1,
    1.5,
    true,
    [],
    {},
    [[]],
    '__proto__',
    '\ud800',
    '\u0000',
  ),
  fc.stringMatching(/^\+?[0-9 ]{0,20}$/),
  fc.string({ minLength: 4097, maxLength: 5000 }),
)

const textOf: { readonly [form in keyof typeof forms]: fc.Arbitrary<string> } = {
  mobile: fc.stringMatching(/^(\+91 ?|91)?[5-9][0-9]{4} ?[0-9]{5}$/),
  otp: fc.stringMatching(/^[0-9]{3}[ \u200b]?[0-9]{3}$/),
  abhaAddress: fc.stringMatching(/^[a-zA-Z0-9._]{7,19}(@sbx|@SBX|@abdm)?$/),
  newAbhaAddress: fc.stringMatching(/^[a-zA-Z0-9._]{7,19}(@sbx|@SBX|@abdm)?$/),
  aadhaar: fc.stringMatching(/^[2-9][0-9]{3} ?[0-9]{4} ?[0-9]{4}$/),
  abhaNumber: fc.stringMatching(/^91-?[0-9]{4}-?[0-9]{4}-?[0-9]{4}$/),
  pincode: fc.stringMatching(/^[0-9]{3} ?[0-9]{3}$/),
  gender: fc.constantFrom('M', 'f', ' O', 'X'),
  name: fc.string({ unit: fc.constantFrom(...'aZ. ’\u00ad\u0301éक्ष\u200dि'), maxLength: 110 }),
  line: fc.string({ unit: 'grapheme', maxLength: 260 }),
  date: fc.stringMatching(/^(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]$/),
  birthDay: fc.stringMatching(/^ ?[0-3]?[0-9]?$/),
  birthMonth: fc.stringMatching(/^[01]?[0-9]? ?$/),
  birthYear: fc.stringMatching(/^(18|19|20)[0-9]{2}$/),
  latitude: fc.stringMatching(/^[+-]?[0-9]{1,3}(\.[0-9]{1,4})?$/),
  longitude: fc.stringMatching(/^[+-]?[0-9]{1,3}(\.[0-9]{1,4})?$/),
  opaque: fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
  handle: fc.string({ unit: 'grapheme', maxLength: 130 }),
}

/** Near what the schema wants: mostly right, a field missing, wrong or too much here and there. */
const near = (schema: Shape): fc.Arbitrary<unknown> => {
  const right = (): fc.Arbitrary<unknown> => {
    if (schema.anyOf) return fc.oneof(...schema.anyOf.map(near))
    if (schema.const !== undefined) return fc.constant(schema.const)
    if (schema.type === 'null') return fc.constant(null)
    if (schema.type === 'boolean') return fc.boolean()
    if (schema.type === 'integer' || schema.type === 'number') {
      const { minimum = -1e9, maximum = 1e9 } = schema
      return schema.type === 'integer'
        ? fc.integer({ min: minimum - 1, max: maximum + 1 })
        : fc.double({ min: minimum - 1, max: maximum + 1 })
    }
    if (schema.items) return fc.array(near(schema.items), { maxLength: 5 })
    if (schema.properties) {
      const fields = Object.fromEntries(Object.entries(schema.properties).map(([name, field]) => [name, near(field)]))
      return fc
        .tuple(fc.record(fields, { requiredKeys: [] }), fc.dictionary(fc.string(), junk, { maxKeys: 2 }))
        .map(([known, more]) => ({ ...more, ...known }))
    }
    return schema['x-form'] ? textOf[schema['x-form']] : fc.string()
  }
  return fc.oneof({ weight: 12, arbitrary: right() }, { weight: 1, arbitrary: junk })
}

for (const { name, schema } of inputs) {
  const check = Compile(schema)
  const paths = new Set(pathsOf(schema))
  const vocabulary = vocabularyOf(schema)

  test(`${name}: what is taken is as published, what is refused is named and not quoted`, () => {
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: near(schema) }, { weight: 1, arbitrary: junk }), (sent) => {
        const before = structuredClone(sent)
        const read = readValue(schema, sent, '', settings)
        assert.deepEqual(sent, before, 'reading changes nothing')
        if ('problem' in read) {
          const [, path = ''] = /^(.*?) (must be|is required)/.exec(read.problem) ?? []
          const declared = path === 'the body' ? '' : path.replace(/\[\d+\]/g, '[]')
          assert.ok(paths.has(declared), `"${read.problem}" names a declared field`)
          assert.equal(quotes(read.problem, sent, vocabulary), undefined, `"${read.problem}" quotes nothing`)
          return
        }
        assert.ok(check.Check(read.value), JSON.stringify(read.value))
        assert.deepEqual(readValue(schema, read.value, '', settings), read, 'cleaned twice is cleaned once')
      }),
      { numRuns: runs, seed: 20_260_101 },
    )
  })
}

const body = Type.Object({
  mobile: Mobile,
  otp: Type.Optional(Otp),
  name: Type.Optional(Nullable(PersonName('Name.'))),
  gender: Type.Optional(Gender),
  mode: Type.Optional(OneOf(['fast', 'slow'])),
  age: Type.Optional(Type.Integer({ minimum: 0, maximum: 150 })),
  share: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  lines: Type.Optional(Type.Array(Line('Line.'))),
  inner: Type.Optional(Type.Object({ pin: Type.Optional(Otp), must: Otp })),
})
const read = (sent: unknown) => readValue(body, sent, '', settings)
const mobile = '9876543210'

test('what the contract does not name is dropped, at every depth, also names that objects inherit', () => {
  const sent = JSON.parse(
    `{"mobile":"${mobile}","api_key":"x","__proto__":{"otp":"123456"},"constructor":1,"inner":{"must":"123456","more":1}}`,
  )
  assert.deepEqual(read(sent), { value: { mobile, inner: { must: '123456' } } })
  const inherited = Object.create({ mobile })
  assert.deepEqual(read(inherited), { problem: 'mobile is required' })
  assert.equal(({} as { otp?: unknown }).otp, undefined)
})

test('null and empty text in an optional field mean not given; null stays where the contract allows it', () => {
  assert.deepEqual(read({ mobile, otp: '', gender: null, lines: null, age: null }), { value: { mobile } })
  assert.deepEqual(read({ mobile, otp: ' \t', mode: '' }), { value: { mobile } })
  assert.deepEqual(read({ mobile, name: null }), { value: { mobile, name: null } })
  assert.deepEqual(read({ mobile, name: '' }), { value: { mobile } })
})

test('a required field that is missing, null or empty is named', () => {
  for (const sent of [{}, { mobile: null }, { mobile: '' }, { mobile: '   ' }]) {
    assert.deepEqual(read(sent), { problem: 'mobile is required' })
  }
  assert.deepEqual(read({ mobile, inner: {} }), { problem: 'inner.must is required' })
})

test('nothing is taken for another type: no number for text, no text for a number, no one-element list', () => {
  const refused: readonly (readonly [object, string])[] = [
    [{ mobile: 9876543210 }, 'mobile must be text'],
    [{ mobile: [mobile] }, 'mobile must be text'],
    [{ mobile, age: '7' }, 'age must be a whole number'],
    [{ mobile, age: 7.5 }, 'age must be a whole number'],
    [{ mobile, age: 1e300 }, 'age must be a whole number'],
    [{ mobile, age: 151 }, 'age must be from 0 to 150'],
    [{ mobile, share: 1.01 }, 'share must be a number from 0 to 1'],
    [{ mobile, share: '0.5' }, 'share must be a number from 0 to 1'],
    [{ mobile, gender: 'f' }, 'gender must be one of M, F, O'],
    [{ mobile, mode: 'medium' }, 'mode must be one of fast, slow'],
    [{ mobile, inner: [] }, 'inner must be an object'],
    [{ mobile, inner: '{}' }, 'inner must be an object'],
    [{ mobile, lines: 'one' }, 'lines must be a list of up to 100'],
    [{ mobile, lines: Array(101).fill('one') }, 'lines must be a list of up to 100'],
    [{ mobile, lines: ['one', 2] }, 'lines[1] must be text'],
  ]
  for (const [sent, problem] of refused) assert.deepEqual(read(sent), { problem })
  for (const sent of [null, undefined, [], 'text', 7, true])
    assert.deepEqual(read(sent), { problem: 'the body must be an object' })
})

test('what people paste is cleaned', () => {
  assert.deepEqual(read({ mobile: ' +91 98765\u200b43210 ', otp: '123 456', share: 1, age: 0, lines: [' a  b '] }), {
    value: { mobile, otp: '123456', share: 1, age: 0, lines: ['a b'] },
  })
})
