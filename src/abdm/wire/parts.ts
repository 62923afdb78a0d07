import { Type } from 'typebox'
import { absent, personal, type Refusal, sealed, text } from './operation.ts'

/** Pieces that several operations of ABDM V3 share. */

const uuid = '^[0-9a-f]{8}-[0-9a-f]{4}-[1-7][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'

export const txnId = (refusal: Refusal = ['ABDM-9999', 'Invalid Transaction Id']) => text({ pattern: uuid, refusal })

/** Local part 8–18: letters, digits, at most one dot and one underscore, neither first nor last (abdm-v3 §18). */
export const abhaAddressPattern =
  '^(?=[^@]{8,18}(@|$))([a-zA-Z0-9]+[.]?[a-zA-Z0-9]*_?[a-zA-Z0-9]+|[a-zA-Z0-9]+_?[a-zA-Z0-9]*[.]?[a-zA-Z0-9]+)(@[a-z]+)?$'

export const abhaAddress = (refusal: Refusal = ['ABDM-9999', 'Invalid ABHA Address']) =>
  personal({ pattern: abhaAddressPattern, refusal })

export const otpSystem = (refusal: Refusal) =>
  Type.Union([Type.Literal('abdm'), Type.Literal('aadhaar')], { 'x-refusal': refusal })

/** §7.1, §9.2, §10: the PHR services' words for each field. */
export const phrOtpRequest = Type.Object({
  scope: Type.Array(Type.String(), { 'x-refusal': ['ABDM-1006', 'Invalid Scope'] }),
  loginHint: text({ minLength: 1, refusal: ['ABDM-9999', 'Invalid Login Hint'] }),
  loginId: sealed(['ABDM-9999', 'Invalid LoginId']),
  otpSystem: otpSystem(['ABDM-9999', 'Invalid Otp System']),
})

export const otpRequested = Type.Object({ txnId: txnId(), message: Type.String() })

/** §7.2, §9.3, §10: the OTP that came back from the person. */
export const phrOtpVerify = Type.Object({
  scope: Type.Array(Type.String(), { 'x-refusal': ['ABDM-9999', 'Invalid Scope'] }),
  authData: Type.Object({
    authMethods: Type.Array(Type.Literal('otp'), {
      minItems: 1,
      maxItems: 1,
      'x-refusal': ['ABDM-1006', 'Invalid Auth Methods'],
    }),
    otp: Type.Object({ txnId: txnId(), otpValue: sealed(['ABDM-9999', 'Invalid OTP Value']) }),
  }),
})

export const authResult = Type.Union([Type.Literal('success'), Type.Literal('failed')])

/** An ABHA address as PHR verifications list it: every address of the mobile, other people's among them. */
export const phrUser = Type.Object({
  abhaAddress: Type.String({ 'x-redact': true }),
  fullName: absent(personal()),
  profilePhoto: absent(personal()),
  gender: absent(Type.String()),
  abhaNumber: absent(personal()),
  status: absent(Type.String()),
  kycStatus: absent(Type.String()),
  age: absent(Type.Integer()),
})

/** An ABHA number's profile as it stands in `accounts` (§12.1); only what this product reads is named. */
export const abhaAccount = Type.Object({
  ABHANumber: personal(),
  preferredAbhaAddress: absent(personal()),
  name: absent(personal()),
  firstName: absent(personal()),
  middleName: absent(personal()),
  lastName: absent(personal()),
  gender: absent(Type.String()),
  dayOfBirth: absent(personal()),
  monthOfBirth: absent(personal()),
  yearOfBirth: absent(personal()),
  status: absent(Type.String()),
})

const token = Type.String({ minLength: 1, 'x-redact': true })

/** A refresh token beside it makes a user token final; without one it is a transfer token (abdm-v3 §4). */
export const userTokens = {
  token,
  expiresIn: Type.Integer(),
  refreshToken: absent(Type.String({ 'x-redact': true })),
  refreshExpiresIn: absent(Type.Integer()),
  switchProfileEnabled: absent(Type.Boolean()),
}

export const phrVerified = Type.Object({
  txnId: absent(txnId()),
  message: absent(Type.String()),
  authResult,
  users: absent(Type.Array(phrUser)),
  accounts: absent(Type.Array(abhaAccount)),
  preferredAbhaAddress: absent(personal()),
  tokens: absent(Type.Object(userTokens)),
})

/** What an enrolment answers and a profile repeats. Birth parts are text, with or without leading zeros (§19 no. 13). */
export const phrDetails = {
  fullName: absent(personal()),
  firstName: absent(personal()),
  middleName: absent(personal()),
  lastName: absent(personal()),
  dayOfBirth: absent(personal()),
  monthOfBirth: absent(personal()),
  yearOfBirth: absent(personal()),
  dateOfBirth: absent(personal()),
  gender: absent(Type.String()),
  email: absent(personal()),
  mobile: absent(personal()),
  address: absent(personal()),
  stateName: absent(Type.String()),
  districtName: absent(Type.String()),
  pinCode: absent(personal()),
  stateCode: absent(Type.String()),
  districtCode: absent(Type.String()),
}

/** Booleans and counts are text too (§13). */
export const phrProfile = Type.Object({
  ...phrDetails,
  abhaAddress: Type.String({ 'x-redact': true }),
  abhaNumber: absent(personal()),
  subDistrictCode: absent(Type.String()),
  subDistrictName: absent(Type.String()),
  authMethods: absent(Type.Array(Type.String())),
  status: absent(Type.String()),
  emailVerified: absent(Type.String()),
  mobileVerified: absent(Type.String()),
  kycStatus: absent(Type.String()),
  abhaLinkedCount: absent(Type.String()),
  profilePhoto: absent(personal()),
})
