import { UpstreamFailure } from '../../abdm/failure.ts'
import { phrProfile, web } from '../../abdm/wire/index.ts'
import type { Services } from '../../app.ts'
import { error } from '../../errors.ts'
import { Nullable, Otp, TxnId } from '../../fields.ts'
import type { AbhaSession } from '../../people.ts'
import { route } from '../../route.ts'
import { Type } from '../../schema.ts'
import { AbhaRefreshToken, AbhaToken } from '../answers.ts'
import { proveAddress } from '../by-address.ts'
import { isKycVerified } from '../profile/connect-profile.ts'
import { userSession } from './flow.ts'

/**
 * Opens the user's session with the OTP and answers the ABHA user token. Needs otp_sent, ends the flow. A call that fails after the
 * OTP was right may be repeated with the same one.
 * Upstream: phr.login.verify (and phr.login.verify_user when only a transfer token came), or web.login.verify.
 */
export const verify = route({
  method: 'POST',
  path: '/abdm/v1/session/verify',
  operationId: 'sessionVerify',
  tag: 'session',
  summary: 'Verify the OTP and open the session',
  auth: 'client-or-user',
  names: 'headers-and-oid',
  body: Type.Object({ txn_id: TxnId, otp: Otp }),
  reply: Type.Object({ token: AbhaToken, refresh_token: Type.Optional(Nullable(AbhaRefreshToken)) }),
  errors: [
    'txnUnknown',
    'stepNotAllowed',
    'otpWrong',
    'otpEnded',
    'triesUsedUp',
    'userUnknown',
    'accountClaimed',
    'mobileClaimed',
  ],
  upstream: true,
  async handle({ body, caller, named }, deps) {
    const { flows, people } = deps
    const start = await flows.at(userSession, caller, body.txn_id, 'verify', named)
    const user = await people.named(caller, start.named)
    const { abhaAddress, family } = start.data
    if (!abhaAddress) throw error.internal()
    const before = await people.destinationFrom(user, caller, { abhaAddress })
    const {
      txn,
      session,
      user: entry,
    } = await proveAddress(deps, start, { family, isByAadhaar: false, abhaAddress }, body.otp)
    const isNew = !before?.body.abhaAddresses.includes(abhaAddress)
    const shown = (isNew ? await ownProfile(deps, session, user !== undefined) : undefined) ?? entry
    const person = {
      abhaAddress,
      ...(shown && { isKycVerified: isKycVerified(shown) }),
      ...(shown?.abhaNumber && { abhaNumber: shown.abhaNumber }),
      ...(shown && 'mobile' in shown && shown.mobile && { mobile: shown.mobile }),
    }
    const ended = { data: { family } }
    await flows.move(txn, 'verify', 'session_end', ended, async () => {
      return (await people.bind(caller, start.named, person, session)).writes
    })
    const { token, refreshToken } = session
    return { token, ...(refreshToken && { refresh_token: refreshToken }) }
  },
})

/**
 * The profile of an address that is new to this client: its mobile tells a stranger from the user that is named (connect §4,
 * rule 5). Where nobody is, there is nobody to mistake, so trouble with it does not stop the session.
 */
const ownProfile = async ({ abdm }: Services, { family, token }: AbhaSession, isSomebodyNamed: boolean) => {
  try {
    return await abdm.call(family === 'phr-web' ? web.profile : phrProfile.get, { token })
  } catch (thrown) {
    if (isSomebodyNamed || !(thrown instanceof UpstreamFailure)) throw thrown
    return undefined
  }
}
