import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operations, type Shape, shapeOf } from '../../src/cassettes/shape.ts'
import { samples } from './abha-samples.ts'

/** A text or number that ABDM and we exchange is marked as somebody's, or can only be what stands here. */

const word = (...words: readonly string[]) => new RegExp(`^(${words.join('|')})$`)
const ways = word('AADHAAR_OTP', 'MOBILE_OTP', 'EMAIL_OTP', 'PASSWORD', 'DEMOGRAPHICS', 'AADHAAR_BIO')
const state = word('ACTIVE', 'DEACTIVATED', 'VERIFIED', 'PENDING', 'COMPLETE', 'FAILED')
const flag = word('true', 'false')
const seconds = /^\d{1,7}$/
const verified = word('VERIFIED', 'PENDING')
/** The product masks such words itself: `words` of src/cassettes/clean.ts. */
const freeWords = /^\P{C}{0,300}$/u
const published = /^[\w+/=. \n-]+$/

/** Matched with the last name of the path; `[]` is what is in a list. */
const harmless: Readonly<Record<string, RegExp>> = {
  message: freeWords,
  'scope[]': /^[a-z]+(-[a-z]+)*$/,
  loginHint: word('mobile', 'mobile-number', 'aadhaar', 'abha-number', 'abha-address', 'email', 'index'),
  otpSystem: word('abdm', 'aadhaar'),
  'authMethods[]': new RegExp(`${ways.source}|^(otp|password|face_auth)$`),
  'blockedAuthMethods[]': ways,
  authResult: word('success', 'failed'),
  action: word('LINK', 'DE_LINK'),
  grantType: word('client_credentials'),
  tokenType: word('bearer'),
  'consent.code': word('abha-enrollment'),
  'consent.version': word('1\\.4'),
  preferred: word('0', '1'),
  index: /^\d{1,2}$/,
  status: state,
  abhaStatus: state,
  abhaType: word('STANDARD', 'CHILD'),
  kycStatus: verified,
  kycVerified: flag,
  verifiedStatus: verified,
  verificationStatus: verified,
  verificationType: word('AADHAAR'),
  emailVerified: flag,
  mobileVerified: flag,
  expiresIn: seconds,
  refreshExpiresIn: seconds,
  timeStamp: /^\d{4}-\d\d-\d\dT[\d:.]+Z$/,
  timestamp: /^[\d :TZ+-]{10,30}$/,
  publicKey: published,
  encryptionAlgorithm: published,
  kid: published,
  kty: published,
  alg: published,
  use: published,
  n: published,
  e: published,
  'x5c[]': published,
  x5t: published,
  x5t2: published,
}
const vocabularyOf = (path: string): RegExp | undefined => {
  const names = path.split('.')
  return harmless[names.slice(-2).join('.')] ?? harmless[names.at(-1) ?? '']
}

type Leaf = { readonly path: string; readonly shape: Shape }
const leavesOf = (shape: Shape, path: string): Leaf[] => [
  ...Object.entries(shape.properties ?? {}).flatMap(([name, part]) => leavesOf(part, `${path}.${name}`)),
  ...(shape.items ? leavesOf(shape.items, `${path}[]`) : []),
  ...(shape.properties || shape.items ? [] : [{ path, shape }]),
]
const isMarked = ({ isPersonal, isSealed }: Shape) => isPersonal || isSealed

const parts = operations.flatMap((op) =>
  Object.entries({
    body: op.body,
    query: op.query,
    reply: op.replyType === 'image/png' ? undefined : op.reply,
  }).flatMap(([part, schema]) => (schema ? [{ op, shape: shapeOf(schema), path: `${op.id} ${part}` }] : [])),
)

test('each text and number of every upstream operation is marked, or its vocabulary stands here', () => {
  const untold = parts
    .flatMap(({ shape, path }) => leavesOf(shape, path))
    .filter(({ shape }) => !isMarked(shape) && ![...shape.types].every((type) => ['boolean', 'null'].includes(type)))
    .concat(parts.flatMap(({ shape, path }) => leavesOf(shape, path)).filter((leaf) => leaf.shape.types.size === 0))
    .filter(({ path, shape }) => !isMarked(shape) && !vocabularyOf(path))
    .map(({ path }) => path)
  assert.deepEqual(untold, [])
})

test('no vocabulary stands here for a field that is gone or marked everywhere', () => {
  const open = parts.flatMap(({ shape, path }) => leavesOf(shape, path)).filter(({ shape }) => !isMarked(shape))
  const used = new Set(open.map(({ path }) => vocabularyOf(path)))
  assert.deepEqual(
    Object.entries(harmless)
      .filter(([, vocabulary]) => !used.has(vocabulary))
      .map(([name]) => name),
    [],
  )
})

const unfitting = (shape: Shape, value: unknown, path: string): string[] => {
  if (value === null || value === undefined || typeof value === 'boolean') return []
  if (Array.isArray(value))
    return value.flatMap((item) => (shape.items ? unfitting(shape.items, item, `${path}[]`) : []))
  if (typeof value === 'object')
    return Object.entries(value).flatMap(([name, part]) => {
      const inner = shape.properties?.[name]
      return inner ? unfitting(inner, part, `${path}.${name}`) : []
    })
  return isMarked(shape) || vocabularyOf(path)?.test(String(value)) ? [] : [`${path}: ${value}`]
}

test('what the V3 contract shows of them is in their vocabulary', () => {
  const found = parts.flatMap(({ op, shape, path }) => {
    const shown = samples[op.id]
    const values = path.endsWith('body') ? shown?.requests : path.endsWith('query') ? shown?.queries : shown?.answers
    return (values ?? []).flatMap((value) => unfitting(shape, value, path))
  })
  assert.deepEqual(found, [])
})
