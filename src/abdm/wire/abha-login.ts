import { Type } from '../../schema.ts'
import { absent, operation, personal } from './operation.ts'
import {
  abhaOtpRequest,
  abhaOtpVerify,
  alsoListed,
  authResult,
  otpRequested,
  txnId,
  unread,
  userTokens,
} from './parts.ts'

/** §8: logging in to an ABHA number. `index` names an account that `abha.account.search` has found. */

const scopes = {
  aadhaar: ['abha-login', 'aadhaar-verify'],
  mobile: ['abha-login', 'mobile-verify'],
  index: ['abha-login', 'search-abha', 'mobile-verify'],
  indexAadhaar: ['abha-login', 'search-abha', 'aadhaar-verify'],
} as const

const ways = {
  aadhaar: { scope: scopes.aadhaar, loginHint: 'aadhaar', otpSystem: 'aadhaar', key: 4096 },
  abhaNumberAadhaar: { scope: scopes.aadhaar, loginHint: 'abha-number', otpSystem: 'aadhaar', key: 4096 },
  abhaNumber: { scope: scopes.mobile, loginHint: 'abha-number', otpSystem: 'abdm', key: 4096 },
  mobile: { scope: scopes.mobile, loginHint: 'mobile', otpSystem: 'abdm', key: 4096 },
} as const

export const requestOtp = operation({
  id: 'abha.login.request_otp',
  source: '§8.1',
  service: 'abha',
  method: 'POST',
  path: '/profile/login/request/otp',
  body: Type.Object({
    ...abhaOtpRequest,
    txnId: Type.Optional(personal({ refusal: ['', 'Invalid Transaction Id'] })),
  }),
  variants: {
    ...ways,
    index: { scope: scopes.index, loginHint: 'index', otpSystem: 'abdm', key: 4096 },
    indexAadhaar: { scope: scopes.indexAadhaar, loginHint: 'index', otpSystem: 'aadhaar', key: 4096 },
  },
  reply: otpRequested,
  errorForm: 'field',
  sendsOtp: true,
})

const account = Type.Object({
  ABHANumber: absent(personal()),
  preferredAbhaAddress: absent(personal()),
  name: absent(personal()),
  gender: absent(personal()),
  dob: absent(personal()),
  verifiedStatus: absent(Type.String()),
  verificationType: absent(Type.String()),
  status: absent(Type.String()),
  profilePhoto: absent(personal()),
  kycVerified: absent(Type.Union([Type.Boolean(), Type.String()])),
  mobileVerified: absent(Type.Boolean()),
})

/** The scope is the request's without `search-abha` (§8.2). */
export const verify = operation({
  id: 'abha.login.verify',
  source: '§8.2',
  service: 'abha',
  method: 'POST',
  path: '/profile/login/verify',
  body: abhaOtpVerify,
  variants: ways,
  reply: Type.Object({
    txnId: absent(txnId()),
    authResult,
    message: absent(Type.String()),
    ...userTokens,
    // Missing beside a wrong OTP.
    token: absent(userTokens.token),
    expiresIn: absent(userTokens.expiresIn),
    accounts: absent(Type.Array(account)),
  }),
  errorForm: 'field',
})

export const verifyUser = operation({
  id: 'abha.login.verify_user',
  source: '§8.3',
  service: 'abha',
  method: 'POST',
  path: '/profile/login/verify/user',
  userToken: 't-token',
  body: Type.Object({
    ABHANumber: personal({ pattern: '^[0-9]{2}-[0-9]{4}-[0-9]{4}-[0-9]{4}$', refusal: ['', 'Invalid ABHA Number'] }),
    txnId: txnId(['', 'Invalid Transaction Id']),
  }),
  reply: Type.Object(userTokens),
  errorForm: 'field',
})

export const search = operation({
  id: 'abha.login.search',
  source: '§8.4',
  service: 'abha',
  method: 'POST',
  path: '/profile/login/search',
  body: Type.Object({
    ABHANumber: personal({ pattern: '^[0-9]{2}-[0-9]{4}-[0-9]{4}-[0-9]{4}$', refusal: ['', 'Invalid ABHA Number'] }),
  }),
  reply: alsoListed({
    ABHANumber: absent(personal()),
    preferredAbhaAddress: absent(personal()),
    authMethods: absent(Type.Array(Type.String())),
    blockedAuthMethods: absent(Type.Array(Type.String())),
    tags: unread(),
    status: absent(Type.String()),
    verificationStatus: absent(Type.String()),
    verificationType: absent(Type.String()),
    mobile: absent(personal()),
    isDocumentAccount: absent(Type.Boolean()),
  }),
  errorForm: 'field',
  isRepeatable: true,
})
