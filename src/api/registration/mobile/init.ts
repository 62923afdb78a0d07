import { phrEnrollment } from '../../../abdm/wire/index.ts'
import { Mobile, Nullable, TxnId } from '../../../fields.ts'
import { route } from '../../../route.ts'
import { Type } from '../../../schema.ts'
import { Hint } from '../../answers.ts'
import { mobileRegistration } from './flow.ts'

/**
 * Sends an OTP to a mobile number and opens a registration. Answers the same whether or not the number has an ABHA.
 * Opens registration.mobile at otp_sent. Upstream: phr.enrollment.request_otp.
 */
export const init = route({
  method: 'POST',
  path: '/abdm/na/v1/registration/mobile/init',
  operationId: 'registrationMobileInit',
  tag: 'registration-mobile',
  summary: 'Send an OTP to a mobile number to register an ABHA address',
  auth: 'client',
  names: 'headers',
  body: Type.Object({ mobile_number: Mobile }),
  reply: Type.Object({ txn_id: TxnId, hint: Type.Optional(Nullable(Hint)) }),
  errors: ['tooManyRequests'],
  upstream: true,
  async handle({ body: { mobile_number: mobile }, caller, named, remoteAddress }, { abdm, flows, otps }) {
    const sent = await otps.send(mobile, { caller, remoteAddress }, () =>
      abdm.call(phrEnrollment.requestOtp, otpToMobile(mobile)),
    )
    const txn = await flows.begin(mobileRegistration, caller, named, {
      state: 'otp_sent',
      upstreamTxnId: sent.txnId,
      otp: sent.otp,
      data: { mobile },
    })
    return { txn_id: txn.id, ...(sent.message && { hint: sent.message }) }
  },
})

export const otpToMobile = (mobile: string) => {
  const { scope, loginHint, otpSystem } = phrEnrollment.requestOtp.variants.mobile
  return { body: { scope: [...scope], loginHint, otpSystem, loginId: mobile } }
}
