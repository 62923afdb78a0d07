import { hasMeaning, UpstreamFailure } from '../../../abdm/failure.ts'
import { abhaEnrollment, abhaProfile, phrEnrollment } from '../../../abdm/wire/index.ts'
import type { Services } from '../../../app.ts'
import { error } from '../../../errors.ts'
import type { Txn } from '../../../flow.ts'
import type { Creating, Making } from '../../once.ts'

/** Putting a further address on an ABHA number: the enrolment's transaction carries the right (abdm-v3 §6.6). */

type Added = { readonly txn: Txn<Creating> }

export const adding = ({ abdm }: Services, abhaAddress: string): Making<Added> => ({
  async make(txn) {
    await abdm.call(abhaEnrollment.abhaAddress, { body: { txnId: txn.upstreamTxnId, abhaAddress, preferred: 1 } })
    return { txn }
  },

  /** The profile lists every address of the number; an address that is not there may still be somebody else's. */
  async find(txn, claim) {
    const { final } = txn.data
    if (!final) throw error.internal()
    try {
      const { phrAddress } = await abdm.call(abhaProfile.get, { token: final.token })
      if (phrAddress?.some((name) => name.toLowerCase() === claim.abhaAddress)) return { txn }
      const isTaken = await abdm.call(phrEnrollment.isExists, { query: { abhaAddress: claim.abhaAddress } })
      return isTaken ? 'taken' : 'free'
    } catch (thrown) {
      if (hasMeaning(thrown, 'userTokenOver')) throw error.txnUnknown({ cause: thrown })
      if (thrown instanceof UpstreamFailure) throw error.outcomeUnknown({ cause: thrown })
      throw thrown
    }
  },
})
