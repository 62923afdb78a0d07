import { phrProfile } from '../../../abdm/wire/index.ts'
import { error } from '../../../errors.ts'
import { forms, OneOf, PersonalHandle, Secret, TxnId } from '../../../fields.ts'
import type { AbhaSession } from '../../../people.ts'
import { route } from '../../../route.ts'
import { type Static, Type } from '../../../schema.ts'
import { kyc } from './flow.ts'

const Method = OneOf(['abha-number', 'aadhaar'], 'What the identifier is.', {
  abha_number: 'abha-number',
  aadhaar_number: 'aadhaar',
})
export type KycMethod = Static<typeof Method>

export const UserXToken = {
  ...Secret,
  description: 'ABHA user token kept by the client; stands in for the stored session.',
}

/**
 * Sends an OTP that proves an ABHA number or an Aadhaar number, to link it to the user's ABHA address. The digits are not kept,
 * only what was encrypted for ABDM. Already verified: 400. A session that came from Aadhaar or PHR web cannot do it: 400 says how
 * to get one that can. Opens profile.kyc at otp_sent. Upstream: phr.profile.request_otp.
 */
export const init = route({
  method: 'POST',
  path: '/abdm/v1/profile/kyc/init',
  operationId: 'kycInit',
  tag: 'profile-kyc',
  summary: 'Send an OTP to verify the profile with KYC',
  auth: 'client-or-user',
  names: 'headers-and-oid',
  needsUserSession: true,
  body: Type.Object({
    method: Method,
    identifier: PersonalHandle('14-digit ABHA number or 12-digit Aadhaar number, as the method says.'),
    user_x_token: Type.Optional(UserXToken),
  }),
  reply: Type.Object({ txn_id: TxnId }),
  errors: ['userNotNamed', 'userUnknown', 'tooManyRequests', 'alreadyVerified', 'otherSessionNeeded', 'accountClaimed'],
  upstream: true,
  async handle({ body, caller, named, remoteAddress }, deps) {
    const { abdm, flows, otps, people } = deps
    const { method, user_x_token: userToken } = body
    const form = method === 'aadhaar' ? 'aadhaar' : 'abhaNumber'
    const identifier = forms[form].clean(body.identifier)
    if (identifier === undefined) throw error.invalidField({ message: `identifier must be ${forms[form].rule}` })
    const user = await people.required(caller, named)
    if (user.body.isKycVerified) throw error.alreadyVerified()
    if (method === 'abha-number') await people.refuseHeldNumber(caller, user, identifier)
    // Before anything is counted: the session is there, alive, and of the kind that can be linked.
    const asUser = await people.acting(user, userToken)
    const { abhaAddress } = await asUser(async (session) => ofPhrApp(session))
    const receiver = otps.conceal(`${form === 'aadhaar' ? 'aadhaar' : 'abha'}/${identifier}`)
    let sealedIdentifier = ''
    const sent = await otps.send(receiver, { caller, remoteAddress }, () =>
      asUser(({ token }) =>
        abdm.call(phrProfile.requestOtp, {
          ...otpFor(method, identifier),
          token,
          onSealed: ({ loginId = '' }) => {
            sealedIdentifier = loginId
          },
        }),
      ),
    )
    const txn = await flows.begin(
      kyc,
      caller,
      { ...named, oid: user.id },
      {
        state: 'otp_sent',
        upstreamTxnId: sent.txnId,
        otp: sent.otp,
        data: { method, abhaAddress, sealedIdentifier, receiver, ...(userToken && { userToken }) },
      },
    )
    return { txn_id: txn.id }
  },
})

/** Only the PHR app service links (abdm-v3 §13, §14), and only the address that the transaction was begun for. */
export const ofPhrApp = (session: AbhaSession, abhaAddress = session.abhaAddress): AbhaSession => {
  if (session.family !== 'phr-app') throw error.otherSessionNeeded()
  if (session.abhaAddress !== abhaAddress) throw error.stepNotAllowed({ message: otherAddress })
  return session
}

const otherAddress = 'The session is another ABHA address’s by now; begin the KYC again for that one'

export const variantFor = (method: KycMethod) =>
  phrProfile.requestOtp.variants[method === 'aadhaar' ? 'aadhaar' : 'abhaNumber']

export const otpFor = (method: KycMethod, loginId: string) => {
  const { scope, loginHint, otpSystem } = variantFor(method)
  return { body: { scope: [...scope], loginHint, otpSystem, loginId } }
}
