import { hasMeaning, isOutcomeUnknown } from '../../abdm/failure.ts'
import { abhaEnrollment } from '../../abdm/wire/index.ts'
import type { Services } from '../../app.ts'
import { error } from '../../errors.ts'
import { AadhaarNumber, allPublishedOptional, Mobile, TxnId } from '../../fields.ts'
import type { Txn } from '../../flow.ts'
import { route } from '../../route.ts'
import { Type } from '../../schema.ts'
import { goOnToConfirm, goOnToCreate, type Known, KnownReply, knownFrom } from '../registration/aadhaar/known.ts'
import { consent } from '../registration/aadhaar/verify.ts'
import { faceAuth } from './flow.ts'

/**
 * Registers the person whose face was captured; from then on they have an ABHA number, an old or a new one. The mobile is the
 * one linked with Aadhaar; where none is, the optional `mobile` is used and gets an OTP.
 * Needs verified, leaves abha_create or confirm_mobile_otp. Upstream: abha.enrollment.by_aadhaar.
 */
export const verify = route({
  method: 'POST',
  path: '/abdm/na/v1/face-auth/verify',
  operationId: 'faceAuthVerify',
  tag: 'face-auth',
  summary: 'Register with the captured face',
  auth: 'client',
  names: 'headers',
  body: Type.Object(
    {
      txn_id: TxnId,
      aadhaar: AadhaarNumber,
      // Accepted, not published: who has no mobile linked with Aadhaar gives one (connect §7.3).
      mobile: Type.Optional({ ...Mobile, 'x-unpublished': true }),
    },
    allPublishedOptional,
  ),
  reply: KnownReply,
  errors: ['txnUnknown', 'stepNotAllowed', 'mobileMissing'],
  upstream: true,
  async handle({ body: { txn_id, aadhaar, mobile }, caller, named, remoteAddress }, deps) {
    const { flows } = deps
    const start = await flows.at(faceAuth, caller, txn_id, 'verify', named)
    const goOn = async ({ known, txn }: { known: Known; txn: FaceTxn }) => {
      const linked = known.data.account.mobile
      if (linked) return goOnToCreate(deps, txn, known, linked)
      if (mobile) return goOnToConfirm(deps, txn, known, mobile, { caller, remoteAddress })
      // The account is there; the next call only brings the mobile.
      await flows.amend(txn, known)
      throw error.mobileMissing()
    }
    const before = kept(start)
    if (before) return goOn({ known: before, txn: start })
    if (enrolling.has(start.id)) throw error.stepNotAllowed()
    enrolling.add(start.id)
    try {
      return await goOn(await enrol(deps, start, aadhaar))
    } finally {
      enrolling.delete(start.id)
    }
  },
})

type FaceTxn = Txn<typeof faceAuth>

const kept = ({ data: { account, offered, final }, upstreamTxnId }: FaceTxn): Known | undefined =>
  account && offered && final ? { upstreamTxnId, data: { account, offered, final } } : undefined

const usedUp = 'The face capture was used up when an answer of ABDM was lost; begin again'

/** Longer than a call can take, with its gateway login and certificate. */
const claimMs = 120_000

/** Transactions whose person is being enrolled in this process, until the result is kept. */
const enrolling = new Set<string>()

/** ABDM takes a captured face once, so of two calls at once only one may ask; a claim that nobody works on any more does not bind. */
const enrol = async (
  { abdm, clock, flows, instances }: Services,
  txn: FaceTxn,
  aadhaar: string,
): Promise<{ known: Known; txn: FaceTxn }> => {
  const { enrollingNow: former, ...data } = txn.data
  if (former && clock.now() < former.until && (await instances.mayBeAtWork(former.by))) throw error.stepNotAllowed()
  // Whoever left a claim behind may have had an answer that was never written down.
  const rest = { ...data, ...(former && { mayBeUsed: true }) }
  const enrollingNow = { by: instances.id, until: clock.now() + claimMs }
  const claimed = await flows.amend(txn, { data: { ...rest, enrollingNow } })
  if (!claimed) throw error.stepNotAllowed()
  const face = { txnId: txn.upstreamTxnId, aadhaar }
  const body = { authData: { authMethods: ['face_auth' as const], face }, consent }
  try {
    return { known: knownFrom(await abdm.call(abhaEnrollment.byAadhaar, { body }), clock.now()), txn: claimed }
  } catch (thrown) {
    await flows.amend(claimed, { data: { ...rest, ...(isOutcomeUnknown(thrown) && { mayBeUsed: true }) } })
    if (rest.mayBeUsed && hasMeaning(thrown, 'txnGone')) throw error.txnUnknown({ message: usedUp, cause: thrown })
    throw thrown
  }
}
