import type { Meaning, ReadError } from './failure.ts'

/** One reader for all forms of error bodies that ABDM sends (abdm-v3 §5). Never requires a code. */

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const asText = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== ''
    ? value.trim()
    : typeof value === 'number'
      ? String(value)
      : undefined

/** Upstream words may quote what was sent: long runs of digits go, and so does anything unprintable. */
const safeWords = (message: string | undefined): string | undefined =>
  message
    ?.replace(/[^\P{C}]/gu, ' ')
    .replace(/\d{5,}/g, '******')
    .slice(0, 300)

const readBody = (body: unknown): Omit<ReadError, 'http'> => {
  if (Array.isArray(body)) return readBody(body[0])
  if (!isObject(body)) return {}
  if (isObject(body.error)) return readBody(body.error)
  const code = asText(body.code)?.replace(/[:\s]+$/, '')
  const message = asText(body.message) ?? asText(body.description) ?? asText(body.error)
  if (code || message) return { ...(code && { code }), ...(message && { message }) }
  const fields = Object.entries(body).filter(
    ([name, value]) => !['code', 'timestamp', 'txnId'].includes(name) && asText(value),
  )
  return fields.length > 0 ? { fields: Object.fromEntries(fields.map(([name, value]) => [name, String(value)])) } : {}
}

export const readError = (http: number, text: string): ReadError => {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return { http }
  }
  const { code, message, fields } = readBody(body)
  const words = safeWords(message ?? (fields && Object.values(fields)[0]))
  return {
    http,
    ...(code && { code: code.slice(0, 32) }),
    ...(words && { message: words }),
    ...(fields && { fields }),
  }
}

/** Decides by code and message together, in the order of abdm-v3 §17. */
export const meaningOf = ({ http, code = '', message = '' }: ReadError, sentUserToken: boolean): Meaning => {
  const says = (pattern: RegExp) => pattern.test(message)
  const isGatewayCode = code.startsWith('9009')
  if (
    (sentUserToken && ((http === 401 && !isGatewayCode) || http === 403 || code === 'ABDM-1094')) ||
    code === 'ABDM-1158' ||
    says(/X-token|T-token|R-token/i)
  ) {
    return 'userTokenOver'
  }
  if (code === 'ABDM-1094') return 'noPermission'
  if (
    (code === 'ABDM-1035' && !says(/hip/i)) ||
    code === 'MIS-1013' ||
    (code === 'ABDM-1204' && says(/error code\s*:\s*400|otp/i)) ||
    says(/invalid otp|otp (is )?(expired|incorrect|did not match)|enter a valid otp/i)
  ) {
    return 'otpWrong'
  }
  if (
    code === 'ABDM-1211' ||
    ['ABDM-1110', 'ABDM-1111', 'ABDM-1112'].includes(code) ||
    says(/user not found|no abha user/i)
  ) {
    return 'notFound'
  }
  if (code === 'ABDM-1101' || says(/already exists/i)) return 'addressTaken'
  if (['ABDM-1100', 'ABDM-1022', 'ABDM-1027'].includes(code)) return 'triesUsedUp'
  if (code === 'ABDM-1017' || code === 'MIS-1026' || says(/transaction is not found|invalid transaction id/i))
    return 'txnGone'
  return http >= 400 && http < 500 && http !== 401 && http !== 403 ? 'inputRefused' : 'trouble'
}

/** Bad ciphertext is refused in words that blame the value (abdm-v3 §3.5); after a key rotation that is what they mean. */
export const blamesSealedValue = ({ http, message = '', fields }: ReadError): boolean =>
  http === 400 &&
  (/invalid (loginid|mobile ?number|otp value|aadhaar|abha (number|address)|email|password)|loginid is invalid|out of bounds for length|illegal base64/i.test(
    message,
  ) ||
    Object.keys(fields ?? {}).some((name) => ['loginId', 'otpValue', 'mobile'].includes(name)))
