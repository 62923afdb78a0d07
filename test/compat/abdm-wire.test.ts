import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import * as wire from '../../src/abdm/wire/index.ts'
import type { Operation, Variant } from '../../src/abdm/wire/operation.ts'
import { samples } from './abha-samples.ts'
import { notCompared, sharedContract } from './shared-contract.ts'

/** What client and emulator take for ABDM V3 is what the V3 contract says, and reads what the contract shows. */

const referenceName = 'abdm-v3.operations.json'
const operations = Object.values(wire).flatMap((group) => Object.values(group)) as readonly Operation[]

type Schema = { properties?: Record<string, Schema>; required?: readonly string[]; anyOf?: Schema[]; type?: string }
type Field = { readonly path: string; readonly isRequired: boolean }

/** Dotted paths of the fields that hold a value; what lies inside a list is the list's business. */
const leavesOf = (given: Schema | undefined, prefix = '', isInRequired = true): Field[] => {
  const schema = given?.anyOf?.find((one) => one.properties) ?? given
  return Object.entries(schema?.properties ?? {}).flatMap(([name, field]) => {
    const isRequired = isInRequired && (schema?.required?.includes(name) ?? false)
    const inner = leavesOf(field, `${prefix}${name}.`, isRequired)
    return inner.length > 0 ? inner : [{ path: prefix + name, isRequired }]
  })
}

/** `tokens.refreshToken?` of the contract. */
const fieldsOf = (names: readonly string[]): Field[] =>
  names.map((name) => ({ path: name.replace(/[?]|=.*/, ''), isRequired: !name.endsWith('?') }))
const has = (fields: readonly Field[], path: string): boolean =>
  fields.some((one) => one.path === path || one.path.startsWith(`${path}.`) || path.startsWith(`${one.path}.`))

/** `aadhaar|abdm` of the contract is two variants. */
const variantsIn = (said: any): any[] =>
  (said?.variants ?? []).flatMap((one: any) =>
    (one.otp_system?.split('|') ?? [undefined]).map((otp_system: string | undefined) => ({ ...one, otp_system })),
  )

/** §12.1: the fields of "ABHA profile" that do not depend on the person. */
const abhaProfileFields =
  'ABHANumber preferredAbhaAddress mobile firstName middleName lastName name yearOfBirth dayOfBirth monthOfBirth gender profilePhoto status stateCode districtCode pincode address kycPhoto stateName districtName subdistrictName authMethods tags kycVerified verificationStatus verificationType localizedDetails createdDate phrAddress'.split(
    ' ',
  )

/** §13: the fields of "PHR profile", which the operations file only names. */
const profileFields =
  'abhaAddress fullName firstName middleName lastName dayOfBirth monthOfBirth yearOfBirth dateOfBirth gender email mobile abhaNumber address stateName districtName pinCode stateCode districtCode authMethods status emailVerified mobileVerified kycStatus abhaLinkedCount profilePhoto'.split(
    ' ',
  )

const problemsOf = (op: Operation, reference: readonly any[]): string[] => {
  const said = reference.find(({ id }) => id === op.id)
  if (!said) return [`${op.id} is not in the contract`]
  const problems: string[] = []
  const same = (what: string, ours: unknown, theirs: unknown): void => {
    if (JSON.stringify(ours) !== JSON.stringify(theirs)) {
      problems.push(`${op.id} ${what}: ${JSON.stringify(ours)}, contract ${JSON.stringify(theirs)}`)
    }
  }
  const [path, query = ''] = said.path.split('?')
  same('service', op.service, said.service)
  same('method', op.method, said.method)
  same('path', op.path, path)
  same(
    'query',
    leavesOf(op.query).map((one) => one.path),
    [...new URLSearchParams(query).keys()],
  )
  same('gateway token', op.needsGatewayToken, said.auth.includes('gateway'))
  same('user token', op.userToken ?? null, said.auth.find((one: string) => one !== 'gateway') ?? null)
  // §1.2: X-CM-ID is required on everything of the gateway; the operations file names it for the session only.
  same('headers', op.headers, said.extra_headers ?? (said.service === 'gateway' ? ['X-CM-ID'] : []))
  same('status', op.status, said.success.status[0])
  same('sends an OTP', op.sendsOtp, said.sends_otp)
  same('may be repeated', op.isRepeatable, said.repeatable)
  same('section', op.source.replaceAll('§', ''), said.section)

  const ours = leavesOf(op.body)
  const theirs = fieldsOf(said.request ?? [])
  for (const { path, isRequired } of ours) {
    const field = theirs.find((one) => one.path === path)
    if (!field) problems.push(`${op.id} sends ${path}, which the contract does not know`)
    else if (isRequired && !field.isRequired) problems.push(`${op.id} requires ${path}, which the contract does not`)
  }
  for (const { path } of theirs) if (!has(ours, path)) problems.push(`${op.id} does not know ${path}`)
  same('sealed fields', [...op.sealed].sort(), [...(said.encrypted ?? [])].sort())

  // The verify steps take the scopes and the key of their request (§7.2, §9.3, §10).
  const requestId = op.id.replace(/\.verify$/, '.request_otp')
  const isOfRequest = requestId !== op.id
  const sibling = isOfRequest ? reference.find(({ id }) => id === requestId) : undefined
  const variants = [...variantsIn(said), ...variantsIn(sibling)]
  const isSame = (variant: Variant, one: any): boolean =>
    JSON.stringify([variant.scope, variant.loginHint, variant.otpSystem, variant.key]) ===
    JSON.stringify([one.scope, one.login_hint, one.otp_system, one.key])
  for (const [name, variant] of Object.entries(op.variants as Record<string, Variant>)) {
    if (!variants.some((one) => isSame(variant, one))) problems.push(`${op.id} variant ${name} is not in the contract`)
  }
  for (const one of variantsIn(said)) {
    if (one.scope === undefined) same('key', op.key, one.key)
    else {
      const isThere = Object.values(op.variants as Record<string, Variant>).some((variant) => isSame(variant, one))
      if (!isThere) problems.push(`${op.id} lacks the variant ${one.by}`)
    }
  }
  // §3.3: everything under `abha` goes with the one key.
  const hasOneKey = op.service === 'abha' && op.key === 4096
  if (op.key !== undefined && !hasOneKey && !variants.some((one) => one.scope === undefined)) {
    problems.push(`${op.id} has a key of its own, the contract gives none`)
  }
  if (op.sealed.length > 0 && op.key === undefined && Object.keys(op.variants).length === 0) {
    problems.push(`${op.id} seals fields without saying with which key`)
  }

  const replyFields = leavesOf(op.reply)
  if (Array.isArray(said.success.body)) {
    const promised = fieldsOf(said.success.body)
    for (const { path } of promised) if (!has(replyFields, path)) problems.push(`${op.id} does not read ${path}`)
    for (const { path, isRequired } of replyFields) {
      const field = promised.find((one) => one.path === path || path.startsWith(`${one.path}.`))
      if (isRequired && !field?.isRequired) problems.push(`${op.id} counts on ${path}, which the contract does not`)
    }
  } else if (said.success.body === 'PHR profile') {
    for (const path of profileFields) if (!has(replyFields, path)) problems.push(`${op.id} does not read ${path}`)
  } else if (said.success.body === 'true (taken) | false (free)') {
    same('answer', (op.reply as Schema).type, 'boolean')
  } else if (said.success.body === 'ABHA profile') {
    for (const path of abhaProfileFields) if (!has(replyFields, path)) problems.push(`${op.id} does not read ${path}`)
  } else if (said.success.body === 'image/png') {
    same('answer', op.replyType, 'image/png')
  } else if (said.success.body.startsWith('array of {txnId, ABHA:[')) {
    const { items } = op.reply as Schema & { items?: Schema }
    const inner = (items?.properties?.ABHA as (Schema & { items?: Schema }) | undefined)?.items
    const names = /\[\{(.*)\}\]/.exec(said.success.body)?.[1]?.split(', ') ?? []
    same('answer', Object.keys(inner?.properties ?? {}), names)
  } else problems.push(`${op.id}: the contract's answer "${said.success.body}" is not compared`)
  return problems
}

test('every upstream operation is the contract’s: where it goes, what it carries, what is sealed with which key', (t) => {
  const reference = sharedContract(referenceName)
  if (!reference) return t.diagnostic(notCompared(referenceName))
  assert.deepEqual(
    operations.flatMap((op) => problemsOf(op, reference.operations)),
    [],
  )
  assert.deepEqual(operations.map(({ id }) => id).sort(), reference.operations.map(({ id }: any) => id).sort())
  t.diagnostic(`${operations.length} of ${reference.operations.length} upstream operations`)
})

test('nothing about an upstream operation can change without being noticed', (t) => {
  const reference = sharedContract(referenceName)
  if (!reference) return t.diagnostic(notCompared(referenceName))
  const { requestOtp, enrol } = wire.phrEnrollment
  const { mobile } = requestOtp.variants
  const changed = [
    { ...requestOtp, id: 'phr.enrollment.invented' },
    { ...requestOtp, service: 'abha' },
    { ...requestOtp, method: 'GET' },
    { ...requestOtp, path: '/enrollment/request/otps' },
    { ...requestOtp, needsGatewayToken: false },
    { ...requestOtp, userToken: 'x-token' },
    { ...requestOtp, headers: ['X-CM-ID'] },
    { ...requestOtp, sealed: [] },
    { ...requestOtp, variants: { mobile } },
    { ...requestOtp, variants: { ...requestOtp.variants, mobile: { ...mobile, key: 4096 } } },
    { ...requestOtp, variants: { ...requestOtp.variants, mobile: { ...mobile, loginHint: 'mobile' } } },
    { ...requestOtp, status: 202 },
    { ...requestOtp, reply: Type.Object({ txnId: Type.String() }) },
    { ...requestOtp, sendsOtp: false },
    { ...requestOtp, isRepeatable: true },
    { ...requestOtp, body: Type.Object({ loginId: Type.String() }) },
    { ...enrol, key: 4096 },
    { ...enrol, key: undefined },
    { ...enrol, sealed: [...enrol.sealed, 'phrDetails.firstName'] },
    { ...wire.gateway.session, headers: [] },
    { ...wire.phrProfile.get, userToken: undefined },
    { ...wire.phrEnrollment.isExists, query: undefined },
  ] as readonly unknown[] as readonly Operation[]
  for (const op of changed) assert.notDeepEqual(problemsOf(op, reference.operations), [], JSON.stringify(op))
})

test('no two upstream operations have one id', () => {
  assert.equal(new Set(operations.map(({ id }) => id)).size, operations.length)
})

test('every upstream operation has samples, and every sample an operation', () => {
  assert.deepEqual(Object.keys(samples).sort(), operations.map(({ id }) => id).sort())
  for (const { id, body, query } of operations) {
    const sample = samples[id]
    assert.equal((sample?.requests?.length ?? 0) > 0, body !== undefined, `${id} needs a sample request`)
    assert.equal((sample?.queries?.length ?? 0) > 0, query !== undefined, `${id} needs a sample query`)
    assert.ok((sample?.answers.length ?? 0) > 0, `${id} needs a sample answer`)
  }
})

for (const op of operations) {
  const sample = samples[op.id]
  test(`${op.id} reads what ${sample?.source} shows`, () => {
    const read = (what: string, schema: Operation['reply'] | undefined, values: readonly unknown[] = []): void => {
      const check = Compile(schema ?? Type.Never())
      for (const value of values) {
        const problems = [...check.Errors(value)].map(({ instancePath, message }) => `${instancePath} ${message}`)
        assert.deepEqual(problems, [], `${op.id} ${what} ${JSON.stringify(value)}`)
      }
    }
    read('request', op.body, sample?.requests)
    read('query', op.query, sample?.queries)
    read('answer', op.reply, sample?.answers)
  })

  test(`${op.id} names every field that ${sample?.source} sends`, () => {
    const known = leavesOf(op.body)
    const pathsOf = (value: unknown, prefix = ''): string[] =>
      Object.entries(value as object).flatMap(([name, part]) =>
        typeof part === 'object' && part !== null && !Array.isArray(part)
          ? pathsOf(part, `${prefix}${name}.`)
          : [prefix + name],
      )
    for (const request of sample?.requests ?? []) {
      assert.deepEqual(
        pathsOf(request).filter((path) => !has(known, path)),
        [],
      )
    }
  })
}

test('every variant is shown by a sample', () => {
  for (const op of operations) {
    const variants = Object.values(op.variants as Record<string, Variant>)
    const requests = (samples[op.id]?.requests ?? []) as any[]
    const shown = (variant: Variant) =>
      requests.some(
        ({ scope, loginHint, otpSystem }) =>
          JSON.stringify(scope) === JSON.stringify(variant.scope) &&
          (loginHint === undefined || (loginHint === variant.loginHint && otpSystem === variant.otpSystem)),
      )
    for (const variant of variants)
      assert.ok(shown(variant), `${op.id} ${variant.scope.join('+')} ${variant.loginHint}`)
  }
})
