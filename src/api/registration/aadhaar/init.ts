import { abhaEnrollment } from '../../../abdm/wire/index.ts'
import { AadhaarNumber, Nullable, TxnId } from '../../../fields.ts'
import { route } from '../../../route.ts'
import { Type } from '../../../schema.ts'
import { Hint } from '../../answers.ts'
import { aadhaarRegistration } from './flow.ts'

/**
 * Sends an OTP to the mobile that UIDAI knows for an Aadhaar number, and opens a registration. Answers the same whether or not
 * the person has an ABHA. The digits are not kept: only what was encrypted for ABDM, for sending the OTP again.
 * Opens registration.aadhaar at otp_sent. Upstream: abha.enrollment.request_otp.
 */
export const init = route({
  method: 'POST',
  path: '/abdm/na/v1/registration/aadhaar/init',
  operationId: 'registrationAadhaarInit',
  tag: 'registration-aadhaar',
  summary: 'Send an OTP to the mobile linked with an Aadhaar number',
  auth: 'client',
  names: 'headers',
  body: Type.Object({ aadhaar_number: AadhaarNumber }),
  reply: Type.Object({ txn_id: TxnId, hint: Type.Optional(Nullable(Hint)) }),
  errors: ['tooManyRequests'],
  upstream: true,
  async handle({ body: { aadhaar_number: aadhaar }, caller, named, remoteAddress }, { abdm, flows, otps }) {
    let sealedAadhaar = ''
    const receiver = otps.conceal(`aadhaar/${aadhaar}`)
    const sent = await otps.send(receiver, { caller, remoteAddress }, () =>
      abdm.call(abhaEnrollment.requestOtp, {
        ...otpToAadhaar('', aadhaar),
        onSealed: ({ loginId = '' }) => {
          sealedAadhaar = loginId
        },
      }),
    )
    const txn = await flows.begin(aadhaarRegistration, caller, named, {
      state: 'otp_sent',
      upstreamTxnId: sent.txnId,
      otp: sent.otp,
      data: { sealedAadhaar, receiver },
    })
    return { txn_id: txn.id, ...(sent.message && { hint: sent.message }) }
  },
})

/** With the transaction filled in it is sent again (abdm-v3 §6.1). */
export const otpToAadhaar = (txnId: string, loginId: string) => {
  const { scope, loginHint, otpSystem } = abhaEnrollment.requestOtp.variants.aadhaar
  return { body: { txnId, scope: [...scope], loginHint, loginId, otpSystem } }
}
