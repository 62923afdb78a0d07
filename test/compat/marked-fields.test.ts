import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import * as wire from '../../src/abdm/wire/index.ts'
import type { Operation } from '../../src/abdm/wire/operation.ts'
import { connectRoutes } from '../../src/api/index.ts'
import type { Route } from '../../src/route.ts'

/** Which fields are personal or secret (`x-redact`), and which go encrypted to ABDM (`x-sealed`), changes only when somebody means it. */

type Schema = {
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: Schema[]
  type?: string
  [mark: string]: unknown
}
type Leaf = { readonly path: string; readonly schema: Schema }
const leavesOf = (schema: Schema, path = ''): Leaf[] => {
  const inner = [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
      leavesOf(field, path ? `${path}.${name}` : name),
    ),
    ...(schema.items ? leavesOf(schema.items, `${path}[]`) : []),
    ...(schema.anyOf ?? []).filter(({ type }) => type !== 'null').flatMap((one) => leavesOf(one, path)),
  ]
  return inner.length > 0 ? inner : [{ path, schema }]
}

const contracts = [
  ...(connectRoutes as readonly Route<never>[]).map(({ operationId, body, query, params, reply }) => ({
    name: operationId,
    parts: { body, query, params, reply },
  })),
  ...(Object.values(wire).flatMap((group) => Object.values(group)) as readonly Operation[]).map(
    ({ id, body, query, reply }) => ({ name: id, parts: { body, query, reply } }),
  ),
].flatMap(({ name, parts }) =>
  Object.entries(parts).flatMap(([part, schema]) =>
    schema ? [{ name: `${name} ${part}`, leaves: leavesOf(schema as Schema) }] : [],
  ),
)

test('the marked fields are the ones that somebody looked at: test/compat/marked-fields.txt', () => {
  const marked = ['x-redact', 'x-sealed'].flatMap((mark) =>
    contracts.flatMap(({ name, leaves }) => {
      const paths = new Set(leaves.filter(({ schema }) => schema[mark]).map(({ path }) => path))
      return paths.size > 0 ? [`${mark} ${name}: ${[...paths].sort().join(' ')}`] : []
    }),
  )
  const pinned = readFileSync(new URL('marked-fields.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n')
  assert.deepEqual(marked.sort(), pinned)
})

test('a field whose name says that it is personal or secret is marked', () => {
  const tells =
    /mobile|otp$|otpValue|token$|secret|password|aadhaar|abha_?(number|address)|name$|birth|^address|\.address|email|photo/i
  // What a facility says of itself is nobody's secret.
  const isHarmless =
    /(mobile|email)Verified$|(state|dist|district|town|village|ward|hip)_?name$|^profileShareV1 reply address$/i
  const unmarked = contracts.flatMap(({ name, leaves }) =>
    leaves
      .filter(
        ({ path, schema }) =>
          tells.test(path) && !isHarmless.test(path) && !isHarmless.test(`${name} ${path}`) && !schema['x-redact'],
      )
      .map(({ path }) => `${name} ${path}`),
  )
  assert.deepEqual(unmarked, [])
})
