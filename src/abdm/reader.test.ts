import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Meaning, ReadError } from './failure.ts'
import { blamesSealedValue, meaningOf, readError } from './reader.ts'

/** Every form in which ABDM refuses is read to one shape, and code and words together decide what it means. */

const read = (http: number, body: unknown): ReadError =>
  readError(http, typeof body === 'string' ? body : JSON.stringify(body))

/** abdm-v3 §2–§17: the bodies as they stand there. */
const samples: readonly (readonly [form: string, http: number, body: unknown, expected: Omit<ReadError, 'http'>])[] = [
  [
    '1 wrapped',
    404,
    { error: { code: 'ABDM-1114', message: 'User not found.' } },
    { code: 'ABDM-1114', message: 'User not found.' },
  ],
  [
    '1 with the colon',
    400,
    { error: { code: 'ABDM-9999: ', message: 'Invalid user credentials' } },
    { code: 'ABDM-9999', message: 'Invalid user credentials' },
  ],
  [
    '1 without a code',
    400,
    { error: { message: 'Please provide a valid field to update' } },
    { message: 'Please provide a valid field to update' },
  ],
  [
    '1 around an array',
    400,
    { error: [{ code: 'ABDM-1006: ', message: 'Bad request' }] },
    { code: 'ABDM-1006', message: 'Bad request' },
  ],
  ['2 flat', 400, { code: 'ABDM-1211', message: 'User not found.' }, { code: 'ABDM-1211', message: 'User not found.' }],
  [
    '2 of the API gateway',
    401,
    { code: '900901', message: 'Invalid Credentials', description: 'Access failure for API' },
    { code: '900901', message: 'Invalid Credentials' },
  ],
  [
    '2 with a number as code',
    401,
    { code: 900_902, message: 'Missing Credentials' },
    { code: '900902', message: 'Missing Credentials' },
  ],
  [
    '3 array',
    400,
    [
      { code: 'ABDM-1006: ', message: 'Invalid mobile number' },
      { code: 'ABDM-9999: ', message: 'Invalid Otp System' },
    ],
    { code: 'ABDM-1006', message: 'Invalid mobile number' },
  ],
  ['3 empty array', 400, [], {}],
  [
    '4 field-keyed',
    400,
    { loginId: 'Invalid LoginId', timestamp: '2026-01-02 08:34:05' },
    { message: 'Invalid LoginId', fields: { loginId: 'Invalid LoginId' } },
  ],
  [
    '4 with several fields',
    400,
    { scope: 'Invalid Scope', loginHint: 'Invalid Login Hint', timestamp: '2026-01-02 08:34:05' },
    { message: 'Invalid Scope', fields: { scope: 'Invalid Scope', loginHint: 'Invalid Login Hint' } },
  ],
  [
    '5 message and time',
    400,
    { message: 'Invalid X-token', timestamp: '2026-01-02 08:34:05' },
    { message: 'Invalid X-token' },
  ],
  [
    '6 description',
    400,
    { txnId: '0b7a4c1e-2f3d-4a5b-8c6d-7e8f90a1b2c3', description: 'Invalid OTP value' },
    { message: 'Invalid OTP value' },
  ],
  ['7 empty', 401, '', {}],
  ['7 text', 403, 'Forbidden', {}],
  ['7 text about a user token', 403, 'Access Denied', { message: 'Access Denied' }],
  ['7 HTML', 502, '<html><body>Bad Gateway</body></html>', {}],
  [
    '8 Spring',
    404,
    {
      timestamp: '2026-01-02T03:04:05.678Z',
      path: '/abha/api/v3/x',
      status: 404,
      error: 'Not Found',
      requestId: 'a-1',
    },
    { message: 'Not Found' },
  ],
  [
    '8 gateway',
    404,
    { code: '404', type: 'Status report', message: 'Runtime Error', description: 'No matching resource found' },
    { code: '404', message: 'Runtime Error' },
  ],
  ['a lone transaction', 400, { txnId: '0b7a4c1e-2f3d-4a5b-8c6d-7e8f90a1b2c3' }, {}],
  ['JSON of no form', 500, 'null', {}],
]

for (const [form, http, body, expected] of samples) {
  test(`form ${form} is read`, () => assert.deepEqual(read(http, body), { http, ...expected }))
}

test('long digits in upstream words go no further, nor do unprintable characters', () => {
  const { message } = read(400, {
    code: 'ABDM-1006',
    message: `No user 9876543210\u0000\u202e with ${'x'.repeat(999)}`,
  })
  assert.match(message ?? '', /^No user \*{6} {2,3}with x+$/)
  assert.ok((message ?? '').length <= 300)
})

test('markup and stack traces in upstream words go no further', () => {
  const { message } = read(500, {
    code: 'ABDM-9999',
    message: 'Failed <b>badly</b>: a < b\n\tat in.gov.Service(S.java:1)',
  })
  assert.equal(message, 'Failed  badly : a < b')
})

test('a code that is not a code goes no further', () => {
  for (const code of [
    '<b>bold</b>',
    'a sentence of its own',
    '9876543210',
    'ABDM-1006\n',
    { nested: true },
    ['ABDM-1006'],
  ]) {
    const { code: kept } = read(400, { code, message: 'm' })
    assert.ok(kept === undefined || kept === 'ABDM-1006', String(kept))
  }
})

test('a body that is nested without end is read like any other', () => {
  const depth = 200_000
  assert.deepEqual(readError(400, '['.repeat(depth) + ']'.repeat(depth)), { http: 400 })
  assert.deepEqual(readError(400, `${'{"error":'.repeat(depth)}1${'}'.repeat(depth)}`), { http: 400 })
})

test('no text makes the reader throw, and what it reads is short and printable', () => {
  const anyBody = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.jsonValue().map((value) => JSON.stringify({ error: value, message: value })),
  )
  fc.assert(
    fc.property(fc.integer({ min: 200, max: 599 }), anyBody, fc.boolean(), (http, text, sent) => {
      const result = readError(http, text)
      assert.ok((result.code ?? '').length <= 32)
      assert.doesNotMatch(result.message ?? '', /[\p{Cc}\p{Cf}]|\d{5}/u)
      meaningOf(result, sent)
      blamesSealedValue(result)
    }),
    { numRuns: 500 },
  )
})

/** abdm-v3 §4 and §17. `sent`: the call carried a user token. */
const meanings: readonly (readonly [meaning: Meaning, sent: boolean, http: number, body: unknown])[] = [
  ['userTokenOver', true, 401, ''],
  ['userTokenOver', true, 403, 'Access Denied'],
  ['userTokenOver', true, 400, { message: 'Invalid X-token', timestamp: '2026-01-02 08:34:05' }],
  ['userTokenOver', true, 401, { message: 'X-token expired', timestamp: '2026-01-02 08:34:05' }],
  ['userTokenOver', true, 401, { code: 'ABDM-1094', message: 'Access restricted' }],
  ['userTokenOver', true, 422, { error: { code: 'ABDM-1158', message: 'Invalid X-Token' } }],
  ['userTokenOver', true, 400, [{ code: 'ABDM-1006: ', message: 'Invalid X-token' }]],
  ['userTokenOver', true, 400, { message: 'Invalid R-token', timestamp: '2026-01-02 08:34:05' }],
  ['trouble', true, 401, { code: '900901', message: 'Invalid Credentials' }],
  ['trouble', true, 404, { error: { code: 'ABDM-1016: ', message: 'Invalid Timestamp' } }],
  ['trouble', true, 500, ''],
  ['trouble', true, 403, 'Forbidden'],
  ['trouble', true, 403, ''],
  ['noPermission', false, 401, [{ code: 'ABDM-1094: ', message: 'Access restricted' }]],
  ['otpWrong', false, 400, { code: 'ABDM-1035', message: 'OTP does not match' }],
  [
    'otpWrong',
    false,
    422,
    { error: { code: 'ABDM-1204', message: 'UIDAI Error code : 400 : Invalid Aadhaar OTP value.' } },
  ],
  ['otpWrong', false, 400, { otpValue: 'Invalid OTP Value' }],
  ['otpWrong', false, 400, { txnId: 'x', description: 'Invalid OTP value' }],
  ['inputRefused', false, 400, { otpSystem: 'Invalid Otp System' }],
  ['inputRefused', false, 400, { code: 'ABDM-1035', message: 'Invalid HIP ID' }],
  [
    'notFound',
    false,
    404,
    { error: { code: 'ABDM-1114', message: 'No ABHA user registered with this Aadhaar number.' } },
  ],
  ['notFound', false, 404, { error: { code: 'ABDM-1114' } }],
  ['notFound', false, 400, { code: 'ABDM-1211', message: 'User not found.' }],
  ['notFound', false, 400, { code: 'ABDM-9999: ', message: 'User not found.' }],
  [
    'addressTaken',
    false,
    400,
    { code: 'ABDM-9999: ', message: 'This ABHA Address already exists. Please create with unique ABHA address' },
  ],
  ['triesUsedUp', false, 400, { code: 'ABDM-1100', message: 'You have requested multiple OTPs' }],
  ['txnGone', false, 400, { code: 'ABDM-9999: ', message: 'Transaction is not found for UUID.' }],
  ['txnGone', false, 401, { error: { code: 'ABDM-1017', message: 'Invalid Transaction Id' } }],
  ['txnGone', false, 400, { txnId: 'Invalid Transaction Id', timestamp: '2026-01-02 08:34:05' }],
  ['inputRefused', false, 400, ''],
  ['inputRefused', false, 422, { error: { code: 'ABDM-1124', message: 'Mobile already linked' } }],
  // Our clock, our headers, our address or our pace: none of it is about what the person typed.
  ['trouble', false, 404, { error: { code: 'ABDM-1030: ', message: 'Invalid request ID' } }],
  ['trouble', false, 400, { code: 'ABDM-1016: ', message: 'Invalid Timestamp' }],
  [
    'trouble',
    false,
    404,
    { code: '404', type: 'Status report', message: 'Runtime Error', description: 'No matching resource found' },
  ],
  ['trouble', false, 404, ''],
  ['trouble', false, 408, ''],
  ['trouble', false, 429, ''],
  ['trouble', false, 302, '<html></html>'],
  ['trouble', false, 503, { code: 'ABDM-1024', message: 'Dependent service unavailable' }],
]

test('a refusal means what abdm-v3 says it means', () => {
  for (const [meaning, sent, http, body] of meanings) {
    assert.equal(meaningOf(read(http, body), sent), meaning, `${http} ${JSON.stringify(body)}`)
  }
})

test('the symptoms of bad ciphertext are known, and nothing else is taken for them', () => {
  const symptoms: unknown[] = [
    { loginId: 'Invalid LoginId', timestamp: '2026-01-02 08:34:05' },
    [{ code: 'ABDM-1006: ', message: 'Invalid mobile number' }],
    [{ code: 'ABDM-9999: ', message: 'Invalid LoginId' }],
    { code: 'ABDM-9999', message: 'Range [6, 0) out of bounds for length 0' },
    { code: 'ABDM-9999: ', message: 'Illegal base64 character 7b' },
    { otpValue: 'Invalid OTP Value' },
    [{ code: 'ABDM-9999: ', message: 'Invalid OTP Value' }],
    [{ code: 'ABDM-1006: ', message: 'Invalid Email' }],
  ]
  for (const body of symptoms) assert.ok(blamesSealedValue(read(400, body)), JSON.stringify(body))
  const others: unknown[] = ['', { scope: 'Invalid Scope' }, { code: 'ABDM-9999', message: 'User not found.' }]
  for (const body of others) assert.ok(!blamesSealedValue(read(400, body)), JSON.stringify(body))
  assert.ok(!blamesSealedValue(read(500, { otpValue: 'Invalid OTP Value' })))
})
