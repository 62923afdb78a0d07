import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { type TSchema, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import Value from 'typebox/value'
import { type Scripted, startScripted } from '../../test/trouble/scripted-upstream.ts'
import { systemClock } from '../clock.ts'
import { readConfig } from '../config.ts'
import { createLog } from '../log.ts'
import { type Abdm, createAbdm } from './client.ts'
import { asDeclared } from './lenient.ts'
import * as wire from './wire/index.ts'
import { absent, type Operation } from './wire/operation.ts'
import { userTokens } from './wire/parts.ts'

/** A reply is read by what it says, in whatever form ABDM writes it (abdm-v3 §19 no. 13). */

const operations = Object.values(wire)
  .flatMap((group) => Object.values(group) as readonly Operation[])
  .filter(({ replyType }) => replyType !== 'image/png')

type Node = TSchema & {
  type?: string
  anyOf?: Node[]
  const?: unknown
  pattern?: string
  minLength?: number
  'x-redact'?: boolean
  properties?: Record<string, Node>
  required?: string[]
  items?: Node
}
type Pair = { declared: unknown; spelled: unknown }
const left = Symbol('left out')

const same = (value: unknown): Pair => ({ declared: value, spelled: value })

const texts = ({ pattern, minLength, 'x-redact': isPersonal }: Node): fc.Arbitrary<Pair> =>
  pattern
    ? fc.uuid({ version: 4 }).map(same)
    : fc.oneof(
        fc.string({ minLength: minLength ?? 0, maxLength: 12 }).map(same),
        fc
          .integer({ min: 0, max: 99_999_999_999_999 })
          .map((digits) => ({ declared: String(digits), spelled: digits })),
        // A flag in the place of a token or a name says something else.
        ...(isPersonal ? [] : [fc.boolean().map((flag) => ({ declared: String(flag), spelled: flag }))]),
      )

const objects = (properties: Record<string, Node>, required: readonly string[]): fc.Arbitrary<Pair> => {
  const parts = Object.entries(properties).map(([name, field]) => {
    const pairs: fc.Arbitrary<Pair> = required.includes(name)
      ? pairsOf(field)
      : fc.oneof(pairsOf(field), fc.constant({ declared: left, spelled: left }))
    return pairs.map((pair) => [name, pair] as const)
  })
  return fc.tuple(...parts).map((pairs) => {
    const side = (which: keyof Pair) =>
      Object.fromEntries(pairs.flatMap(([name, pair]) => (pair[which] === left ? [] : [[name, pair[which]] as const])))
    return { declared: side('declared'), spelled: side('spelled') }
  })
}

/** Declared values of a schema, each beside another spelling of the same. */
const pairsOf = (schema: Node): fc.Arbitrary<Pair> => {
  if (schema.const !== undefined) return fc.constant(same(schema.const))
  // With several scalar members each spelling is a declared one.
  if (schema.anyOf && schema.anyOf.filter(({ type }) => type !== 'null').length > 1) {
    return fc.oneof(...schema.anyOf.map((member) => pairsOf(member).map(({ declared }) => same(declared))))
  }
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(pairsOf))
  switch (schema.type) {
    case 'object':
      return objects(schema.properties ?? {}, schema.required ?? [])
    case 'array':
      return fc.array(pairsOf(schema.items ?? Type.Unknown()), { maxLength: 3 }).map((items) => ({
        declared: items.map(({ declared }) => declared),
        spelled: items.map(({ spelled }) => spelled),
      }))
    case 'integer':
      return fc.integer().map((whole) => ({ declared: whole, spelled: String(whole) }))
    case 'boolean':
      return fc.boolean().map((flag) => ({ declared: flag, spelled: String(flag) }))
    case 'null':
      return fc.constant(same(null))
    case 'string':
      return texts(schema)
    default:
      return fc.jsonValue({ maxDepth: 1 }).map(same)
  }
}

for (const op of operations) {
  test(`${op.id}: a reply in other spellings is the declared one`, () => {
    const check = Compile(op.reply)
    fc.assert(
      fc.property(pairsOf(op.reply as Node), ({ declared, spelled }) => {
        assert.ok(check.Check(declared), JSON.stringify(declared))
        assert.deepEqual(asDeclared(op.reply, spelled), declared)
        assert.deepEqual(asDeclared(op.reply, declared), declared)
      }),
      { numRuns: 100 },
    )
  })
}

test('whatever comes, nothing is thrown, and what says something else stays as it is', () => {
  for (const op of operations) {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => void asDeclared(op.reply, value)),
      { numRuns: 50 },
    )
  }
  for (const [schema, value] of [
    [Type.Integer(), 'thirty'],
    [Type.Integer(), '1.5'],
    [Type.Integer(), ' 18'],
    [Type.Integer(), '1e3'],
    [Type.Integer(), ''],
    [Type.Integer(), '12345678901234567890'],
    [Type.Integer(), true],
    [Type.Boolean(), 'yes'],
    [Type.Boolean(), 1],
    [Type.String(), 1.5],
    [Type.String(), 2 ** 60],
    [Type.String(), null],
    [Type.String(), {}],
    [absent(Type.Integer()), 'old'],
    [Type.Array(Type.String()), 'one'],
    [Type.Object({}), []],
  ] as const) {
    assert.deepEqual(asDeclared(schema, value), value)
  }
})

test('null, empty and missing are one where a field may be missing', () => {
  const schema = Type.Object({
    age: absent(Type.Integer()),
    list: absent(Type.Array(Type.String())),
    name: absent(Type.String()),
    kind: Type.Optional(Type.String()),
    seconds: Type.Optional(Type.Integer()),
    must: Type.String(),
  })
  assert.deepEqual(asDeclared(schema, { age: '', list: '', name: '', kind: null, seconds: '', must: null, more: 1 }), {
    age: null,
    list: null,
    name: '',
    must: null,
    more: 1,
  })
})

let upstream: Scripted
let abdm: Abdm
before(async () => {
  upstream = await startScripted()
  const settings = { ...readConfig({ ABDM_WEB_KEY_BITS: '2048' }).upstream, answerTimeoutMs: 3_000 }
  const log = createLog('error', systemClock, { write: () => undefined })
  abdm = createAbdm({ bases: upstream.bases, settings, clock: systemClock, log })
})
after(async () => {
  await abdm.close()
  await upstream.stop()
})

test('what the caller of an operation reads has the declared form', async () => {
  upstream.say('/sessions', { status: 202, body: { accessToken: 'gateway-token', expiresIn: '1200' } })
  upstream.say('/login/profile', {
    body: { abhaAddress: 'asha.rao@sbx', stateCode: 27, pinCode: 411001, yearOfBirth: 1990, mobileVerified: true },
  })
  assert.deepEqual(await abdm.call(wire.phrProfile.get, { token: 't' }), {
    abhaAddress: 'asha.rao@sbx',
    stateCode: '27',
    pinCode: '411001',
    yearOfBirth: '1990',
    mobileVerified: 'true',
  })
  upstream.say('/enrollment/isExists', { type: 'application/octet-stream', body: '"true"' })
  assert.equal(await abdm.call(wire.phrEnrollment.isExists, { query: { abhaAddress: 'asha.rao@sbx' } }), true)
})

test('a search of an ABHA number is read alone and in an array of one, and an array elsewhere is no object', async () => {
  const found = { ABHANumber: '91-0000-1111-2222', preferredAbhaAddress: 'asha.rao@sbx', authMethods: ['MOBILE_OTP'] }
  const search = () => abdm.call(wire.abhaLogin.search, { body: { ABHANumber: found.ABHANumber } })
  for (const body of [found, [found], [{ ...found, isDocumentAccount: 'false' }]]) {
    upstream.say('/profile/login/search', { body })
    assert.equal((await search()).preferredAbhaAddress, found.preferredAbhaAddress)
  }
  for (const body of [[], [[found]], ['x']]) {
    upstream.say('/profile/login/search', { body })
    await assert.rejects(search(), { name: 'UpstreamFailure', kind: 'unreadable' })
  }
  upstream.say('/login/profile', { body: [{ abhaAddress: 'asha.rao@sbx' }] })
  await assert.rejects(abdm.call(wire.phrProfile.get, { token: 't' }), { name: 'UpstreamFailure', kind: 'unreadable' })
})

test('a flag in the place of a token is no token: a transfer token never becomes a final one', () => {
  const reply = Type.Object(userTokens)
  const tokens = { token: 't-token', expiresIn: '300', refreshToken: false }
  assert.equal(Value.Check(reply, asDeclared(reply, tokens)), false)
  assert.equal(Value.Check(reply, asDeclared(reply, { ...tokens, refreshToken: '' })), true)
})
