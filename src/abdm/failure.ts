/** How a call to ABDM can go wrong, in words that the rest of the product uses. */

/** What a refusal means; read from code and message together (abdm-v3 §17). */
export type Meaning =
  | 'userTokenOver'
  | 'otpWrong'
  | 'notFound'
  | 'addressTaken'
  | 'triesUsedUp'
  | 'txnGone'
  | 'noPermission'
  | 'inputRefused'
  /** A ciphertext that was kept no longer opens: ABDM has another key. */
  | 'sealOutdated'
  | 'trouble'

export type FailureKind = 'refused' | 'unreachable' | 'overloaded' | 'tooSlow' | 'unreadable'

export type ReadError = {
  readonly http: number
  readonly code?: string
  readonly message?: string
  /** Field-keyed errors; their names are upstream's. */
  readonly fields?: Readonly<Record<string, string>>
}

export class UpstreamFailure extends Error {
  override readonly name = 'UpstreamFailure'
  readonly operation: string
  readonly kind: FailureKind
  readonly meaning: Meaning
  /** False when it is certain that the call never left. */
  readonly mayHaveActed: boolean
  readonly read: ReadError | undefined
  constructor(
    operation: string,
    kind: FailureKind,
    about: { meaning?: Meaning; mayHaveActed: boolean; read?: ReadError; cause?: unknown },
  ) {
    super(`${operation} ${kind}`, { cause: about.cause })
    this.operation = operation
    this.kind = kind
    this.meaning = about.meaning ?? 'trouble'
    this.mayHaveActed = about.mayHaveActed
    this.read = about.read
  }
}

export const hasMeaning = (thrown: unknown, meaning: Meaning): boolean =>
  thrown instanceof UpstreamFailure && thrown.kind === 'refused' && thrown.meaning === meaning

export const isOtpWrong = (thrown: unknown): boolean => hasMeaning(thrown, 'otpWrong')

export const wasNotSent = (thrown: unknown): boolean => thrown instanceof UpstreamFailure && !thrown.mayHaveActed

/** The call may have had its effect although no answer came that says so; a proxy's 5xx is no answer of the service. */
export const isOutcomeUnknown = (thrown: unknown): boolean =>
  thrown instanceof UpstreamFailure &&
  thrown.mayHaveActed &&
  (thrown.kind !== 'refused' || (thrown.read?.http ?? 0) >= 500)
