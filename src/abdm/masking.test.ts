import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { safeWords, withoutSent } from './masking.ts'
import { phrEnrollment, phrProfile } from './wire/index.ts'

/** Words of upstream that reach a caller name nobody and nothing that was sent. */

const txnId = '0b7a4c1e-2f3d-4a5b-8c6d-7e8f90a1b2c3'
const suggestion = { body: { txnId, firstName: 'Zibanuxi', lastName: 'Rao', yearOfBirth: '1990' } }

test('what has a form is masked wherever it came from', () => {
  for (const secret of [
    '9876543210',
    '98765 43210',
    '91-2000-0000-0022',
    '2345 6789 0124',
    '482913',
    'asha.rao1990@sbx',
    'asha@example.org',
    'eyJhbGciOiJSUzUxMiJ9.eyJzdWIiOiJ4In0.c2ln',
    'eyJhbGciOiJSUzUxMiJ9',
  ]) {
    assert.equal(safeWords(`Invalid ${secret}, sorry`), 'Invalid ******, sorry')
    assert.equal(safeWords(`'${secret}'`), "'******'")
  }
})

test('the words that decide what a refusal means stay', () => {
  for (const words of [
    'UIDAI Error code : 400 : Invalid Aadhaar OTP value.',
    'Invalid combinations of scopes',
    'Range [6, 0) out of bounds for length 0',
    'Illegal base64 character 7b',
    'Please try again in 30 minutes.',
    'OTP does not matched',
  ]) {
    assert.equal(safeWords(words), words)
    assert.equal(withoutSent(words, phrEnrollment.suggestion, suggestion), words)
  }
})

test('a name that this call sent is masked as a word, in any case, and another call’s is not', () => {
  const words = 'No ZIBANUXI Rao here, only Raoul'
  assert.equal(withoutSent(words, phrEnrollment.suggestion, suggestion), 'No ****** ****** here, only Raoul')
  assert.equal(withoutSent(words, phrProfile.get, { token: 't' }), words)
  assert.equal(withoutSent('bad token-1', phrProfile.get, { token: 'token-1' }), 'bad ******')
})

test('no text, sent or received, makes the masking throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (message, firstName) => {
      const words = safeWords(message) ?? ''
      withoutSent(words, phrEnrollment.suggestion, { body: { ...suggestion.body, firstName } })
    }),
    { numRuns: 500 },
  )
})
