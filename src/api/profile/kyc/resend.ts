import { phrProfile } from '../../../abdm/wire/index.ts'
import { error } from '../../../errors.ts'
import { TxnId } from '../../../fields.ts'
import { route } from '../../../route.ts'
import { Type } from '../../../schema.ts'
import { kyc } from './flow.ts'
import { ofPhrApp, otpFor } from './init.ts'

/**
 * Sends a new OTP; the old one stops working, the count of wrong ones stays. At most twice, a minute apart, otherwise 429. When
 * ABDM has changed its keys since the first step it has to begin again: the identifier was not kept.
 * Needs and leaves otp_sent. Upstream: phr.profile.request_otp, whose new transaction replaces the old.
 */
export const resend = route({
  method: 'POST',
  path: '/abdm/v1/profile/kyc/resend',
  operationId: 'kycResend',
  tag: 'profile-kyc',
  summary: 'Send a new OTP',
  auth: 'client-or-user',
  names: 'headers-and-oid',
  needsUserSession: true,
  body: Type.Object({ txn_id: TxnId }),
  reply: Type.Object({ txn_id: TxnId }),
  errors: [
    'userNotNamed',
    'userUnknown',
    'txnUnknown',
    'stepNotAllowed',
    'triesUsedUp',
    'tooManyRequests',
    'otherSessionNeeded',
  ],
  upstream: true,
  async handle({ body, caller, named, remoteAddress }, { abdm, flows, otps, people }) {
    const txn = await flows.at(kyc, caller, body.txn_id, 'resend', named)
    const user = await people.required(caller, txn.named)
    if (txn.row.body.named.oid !== user.id) throw error.txnUnknown()
    const { method, sealedIdentifier, receiver, userToken } = txn.data
    if (!sealedIdentifier || !receiver) throw error.internal()
    const asUser = await people.acting(user, userToken)
    await asUser(async (session) => ofPhrApp(session))
    const again = { ...otpFor(method, ''), sealed: { loginId: sealedIdentifier } }
    const send = () => asUser(({ token }) => abdm.call(phrProfile.requestOtp, { ...again, token }))
    await otps.resend(txn, 'resend', receiver, { caller, remoteAddress }, send, ({ data }) => data.proved !== undefined)
    return { txn_id: txn.id }
  },
})
