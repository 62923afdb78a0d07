import { abhaEnrollment } from '../../../../abdm/wire/index.ts'
import { Nullable, TxnId } from '../../../../fields.ts'
import { route } from '../../../../route.ts'
import { Type } from '../../../../schema.ts'
import { Hint } from '../../../answers.ts'
import { faceAuth } from '../../../face-auth/flow.ts'
import { aadhaarRegistration } from '../flow.ts'
import { otpToMobile, wishedMobile } from '../known.ts'

/**
 * Sends a new OTP to the other mobile; the old one stops working. At most twice, a minute apart, otherwise 429; at once when
 * the first could not be sent. Needs and leaves confirm_mobile_otp. Upstream: abha.enrollment.request_otp.
 */
export const mobileResend = route({
  method: 'POST',
  path: '/abdm/na/v1/registration/aadhaar/mobile/resend',
  operationId: 'registrationAadhaarMobileResend',
  tag: 'registration-aadhaar',
  summary: 'Send a new OTP to the other mobile',
  auth: 'client',
  names: 'headers-and-oid',
  body: Type.Object({ txn_id: TxnId }),
  reply: Type.Object({ txn_id: TxnId, hint: Type.Optional(Nullable(Hint)) }),
  errors: ['txnUnknown', 'stepNotAllowed', 'triesUsedUp', 'tooManyRequests'],
  upstream: true,
  async handle({ body, caller, named, remoteAddress }, { abdm, flows, otps }) {
    const txn = await flows.at([aadhaarRegistration, faceAuth], caller, body.txn_id, 'mobile_resend', named)
    const mobile = wishedMobile(txn)
    const sent = await otps.resend(txn, 'mobile_resend', mobile, { caller, remoteAddress }, () =>
      abdm.call(abhaEnrollment.requestOtp, otpToMobile(txn.upstreamTxnId, mobile)),
    )
    return { txn_id: txn.id, ...(sent.message && { hint: sent.message }) }
  },
})
