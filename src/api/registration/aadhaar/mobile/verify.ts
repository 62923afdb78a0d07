import { Type } from 'typebox'
import { abhaEnrollment } from '../../../../abdm/wire/index.ts'
import { error } from '../../../../errors.ts'
import { Otp, TxnId } from '../../../../fields.ts'
import { route } from '../../../../route.ts'
import { faceAuth } from '../../../face-auth/flow.ts'
import { aadhaarRegistration } from '../flow.ts'
import { atAbhaCreate, KnownReply, wishedMobile } from '../known.ts'

/**
 * Proves the other mobile and puts it on the ABHA number. Needs confirm_mobile_otp, leaves abha_create.
 * Upstream: abha.enrollment.by_abdm. Three wrong OTPs close the transaction; the ABHA number stays.
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
  errors: ['txnUnknown', 'stepNotAllowed', 'otpWrong', 'otpEnded', 'triesUsedUp'],
  upstream: true,
  async handle({ body, caller, named }, { abdm, flows, otps }) {
    const start = await flows.at([aadhaarRegistration, faceAuth], caller, body.txn_id, 'mobile_verify', named)
    const { txn } = await otps.verify(start, 'mobile_verify', ({ upstreamTxnId }) =>
      abdm.call(abhaEnrollment.byAbdm, {
        body: {
          scope: [...abhaEnrollment.byAbdm.variants.mobile.scope],
          authData: { authMethods: ['otp'], otp: { txnId: upstreamTxnId, otpValue: body.otp } },
        },
      }),
    )
    const mobile = wishedMobile(txn)
    const { account, offered = [] } = txn.data
    if (!account) throw error.internal()
    const data = { ...txn.data, account: { ...account, mobile } }
    await flows.move(txn, 'mobile_verify', 'abha_create', { data })
    return atAbhaCreate(txn.id, account, mobile, offered)
  },
})
