import { randomUUID } from 'node:crypto'
import type { Bench } from '../../src/emulator/testing.ts'
import { arjun, type Request, type Steps } from './reach.ts'
import { nameOf, type Refused } from './refused.ts'
import { type Row, rows } from './rows.ts'
import { steps } from './steps.ts'

/** What really causes each refusal that the contract lists: the usual request with one thing wrong, or somebody who is refused. */

export type Turn = ReturnType<typeof createTurn>
type Cause = (turn: Turn) => Promise<Request | readonly Request[]>

const wordsOf = ({ choice }: Row): string =>
  [choice?.by, ...(choice?.scope ?? []), choice?.login_hint, choice?.otp_system].join(' ')

export const createTurn = ({ op, listed }: Refused, bench: Bench, world: Steps) => {
  /** The first variant of the operation that has all these words. */
  const rowOf = (words: readonly string[]): Row => {
    const found = rows.find((row) => row.op === op && words.every((word) => wordsOf(row).split(' ').includes(word)))
    if (!found) throw new Error(`${op.id} has no variant ${words.join(' ')}`)
    return found
  }
  const reached = async (words: readonly string[], isOtherKey: boolean): Promise<Request> => {
    const row = rowOf(words)
    const key = row.key ?? 4096
    const ready = await steps[op.id]?.(row, world)
    if (!ready) throw new Error(op.id)
    return ready(isOtherKey ? (key === 4096 ? 2048 : 4096) : key)
  }
  const usual = (...words: string[]) => reached(words, false)
  return {
    op,
    listed,
    bench,
    world,
    usual,
    otherKey: (...words: string[]) => reached(words, true),
    seal: (words: readonly string[], text: string) => world.seal(rowOf(words).key || 4096, text),
  }
}

const putIn = (body: unknown, [name = '', ...more]: readonly string[], value: unknown): object => {
  const group = (body ?? {}) as { readonly [name: string]: unknown }
  return { ...group, [name]: more.length > 0 ? putIn(group[name], more, value) : value }
}
const put = (request: Request, path: string, value: unknown): Request => ({
  ...request,
  body: putIn(request.body, path.split('.'), value),
})
/** The usual request, one of its fields wrong. */
const wrong =
  (path: string, value: unknown, ...words: string[]): Cause =>
  async ({ usual }) =>
    put(await usual(...words), path, value)
/** One sealed field says something else. */
const says =
  (path: string, text: string, ...words: string[]): Cause =>
  async ({ usual, seal }) =>
    put(await usual(...words), path, await seal(words, text))
const header =
  (name: string, value: string | undefined): Cause =>
  async ({ usual }) => {
    const request = await usual()
    return { ...request, headers: { ...request.headers, [name]: value } }
  }
const wrongOtp =
  (...words: string[]): Cause =>
  async ({ usual, seal, bench }) => {
    const request = await usual(...words)
    const [sent] = await bench.emulator.inbox.list({ limit: 1 })
    const other = sent?.otp === '000000' ? '000001' : '000000'
    return put(request, 'authData.otp.otpValue', await seal(words, other))
  }
/** Its place differs; so does what is wrong with it. */
const transaction =
  (value: string): Cause =>
  async ({ usual, op }) => {
    const request = await (op.id === 'abha.login.request_otp' ? usual('index') : usual())
    if (request.headers?.TRANSACTION_ID) return { headers: { TRANSACTION_ID: value } }
    const { authData } = request.body as { authData?: object }
    return put(request, authData ? 'authData.otp.txnId' : 'txnId', value)
  }
const malformedTxn = transaction('none')
const unknownTxn = transaction(randomUUID())

const nobody = { address: 'nobody.there@sbx', number: '91-2000-0000-9999', mobile: '7400000099' }

/** With the Aadhaar of somebody else among the first people, and the right OTP. */
const enrolmentOf =
  (mobile: string): Cause =>
  async ({ usual, world: { caller, aadhaarOf, seal, send } }) => {
    const request = await usual('otp')
    const loginId = await seal(4096, await aadhaarOf(mobile))
    const body = { txnId: '', scope: ['abha-enrol'], loginHint: 'aadhaar', loginId, otpSystem: 'aadhaar' }
    const { txnId } = (await send('abha.enrollment.request_otp', { body })).body as { txnId: string }
    const otpValue = await seal(4096, await caller.latestOtp(mobile))
    return put(request, 'authData.otp', { txnId, otpValue, mobile })
  }
const withoutUserToken: Cause = async ({ usual }) => {
  const request = await usual()
  const headers = Object.entries(request.headers ?? {}).filter(([name]) => !/-token$/i.test(name))
  return { ...request, headers: Object.fromEntries(headers) }
}

const causes: { readonly [message: string]: Cause } = {
  'Invalid user credentials': wrong('clientSecret', 'another'),
  'Invalid client id': wrong('clientId', ''),
  'Invalid client secret': wrong('clientSecret', ''),
  'Missing Credentials': header('Authorization', undefined),
  'Invalid Timestamp': header('TIMESTAMP', '2026-01-02'),
  'Invalid request ID': header('REQUEST-ID', 'none'),
  'no or bad user token': withoutUserToken,
  'Invalid X-token': header('X-token', 'Bearer none'),
  'Invalid T-token': header('T-token', 'Bearer none'),
  'Invalid R-token': header('R-token', 'Bearer none'),
  'X-token expired': async ({ usual, bench, world }) => {
    const request = await usual()
    bench.advance(1_801)
    await world.caller.signIn()
    return request
  },
  'T-token sent as Authorization': async ({ usual }) => {
    const { body, headers } = await usual()
    return { body, headers: { Authorization: headers?.['T-token'] } }
  },
  'loginId: Invalid LoginId': wrong('loginId', 'in clear'),
  'Invalid LoginId': ({ otherKey }) => otherKey('abha-number'),
  'scope: Invalid Scope': wrong('scope', ['unknown']),
  'Invalid Scope': wrong('scope', ['unknown']),
  'Invalid Login Hint': wrong('loginHint', 'mobile'),
  'Invalid Mobile Number': says('loginId', '12345', 'mobile-number'),
  'mobile: Invalid Mobile Number': wrong('authData.otp.mobile', '12345', 'otp'),
  'mobile: Invalid mobile number': wrong('mobile', 'in clear'),
  'txnId: Invalid Transaction Id': unknownTxn,
  'Invalid Transaction Id': malformedTxn,
  'Transaction is not found for UUID.': unknownTxn,
  'Invalid transaction, either the transaction is expired or not found': unknownTxn,
  'Invalid OTP Value': wrong('authData.otp.otpValue', 'in clear'),
  'otpValue: Invalid OTP Value': wrong('authData.otp.otpValue', 'in clear'),
  'Invalid OTP value': says('authData.otp.otpValue', '12'),
  'Illegal base64 character 7b': wrong('authData.otp.otpValue', '{'),
  'authResult failed: wrong or expired OTP': wrongOtp('mobile-verify'),
  'UIDAI Error code : 400 : Invalid Aadhaar OTP value.': wrongOtp('aadhaar-verify'),
  'authMethods: Invalid Auth Method': wrong('authData.authMethods', ['unknown']),
  'mobile already linked with 6 ABHA numbers': wrong('authData.otp.mobile', '6200010220', 'otp'),
  'details mismatch': enrolmentOf('6200010143'),
  'preferred: Invalid Preferred Flag': wrong('preferred', 7),
  'This ABHA Address already exists. Please create with unique ABHA Address': wrong('abhaAddress', 'arjun.maadari'),
  'This ABHA Address already exists. Please create with unique ABHA address': wrong(
    'phrDetails.abhaAddress',
    arjun.address,
  ),
  'Invalid Email / Invalid Password / Invalid ABHA Address / empty address field': async ({ usual, seal }) => {
    const request = await usual()
    return [
      put(request, 'phrDetails.email', 'in@clear.example'),
      put(request, 'phrDetails.password', await seal([], 'weak')),
      put(request, 'phrDetails.abhaAddress', 'seven77@sbx'),
      put(request, 'phrDetails.address', ''),
    ]
  },
  'Invalid First Name': wrong('firstName', ''),
  'Invalid Abha Address': says('loginId', 'short@sbx', 'mobile-verify'),
  'Invalid ABHA Address': wrong('abhaAddress', 'short@sbx'),
  'ABHANumber: Invalid ABHA Number': wrong('ABHANumber', nobody.number),
  'User not found.': says('loginId', nobody.address, 'abha-address'),
  'Invalid Password Request, Please enter valid ABHA Address or valid password': wrong(
    'authData.password.abhaAddress',
    'short@sbx',
    'password-verify',
  ),
  'You have requested multiple OTPs Or Exceeded maximum number of attempts for OTP match in this transaction. Please try again in 30 minutes.':
    says('loginId', 'bhaskar.arhi@sbx', 'mobile-verify'),
  'Please provide a valid field to update': async ({ usual }) => ({ ...(await usual()), body: {} }),
  'change refused': async ({ usual }) => ({ ...(await usual()), body: { firstName: 'Other' } }),
  'This mobile number is already verified. Please enter a different mobile number.': says(
    'loginId',
    arjun.mobile,
    'mobile-verify',
  ),
  'Invalid State, it must be only Alphabets': wrong('stateName', 'Jharkhand 7'),
  'Invalid Account Action': wrong('action', 'UNLINK'),
  '415 UNSUPPORTED_MEDIA_TYPE': async () => ({}),
}

/** Where the same words have another cause on one operation. */
const own: { readonly [row: string]: Cause } = {
  'abha.enrollment.request_otp 422 wrapped ABDM-1204 "UIDAI Error code : 400 : Invalid Aadhaar OTP value."': async (
    turn,
  ) => {
    const { citizens, seal } = { citizens: turn.bench.emulator.citizens, seal: turn.world.seal }
    // The only one whom UIDAI knows without a mobile.
    const gurpreet = (await citizens.list()).find(({ first_name: name }) => name === 'Gurpreet')
    return put(await turn.usual('aadhaar'), 'loginId', await seal(4096, gurpreet?.aadhaar_number ?? ''))
  },
  'abha.enrollment.by_aadhaar 422 wrapped ABDM-1204 "UIDAI Error code : 400 : Invalid Aadhaar OTP value."':
    wrongOtp('otp'),
  'abha.profile.verify 422 message "UIDAI Error code : 400 : Invalid Aadhaar OTP value."': wrongOtp('re-kyc'),
  'abha.enrollment.suggestion 400 field "txnId: Invalid Transaction Id"': malformedTxn,
  'abha.enrollment.suggestion 401 wrapped ABDM-1017 "Invalid Transaction Id"': unknownTxn,
  'phr.enrollment.is_exists 400 array ABDM-1006 "Invalid ABHA Address"': async () => ({
    path: '/enrollment/isExists?abhaAddress=short%40sbx',
  }),
  'abha.login.request_otp 404 wrapped ABDM-1114 "User not found."': says(
    'loginId',
    nobody.number,
    'abha-number',
    'abdm',
  ),
  'abha.login.search 404 wrapped ABDM-1114 "User not found."': wrong('ABHANumber', nobody.number),
  'abha.account.search 404 wrapped ABDM-1114 "User not found."': says('mobile', nobody.mobile),
  'phr.login.search 400 flat ABDM-1211 "User not found."': wrong('abhaAddress', nobody.address),
  'web.login.search 400 flat ABDM-1211 "User not found."': wrong('abhaAddress', nobody.address),
  'web.login.request_otp 400 array ABDM-1211 "User not found."': says('loginId', nobody.address, 'mobile-verify'),
  'phr.login.request_otp 400 array ABDM-9999 "User not found."': says('loginId', nobody.number, 'abha-number', 'abdm'),
  'phr.login.verify_user 400 flat ABDM-9999 "User not found."': wrong('abhaAddress', nobody.address),
  'phr.profile.link 400 flat ABDM-9999 "Transaction is not found for UUID."': wrong('transactionId', randomUUID()),
}

/** What nobody and no field causes: only a fault brings it, in the form in which it is listed. */
export const onlyByFault: { readonly [row: string]: string } = {
  'gateway.session 401 flat 900901 "Invalid Credentials"': 'a session is asked for without the token that this refuses',
  'gateway.session 403 text "Forbidden"': 'the contract does not say what is forbidden to whom',
  'gateway.session 500 wrapped ABDM-9999 "Unknown exception"': 'the service itself went wrong',
  'gateway.session 503 flat ABDM-1024 "Dependent service unavailable"': 'something behind the service is down',
}

export const causeOf = (row: Refused): Cause | undefined => own[nameOf(row)] ?? causes[row.listed.message]

/** Every key that a list of this file has, so that none outlives its row. */
export const namedRows: readonly string[] = [...Object.keys(own), ...Object.keys(onlyByFault)]
export const namedMessages: readonly string[] = Object.keys(causes)
