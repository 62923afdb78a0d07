import { type ConnectError, type ErrorName, error, errorNames, errorTable, type SourceError } from '../errors.ts'
import type { Meaning, UpstreamFailure } from './failure.ts'

/** An upstream failure as the caller sees it. */

const byCode = new Map<string, ErrorName>(
  errorNames.flatMap((name) => (errorTable[name].abdm ?? []).map((code) => [code, name] as const)),
)

/** Codes that carry several meanings are told apart by their words (connect §5.4 notes a and b; abdm-v3 §17). */
const byWords = (code: string, message: string, meaning: Meaning): ErrorName | undefined => {
  if (code === 'ABDM-1006' && /combination/i.test(message)) return 'upstreamHidden'
  if (code === 'ABDM-1035' && /hip/i.test(message)) return 'upstreamHidden'
  if (code === 'ABDM-1204') return /error code\s*:\s*400|otp/i.test(message) ? 'upstreamOtpWrong' : 'upstreamHidden'
  if (code === 'ABDM-9999' && meaning === 'otpWrong') return 'upstreamOtpWrong'
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

const byMeaning: { readonly [meaning in Meaning]?: ErrorName } = {
  otpWrong: 'otpWrong',
  notFound: 'noRecordForAddress',
  addressTaken: 'addressTaken',
  txnGone: 'upstreamTxnUnknown',
  inputRefused: 'upstreamRefused',
}

const byStatus: { readonly [http: number]: ErrorName } = {
  400: 'upstreamRefused',
  429: 'upstreamOverloaded',
  503: 'upstreamOverloaded',
  504: 'upstreamTooSlow',
}

/**
 * `listed`: the errors of the operation that is asked. What upstream says can mean something that the operation has no word
 * for, such as a session that ended where none is needed; then the code alone is passed on.
 */
export const translate = (failure: UpstreamFailure, listed?: ReadonlySet<ErrorName>): ConnectError => {
  if (failure.kind === 'unreachable' && failure.mayHaveActed) return error.upstreamAnswerLost({ cause: failure })
  if (failure.kind !== 'refused') return error[kinds[failure.kind]]({ cause: failure })
  if (failure.meaning === 'sealOutdated') {
    return error.txnUnknown({ message: 'ABDM has changed its keys since the first step; begin again', cause: failure })
  }
  const ifListed = (name: ErrorName | undefined) => (name && (!listed || listed.has(name)) ? name : undefined)
  const { http, code, message = '' } = failure.read ?? { http: 0 }
  if (failure.meaning === 'userTokenOver' && ifListed('sessionEnded')) return error.sessionEnded({ cause: failure })
  if (code) {
    const name = ifListed(byWords(code, message, failure.meaning)) ?? byCode.get(code) ?? 'upstreamHidden'
    // Whatever upstream calls it, a taken address has one code here.
    if (name === 'addressTaken') return error.addressTaken({ cause: failure })
    const source: SourceError = { code, message }
    return error[name]({ source, cause: failure })
  }
  // Without a code there is no published row to follow: the flow has to begin again, and its caller hears that as of our own.
  if (failure.meaning === 'txnGone' && ifListed('txnUnknown')) {
    return error.txnUnknown({ message: 'ABDM no longer knows the transaction; begin again', cause: failure })
  }
  const name = ifListed(byMeaning[failure.meaning]) ?? byStatus[http] ?? 'upstreamUnreadable'
  return error[name]({ cause: failure })
}
