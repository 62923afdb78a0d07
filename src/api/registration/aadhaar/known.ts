import { isOutcomeUnknown, UpstreamFailure } from '../../../abdm/failure.ts'
import { abhaEnrollment } from '../../../abdm/wire/index.ts'
import type { ReplyOf } from '../../../abdm/wire/operation.ts'
import type { Services } from '../../../app.ts'
import { ConnectError, error } from '../../../errors.ts'
import { Nullable, TxnId } from '../../../fields.ts'
import type { Txn } from '../../../flow.ts'
import type { Sender } from '../../../otp.ts'
import { sessionFrom } from '../../../people.ts'
import { type Static, Type } from '../../../schema.ts'
import { AbhaProfile, AbhaRefreshToken, AbhaToken, EkaIds, Hint, SkipState } from '../../answers.ts'
import type { faceAuth } from '../../face-auth/flow.ts'
import {
  asAbhaProfile,
  ConnectProfile,
  fromAbha,
  type ConnectProfile as Profile,
} from '../../profile/connect-profile.ts'
import { type Account, accountFrom } from '../../verified.ts'
import type { aadhaarRegistration } from './flow.ts'

/** What follows when somebody is known by Aadhaar, whether an OTP or a face has proved it. */

export const KnownReply = Type.Object({
  txn_id: TxnId,
  skip_state: SkipState,
  hint: Type.Optional(Nullable(Hint)),
  abha_profiles: Type.Array(AbhaProfile, { description: 'ABHA addresses that the ABHA number has already.' }),
  profile: Type.Optional(ConnectProfile),
  // Published, never sent: these steps do not end the flow.
  eka: Type.Optional(EkaIds),
  token: Type.Optional(Nullable(AbhaToken)),
  refresh_token: Type.Optional(Nullable(AbhaRefreshToken)),
})
type KnownReply = Static<typeof KnownReply>

export type Registering = Txn<typeof aadhaarRegistration | typeof faceAuth>
type Enrolled = ReplyOf<typeof abhaEnrollment.byAadhaar>

const lastTen = (mobile: string): string => mobile.replace(/\D/g, '').slice(-10)

/** The rule of abdm-v3 §6.2: a masked mobile is compared by what it shows, and only believed when it says that it is verified. */
export const isLinked = (
  { mobile, mobileVerified }: Pick<Enrolled['ABHAProfile'], 'mobile' | 'mobileVerified'>,
  wished: string,
): boolean => {
  if (!mobile) return false
  const shown = lastTen(mobile)
  return shown.length === 10
    ? shown === wished && mobileVerified !== false
    : shown.length >= 4 && wished.endsWith(shown) && mobileVerified === true
}

/** The default address does not count as chosen while it is the only one of a new ABHA number (abdm-v3 §21). */
const offeredOf = ({ ABHAProfile: { ABHANumber, phrAddress }, isNew }: Enrolled): string[] => {
  const names = (phrAddress ?? []).map((name) => name.toLowerCase())
  const [only] = names
  const isDefault = only?.startsWith(`${ABHANumber.replaceAll('-', '')}@`)
  return isNew && names.length === 1 && isDefault ? [] : names
}

/** The person as the caller is shown them while no address is chosen yet. */
export const shownAccount = (account: Account, mobile: string | undefined, offered: readonly string[]): Profile => {
  const { abhaNumber, pinCode, ...rest } = account
  const upstream = {
    ...rest,
    ABHANumber: abhaNumber,
    ...(pinCode !== undefined && { pincode: pinCode }),
    ...(mobile !== undefined && { mobile }),
  }
  return { ...fromAbha(upstream, offered[0], offered), abha_addresses: [...offered] }
}

export const profilesOf = (account: Account, offered: readonly string[]): KnownReply['abha_profiles'] => {
  const name = [account.firstName, account.middleName, account.lastName].filter(Boolean).join(' ')
  return offered.map((abha_address) => ({ abha_address, kyc_verified: 'true', name }))
}

export const atAbhaCreate = (
  txnId: string,
  account: Account,
  mobile: string | undefined,
  offered: readonly string[],
): KnownReply => ({
  txn_id: txnId,
  skip_state: 'abha_create',
  abha_profiles: profilesOf(account, offered),
  profile: shownAccount(account, mobile, offered),
})

export const otpToMobile = (txnId: string, mobile: string) => {
  const { scope, loginHint, otpSystem } = abhaEnrollment.requestOtp.variants.mobile
  return { body: { txnId, scope: [...scope], loginHint, loginId: mobile, otpSystem } }
}

export type Known = {
  readonly upstreamTxnId: string
  readonly data: { account: Account; offered: string[]; final: NonNullable<Registering['data']['final']> }
}

/** What an enrolment answers, as the transaction keeps it. */
export const knownFrom = (enrolled: Enrolled, now: number): Known => {
  const { abhaAddress: _, ...final } = sessionFrom('abha', '', enrolled.tokens, now)
  const account = accountFrom(asAbhaProfile(enrolled.ABHAProfile))
  return { upstreamTxnId: enrolled.txnId, data: { account, offered: offeredOf(enrolled), final } }
}

export const goOnToCreate = async (
  { flows }: Services,
  txn: Registering,
  { upstreamTxnId, data }: Known,
  mobile: string | undefined,
): Promise<KnownReply> => {
  await flows.move(txn, 'verify', 'abha_create', { upstreamTxnId, data: { ...data, ...(mobile && { mobile }) } })
  return atAbhaCreate(txn.id, data.account, mobile, data.offered)
}

/**
 * The account is there upstream, so what came with it is written down before anything else. The other mobile gets its OTP at
 * once; when that is not sent now, even because ABDM refuses the mobile, the step has been taken all the same: a repeat could
 * only fail, and the resend sends it or tells why not.
 */
export const goOnToConfirm = async (
  deps: Services,
  txn: Registering,
  { upstreamTxnId, data }: Known,
  mobile: string,
  sender: Sender,
): Promise<KnownReply> => {
  const { flows, clock } = deps
  const otp = { sentAt: clock.now(), resends: 0, tries: 0 }
  const moved = await flows.move(txn, 'verify', 'confirm_mobile_otp', { upstreamTxnId, data: { ...data, mobile }, otp })
  const hint = await sendToOther(deps, moved, mobile, sender)
  return { txn_id: txn.id, skip_state: 'confirm_mobile_otp', ...(hint && { hint }), abha_profiles: [] }
}

const sendToOther = async (
  { abdm, flows, otps }: Services,
  txn: Registering,
  mobile: string,
  sender: Sender,
): Promise<string | undefined> => {
  try {
    const sent = await otps.send(mobile, sender, () =>
      abdm.call(abhaEnrollment.requestOtp, otpToMobile(txn.upstreamTxnId, mobile)),
    )
    return sent.message ?? undefined
  } catch (thrown) {
    if (!(thrown instanceof UpstreamFailure) && !(thrown instanceof ConnectError)) throw thrown
    // Nothing has been sent for certain, so nobody has to wait before asking again.
    const isNotSent = !isOutcomeUnknown(thrown)
    if (isNotSent) await flows.amend(txn, { otp: { sentAt: 0, resends: 0, tries: 0 } })
    return undefined
  }
}

export const wishedMobile = (txn: Registering): string => {
  const { mobile } = txn.data
  if (!mobile) throw error.internal()
  return mobile
}
