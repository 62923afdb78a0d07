import { isOutcomeUnknown, UpstreamFailure } from '../../../abdm/failure.ts'
import { phrProfile } from '../../../abdm/wire/index.ts'
import type { Services } from '../../../app.ts'
import { error } from '../../../errors.ts'
import { asAbhaNumber, Otp, TxnId } from '../../../fields.ts'
import type { Txn } from '../../../flow.ts'
import type { AbhaSession } from '../../../people.ts'
import { route } from '../../../route.ts'
import { Type } from '../../../schema.ts'
import type { AsUser } from '../../../sessions.ts'
import { tokensOf } from '../../verified.ts'
import { isKycVerified } from '../connect-profile.ts'
import { kyc } from './flow.ts'
import { ofPhrApp, UserXToken, variantFor } from './init.ts'

/**
 * Proves the number and links it to the user's ABHA address: from then on the profile has the ABHA number and the KYC names, and
 * they are locked. A number that another user of this client has is 400 with EKA-1001, before anything is linked. Needs otp_sent,
 * ends the flow. Upstream: phr.profile.verify, then phr.profile.link; whether a link came about whose answer was lost is found
 * out from the profile, and the same call repeated goes on from there.
 */
export const verify = route({
  method: 'POST',
  path: '/abdm/v1/profile/kyc/verify',
  operationId: 'kycVerify',
  tag: 'profile-kyc',
  summary: 'Verify the OTP and link the ABHA number',
  auth: 'client-or-user',
  names: 'headers-and-oid',
  needsUserSession: true,
  body: Type.Object({ txn_id: TxnId, otp: Otp, user_x_token: Type.Optional(UserXToken) }),
  reply: Type.Object({ txn_id: TxnId }),
  errors: [
    'userNotNamed',
    'userUnknown',
    'txnUnknown',
    'stepNotAllowed',
    'otpWrong',
    'otpEnded',
    'triesUsedUp',
    'otherSessionNeeded',
    'accountClaimed',
    'outcomeUnknown',
  ],
  upstream: true,
  async handle({ body, caller, named }, deps) {
    const { flows, people } = deps
    const start = await flows.at(kyc, caller, body.txn_id, 'verify', named)
    const user = await people.required(caller, start.named)
    if (start.row.body.named.oid !== user.id) throw error.txnUnknown()
    const asUser = await people.acting(user, body.user_x_token ?? start.data.userToken)
    const txn = await prove(deps, start, body.otp, asUser)
    const { abhaNumber, token, otp: _, ...life } = txn.data.proved ?? { otp: '' }
    if (abhaNumber) await people.refuseHeldNumber(caller, user, abhaNumber)
    const { abhaAddress = user.body.preferredAddress } = txn.data
    await asUser((session) => link(deps, txn, ofPhrApp(session, abhaAddress)))
    const session: AbhaSession | undefined = token
      ? { family: 'phr-app', abhaAddress, token, ...life, expiresAt: life.expiresAt ?? 0 }
      : undefined
    await flows.move(txn, 'verify', 'kyc_end', { data: { method: txn.data.method } }, () =>
      people.verifying(user.id, abhaAddress, abhaNumber, session),
    )
    return { txn_id: txn.id }
  },
})

type KycTxn = Txn<typeof kyc>

const prove = async ({ abdm, otps, clock }: Services, start: KycTxn, otp: string, asUser: AsUser): Promise<KycTxn> => {
  await asUser(async (session) => ofPhrApp(session, start.data.abhaAddress))
  const { scope } = variantFor(start.data.method)
  return otps.prove(start, 'verify', {
    otp,
    markOf: ({ data }) => data.proved?.otp,
    ask: ({ upstreamTxnId }) => {
      const body = {
        scope: [...scope],
        authData: { authMethods: ['otp' as const], otp: { txnId: upstreamTxnId, otpValue: otp } },
      }
      return asUser(({ token }) => abdm.call(phrProfile.verify, { token, body }))
    },
    keep: ({ txnId, tokens, accounts }, mark, newest) => {
      const [account] = accounts ?? []
      const abhaNumber = account && asAbhaNumber(account.ABHANumber)
      // New tokens come with the proof (abdm-v3 §13); a transfer token would be none to go on with.
      const { family: _, ...kept } = tokensOf('phr-app', tokens, clock.now()).final ?? { family: '' }
      return {
        ...(txnId && { upstreamTxnId: txnId }),
        data: { ...newest.data, proved: { ...kept, otp: mark, ...(abhaNumber && { abhaNumber }) } },
      }
    },
  })
}

const isLinked = async ({ abdm }: Services, token: string): Promise<boolean> =>
  isKycVerified(await abdm.call(phrProfile.get, { token }))

const link = async (deps: Services, txn: KycTxn, { token }: AbhaSession): Promise<void> => {
  try {
    const body = { action: 'LINK', transactionId: txn.upstreamTxnId }
    await deps.abdm.call(phrProfile.link, { token, body })
  } catch (thrown) {
    if (!(thrown instanceof UpstreamFailure) || thrown.meaning === 'userTokenOver') throw thrown
    const isUnknown = isOutcomeUnknown(thrown)
    // An earlier call may have linked it and lost the answer; then the transaction is used up, and the profile tells.
    const mayBeLinked = isUnknown || thrown.meaning === 'txnGone' || thrown.meaning === 'inputRefused'
    if (!mayBeLinked) throw thrown
    const isThere = await isLinked(deps, token).catch((asked: unknown) => {
      if (asked instanceof UpstreamFailure) throw error.outcomeUnknown({ cause: thrown })
      throw asked
    })
    if (isThere) return
    throw isUnknown ? error.outcomeUnknown({ cause: thrown }) : thrown
  }
}
