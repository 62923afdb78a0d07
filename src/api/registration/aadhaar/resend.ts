import { abhaEnrollment } from '../../../abdm/wire/index.ts'
import { error } from '../../../errors.ts'
import { Nullable, TxnId } from '../../../fields.ts'
import { route } from '../../../route.ts'
import { Type } from '../../../schema.ts'
import { Hint } from '../../answers.ts'
import { aadhaarRegistration } from './flow.ts'
import { otpToAadhaar } from './init.ts'

/**
 * Sends a new OTP; the old one stops working, the count of wrong ones stays. At most twice, a minute apart, otherwise 429. When
 * ABDM has changed its keys since the first step the registration has to begin again: the Aadhaar number was not kept.
 * Needs and leaves otp_sent. Upstream: abha.enrollment.request_otp with the ciphertext of the first step.
 */
export const resend = route({
  method: 'POST',
  path: '/abdm/na/v1/registration/aadhaar/resend',
  operationId: 'registrationAadhaarResend',
  tag: 'registration-aadhaar',
  summary: 'Send a new OTP to the mobile linked with Aadhaar',
  auth: 'client',
  names: 'headers',
  body: Type.Object({ txn_id: TxnId }),
  reply: Type.Object({ txn_id: TxnId, hint: Type.Optional(Nullable(Hint)) }),
  errors: ['txnUnknown', 'stepNotAllowed', 'triesUsedUp', 'tooManyRequests'],
  upstream: true,
  async handle({ body, caller, named, remoteAddress }, { abdm, flows, otps }) {
    const txn = await flows.at(aadhaarRegistration, caller, body.txn_id, 'resend', named)
    const { sealedAadhaar, receiver } = txn.data
    if (!sealedAadhaar || !receiver) throw error.internal()
    const sent = await otps.resend(txn, 'resend', receiver, { caller, remoteAddress }, () =>
      abdm.call(abhaEnrollment.requestOtp, {
        ...otpToAadhaar(txn.upstreamTxnId, ''),
        sealed: { loginId: sealedAadhaar },
      }),
    )
    return { txn_id: txn.id, ...(sent.message && { hint: sent.message }) }
  },
})
