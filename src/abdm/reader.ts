import type { Meaning, ReadError } from './failure.ts'
import { safeWords } from './masking.ts'

/** One reader for all forms of error bodies that ABDM sends (abdm-v3 §5). Never requires a code. */

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const asText = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== ''
    ? value.trim()
    : typeof value === 'number'
      ? String(value)
      : undefined

/** What wraps the error: an array, whose first entry leads, or `error`. ABDM wraps once or twice; more is nobody's form. */
const wrappersMax = 4

const unwrapped = (body: unknown): unknown => {
  let inner = body
  for (let depth = 0; depth < wrappersMax; depth++) {
    if (Array.isArray(inner)) inner = inner[0]
    else if (isObject(inner) && (isObject(inner.error) || Array.isArray(inner.error))) inner = inner.error
    else break
  }
  return inner
}

/** A short word with a digit in it. Anything else in its place is words, or worse, and goes no further. */
const codeForm = /^(?=.*\d)(?!\d{7})[A-Za-z0-9_-]{1,32}$/

/** Beside a description `txnId` is the transaction; in a field-keyed body it is the field that was refused. */
const isId = (text: string): boolean => !/\s/.test(text)

const readBody = (wrapped: unknown): Omit<ReadError, 'http'> => {
  const body = unwrapped(wrapped)
  if (!isObject(body)) return {}
  const word = asText(body.code)?.replace(/[:\s]+$/, '')
  const code = word && codeForm.test(word) ? word : undefined
  const message = asText(body.message) ?? asText(body.description) ?? asText(body.error)
  if (code || message) return { ...(code && { code }), ...(message && { message }) }
  const fields = Object.entries(body).filter(
    ([name, value]) =>
      !['code', 'timestamp'].includes(name) && asText(value) && !(name === 'txnId' && isId(String(value))),
  )
  return fields.length > 0 ? { fields: Object.fromEntries(fields.map(([name, value]) => [name, String(value)])) } : {}
}

/** Plain words of the filter that looks at user tokens; any others, such as `Forbidden`, are the API gateway's (abdm-v3 §4, §5). */
const isAccessDenied = (words: string): boolean => /^\s*access denied\.?\s*$/i.test(words)
const namesUserToken = (words: string): boolean => /X-token|T-token|R-token/i.test(words)

export const readError = (http: number, text: string): ReadError => {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return isAccessDenied(text) ? { http, message: text.trim() } : { http }
  }
  const { code, message, fields } = readBody(body)
  const words = safeWords(message ?? (fields && Object.values(fields)[0]))
  return {
    http,
    ...(code && { code }),
    ...(words && { message: words }),
    ...(fields && { fields }),
  }
}

const inputStatuses: ReadonlySet<number> = new Set([400, 409, 413, 415, 422])

/** The API gateway's own codes mean that the call did not reach the service. */
export const isOfApiGateway = ({ code }: Pick<ReadError, 'code'>): boolean => code?.startsWith('9009') ?? false

/** Codes of a gateway that does not take the bearer (abdm-v3 §17). */
const bearerCodes: ReadonlySet<string> = new Set(['ABDM-2401', 'ABDM-2500'])

/** A 401 whose cause is, or may be, the bearer: the user's token is to blame only where a code or a word says so. */
export const mayBlameBearer = ({ http, code, message = '' }: ReadError): boolean =>
  http === 401 && (code ? isOfApiGateway({ code }) || bearerCodes.has(code) : !namesUserToken(message))

/** Decides by code and message together, in the order of abdm-v3 §17. */
export const meaningOf = ({ http, code = '', message = '' }: ReadError, sentUserToken: boolean): Meaning => {
  const says = (pattern: RegExp) => pattern.test(message)
  const isGatewayCode = isOfApiGateway({ code })
  if (
    (sentUserToken &&
      ((http === 401 && !isGatewayCode) || (http === 403 && isAccessDenied(message)) || code === 'ABDM-1094')) ||
    code === 'ABDM-1158' ||
    namesUserToken(message)
  ) {
    return 'userTokenOver'
  }
  if (code === 'ABDM-1094') return 'noPermission'
  if (
    (code === 'ABDM-1035' && !says(/hip/i)) ||
    code === 'MIS-1013' ||
    (code === 'ABDM-1204' && says(/error code\s*:\s*400|otp/i)) ||
    says(/invalid otp(?! system)|otp (is )?(expired|incorrect|did not match)|enter a valid otp/i)
  ) {
    return 'otpWrong'
  }
  if (
    code === 'ABDM-1211' ||
    (code === 'ABDM-1114' && http === 404) ||
    ['ABDM-1110', 'ABDM-1111', 'ABDM-1112'].includes(code) ||
    says(/user not found|no abha user/i)
  ) {
    return 'notFound'
  }
  if (code === 'ABDM-1101' || says(/already exists/i)) return 'addressTaken'
  if (['ABDM-1100', 'ABDM-1022', 'ABDM-1027'].includes(code)) return 'triesUsedUp'
  if (code === 'ABDM-1017' || code === 'MIS-1026' || says(/transaction is not found|invalid transaction id/i))
    return 'txnGone'
  // Our clock, our headers, our pace, a wrong path: nothing that the person can put right.
  if (['ABDM-1016', 'ABDM-1030'].includes(code)) return 'trouble'
  return inputStatuses.has(http) ? 'inputRefused' : 'trouble'
}

/** Bad ciphertext is refused in words that blame the value (abdm-v3 §3.5); after a key rotation that is what they mean. */
export const blamesSealedValue = ({ http, message = '', fields }: ReadError): boolean =>
  http === 400 &&
  (/invalid (loginid|mobile ?number|otp value|aadhaar|abha (number|address)|email|password)|loginid is invalid|out of bounds for length|illegal base64/i.test(
    message,
  ) ||
    Object.keys(fields ?? {}).some((name) => ['loginId', 'otpValue', 'mobile'].includes(name)))
