import { hasMeaning, isOutcomeUnknown, UpstreamFailure } from '../../../../abdm/failure.ts'
import { abhaEnrollment, abhaProfile } from '../../../../abdm/wire/index.ts'
import type { Services } from '../../../../app.ts'
import { error } from '../../../../errors.ts'
import { Otp, TxnId } from '../../../../fields.ts'
import { route } from '../../../../route.ts'
import { Type } from '../../../../schema.ts'
import { faceAuth } from '../../../face-auth/flow.ts'
import { aadhaarRegistration } from '../flow.ts'
import { atAbhaCreate, isLinked, KnownReply, type Registering, wishedMobile } from '../known.ts'

/**
 * Proves the other mobile and puts it on the ABHA number. Needs confirm_mobile_otp, leaves abha_create.
 * Upstream: abha.enrollment.by_abdm; when its answer was lost, abha.profile.get tells whether the mobile is there, and nothing
 * is linked again before that is known. Three wrong OTPs close the transaction; the ABHA number stays.
 */
export const mobileVerify = route({
  method: 'POST',
  path: '/abdm/na/v1/registration/aadhaar/mobile/verify',
  operationId: 'registrationAadhaarMobileVerify',
  tag: 'registration-aadhaar',
  summary: 'Verify the OTP that went to the other mobile',
  auth: 'client',
  names: 'headers-and-oid',
  body: Type.Object({ txn_id: TxnId, otp: Otp }),
  reply: KnownReply,
  errors: ['txnUnknown', 'stepNotAllowed', 'otpWrong', 'otpEnded', 'triesUsedUp', 'outcomeUnknown'],
  upstream: true,
  async handle({ body, caller, named }, deps) {
    const { flows, otps } = deps
    const start = await flows.at([aadhaarRegistration, faceAuth], caller, body.txn_id, 'mobile_verify', named)
    const { txn } = await otps.verify(start, 'mobile_verify', (counted) => link(deps, counted, body.otp))
    const mobile = wishedMobile(txn)
    const { account, offered = [] } = txn.data
    if (!account) throw error.internal()
    const data = { ...txn.data, account: { ...account, mobile } }
    await flows.move(txn, 'mobile_verify', 'abha_create', { data })
    return atAbhaCreate(txn.id, account, mobile, offered)
  },
})

const link = async (deps: Services, txn: Registering, otp: string): Promise<void> => {
  // An earlier call may have linked it, and its answer was lost.
  if (txn.otp?.mayBeUsed && (await isThere(deps, txn))) return
  const { scope } = abhaEnrollment.byAbdm.variants.mobile
  const authData = { authMethods: ['otp' as const], otp: { txnId: txn.upstreamTxnId, otpValue: otp } }
  try {
    await deps.abdm.call(abhaEnrollment.byAbdm, { body: { scope: [...scope], authData } })
  } catch (thrown) {
    // Where asking does not settle it the caller hears of the loss itself, and the repeated call asks first.
    if (!isOutcomeUnknown(thrown) || !(await isThere(deps, txn).catch(() => false))) throw thrown
  }
}

/** Whether the ABHA number has the wished mobile by now. It had not when it became known, so only a right OTP can have put it there. */
const isThere = async ({ abdm }: Services, txn: Registering): Promise<boolean> => {
  const { final } = txn.data
  if (!final) throw error.internal()
  try {
    return isLinked(await abdm.call(abhaProfile.get, { token: final.token }), wishedMobile(txn))
  } catch (thrown) {
    if (hasMeaning(thrown, 'userTokenOver')) throw error.txnUnknown({ message: tooLate, cause: thrown })
    if (thrown instanceof UpstreamFailure) throw error.outcomeUnknown({ cause: thrown })
    throw thrown
  }
}

const tooLate = 'ABDM no longer tells whether the mobile was linked; begin again, that shows it'
