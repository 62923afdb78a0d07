import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { documents, staleDocuments } from '../scripts/docs.ts'
import { UpstreamFailure } from '../src/abdm/failure.ts'
import { translate } from '../src/abdm/translate.ts'
import { connectRoutes } from '../src/api/index.ts'
import { type ErrorName, error, errorNames, errorTable, renderError } from '../src/errors.ts'
import { operationsRoutes } from '../src/operations.ts'
import { errorsOf, type Route } from '../src/route.ts'
import { sandboxRoutes } from '../src/sandbox/index.ts'

/** What a caller can receive is one table, which the documents, the routes and the published vocabulary agree with. */

const routes: readonly Route<never>[] = [...connectRoutes, ...operationsRoutes, ...sandboxRoutes]
const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => readFileSync(join('src', name), 'utf8'))
const namesIn = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, name = '']) => name)

/** connect.md §5.2. */
const statuses = [400, 401, 403, 404, 429, 491, 500, 502, 503, 504]

test('every status is one that the contract has', () => {
  for (const name of errorNames)
    assert.ok(statuses.includes(errorTable[name].status), `${name} is ${errorTable[name].status}`)
})

test('only the two client operations and the bearer token answer 401, only an ended session 491', () => {
  const withStatus = (status: number) => errorNames.filter((name) => errorTable[name].status === status).sort()
  assert.deepEqual(withStatus(401), ['clientUnknown', 'refreshTokenInvalid', 'tokenInvalid'])
  assert.deepEqual(withStatus(491), ['sessionEnded'])
  assert.deepEqual(withStatus(429), ['tooManyRequests'])
})

test('491 is listed by the operations that need a user session and by no other', () => {
  for (const declared of routes) {
    assert.equal(errorsOf(declared).has('sessionEnded'), declared.needsUserSession ?? false, declared.operationId)
  }
})

/** In the table for operations of the contract that are not served yet: login/phr and auto-login choose among offered addresses. */
const waiting: string[] = []

test('every error is thrown somewhere and listed by a route or thrown by the server itself', () => {
  const thrown = new Set(sources.flatMap((text) => namesIn(text, /\berror\.(\w+)\(/g)))
  const byServer = new Set(namesIn(readFileSync('src/http.ts', 'utf8'), /\berror\.(\w+)\(/g))
  const listed = new Set(routes.flatMap((declared) => [...errorsOf(declared)]))
  const kinds = ['unreachable', 'overloaded', 'tooSlow', 'unreadable'] as const
  const meanings = ['otpWrong', 'notFound', 'addressTaken', 'txnGone', 'inputRefused', 'userTokenOver'] as const
  const about = { mayHaveActed: true, read: { http: 400 } }
  const translated = new Set<ErrorName>([
    ...errorNames.filter((name) => errorTable[name].abdm),
    ...kinds.map((kind) => translate(new UpstreamFailure('any', kind, about)).kind),
    translate(new UpstreamFailure('any', 'unreachable', { mayHaveActed: false })).kind,
    ...meanings.map((meaning) => translate(new UpstreamFailure('any', 'refused', { ...about, meaning })).kind),
  ])
  const unused = errorNames.filter((name) => !listed.has(name) && !byServer.has(name))
  const neverThrown = errorNames.filter((name) => !thrown.has(name) && !translated.has(name))
  assert.deepEqual(unused, waiting)
  assert.deepEqual(neverThrown, waiting)
  for (const name of thrown) assert.ok(name in errorTable, `error.${name} is not in the table`)
})

test('no text or meaning holds a placeholder that nobody fills, and every error says something', () => {
  for (const name of errorNames) {
    const { text, meaning, source } = errorTable[name]
    assert.ok(text.length > 0 && meaning.length > 10, name)
    assert.match(meaning, /\.$|\.\)$/, name)
    if (source) assert.match(source.code, /^(ABDM-\d{4}|MIS-\d{4}|EKA-\d{4})$/, name)
    assert.ok((text.match(/<\w+>/g) ?? []).length <= 1, name)
  }
})

/** connect.md §5.4, transcribed: status, text, upstream codes. The two codes that are published twice are below. */
const published: readonly (readonly [number, string, string])[] = [
  [
    500,
    'Something went wrong',
    'ABDM-1000 ABDM-1002 ABDM-1003 ABDM-1004 ABDM-1005 ABDM-1007 ABDM-1008 ABDM-1009 ABDM-1011 ABDM-1015 ABDM-1016 ABDM-1017 ABDM-1019 ABDM-1020 ABDM-1021 ABDM-1023 ABDM-1024 ABDM-1025 ABDM-1026 ABDM-1028 ABDM-1029 ABDM-1033 ABDM-1034 ABDM-1036 ABDM-1037 ABDM-1038 ABDM-1039 ABDM-1040 ABDM-1041 ABDM-1043 ABDM-1044 ABDM-1045 ABDM-1046 ABDM-1047 ABDM-1048 ABDM-1049 ABDM-1050 ABDM-1051 ABDM-1052 ABDM-1053 ABDM-1054 ABDM-1401 ABDM-1402 ABDM-9999 ABDM-1109 ABDM-1108 ABDM-1205 ABDM-1202 ABDM-1200 ABDM-1201 ABDM-1101 ABDM-1100',
  ],
  [400, 'Something went wrong', 'ABDM-1030 ABDM-1031 ABDM-1032 ABDM-1064'],
  [500, 'No data found', 'ABDM-1001'],
  [400, 'Validation failed', 'ABDM-1010'],
  [400, 'No records found against the ABHA Address', 'ABDM-1012'],
  [400, 'Invalid ABHA Number', 'ABDM-1013'],
  [400, 'Invalid Mobile Email', 'ABDM-1014'],
  [500, 'Unable to share the details with Hospital', 'ABDM-1018'],
  [500, 'Too many requests', 'ABDM-1022'],
  [500, 'You are blocked. Please try again after 24 hours.', 'ABDM-1027'],
  [400, 'Invalid request', 'ABDM-1042'],
  [400, 'Consent artefact expired', 'ABDM-1061'],
  [400, 'Consent Not granted', 'ABDM-1062'],
  [400, 'Date Range given is invalid', 'ABDM-1063'],
  [400, 'Mobile number verification is pending.', 'ABDM-1102'],
  [500, 'ABHA User not found.', 'ABDM-1110'],
  [400, 'Mobile number not found.', 'ABDM-1111'],
  [400, 'Aadhaar details not found.', 'ABDM-1112'],
  [400, 'Login via Password is not allowed', 'ABDM-1113'],
  [400, 'Login via ABHA Number OTP is not allowed', 'ABDM-1114'],
  [400, 'Login via Aadhaar OTP is not allowed', 'ABDM-1115'],
  [400, 'The OTP that you have entered is incorrect. Please try again.', 'MIS-1013'],
  [500, 'Transaction not found for UUID.', 'MIS-1026'],
]

const answerTo = (code: string, message: string, http = 400) =>
  renderError(translate(new UpstreamFailure('any', 'refused', { mayHaveActed: true, read: { http, code, message } })))

test('an upstream error has exactly the published status and text, and passes code and message on', () => {
  for (const [status, text, codes] of published) {
    for (const code of codes.split(' ')) {
      assert.deepEqual(answerTo(code, 'as upstream says').body, {
        code: status,
        error: text,
        source_error: { code, message: 'as upstream says' },
      })
      assert.equal(answerTo(code, 'as upstream says').status, status)
    }
  }
})

test('a code that the published table does not list is 500 with the code passed on', () => {
  for (const code of ['ABDM-1066', 'ABDM-1124', 'ABDM-1207', 'ABDM-1227', 'ABDM-4711', 'MIS-4711']) {
    assert.deepEqual(answerTo(code, 'new').body, {
      code: 500,
      error: 'Something went wrong',
      source_error: { code, message: 'new' },
    })
  }
})

test('the two codes that are published twice are told apart by their message', () => {
  const cases: readonly (readonly [string, string, number, string])[] = [
    ['ABDM-1035', 'OTP does not match', 400, "OTP doesn't match"],
    ['ABDM-1035', 'Invalid HIP ID', 500, 'Something went wrong'],
    ['ABDM-1006', 'Invalid Mobile Number', 400, 'Bad Request, invalid request'],
    ['ABDM-1006', 'Invalid combinations of scopes', 500, 'Something went wrong'],
  ]
  for (const [code, message, status, text] of cases) {
    const { body } = answerTo(code, message)
    assert.deepEqual([body.code, body.error, body.source_error?.code], [status, text, code], `${code} ${message}`)
  }
})

/** connect.md §5.4, "found here": name, status, text, code. */
const foundHere: readonly (readonly [ErrorName, number, string, string | undefined])[] = [
  ['txnUnknown', 400, 'Transaction not found for UUID.', 'MIS-1026'],
  ['stepNotAllowed', 400, 'Bad Request, invalid request', 'ABDM-1006'],
  ['invalidField', 400, 'Validation failed', 'ABDM-1010'],
  ['bodyUnreadable', 400, 'Validation failed', 'ABDM-1010'],
  ['otpWrong', 400, "OTP doesn't match", 'ABDM-1035'],
  ['otpEnded', 400, "OTP doesn't match", 'ABDM-1035'],
  ['triesUsedUp', 400, 'too many attempts; start again', 'ABDM-1100'],
  ['addressTaken', 400, 'This ABHA Address already exists. Please create with unique ABHA address', 'ABDM-1101'],
  ['addressNotOffered', 400, 'Bad Request, invalid request', 'ABDM-1006'],
  ['tooManyRequests', 429, 'Too many requests', undefined],
  ['mobileClaimed', 400, 'This mobile number has already been claimed by another account.', 'EKA-1002'],
]

test('what this server finds itself has the status, text and code of the contract', () => {
  for (const [name, status, text, code] of foundHere) {
    const { body } = renderError(error[name]())
    assert.deepEqual([body.code, body.error, body.source_error?.code], [status, text, code], name)
  }
  const claimed = renderError(error.accountClaimed({ fill: '******3210' })).body
  assert.equal(claimed.error, 'This account has already been claimed by the mobile number: ******3210')
  assert.equal(claimed.source_error?.code, 'EKA-1001')
  assert.match(renderError(error.otpEnded()).body.source_error?.message ?? '', /ended/)
})

test('code equals the status, source_error is never null and left out on the account operations', () => {
  for (const name of errorNames) {
    const { status, body } = renderError(error[name]())
    assert.equal(body.code, status, name)
    assert.ok(Number.isInteger(body.code) && typeof body.error === 'string', name)
    if ('source_error' in body) {
      assert.equal(typeof body.source_error?.code, 'string', name)
      assert.equal(typeof body.source_error?.message, 'string', name)
    }
    assert.deepEqual(Object.keys(renderError(error[name](), false).body), ['code', 'error'], name)
  }
})

const page = (documents().find(({ file }) => file === 'docs/errors.md') ?? { text: '' }).text
const sections = new Map(
  page
    .split('\n### ')
    .slice(1)
    .map((section): [string, string] => {
      const [name = '', ...rest] = (section.split('\n## ')[0] ?? '').split('\n')
      return [name, rest.join('\n')]
    }),
)
const escaped = (text: string): string => text.replaceAll('<', '&lt;')

test('every error of the table has a section in the document, and every section an error', () => {
  assert.deepEqual([...sections.keys()].sort(), [...errorNames].sort())
  for (const [name, section] of sections) {
    const { status, text, source, abdm = [], meaning } = errorTable[name as ErrorName]
    assert.ok(section.includes(`**${status}** · ${escaped(text)}\n`), `${name} has its status and text`)
    assert.ok(section.includes(meaning), `${name} has its meaning`)
    for (const code of [...(source ? [source.code] : []), ...abdm])
      assert.ok(section.includes(`\`${code}\``), `${name} has ${code}`)
  }
})

test('the table by status has every error once, in order', () => {
  const rows = [...page.matchAll(/^\| (\d{3}) \| (.+) \| .+ \| \[(\w+)\]\(#(\w+)\) \|$/gm)]
  assert.deepEqual(rows.map(([, , , name]) => name).sort(), [...errorNames].sort())
  const found = rows.map(([, status]) => Number(status))
  assert.deepEqual(
    found,
    found.toSorted((one, other) => one - other),
  )
  for (const [, status, text, name = '', anchor] of rows) {
    assert.equal(Number(status), errorTable[name as ErrorName].status)
    assert.equal(text, escaped(errorTable[name as ErrorName].text))
    assert.equal(anchor, name.toLowerCase())
  }
})

test('every status that can be answered is explained', () => {
  const explained = namesIn(page, /^\| (\d{3}) \| (?:you|your|the|nobody)/gm).map(Number)
  assert.deepEqual(explained, statuses)
  assert.deepEqual([...new Set(errorNames.map((name) => errorTable[name].status))].sort(), statuses)
})

test('the documents in the checkout are the ones that the code makes; a stale or missing one is named', () => {
  assert.deepEqual(staleDocuments(), [])
  const fresh = new Map(documents().map(({ file, text }) => [file, text]))
  assert.deepEqual(
    staleDocuments((file) => (file === 'docs/errors.md' ? `${fresh.get(file)} ` : fresh.get(file))),
    ['docs/errors.md'],
  )
  assert.deepEqual(
    staleDocuments((file) => (file === 'docs/openapi.json' ? undefined : fresh.get(file))),
    ['docs/openapi.json'],
  )
})
