import { type ConnectError, type ErrorName, error, errorNames, errorTable, type SourceError } from '../errors.ts'
import type { UpstreamFailure } from './failure.ts'

/** An upstream failure as the caller sees it. */

const byCode = new Map<string, ErrorName>(
  errorNames.flatMap((name) => (errorTable[name].abdm ?? []).map((code) => [code, name] as const)),
)

/** Codes that carry several meanings are told apart by their words (connect §5.4 notes a and b; abdm-v3 §17). */
const byWords = (code: string, message: string): ErrorName | undefined => {
  if (code === 'ABDM-1006' && /combination/i.test(message)) return 'upstreamHidden'
  if (code === 'ABDM-1035' && /hip/i.test(message)) return 'upstreamHidden'
  if (code === 'ABDM-1204') return /error code\s*:\s*400|otp/i.test(message) ? 'upstreamOtpWrong' : 'upstreamHidden'
  if (code === 'ABDM-9999' && /user not found/i.test(message)) return 'noRecordForAddress'
  if (code === 'ABDM-9999' && /already exists/i.test(message)) return 'addressTaken'
  return undefined
}

const kinds = {
  unreachable: 'upstreamUnreachable',
  overloaded: 'upstreamOverloaded',
  tooSlow: 'upstreamTooSlow',
  unreadable: 'upstreamUnreadable',
} as const

export const translate = (failure: UpstreamFailure): ConnectError => {
  if (failure.kind !== 'refused') return error[kinds[failure.kind]]({ cause: failure })
  const { http, code, message = '' } = failure.read ?? { http: 0 }
  if (failure.meaning === 'userTokenOver') return error.sessionEnded({ cause: failure })
  if (code?.startsWith('ABDM-') || code?.startsWith('MIS-')) {
    const name = byWords(code, message) ?? byCode.get(code) ?? 'upstreamHidden'
    // Whatever upstream calls it, a taken address has one code here.
    if (name === 'addressTaken') return error.addressTaken({ cause: failure })
    const source: SourceError = { code, message }
    return error[name]({ source, cause: failure })
  }
  if (failure.meaning === 'otpWrong') return error.otpWrong({ cause: failure })
  if (failure.meaning === 'notFound') return error.noRecordForAddress({ cause: failure })
  if (failure.meaning === 'txnGone') return error.upstreamTxnUnknown({ cause: failure })
  if (failure.meaning === 'inputRefused') return error.upstreamRefused({ cause: failure })
  if (http === 503 || http === 429) return error.upstreamOverloaded({ cause: failure })
  if (http === 504) return error.upstreamTooSlow({ cause: failure })
  return code
    ? error.upstreamHidden({ source: { code, message }, cause: failure })
    : error.upstreamUnreadable({ cause: failure })
}
