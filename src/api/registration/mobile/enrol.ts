import type { Static } from 'typebox'
import { hasMeaning, UpstreamFailure } from '../../../abdm/failure.ts'
import { phrEnrollment, phrLogin, phrProfile as profiles } from '../../../abdm/wire/index.ts'
import type { BodyOf } from '../../../abdm/wire/operation.ts'
import type { phrProfile } from '../../../abdm/wire/parts.ts'
import type { Services } from '../../../app.ts'
import { error } from '../../../errors.ts'
import type { Txn } from '../../../flow.ts'
import { newPassword } from '../../../ids.ts'
import { sessionFrom } from '../../../people.ts'
import type { Claim, Creating, Making } from '../../once.ts'

/** Enrolling an ABHA address through the PHR app service, after a proof that it knows. */

type Registration = Txn<Creating>
type Details = BodyOf<typeof phrEnrollment.enrol>['phrDetails']
type Made = NonNullable<Claim['made']>
type Enrolled = {
  txn: Registration
  profile: Partial<Static<typeof phrProfile>>
  tokens: { token: string; expiresIn: number; refreshToken?: string | null; refreshExpiresIn?: number | null }
}

export const enrolling = (deps: Services, details: Details): Making<Enrolled> => ({
  make: (txn) => enrol(txn, details, deps),
  find: (txn, claim) => settle(txn, claim, deps, details),
})

/** ABDM's documents disagree about the password: without one unless the operator says so, or ABDM asks for it (abdm-v3 §7.5). */
const enrol = async (
  txn: Registration,
  phrDetails: Details,
  { abdm, enrolsWithPassword }: Services,
): Promise<Enrolled> => {
  const { upstreamTxnId: txnId } = txn
  const withPassword = () => ({ ...phrDetails, password: newPassword() })
  const send = (details: Details) => abdm.call(phrEnrollment.enrol, { body: { txnId, phrDetails: details } })
  const answer = await send(enrolsWithPassword ? withPassword() : phrDetails).catch((thrown: unknown) => {
    if (enrolsWithPassword || !asksForPassword(thrown)) throw thrown
    return send(withPassword())
  })
  return {
    txn,
    profile: { ...answer.phrDetails, abhaAddress: phrDetails.abhaAddress },
    tokens: answer.tokens,
  }
}

/** A refusal of what was sent: nothing has been made. */
const asksForPassword = (thrown: unknown): boolean =>
  hasMeaning(thrown, 'inputRefused') && /invalid password/i.test((thrown as UpstreamFailure).read?.message ?? '')

/**
 * The transfer token of the verify step tells whose the address is. Without a good one the flow has to begin again, and lists
 * the address if it was made.
 */
const settle = async (
  txn: Registration,
  claim: Claim,
  deps: Services,
  details: Details,
): Promise<Enrolled | 'taken' | 'free'> => {
  const { abdm, clock, flows } = deps
  const { abhaAddress } = claim
  if (claim.made) return made(txn, claim.made, deps, details)
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
    return made(written ?? txn, kept, deps, details)
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
    tokens: {
      token,
      expiresIn: secondsTo(expiresAt),
      ...(refreshToken && { refreshToken, refreshExpiresIn: secondsTo(refreshExpiresAt ?? 0) }),
    },
  }
}
