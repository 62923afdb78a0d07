import type { Static } from 'typebox'
import { hasMeaning, isOutcomeUnknown, UpstreamFailure } from '../../../abdm/failure.ts'
import { phrEnrollment, phrLogin, phrProfile as profiles } from '../../../abdm/wire/index.ts'
import type { BodyOf } from '../../../abdm/wire/operation.ts'
import type { phrProfile } from '../../../abdm/wire/parts.ts'
import type { Services } from '../../../app.ts'
import { error } from '../../../errors.ts'
import type { Txn } from '../../../flow.ts'
import { sessionFrom } from '../../../people.ts'
import type { loginByMobile } from '../../profile/login/flow.ts'
import type { mobileRegistration } from './flow.ts'

/** Enrolling an ABHA address upstream at most once per transaction, whatever happens to answers and processes. */

type Registration = Txn<typeof mobileRegistration | typeof loginByMobile>
type Details = BodyOf<typeof phrEnrollment.enrol>['phrDetails']
type Claim = NonNullable<Registration['data']['enrolling']>
type Made = NonNullable<Claim['made']>
type Enrolled = {
  txn: Registration
  profile: Partial<Static<typeof phrProfile>>
  addresses: readonly string[]
  tokens: { token: string; expiresIn: number; refreshToken?: string | null; refreshExpiresIn?: number | null }
}

/** Longer than an enrolment can take: gateway login, certificate and the call, each with its deadline. */
const claimMs = 120_000

/** Transactions whose enrolment runs in this process. */
const running = new Set<string>()

/**
 * The claim on the transaction is written before the call and says which address is being made. It stays until the outcome is
 * known: whoever finds a claim that nobody works on any more asks upstream what became of it before anything else.
 */
export const enrolOnce = async (
  txn: Registration,
  abhaAddress: string,
  deps: Services,
  details: Details,
): Promise<Enrolled> => {
  const { flows, clock, instanceId, storeIsExclusive } = deps
  if (running.has(txn.id)) throw error.stepNotAllowed()
  running.add(txn.id)
  try {
    const { enrolling: former, ...rest } = txn.data
    const isSame = former?.abhaAddress === abhaAddress
    if (former) {
      const mayBeRunningElsewhere = former.by !== instanceId && !storeIsExclusive && clock.now() < former.until
      const outcome = await settle(txn, former, deps, details)
      if (outcome === 'taken' && isSame) throw error.addressTaken()
      if (typeof outcome === 'object') {
        if (isSame) return outcome
        throw error.stepNotAllowed({
          message: 'An earlier call of this transaction created another ABHA address; repeat it with that one',
        })
      }
      if (mayBeRunningElsewhere) throw error.stepNotAllowed()
    }
    const claim: Claim = { abhaAddress, by: instanceId, until: clock.now() + claimMs }
    const claimed = await flows.amend(txn, { data: { ...rest, enrolling: claim } })
    if (!claimed) throw error.stepNotAllowed()
    try {
      return await enrol(claimed, details, deps)
    } catch (thrown) {
      const isUnknown = isOutcomeUnknown(thrown)
      // A call that was given up may have had its effect after it was asked about.
      if (isUnknown || (isSame && hasMeaning(thrown, 'addressTaken'))) {
        const outcome = await settle(claimed, claim, deps, details)
        if (outcome === 'taken') throw error.addressTaken({ cause: thrown })
        if (outcome !== 'free') return outcome
      }
      if (!isUnknown) await flows.amend(claimed, { data: rest })
      throw thrown
    }
  } finally {
    running.delete(txn.id)
  }
}

const enrol = async (txn: Registration, phrDetails: Details, { abdm }: Services): Promise<Enrolled> => {
  const answer = await abdm.call(phrEnrollment.enrol, { body: { txnId: txn.upstreamTxnId, phrDetails } })
  return {
    txn,
    profile: { ...answer.phrDetails, abhaAddress: phrDetails.abhaAddress },
    addresses: answer.phrDetails.abhaAddress,
    tokens: answer.tokens,
  }
}

/**
 * What became of an enrolment: the account when it is there and this person's, `taken` when it is somebody else's, `free` when
 * there is none. The transfer token of the verify step tells whose it is. Without a good one the registration has to begin
 * again, and lists the address if it was made.
 */
const settle = async (
  txn: Registration,
  claim: Claim,
  deps: Services,
  details: Details,
): Promise<Enrolled | 'taken' | 'free'> => {
  const { abdm, clock, flows } = deps
  const { abhaAddress } = claim
  if (claim.made) return made(txn, claim.made, abhaAddress, deps, details)
  const { transfer } = txn.data
  try {
    if (!(await abdm.call(phrEnrollment.isExists, { query: { abhaAddress } }))) return 'free'
    if (!transfer || clock.now() >= transfer.expiresAt) throw error.txnUnknown()
    const tokens = await abdm.call(phrLogin.verifyUser, {
      token: transfer.token,
      body: { abhaAddress, txnId: txn.upstreamTxnId },
    })
    const { token, expiresAt, refreshToken, refreshExpiresAt } = sessionFrom(
      'phr-app',
      abhaAddress,
      tokens,
      clock.now(),
    )
    const kept = {
      token,
      expiresAt,
      ...(refreshToken && refreshExpiresAt !== undefined && { refreshToken, refreshExpiresAt }),
    }
    const written = await flows.amend(txn, { data: { ...txn.data, enrolling: { ...claim, made: kept } } })
    return made(written ?? txn, kept, abhaAddress, deps, details)
  } catch (thrown) {
    if (hasMeaning(thrown, 'notFound')) return 'taken'
    if (hasMeaning(thrown, 'txnGone') || hasMeaning(thrown, 'userTokenOver')) throw error.txnUnknown({ cause: thrown })
    if (thrown instanceof UpstreamFailure) throw error.outcomeUnknown({ cause: thrown })
    throw thrown
  }
}

/** The account as ABDM shows it; what was sent stands in for that, because the account is there all the same. */
const made = async (
  txn: Registration,
  { token, expiresAt, refreshToken, refreshExpiresAt }: Made,
  abhaAddress: string,
  { abdm, clock }: Services,
  details: Details,
): Promise<Enrolled> => {
  const secondsTo = (at: number) => Math.max(0, Math.floor((at - clock.now()) / 1000))
  const profile = await abdm.call(profiles.get, { token }).catch((thrown: unknown) => {
    if (!(thrown instanceof UpstreamFailure)) throw thrown
    return details
  })
  return {
    txn,
    profile,
    addresses: [...(txn.data.offered ?? []), abhaAddress],
    tokens: {
      token,
      expiresIn: secondsTo(expiresAt),
      ...(refreshToken && { refreshToken, refreshExpiresIn: secondsTo(refreshExpiresAt ?? 0) }),
    },
  }
}
