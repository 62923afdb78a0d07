import { Type } from 'typebox'
import { flow } from '../../../flow.ts'

/**
 * Verifying an ABHA address that was made by mobile: it is linked to an ABHA number.
 *
 *   otp_sent ──resend──▶ otp_sent ──verify──▶ kyc_end
 */
export const kyc = flow('profile.kyc', {
  data: Type.Object({
    method: Type.Union([Type.Literal('abha_number'), Type.Literal('aadhaar_number')]),
    /** The identifier as it was encrypted for ABDM, for sending the OTP again. */
    sealedIdentifier: Type.Optional(Type.String({ 'x-redact': true })),
  }),
  moves: { otp_sent: { resend: ['otp_sent'], verify: ['kyc_end'] }, kyc_end: {} },
})
