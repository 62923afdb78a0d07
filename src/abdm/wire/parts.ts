import { type TProperties, Type } from '../../schema.ts'
import { absent, personal, type Refusal, sealed, text } from './operation.ts'

/** Pieces that several operations of ABDM V3 share. */

const uuid = '^[0-9a-f]{8}-[0-9a-f]{4}-[1-7][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'

/** Marked: whoever is given one hands it back as it came, in whatever form it is. */
export const txnId = (refusal: Refusal = ['ABDM-9999', 'Invalid Transaction Id']) =>
  Type.String({ pattern: uuid, 'x-refusal': refusal, 'x-redact': true, 'x-handed-back': true })

/** Local part 8–18: letters, digits, at most one dot and one underscore, neither first nor last (abdm-v3 §18). */
export const abhaAddressPattern =
  '^(?=[^@]{8,18}(@|$))([a-zA-Z0-9]+[.]?[a-zA-Z0-9]*_?[a-zA-Z0-9]+|[a-zA-Z0-9]+_?[a-zA-Z0-9]*[.]?[a-zA-Z0-9]+)(@[a-zA-Z]+)?$'

export const abhaAddress = (refusal: Refusal = ['ABDM-9999', 'Invalid ABHA Address']) =>
  personal({ pattern: abhaAddressPattern, refusal })

/** One of NHA's documents wraps the reply in an array of one; the client reads both (abdm-v3 §8.4). */
export const alsoListed = <Properties extends TProperties>(properties: Properties) =>
  Type.Object(properties, { 'x-also-listed': true })

/** Nobody reads it, so it may have any form; what lies in it is somebody's. */
export const unread = () => absent(Type.Unknown({ 'x-redact': true }))

export const otpSystem = (refusal: Refusal) =>
  Type.Union([Type.Literal('abdm'), Type.Literal('aadhaar')], { 'x-refusal': refusal })

/** §7.1, §9.2, §10: the PHR services' words for each field. */
export const phrOtpRequest = Type.Object({
  scope: Type.Array(Type.String(), { 'x-refusal': ['ABDM-1006', 'Invalid Scope'] }),
  loginHint: text({ minLength: 1, refusal: ['ABDM-9999', 'Invalid Login Hint'] }),
  loginId: sealed(['ABDM-9999', 'Invalid LoginId']),
  otpSystem: otpSystem(['ABDM-9999', 'Invalid Otp System']),
})

/** The message is words for the person only. */
export const otpRequested = Type.Object({ txnId: txnId(), message: absent(Type.String()) })

const phrOtp = Type.Object({ txnId: txnId(), otpValue: sealed(['ABDM-9999', 'Invalid OTP Value']) })

/** §7.2, §9.3, §10: the OTP that came back from the person. */
export const phrOtpVerify = Type.Object({
  scope: Type.Array(Type.String(), { 'x-refusal': ['ABDM-9999', 'Invalid Scope'] }),
  authData: Type.Object({
    authMethods: Type.Array(Type.Literal('otp'), {
      minItems: 1,
      maxItems: 1,
      'x-refusal': ['ABDM-1006', 'Invalid Auth Methods'],
    }),
    otp: phrOtp,
  }),
})

export const invalidPassword = [
  'ABDM-1006',
  'Invalid Password Request, Please enter valid ABHA Address or valid password',
] as const satisfies Refusal

/** §9.3, §13: an OTP, or a password without any request before it. */
export const phrVerify = Type.Object({
  scope: phrOtpVerify.properties.scope,
  authData: Type.Object({
    authMethods: Type.Array(Type.Union([Type.Literal('otp'), Type.Literal('password')]), {
      minItems: 1,
      maxItems: 1,
      'x-refusal': ['ABDM-1006', 'Invalid Auth Methods'],
    }),
    otp: Type.Optional(phrOtp),
    password: Type.Optional(
      Type.Object({ abhaAddress: abhaAddress(invalidPassword), password: sealed(invalidPassword) }),
    ),
  }),
})

export const authResult = Type.Union([Type.Literal('success'), Type.Literal('failed')])

/** An ABHA address as PHR verifications list it: every address of the mobile, other people's among them. */
export const phrUser = Type.Object({
  abhaAddress: Type.String({ 'x-redact': true }),
  fullName: absent(personal()),
  profilePhoto: absent(personal()),
  gender: absent(personal()),
  abhaNumber: absent(personal()),
  status: absent(Type.String()),
  kycStatus: absent(Type.String()),
  age: absent(Type.Integer({ 'x-redact': true })),
})

/** §6.1, §8.1, §12.3: asking for an OTP, in the ABHA service's words. */
export const abhaOtpRequest = {
  scope: Type.Array(Type.String(), { 'x-refusal': ['', 'Invalid Scope'] }),
  loginHint: text({ minLength: 1, refusal: ['', 'Invalid Login Hint'] }),
  loginId: sealed(['', 'Invalid LoginId']),
  otpSystem: text({ pattern: '^(abdm|aadhaar)$', refusal: ['', 'Invalid OTP System'] }),
}

/** §6.4, §8.2: the OTP that came back, in the ABHA service's words. */
export const abhaOtpVerify = Type.Object({
  scope: Type.Array(Type.String(), { 'x-refusal': ['', 'Invalid Scope'] }),
  authData: Type.Object({
    authMethods: Type.Array(Type.Literal('otp'), {
      minItems: 1,
      maxItems: 1,
      'x-refusal': ['', 'Invalid Auth Method'],
    }),
    otp: Type.Object({
      txnId: txnId(['', 'Invalid Transaction Id']),
      otpValue: sealed(['', 'Invalid OTP Value']),
    }),
  }),
})

/** An ABHA number's profile (§12.1), also an entry of `accounts`. Birth parts are text; null, empty and missing are one. */
export const abhaProfile = Type.Object({
  ABHANumber: Type.String({ 'x-redact': true }),
  preferredAbhaAddress: absent(personal()),
  mobile: absent(personal()),
  mobileVerified: absent(Type.Boolean()),
  firstName: absent(personal()),
  middleName: absent(personal()),
  lastName: absent(personal()),
  name: absent(personal()),
  yearOfBirth: absent(personal()),
  monthOfBirth: absent(personal()),
  dayOfBirth: absent(personal()),
  gender: absent(personal()),
  email: absent(personal()),
  profilePhoto: absent(personal()),
  kycPhoto: absent(personal()),
  status: absent(Type.String()),
  stateCode: absent(personal()),
  stateName: absent(personal()),
  districtCode: absent(personal()),
  districtName: absent(personal()),
  subDistrictCode: absent(personal()),
  subdistrictName: absent(personal()),
  townCode: absent(personal()),
  townName: absent(personal()),
  villageCode: absent(personal()),
  villageName: absent(personal()),
  wardCode: absent(personal()),
  wardName: absent(personal()),
  pincode: absent(personal()),
  address: absent(personal()),
  authMethods: absent(Type.Array(Type.String())),
  kycVerified: absent(Type.Union([Type.Boolean(), Type.String()])),
  verificationStatus: absent(Type.String()),
  verificationType: absent(Type.String()),
  createdDate: absent(personal()),
  tags: unread(),
  localizedDetails: unread(),
  phrAddress: absent(Type.Array(personal())),
})

/** The profile as an enrolment answers it; its spellings differ from §12.1's. */
export const enrolledProfile = Type.Object({
  ABHANumber: Type.String({ 'x-redact': true }),
  preferredAddress: absent(personal()),
  phrAddress: absent(Type.Array(personal())),
  firstName: absent(personal()),
  middleName: absent(personal()),
  lastName: absent(personal()),
  dob: absent(personal()),
  gender: absent(personal()),
  photo: absent(personal()),
  mobile: absent(personal()),
  mobileVerified: absent(Type.Boolean()),
  communicationMobile: absent(personal()),
  email: absent(personal()),
  address: absent(personal()),
  districtCode: absent(personal()),
  districtName: absent(personal()),
  stateCode: absent(personal()),
  stateName: absent(personal()),
  pinCode: absent(personal()),
  abhaType: absent(Type.String()),
  abhaStatus: absent(Type.String()),
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
  accounts: absent(Type.Array(abhaProfile)),
  preferredAbhaAddress: absent(personal()),
  tokens: absent(Type.Object(userTokens)),
})

const year = text({ pattern: '^(19|20)[0-9]{2}$', redact: true, refusal: ['ABDM-1006', 'Invalid Year Of Birth'] })
const month = text({ pattern: '^(0?[1-9]|1[0-2])?$', redact: true, refusal: ['ABDM-1006', 'Invalid Month Of Birth'] })
const day = text({
  pattern: '^(0?[1-9]|[12][0-9]|3[01])?$',
  redact: true,
  refusal: ['ABDM-1006', 'Invalid Day Of Birth'],
})
const firstName = text({
  pattern: "^[\\p{L}\\p{M}. '\\u200c\\u200d]{1,99}$",
  redact: true,
  refusal: ['ABDM-1006', 'Invalid First Name'],
})
const furtherName = (words: string) =>
  text({ pattern: "^[\\p{L}\\p{M}. '\\u200c\\u200d]{0,99}$", redact: true, refusal: ['ABDM-1006', `Invalid ${words}`] })

/** Who somebody is, as an enrolment and an update of a profile send it. */
export const phrNames = {
  firstName,
  middleName: Type.Optional(furtherName('Middle Name')),
  lastName: Type.Optional(furtherName('Last Name')),
  dayOfBirth: Type.Optional(day),
  monthOfBirth: Type.Optional(month),
  yearOfBirth: year,
  gender: Type.Union([Type.Literal('M'), Type.Literal('F'), Type.Literal('O')], {
    'x-redact': true,
    'x-refusal': ['ABDM-1006', 'Invalid Gender'],
  }),
}

/** Every place field is required and not empty, although NHA's example leaves them empty (§7.5, seen live). */
const place = (words: string, pattern = '\\S') =>
  text({ pattern, redact: true, refusal: ['ABDM-1006', `Invalid ${words}`] })

export const phrPlace = {
  address: place('Address'),
  stateName: place('State, it must be only Alphabets', '^[A-Za-z][A-Za-z &.()-]*$'),
  stateCode: place('State Code', '^[0-9]{1,3}$'),
  districtName: place('District, it must be only Alphabets', '^[A-Za-z0-9][A-Za-z0-9 &.()-]*$'),
  districtCode: place('District Code', '^[0-9]{1,4}$'),
  pinCode: place('Pin Code', '^[1-9][0-9]{5}$'),
}

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
  gender: absent(personal()),
  email: absent(personal()),
  mobile: absent(personal()),
  address: absent(personal()),
  stateName: absent(personal()),
  districtName: absent(personal()),
  pinCode: absent(personal()),
  stateCode: absent(personal()),
  districtCode: absent(personal()),
}

/** §9.1, §10: how an ABHA address can log in. Nulls in place of a refusal mean that nobody has it (seen live). */
export const addressFound = Type.Object({
  abhaAddress: absent(personal()),
  healthIdNumber: absent(personal()),
  authMethods: absent(Type.Array(Type.String())),
  blockedAuthMethods: absent(Type.Array(Type.String())),
  status: absent(Type.String()),
  message: absent(Type.String()),
  fullName: absent(personal()),
  mobile: absent(personal()),
})

/** Booleans and counts are text too (§13). */
export const phrProfile = Type.Object({
  ...phrDetails,
  abhaAddress: Type.String({ 'x-redact': true }),
  abhaNumber: absent(personal()),
  subDistrictCode: absent(personal()),
  subDistrictName: absent(personal()),
  authMethods: absent(Type.Array(Type.String())),
  status: absent(Type.String()),
  emailVerified: absent(Type.String()),
  mobileVerified: absent(Type.String()),
  kycStatus: absent(Type.String()),
  abhaLinkedCount: absent(personal()),
  profilePhoto: absent(personal()),
})
