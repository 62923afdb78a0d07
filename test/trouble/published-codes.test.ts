import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import type { Product, Reply } from '../harness.ts'
import { assertHonestError, type Caller, type Journey, journeyOf, ok, startTroubled } from './journey.ts'

/** Whatever code ABDM refuses with, at whatever step, the caller gets the published status, text and source_error. */

const hidden = 'Something went wrong'
const abdm = (...numbers: number[]): string[] => numbers.map((number) => `ABDM-${number}`)

/** connect.md §5.4, typed from that page and not from src/published-errors.ts. */
const published: readonly (readonly [status: number, text: string, codes: readonly string[]])[] = [
  [
    500,
    hidden,
    [
      ...abdm(1000, 1002, 1003, 1004, 1005, 1007, 1008, 1009, 1011, 1015, 1016, 1017, 1019, 1020, 1021, 1023, 1024),
      ...abdm(1025, 1026, 1028, 1029, 1033, 1034, 1036, 1037, 1038, 1039, 1040, 1041, 1043, 1044, 1045, 1046, 1047),
      ...abdm(1048, 1049, 1050, 1051, 1052, 1053, 1054, 1401, 1402, 9999, 1109, 1108, 1205, 1202, 1200, 1201, 1101),
      ...abdm(1100),
    ],
  ],
  [400, hidden, abdm(1030, 1031, 1032, 1064)],
  [500, 'No data found', abdm(1001)],
  [400, 'Bad Request, invalid request', abdm(1006)],
  [400, 'Validation failed', abdm(1010)],
  [400, 'No records found against the ABHA Address', abdm(1012)],
  [400, 'Invalid ABHA Number', abdm(1013)],
  [400, 'Invalid Mobile Email', abdm(1014)],
  [500, 'Unable to share the details with Hospital', abdm(1018)],
  [500, 'Too many requests', abdm(1022)],
  [500, 'You are blocked. Please try again after 24 hours.', abdm(1027)],
  [400, "OTP doesn't match", abdm(1035)],
  [400, 'Invalid request', abdm(1042)],
  [400, 'Consent artefact expired', abdm(1061)],
  [400, 'Consent Not granted', abdm(1062)],
  [400, 'Date Range given is invalid', abdm(1063)],
  [400, 'Mobile number verification is pending.', abdm(1102)],
  [500, 'ABHA User not found.', abdm(1110)],
  [400, 'Mobile number not found.', abdm(1111)],
  [400, 'Aadhaar details not found.', abdm(1112)],
  [400, 'Login via Password is not allowed', abdm(1113)],
  [400, 'Login via ABHA Number OTP is not allowed', abdm(1114)],
  [400, 'Login via Aadhaar OTP is not allowed', abdm(1115)],
  [400, 'The OTP that you have entered is incorrect. Please try again.', ['MIS-1013']],
  [500, 'Transaction not found for UUID.', ['MIS-1026']],
]

/** Codes that are told apart by upstream's words, and codes that are in no published row. */
const byWords: readonly (readonly [status: number, text: string, code: string, message: string])[] = [
  [400, 'Bad Request, invalid request', 'ABDM-1006', 'Bad request'],
  [500, hidden, 'ABDM-1006', 'Invalid combinations of scopes'],
  [400, "OTP doesn't match", 'ABDM-1035', 'OTP does not matched'],
  [500, hidden, 'ABDM-1035', 'Invalid HIP ID'],
  [400, 'No records found against the ABHA Address', 'ABDM-1211', 'User not found.'],
  [400, 'No records found against the ABHA Address', 'ABDM-9999', 'User not found.'],
  [400, "OTP doesn't match", 'ABDM-1204', 'UIDAI Error code : 400 : Invalid Aadhaar OTP value.'],
  [500, hidden, 'ABDM-1204', 'UIDAI Error code : 563 : Duplicate request'],
  [500, hidden, 'ABDM-1066', 'Something of a page of its own'],
  [500, hidden, 'ABDM-1158', 'Invalid X-Token'],
  [500, hidden, 'ABDM-1227', 'Limit reached'],
  [500, hidden, 'ABDM-4242', 'A code that nobody has listed'],
  [500, hidden, 'ABDM-2402', 'Timestamp skew'],
  [500, hidden, 'MIS-9', 'An old code'],
  [500, hidden, '900900', 'Unclassified Authentication Failure'],
  [500, hidden, '404', 'Runtime Error'],
]

let product: Product
let caller: Caller
before(async () => {
  product = await startTroubled({ OTP_RESENDS_MAX: '99' })
  caller = await product.client()
})
after(() => product.stop())
afterEach(() => product.calm())

const faultOnce = (operation: string, status: number, code: string, message: string, times = 1) =>
  product.fault({ operation, status, code, message, times })

const assertMapped = (reply: Reply, status: number, text: string, code: string, message: string): void => {
  assertHonestError(reply)
  assert.deepEqual(reply.body, { code: status, error: text, source_error: { code, message } }, code)
  assert.equal(reply.status, status)
}

const at = async (...steps: ('init' | 'verify' | 'register')[]): Promise<Journey> => {
  const journey = journeyOf(product, caller)
  for (const step of steps) {
    if (step === 'register') await journey.register()
    else ok(await journey[step]())
  }
  return journey
}

/** Each step with the upstream call behind it. `act` may be repeated: a fault strikes before upstream acts. */
const steps: readonly {
  name: string
  operation: string
  ready: () => Promise<Journey>
  act: (journey: Journey) => Promise<Reply>
}[] = [
  { name: 'mobile/init', operation: 'phr.enrollment.request_otp', ready: () => at(), act: (j) => j.init() },
  { name: 'mobile/resend', operation: 'phr.enrollment.request_otp', ready: () => at('init'), act: (j) => j.resend() },
  {
    name: 'suggest',
    operation: 'phr.enrollment.suggestion',
    ready: () => at('init', 'verify'),
    act: (j) => j.suggest(),
  },
  { name: 'phr/check', operation: 'phr.enrollment.is_exists', ready: () => at(), act: (j) => j.check() },
  { name: 'create-phr', operation: 'phr.enrollment.enrol', ready: () => at('init', 'verify'), act: (j) => j.create() },
  {
    name: 'session/init',
    operation: 'phr.login.request_otp',
    ready: () => at('register'),
    act: (j) => j.sessionInit(),
  },
  { name: 'GET profile', operation: 'phr.profile.get', ready: () => at('register'), act: (j) => j.profile() },
]

/** Words that do not blame a sealed value, a token or an OTP, so that the code alone decides. */
const plain = 'what upstream says'

for (const { name, operation, ready, act } of steps) {
  test(`${name} answers every published code of ABDM exactly as published`, async () => {
    const journey = await ready()
    for (const [status, text, codes] of published) {
      for (const code of codes) {
        // The suffix is upstream's habit and must not reach the caller.
        await faultOnce(operation, status, `${code}: `, plain)
        assertMapped(await act(journey), status, text, code, plain)
      }
    }
    assert.equal((await act(journey)).status, 200)
  })
}

const isOtpCode = (code: string): boolean => ['ABDM-1035', 'MIS-1013'].includes(code)

test('both verify steps answer every published code exactly, and only a wrong OTP counts as a try', async () => {
  const registering = await at('init')
  const opening = await at('register')
  ok(await opening.sessionInit())
  const tried = [
    ['phr.enrollment.verify', () => registering.verify()],
    ['phr.login.verify', () => opening.sessionVerify()],
  ] as const
  for (const [operation, act] of tried) {
    for (const [status, text, codes] of published) {
      for (const code of codes.filter((one) => !isOtpCode(one))) {
        await faultOnce(operation, status, code, plain)
        assertMapped(await act(), status, text, code, plain)
      }
    }
    await faultOnce(operation, 400, 'ABDM-1035', 'OTP does not matched')
    assertMapped(await act(), 400, "OTP doesn't match", 'ABDM-1035', 'OTP does not matched')
    await faultOnce(operation, 400, 'MIS-1013', 'OTP invalid')
    const text = 'The OTP that you have entered is incorrect. Please try again.'
    assertMapped(await act(), 400, text, 'MIS-1013', 'OTP invalid')
    assert.equal((await act()).status, 200)
  }
})

test('codes with several meanings are told apart by their words, and unlisted ones are hidden', async () => {
  const journey = await at()
  for (const [status, text, code, message] of byWords) {
    await faultOnce('phr.enrollment.request_otp', status === 500 ? 500 : 400, code, message)
    assertMapped(await journey.init(), status, text, code, message)
  }
  // An address is taken for the one step that asks for it; elsewhere the words mean nothing.
  await faultOnce('phr.enrollment.request_otp', 400, 'ABDM-9999', 'This ABHA Address already exists.')
  assertMapped(await journey.init(), 500, hidden, 'ABDM-9999', 'This ABHA Address already exists.')
})

test('an API gateway that refuses the renewed token too is hidden, and the call was repeated once', async () => {
  for (const code of ['900901', '900902']) {
    const journey = await at()
    const before = product.upstreamCalls('phr.enrollment.request_otp')
    await faultOnce('phr.enrollment.request_otp', 401, code, 'Invalid Credentials', 2)
    assertMapped(await journey.init(), 500, hidden, code, 'Invalid Credentials')
    assert.equal(product.upstreamCalls('phr.enrollment.request_otp'), before + 2)
    assert.equal(await journey.messages(), 0)
  }
})

test('no status that ABDM may send with a code changes what the code means', async () => {
  for (const status of [400, 401, 403, 404, 409, 415, 422, 429, 500, 502, 503, 504]) {
    const journey = await at()
    await faultOnce('phr.enrollment.request_otp', status, 'ABDM-1003', plain)
    assertMapped(await journey.init(), 500, hidden, 'ABDM-1003', plain)
    await faultOnce('phr.enrollment.request_otp', status, 'ABDM-1014', plain)
    assertMapped(await journey.init(), 400, 'Invalid Mobile Email', 'ABDM-1014', plain)
    assert.equal(await journey.messages(), 0)
  }
})
