import type { Static } from 'typebox'
import { hasMeaning, UpstreamFailure } from '../abdm/failure.ts'
import { phrLogin, web } from '../abdm/wire/index.ts'
import type { Services } from '../app.ts'
import { error } from '../errors.ts'
import { asAbhaNumber } from '../fields.ts'
import type { Txn } from '../flow.ts'
import { type AbhaSession, type Family, sessionFrom } from '../people.ts'
import type { loginByAddress } from './profile/login/flow.ts'
import type { userSession } from './session/flow.ts'
import { finalTokens, type Transfer, tokensOf } from './verified.ts'

/** Proving an ABHA address by OTP, through the PHR app service or through PHR web: the session and the login do it alike. */

export type Way = { readonly family: Family; readonly isByAadhaar: boolean }

/** A refusal for want of permission comes before any OTP, so the other service may be asked. OTPs by Aadhaar are PHR web's. */
export const requestAddressOtp = async (
  { abdm, hasPhrApp }: Services,
  abhaAddress: string,
  isByAadhaar: boolean,
): Promise<{ txnId: string; message?: string | null; family: Family }> => {
  if (hasPhrApp && !isByAadhaar) {
    const { scope, loginHint, otpSystem } = phrLogin.requestOtp.variants.abhaAddress
    try {
      const body = { scope: [...scope], loginHint, otpSystem, loginId: abhaAddress }
      return { ...(await abdm.call(phrLogin.requestOtp, { body })), family: 'phr-app' }
    } catch (thrown) {
      if (!hasMeaning(thrown, 'noPermission')) throw thrown
    }
  }
  const { scope, loginHint, otpSystem } = web.requestOtp.variants[isByAadhaar ? 'aadhaar' : 'mobile']
  const body = { scope: [...scope], loginHint, otpSystem, loginId: abhaAddress }
  return { ...(await abdm.call(web.requestOtp, { body })), family: 'phr-web' }
}

type ByAddress = Txn<typeof userSession | typeof loginByAddress>
type Proof = NonNullable<ByAddress['data']['proved']>
/** What has been proved, the session that it opened, and ABDM's entry for the address. */
type Proved = { readonly txn: ByAddress; readonly session: AbhaSession; readonly user: Proof['user'] }

/** Takes the OTP for the address. Each token is written down before the next call, which may fail and be repeated. */
export const proveAddress = async (
  deps: Services,
  start: ByAddress,
  way: Way & { readonly abhaAddress: string },
  otp: string,
): Promise<Proved> => {
  const { abhaAddress } = way
  const txn = await deps.otps.prove(start, 'verify', {
    otp,
    markOf: ({ data }) => data.proved?.otp,
    ask: ({ upstreamTxnId }) => askAbout(deps, way, upstreamTxnId, otp),
    keep: ({ txnId, ...proof }, mark, newest) => ({
      ...(txnId && { upstreamTxnId: txnId }),
      data: { ...newest.data, proved: { ...proof, otp: mark } },
    }),
  })
  const { proved } = txn.data
  if (!proved) throw error.internal()
  const { final, user } = proved
  if (final) return { txn, session: { ...final, abhaAddress }, user }
  // A transfer token is good once.
  return deps.turns.inTurn(exchangeOf(txn), async () => {
    const newest = await deps.flows.again(txn, 'verify')
    const brought = newest.data.proved
    if (!brought) throw error.internal()
    if (brought.final) return { txn: newest, session: { ...brought.final, abhaAddress }, user }
    const session = await exchange(deps, newest, brought.transfer, abhaAddress)
    const { abhaAddress: _, ...tokens } = session
    const kept = await deps.flows.record(newest, 'verify', ({ data }) => ({
      data: { ...data, proved: { ...brought, final: tokens } },
    }))
    return { txn: kept, session, user }
  })
}

/** The turn of whoever exchanges a transaction's transfer token. */
export const exchangeOf = ({ id }: Pick<Txn, 'id'>): string => `exchange/${id}`

const askAbout = async (
  { abdm, clock }: Services,
  { family, isByAadhaar, abhaAddress }: Way & { readonly abhaAddress: string },
  txnId: string,
  otp: string,
): Promise<Omit<Proof, 'otp'> & { txnId: string | null | undefined }> => {
  const isWeb = family === 'phr-web'
  const op = isWeb ? web.verify : phrLogin.verify
  const { scope } = isWeb
    ? web.verify.variants[isByAadhaar ? 'aadhaar' : 'mobile']
    : phrLogin.verify.variants.abhaAddress
  const answer = await abdm.call(op, {
    body: { scope: [...scope], authData: { authMethods: ['otp'], otp: { txnId, otpValue: otp } } },
  })
  const { tokens, users } = answer
  if (!tokens) throw new UpstreamFailure(op.id, 'unreadable', { mayHaveActed: true })
  const { fullName, abhaNumber, kycStatus } = users?.find((one) => one.abhaAddress.toLowerCase() === abhaAddress) ?? {}
  const user = {
    ...(fullName && { fullName }),
    ...(abhaNumber && { abhaNumber: asAbhaNumber(abhaNumber) }),
    ...(kycStatus && { kycStatus }),
  }
  return {
    txnId: answer.txnId,
    ...(isWeb ? { final: finalTokens(family, tokens, clock.now()) } : tokensOf(family, tokens, clock.now())),
    // An entry that says neither number nor status says nothing of the KYC.
    ...((abhaNumber || kycStatus) && { user }),
  }
}

const tooLate = 'ABDM gives five minutes to go on after the OTP, and they are over; log in again'
const lost = 'The OTP was right, and the answer of ABDM to what followed was lost; log in again'

/** The final token for one of the addresses that a transfer token is good for; once, within five minutes (abdm-v3 §4). */
export const exchange = async (
  { abdm, clock }: Pick<Services, 'abdm' | 'clock'>,
  { upstreamTxnId }: Pick<Txn, 'upstreamTxnId'>,
  transfer: Static<typeof Transfer> | undefined,
  abhaAddress: string,
): Promise<AbhaSession> => {
  if (!transfer || clock.now() >= transfer.expiresAt) throw error.txnUnknown({ message: tooLate })
  try {
    const body = { abhaAddress, txnId: upstreamTxnId }
    const tokens = await abdm.call(phrLogin.verifyUser, { token: transfer.token, body })
    return sessionFrom('phr-app', abhaAddress, tokens, clock.now())
  } catch (thrown) {
    const isUsedUp =
      hasMeaning(thrown, 'txnGone') || hasMeaning(thrown, 'userTokenOver') || hasMeaning(thrown, 'notFound')
    if (isUsedUp) throw error.txnUnknown({ message: lost, cause: thrown })
    throw thrown
  }
}
