import { abhaEnrollment } from '../../../abdm/wire/index.ts'
import { Mobile, Otp, TxnId } from '../../../fields.ts'
import { route } from '../../../route.ts'
import { Type } from '../../../schema.ts'
import { aadhaarRegistration } from './flow.ts'
import { goOnToConfirm, goOnToCreate, isLinked, KnownReply, knownFrom } from './known.ts'

/** Fixed words of the consent that goes with an enrolment (abdm-v3 §6.2). */
export const consent = { code: 'abha-enrollment', version: '1.4' } as const

/**
 * Proves the Aadhaar number with the OTP; from then on the person has an ABHA number, an old or a new one. `mobile` is the
 * number for communication: when it is not the linked one it gets an OTP at once.
 * Needs otp_sent, leaves abha_create or confirm_mobile_otp. Upstream: abha.enrollment.by_aadhaar, and
 * abha.enrollment.request_otp for the other mobile. Three wrong OTPs close the transaction.
 */
export const verify = route({
  method: 'POST',
  path: '/abdm/na/v1/registration/aadhaar/verify',
  operationId: 'registrationAadhaarVerify',
  tag: 'registration-aadhaar',
  summary: 'Verify the Aadhaar OTP and choose the mobile for communication',
  auth: 'client',
  names: 'headers',
  body: Type.Object({ txn_id: TxnId, otp: Otp, mobile: Mobile }),
  reply: KnownReply,
  errors: ['txnUnknown', 'stepNotAllowed', 'otpWrong', 'otpEnded', 'triesUsedUp'],
  upstream: true,
  async handle({ body, caller, named, remoteAddress }, deps) {
    const { abdm, flows, otps } = deps
    const start = await flows.at(aadhaarRegistration, caller, body.txn_id, 'verify', named)
    const { answer, txn } = await otps.verify(start, 'verify', ({ upstreamTxnId }) =>
      abdm.call(abhaEnrollment.byAadhaar, {
        body: {
          authData: {
            authMethods: ['otp'],
            otp: { txnId: upstreamTxnId, otpValue: body.otp, mobile: body.mobile },
          },
          consent,
        },
      }),
    )
    const known = knownFrom(answer, deps.clock.now())
    return isLinked(answer.ABHAProfile, body.mobile)
      ? goOnToCreate(deps, txn, known, body.mobile)
      : goOnToConfirm(deps, txn, known, body.mobile, { caller, remoteAddress })
  },
})
