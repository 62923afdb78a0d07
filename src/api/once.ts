import { hasMeaning, isOutcomeUnknown } from '../abdm/failure.ts'
import type { Services } from '../app.ts'
import { error } from '../errors.ts'
import type { Txn } from '../flow.ts'
import type { faceAuth } from './face-auth/flow.ts'
import type { loginByKyc, loginByMobile, loginBySearch } from './profile/login/flow.ts'
import type { aadhaarRegistration } from './registration/aadhaar/flow.ts'
import type { mobileRegistration } from './registration/mobile/flow.ts'

/** Making an ABHA address upstream at most once per transaction, whatever happens to answers and processes (decision 0004). */

export type Creating =
  | typeof mobileRegistration
  | typeof aadhaarRegistration
  | typeof faceAuth
  | typeof loginByMobile
  | typeof loginByKyc
  | typeof loginBySearch
export type Claim = NonNullable<Txn<Creating>['data']['enrolling']>

/** How one kind of address is made, and how it comes out what became of a call whose answer was lost. */
export type Making<Made> = {
  make(txn: Txn<Creating>): Promise<Made>
  /** What there is when the address is this person's, `taken` when it is somebody else's, `free` when it is nobody's. */
  find(txn: Txn<Creating>, claim: Claim): Promise<Made | 'taken' | 'free'>
}

/** Longer than a call can take: gateway login, certificate and the call, each with its deadline. */
const claimMs = 120_000

/** Transactions whose address is being made in this process. */
const running = new Set<string>()

/**
 * The claim on the transaction is written before the call and says which address is being made. It stays until the outcome is
 * known: whoever finds a claim that nobody works on any more asks upstream what became of it before anything else.
 */
export const makeOnce = async <Made extends object>(
  txn: Txn<Creating>,
  abhaAddress: string,
  deps: Services,
  { make, find }: Making<Made>,
): Promise<Made> => {
  const { flows, clock, instances } = deps
  if (running.has(txn.id)) throw error.stepNotAllowed()
  running.add(txn.id)
  try {
    const { enrolling: former, ...rest } = txn.data
    const isSame = former?.abhaAddress === abhaAddress
    if (former) {
      const mayBeRunningElsewhere = clock.now() < former.until && (await instances.mayBeAtWork(former.by))
      const outcome = await find(txn, former)
      if (outcome === 'taken' && isSame) throw error.addressTaken()
      if (typeof outcome === 'object') {
        if (isSame) return outcome
        throw error.stepNotAllowed({
          message: 'An earlier call of this transaction created another ABHA address; repeat it with that one',
        })
      }
      if (mayBeRunningElsewhere) throw error.stepNotAllowed()
    }
    const claim: Claim = { abhaAddress, by: instances.id, until: clock.now() + claimMs }
    const claimed = await flows.amend(txn, { data: { ...rest, enrolling: claim } })
    if (!claimed) throw error.stepNotAllowed()
    try {
      return await make(claimed)
    } catch (thrown) {
      const isUnknown = isOutcomeUnknown(thrown)
      // A call that was given up may have had its effect after it was asked about.
      if (isUnknown || (isSame && hasMeaning(thrown, 'addressTaken'))) {
        const outcome = await find(claimed, claim)
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
