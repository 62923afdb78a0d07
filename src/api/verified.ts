import type { abhaProfile } from '../abdm/wire/parts.ts'
import { asAbhaNumber } from '../fields.ts'
import { type Family, FamilyName, sessionFrom, type Tokens } from '../people.ts'
import { type Static, Type } from '../schema.ts'

/** What a right OTP leaves behind for the steps after it; every flow that ends at an ABHA address keeps it in this form. */

const secret = Type.String({ 'x-redact': true })
const maybeSecret = Type.Optional(secret)

/** Upstream's transfer token: good for one choice, for five minutes (abdm-v3 §4). */
export const Transfer = Type.Object({ token: secret, expiresAt: Type.Integer() })

export const FinalTokens = Type.Object({
  /** Absent: good for every address of the person. */
  abhaAddress: maybeSecret,
  family: FamilyName,
  token: secret,
  expiresAt: Type.Integer(),
  refreshToken: maybeSecret,
  refreshExpiresAt: Type.Optional(Type.Integer()),
})

export type FinalTokens = Static<typeof FinalTokens>

/** A refresh token beside it makes a token final (abdm-v3 §4). */
export const tokensOf = (
  family: Family,
  tokens: Tokens | null | undefined,
  now: number,
): { transfer?: Static<typeof Transfer>; final?: FinalTokens } => {
  if (!tokens) return {}
  if (!tokens.refreshToken) return { transfer: { token: tokens.token, expiresAt: now + tokens.expiresIn * 1000 } }
  return { final: finalTokens(family, tokens, now) }
}

export const finalTokens = (family: Family, tokens: Tokens, now: number): FinalTokens => {
  const { abhaAddress: _, ...final } = sessionFrom(family, '', tokens, now)
  return final
}

/** Who the person is by KYC, in ABDM's spelling; enough to enrol a further address for them. */
export const Account = Type.Object({
  abhaNumber: secret,
  mobile: maybeSecret,
  firstName: maybeSecret,
  middleName: maybeSecret,
  lastName: maybeSecret,
  gender: maybeSecret,
  dayOfBirth: maybeSecret,
  monthOfBirth: maybeSecret,
  yearOfBirth: maybeSecret,
  address: maybeSecret,
  pinCode: maybeSecret,
  stateName: maybeSecret,
  stateCode: maybeSecret,
  districtName: maybeSecret,
  districtCode: maybeSecret,
})
export type Account = Static<typeof Account>

type AbhaProfile = Partial<Static<typeof abhaProfile>> & { ABHANumber: string }

/** Null, empty and missing are one upstream; here such a part is absent. */
const kept = <Part extends object>(part: Part): { [name in keyof Part]?: Exclude<Part[name], null | undefined> } =>
  Object.fromEntries(
    Object.entries(part).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  ) as { [name in keyof Part]?: Exclude<Part[name], null | undefined> }

export const accountFrom = (upstream: AbhaProfile): Account => ({
  abhaNumber: asAbhaNumber(upstream.ABHANumber),
  ...kept({
    mobile: upstream.mobile,
    firstName: upstream.firstName,
    middleName: upstream.middleName,
    lastName: upstream.lastName,
    gender: upstream.gender,
    dayOfBirth: upstream.dayOfBirth,
    monthOfBirth: upstream.monthOfBirth,
    yearOfBirth: upstream.yearOfBirth,
    address: upstream.address,
    pinCode: upstream.pincode,
    stateName: upstream.stateName,
    stateCode: upstream.stateCode,
    districtName: upstream.districtName,
    districtCode: upstream.districtCode,
  }),
})

/** An enrolment whose end is not known yet: it may be running, or its answer was lost. */
export const Enrolling = Type.Object({
  abhaAddress: secret,
  by: Type.String(),
  until: Type.Integer(),
  /** It has come out that the account was made, and these are its tokens; asking once more would give no others. */
  made: Type.Optional(
    Type.Object({
      token: secret,
      expiresAt: Type.Integer(),
      refreshToken: maybeSecret,
      refreshExpiresAt: Type.Optional(Type.Integer()),
    }),
  ),
})

/**
 * What a right OTP has brought while the step is not over. `otp` stands for the OTP: who repeats the call
 * says the same one.
 */
export const OtpProof = Type.Object({
  otp: Type.String(),
  transfer: Type.Optional(Transfer),
  final: Type.Optional(FinalTokens),
  /** ABDM's entry for the address. */
  user: Type.Optional(
    Type.Object({
      fullName: maybeSecret,
      abhaNumber: maybeSecret,
      kycStatus: Type.Optional(Type.String()),
    }),
  ),
})

export const verified = {
  /** The addresses of the last answer's `abha_profiles`. */
  offered: Type.Optional(Type.Array(secret)),
  transfer: Type.Optional(Transfer),
  final: Type.Optional(FinalTokens),
  account: Type.Optional(Account),
  enrolling: Type.Optional(Enrolling),
}
