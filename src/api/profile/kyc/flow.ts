import { flow } from '../../../flow.ts'
import { Type } from '../../../schema.ts'

const secret = Type.String({ 'x-redact': true })

/**
 * Verifying an ABHA address that was made by mobile: it is linked to an ABHA number.
 *
 *   otp_sent ──resend──▶ otp_sent ──verify──▶ kyc_end
 */
export const kyc = flow('profile.kyc', {
  data: Type.Object({
    method: Type.Union([Type.Literal('abha-number'), Type.Literal('aadhaar')]),
    /** The address that is to be verified. */
    abhaAddress: Type.Optional(secret),
    /** The identifier as it was encrypted for ABDM, for sending the OTP again. */
    sealedIdentifier: Type.Optional(secret),
    /** Stands for the identifier where sends to it are counted. */
    receiver: Type.Optional(Type.String()),
    /** The token that the client brought in the place of the stored session. */
    userToken: Type.Optional(secret),
    /** The number is proved and may be linked; it is not known whether it is. */
    proved: Type.Optional(
      Type.Object({
        /** Stands for the OTP that proved it: who repeats the call says the same one. */
        otp: Type.String(),
        abhaNumber: Type.Optional(secret),
        token: Type.Optional(secret),
        expiresAt: Type.Optional(Type.Integer()),
        refreshToken: Type.Optional(secret),
        refreshExpiresAt: Type.Optional(Type.Integer()),
      }),
    ),
  }),
  moves: { otp_sent: { resend: ['otp_sent'], verify: ['kyc_end'] }, kyc_end: {} },
})
