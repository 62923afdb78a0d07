import { phrEnrollment } from '../../../abdm/wire/index.ts'
import { Nullable, Otp, TxnId } from '../../../fields.ts'
import { route } from '../../../route.ts'
import { Type } from '../../../schema.ts'
import { AbhaProfile, abhaProfiles, EkaIds, SkipState } from '../../answers.ts'
import { tokensOf } from '../../verified.ts'
import { mobileRegistration } from './flow.ts'

/**
 * Proves the mobile number and lists the ABHA addresses that are on it. Needs otp_sent, leaves abha_create (none) or
 * abha_select (some). Upstream: phr.enrollment.verify. Three wrong OTPs close the transaction.
 */
export const verify = route({
  method: 'POST',
  path: '/abdm/na/v1/registration/mobile/verify',
  operationId: 'registrationMobileVerify',
  tag: 'registration-mobile',
  summary: 'Verify the OTP',
  auth: 'client',
  names: 'headers',
  body: Type.Object({ txn_id: TxnId, otp: Otp }),
  reply: Type.Object({
    txn_id: TxnId,
    skip_state: SkipState,
    abha_profiles: Nullable(
      Type.Array(AbhaProfile, { description: 'ABHA addresses on this mobile, other people’s among them.' }),
    ),
    // Published, never sent: this step does not end the flow.
    eka: Type.Optional(EkaIds),
  }),
  errors: ['txnUnknown', 'stepNotAllowed', 'otpWrong', 'otpEnded', 'triesUsedUp'],
  upstream: true,
  async handle({ body, caller, named }, { abdm, flows, otps, clock }) {
    const start = await flows.at(mobileRegistration, caller, body.txn_id, 'verify', named)
    const { answer, txn } = await otps.verify(start, 'verify', ({ upstreamTxnId }) =>
      abdm.call(phrEnrollment.verify, {
        body: {
          scope: [...phrEnrollment.verify.variants.mobile.scope],
          authData: { authMethods: ['otp'], otp: { txnId: upstreamTxnId, otpValue: body.otp } },
        },
      }),
    )
    const profiles = abhaProfiles(answer.users)
    const state = profiles.length > 0 ? ('abha_select' as const) : ('abha_create' as const)
    await flows.move(txn, 'verify', state, {
      ...(answer.txnId && { upstreamTxnId: answer.txnId }),
      data: {
        ...txn.data,
        offered: profiles.map((profile) => profile.abha_address),
        ...tokensOf('phr-app', answer.tokens, clock.now()),
      },
    })
    return { txn_id: txn.id, skip_state: state, abha_profiles: profiles }
  },
})
