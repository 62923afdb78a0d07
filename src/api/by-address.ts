import type { Static } from 'typebox'
import { hasMeaning, UpstreamFailure } from '../abdm/failure.ts'
import { phrLogin, web } from '../abdm/wire/index.ts'
import type { phrUser } from '../abdm/wire/parts.ts'
import type { Services } from '../app.ts'
import type { Family } from '../people.ts'

/** Proving an ABHA address by OTP, through the PHR app service or through PHR web: the session and the login do it alike. */

export type Way = { readonly family: Family; readonly isByAadhaar: boolean }
type Tokens = { token: string; expiresIn: number; refreshToken?: string | null; refreshExpiresIn?: number | null }

/** A refusal for want of permission comes before any OTP, so the other service may be asked. OTPs by Aadhaar are PHR web's. */
export const requestAddressOtp = async (
  { abdm, hasPhrApp }: Services,
  abhaAddress: string,
  isByAadhaar: boolean,
): Promise<{ txnId: string; message: string; family: Family }> => {
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

/** The final tokens for the address, and the address's entry of the answer. */
export const verifyAddressOtp = async (
  { abdm }: Services,
  { family, isByAadhaar }: Way,
  txnId: string,
  abhaAddress: string,
  otp: string,
): Promise<{ user: Static<typeof phrUser> | undefined; tokens: Tokens }> => {
  const isWeb = family === 'phr-web'
  const op = isWeb ? web.verify : phrLogin.verify
  const { scope } = isWeb
    ? web.verify.variants[isByAadhaar ? 'aadhaar' : 'mobile']
    : phrLogin.verify.variants.abhaAddress
  const answer = await abdm.call(op, {
    body: { scope: [...scope], authData: { authMethods: ['otp'], otp: { txnId, otpValue: otp } } },
  })
  const user = answer.users?.find((one) => one.abhaAddress.toLowerCase() === abhaAddress)
  const { tokens } = answer
  if (!tokens) throw new UpstreamFailure(op.id, 'unreadable', { mayHaveActed: true })
  // A refresh token beside it makes the token final; a transfer token still has to be exchanged (abdm-v3 §4).
  if (tokens.refreshToken || isWeb) return { user, tokens }
  const final = await abdm.call(phrLogin.verifyUser, {
    token: tokens.token,
    body: { abhaAddress, txnId: answer.txnId ?? txnId },
  })
  return { user, tokens: final }
}
