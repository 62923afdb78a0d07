import { type ErrorForm, fieldCodes, type ServiceName } from '../abdm/wire/operation.ts'
import { indiaTime, isoTime } from '../clock.ts'

/** What ABDM says instead of an answer, in the eight forms of abdm-v3 §5. Answers throw it; only this file writes it out. */

const usualForms = ['wrapped', 'flat', 'array', 'field', 'message'] as const satisfies readonly ErrorForm[]
export const refusalForms = [...usualForms, 'description', 'text', 'empty', 'spring', 'runtime'] as const
export type RefusalForm = (typeof refusalForms)[number]

/** Every code that the emulator says of itself: one that is not here does not compile. */
export const refusalCodes = [
  ...fieldCodes,
  'ABDM-1003',
  'ABDM-1004',
  'ABDM-1012',
  'ABDM-1016',
  'ABDM-1017',
  'ABDM-1024',
  'ABDM-1027',
  'ABDM-1030',
  'ABDM-1043',
  'ABDM-1094',
  'ABDM-1100',
  'ABDM-1101',
  'ABDM-1102',
  'ABDM-1110',
  'ABDM-1111',
  'ABDM-1112',
  'ABDM-1113',
  'ABDM-1114',
  'ABDM-1115',
  'ABDM-1118',
  'ABDM-1119',
  'ABDM-1124',
  'ABDM-1134',
  'ABDM-1135',
  'ABDM-1160',
  'ABDM-1204',
  'ABDM-1207',
  'ABDM-1211',
  'ABDM-1219',
  'ABDM-1228',
  'ABDM-1407',
  'ABDM-2403',
  '900901',
  '900902',
  '404',
] as const
type Code = (typeof refusalCodes)[number]
/** As it goes out: some with a trailing `": "`, some refusals without any. */
type CodeSaid = Code | `${Code}: ` | ''

/** `field` names the refused field in form 4. */
export type RefusalEntry<C extends string = CodeSaid> = {
  readonly code: C
  readonly message: string
  readonly field?: string
}
/** What is wrong with a field, before the form of the refusal decides how its code goes out. */
export type FieldRefusal = RefusalEntry<Code | ''>

/** Only faults say codes of other people's choice. */
export class Refusal<C extends string = CodeSaid> extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly form: RefusalForm
  readonly entries: readonly RefusalEntry<C>[]
  readonly headers: readonly string[]
  constructor(
    status: number,
    form: RefusalForm,
    entries: readonly RefusalEntry<NoInfer<C>>[],
    headers: readonly string[] = [],
  ) {
    super(entries[0]?.message ?? '')
    this.status = status
    this.form = form
    this.entries = entries
    this.headers = headers
  }
}

export const refuse = (status: number, form: RefusalForm, code: CodeSaid = '', message = ''): Refusal =>
  new Refusal(status, form, [{ code, message }])

/** The PHR services' usual refusal; codes in their arrays carry the colon (abdm-v3 §19 no. 3). */
export const refuseInArray = (code: Code, message: string): Refusal => refuse(400, 'array', `${code}: `, message)

type Occasion = { readonly now: number; readonly path: string; readonly requestId: string }
type Rendered = { readonly status: number; readonly type: string; readonly body: string | undefined }

type AnyRefusal = Refusal<string>
const coded = ({ code, message }: RefusalEntry<string>) => ({ code, message })
const first = (entries: AnyRefusal['entries']): RefusalEntry<string> => entries[0] ?? { code: '', message: '' }

type Writer = (refusal: AnyRefusal, occasion: Occasion) => unknown
const writers: { readonly [form in Exclude<RefusalForm, 'text' | 'empty'>]: Writer } = {
  wrapped: ({ entries }) => {
    const { code, message } = first(entries)
    return { error: { code: code || undefined, message } }
  },
  flat: ({ entries }) => {
    const { code, message } = first(entries)
    const description = code.startsWith('9009') ? gatewayDescriptions[code] : undefined
    return { code, message, description }
  },
  array: ({ entries }) => entries.map(coded),
  field: ({ entries }, { now }) => ({
    ...Object.fromEntries(entries.map(({ field = 'message', message }) => [field, message])),
    timestamp: indiaTime(now),
  }),
  message: ({ entries }, { now }) => ({ message: first(entries).message, timestamp: indiaTime(now) }),
  description: ({ entries }) => ({ txnId: first(entries).field ?? '', description: first(entries).message }),
  spring: ({ status, entries }, { now, path, requestId }) => ({
    timestamp: isoTime(now),
    path,
    status,
    error: first(entries).message,
    requestId,
  }),
  runtime: ({ status, entries }) => ({
    code: String(status),
    type: 'Status report',
    message: 'Runtime Error',
    description: first(entries).message,
  }),
}

const gatewayDescriptions: { readonly [code: string]: string } = {
  900900: 'Unclassified Authentication Failure',
  900901:
    'Access failure for API. Status: (900901) - Invalid Credentials. Make sure you have provided the correct security credentials',
  900902: "Invalid Credentials. Make sure your API invocation call has a header: 'Authorization : Bearer ACCESS_TOKEN'",
}

export const render = (refusal: AnyRefusal, occasion: Occasion): Rendered => {
  const { status, form } = refusal
  if (form === 'empty') return { status, type: '', body: undefined }
  if (form === 'text') return { status, type: 'text/plain', body: first(refusal.entries).message }
  return { status, type: 'application/json', body: JSON.stringify(writers[form](refusal, occasion)) }
}

/** Nothing there (abdm-v3 §5 no. 8, §19 no. 20): the API gateway speaks under a known base, Spring elsewhere. */
export const noResource = () => refuse(404, 'runtime', '404', 'No matching resource found for given API Request')
export const noBase = () => refuse(404, 'spring', '404', 'Not Found')

const askForBearer = ['www-authenticate', 'OAuth2 realm="WSO2 API Manager", error="invalid_token"'] as const
export const missingCredentials = () =>
  new Refusal(401, 'flat', [{ code: '900902', message: 'Missing Credentials' }], askForBearer)
export const invalidCredentials = () =>
  new Refusal(401, 'flat', [{ code: '900901', message: 'Invalid Credentials' }], askForBearer)

/** Clock and request-id faults are 404, wrapped where the service wraps (abdm-v3 §10, §12, §19 no. 2). */
const headerForm = (op: { readonly service: ServiceName; readonly errorForm: ErrorForm }): RefusalForm =>
  op.errorForm === 'wrapped' || op.service === 'abha' || op.service === 'gateway' ? 'wrapped' : 'flat'
type Called = Parameters<typeof headerForm>[0]
export const invalidRequestId = (op: Called) => refuse(404, headerForm(op), 'ABDM-1030: ', 'Invalid request ID')
export const invalidTimestamp = (op: Called) => refuse(404, headerForm(op), 'ABDM-1016: ', 'Invalid Timestamp')
export const invalidCmId = () => refuse(400, 'wrapped', 'ABDM-2403', 'Invalid X-CM-ID')

/** The client is not enabled for the PHR app service (abdm-v3 §1.1, §17). */
export const accessRestricted = () => refuse(401, 'flat', 'ABDM-1094', 'Access restricted')

const isPhr = (service: ServiceName): boolean => service === 'phr-app' || service === 'phr-web'

/** In the form that the service's errors usually have. */
export const refuseOn = (service: ServiceName, status: number, code: CodeSaid, message: string): Refusal =>
  refuse(status, isPhr(service) ? 'flat' : 'wrapped', code, message)

/** Nobody is there: before any OTP goes out (abdm-v3 §8.1, §9.1). */
export const userNotFound = (service: ServiceName): Refusal =>
  isPhr(service)
    ? refuse(400, 'flat', 'ABDM-1211', 'User not found.')
    : refuse(404, 'wrapped', 'ABDM-1114', 'User not found.')

export const uidaiRefusal = (service: ServiceName, code: number, words: string): Refusal =>
  refuseOn(service, 422, 'ABDM-1204', `UIDAI Error code : ${code} : ${words}`)

/** Sends or tries used up: flat 400 on PHR as seen live, wrapped 422 on ABHA (abdm-v3 §17). */
export const attemptsUsedUp = (service: ServiceName) =>
  refuseOn(
    service,
    isPhr(service) ? 400 : 422,
    'ABDM-1100',
    'You have requested multiple OTPs Or Exceeded maximum number of attempts for OTP match in this transaction. Please try again in 30 minutes.',
  )

/** No status is documented: as ABDM-1100 (abdm-v3 §17, §18). */
export const blockedForADay = (service: ServiceName) =>
  refuseOn(service, isPhr(service) ? 400 : 422, 'ABDM-1027', 'You are blocked. Please try again after 24 hours.')

/** No status is documented: as ABDM-1100 (abdm-v3 §17). */
export const notDelivered = (service: ServiceName, isEmail: boolean) => {
  const status = isPhr(service) ? 400 : 422
  return isEmail
    ? refuseOn(service, status, 'ABDM-1003', 'Email gateway is unavailable')
    : refuseOn(service, status, 'ABDM-1004', 'SMS gateway is unavailable')
}

/** The emulator itself went wrong, or its database did. */
export const unknownException = (op: Called, detail = '') =>
  refuseOn(op.service, 500, 'ABDM-9999', `Unknown exception${detail && `: ${detail}`}`)
export const dependencyDown = () => refuse(503, 'flat', 'ABDM-1024', 'Dependent service unavailable')
