import type { Static } from 'typebox'
import { hasMeaning, isOutcomeUnknown, UpstreamFailure } from '../../../abdm/failure.ts'
import { phrEnrollment, phrLogin, phrProfile as profiles } from '../../../abdm/wire/index.ts'
import type { BodyOf } from '../../../abdm/wire/operation.ts'
import type { phrProfile } from '../../../abdm/wire/parts.ts'
import type { Services } from '../../../app.ts'
import { error } from '../../../errors.ts'
import type { Txn } from '../../../flow.ts'
import type { mobileRegistration } from './flow.ts'

/** Enrolling an ABHA address upstream at most once per transaction, whatever happens to answers and processes. */

type Registration = Txn<typeof mobileRegistration>
type Details = BodyOf<typeof phrEnrollment.enrol>['phrDetails']
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
 * The claim on the transaction is written before the call and says which address is being made. Whoever finds a claim that
 * nobody works on any more asks upstream what became of it before anything else.
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
    const { enrolling, ...rest } = txn.data
    if (enrolling) {
      const mayBeRunningElsewhere = enrolling.by !== instanceId && !storeIsExclusive && clock.now() < enrolling.until
      const found = await settle(txn, enrolling.abhaAddress, deps)
      if (found && enrolling.abhaAddress !== abhaAddress) throw error.stepNotAllowed()
      if (found) return found
      if (mayBeRunningElsewhere) throw error.stepNotAllowed()
    }
    const claimed = await flows.amend(txn, {
      data: { ...rest, enrolling: { abhaAddress, by: instanceId, until: clock.now() + claimMs } },
    })
    if (!claimed) throw error.stepNotAllowed()
    try {
      return await enrol(claimed, details, deps)
    } catch (thrown) {
      const found = isOutcomeUnknown(thrown) ? await settle(claimed, abhaAddress, deps) : undefined
      if (found) return found
      await flows.amend(claimed, { data: rest })
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
 * What became of an enrolment: the account when it is there and this person's, undefined when the address is still free.
 * The transfer token of the verify step tells whose it is; when that is over the outcome cannot be settled.
 */
const settle = async (
  txn: Registration,
  abhaAddress: string,
  { abdm, clock }: Services,
): Promise<Enrolled | undefined> => {
  const { transfer, offered = [] } = txn.data
  try {
    if (!(await abdm.call(phrEnrollment.isExists, { query: { abhaAddress } }))) return undefined
    if (!transfer || clock.now() >= transfer.expiresAt) throw error.outcomeUnknown()
    const tokens = await abdm.call(phrLogin.verifyUser, {
      token: transfer.token,
      body: { abhaAddress, txnId: txn.upstreamTxnId },
    })
    const profile = await abdm.call(profiles.get, { token: tokens.token })
    return { txn, profile, addresses: [...offered, abhaAddress], tokens }
  } catch (thrown) {
    if (hasMeaning(thrown, 'notFound')) throw error.addressTaken({ cause: thrown })
    if (thrown instanceof UpstreamFailure) throw error.outcomeUnknown({ cause: thrown })
    throw thrown
  }
}
