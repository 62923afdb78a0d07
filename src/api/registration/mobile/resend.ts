import { phrEnrollment } from '../../../abdm/wire/index.ts'
import { error } from '../../../errors.ts'
import { TxnId } from '../../../fields.ts'
import { route } from '../../../route.ts'
import { Type } from '../../../schema.ts'
import { Hint } from '../../answers.ts'
import { mobileRegistration } from './flow.ts'
import { otpToMobile } from './init.ts'

/**
 * Sends a new OTP; the old one stops working, the count of wrong ones stays. At most twice, a minute apart, otherwise 429.
 * Needs and leaves otp_sent. Upstream: phr.enrollment.request_otp, whose new transaction replaces the old.
 */
export const resend = route({
  method: 'POST',
  path: '/abdm/na/v1/registration/mobile/resend',
  operationId: 'registrationMobileResend',
  tag: 'registration-mobile',
  summary: 'Send a new OTP',
  auth: 'client',
  names: 'headers',
  body: Type.Object({ txn_id: TxnId }),
  reply: Type.Object({ txn_id: TxnId, hint: Type.Optional(Hint) }),
  errors: ['txnUnknown', 'stepNotAllowed', 'triesUsedUp', 'tooManyRequests'],
  upstream: true,
  async handle({ body, caller, named, remoteAddress }, { abdm, flows, otps }) {
    const txn = await flows.at(mobileRegistration, caller, body.txn_id, 'resend', named)
    const { mobile } = txn.data
    if (!mobile) throw error.internal()
    const sent = await otps.resend(txn, 'resend', mobile, { caller, remoteAddress }, () =>
      abdm.call(phrEnrollment.requestOtp, otpToMobile(mobile)),
    )
    return { txn_id: txn.id, ...(sent.message && { hint: sent.message }) }
  },
})
