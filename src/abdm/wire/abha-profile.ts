import { Type } from '../../schema.ts'
import { absent, operation, personal } from './operation.ts'
import { abhaOtpRequest, abhaOtpVerify, abhaProfile, authResult, otpRequested, txnId, userTokens } from './parts.ts'

/** §4, §12: the profile of an ABHA number, for a logged-in user of the ABHA service. */

export const get = operation({
  id: 'abha.profile.get',
  source: '§12.1',
  service: 'abha',
  method: 'GET',
  path: '/profile/account',
  userToken: 'x-token',
  reply: abhaProfile,
  errorForm: 'message',
  isRepeatable: true,
})

/** At the top level, unlike the PHR app's; an empty refreshToken means: keep the old one. */
export const refresh = operation({
  id: 'abha.profile.refresh',
  source: '§4',
  service: 'abha',
  method: 'GET',
  path: '/profile/account/request/token',
  userToken: 'r-token',
  reply: Type.Object(userTokens),
  errorForm: 'message',
})

export const logout = operation({
  id: 'abha.profile.logout',
  source: '§4',
  service: 'abha',
  method: 'GET',
  path: '/profile/account/request/logout',
  userToken: 'x-token',
  reply: Type.Object({ message: absent(Type.String()) }),
  errorForm: 'message',
})

export const card = operation({
  id: 'abha.profile.card',
  source: '§12.2',
  service: 'abha',
  method: 'GET',
  path: '/profile/account/abha-card',
  userToken: 'x-token',
  reply: Type.Unknown(),
  status: 202,
  replyType: 'image/png',
  replyBytesMax: 5_242_880,
  errorForm: 'message',
  isRepeatable: true,
})

export const qr = operation({
  id: 'abha.profile.qr',
  source: '§12.2',
  service: 'abha',
  method: 'GET',
  path: '/profile/account/qrCode',
  userToken: 'x-token',
  reply: Type.Unknown(),
  replyType: 'image/png',
  replyBytesMax: 5_242_880,
  errorForm: 'message',
  isRepeatable: true,
})

/** An account that Aadhaar has verified may change its photo only. */
export const patch = operation({
  id: 'abha.profile.patch',
  source: '§12.2',
  service: 'abha',
  method: 'PATCH',
  path: '/profile/account',
  userToken: 'x-token',
  body: Type.Object({
    profilePhoto: Type.Optional(
      personal({ pattern: '^[A-Za-z0-9+/]+={0,2}$', refusal: ['', 'Please provide a valid field to update'] }),
    ),
  }),
  reply: abhaProfile,
  replyBytesMax: 4_194_304,
  errorForm: 'wrapped',
})

/** What an OTP lets the holder change. To delete and to deactivate either OTP will do. */
const numberBy = (scope: 're-kyc' | 'delete' | 'de-activate', otpSystem: 'aadhaar' | 'abdm') =>
  ({ scope: ['abha-profile', scope], loginHint: 'abha-number', otpSystem, key: 4096 }) as const
const changes = {
  mobile: { scope: ['abha-profile', 'mobile-verify'], loginHint: 'mobile', otpSystem: 'abdm', key: 4096 },
  email: { scope: ['abha-profile', 'email-verify'], loginHint: 'email', otpSystem: 'abdm', key: 4096 },
  reKycAadhaar: numberBy('re-kyc', 'aadhaar'),
  deleteAadhaar: numberBy('delete', 'aadhaar'),
  delete: numberBy('delete', 'abdm'),
  deactivateAadhaar: numberBy('de-activate', 'aadhaar'),
  deactivate: numberBy('de-activate', 'abdm'),
} as const

export const requestOtp = operation({
  id: 'abha.profile.request_otp',
  source: '§12.3',
  service: 'abha',
  method: 'POST',
  path: '/profile/account/request/otp',
  userToken: 'x-token',
  body: Type.Object({
    ...abhaOtpRequest,
  }),
  variants: changes,
  reply: otpRequested,
  errorForm: 'field',
  sendsOtp: true,
})

/** `reasons` goes with a deletion and a deactivation. */
export const verify = operation({
  id: 'abha.profile.verify',
  source: '§12.3',
  service: 'abha',
  method: 'POST',
  path: '/profile/account/verify',
  userToken: 'x-token',
  body: Type.Object({
    ...abhaOtpVerify.properties,
    reasons: Type.Optional(
      Type.Array(personal({ minLength: 1 }), { minItems: 1, 'x-refusal': ['', 'Invalid Reasons'] }),
    ),
  }),
  variants: changes,
  reply: Type.Object({
    txnId: absent(txnId()),
    authResult,
    message: absent(Type.String()),
    accounts: absent(Type.Array(Type.Object({ ABHANumber: absent(personal()) }))),
  }),
  errorForm: 'field',
})
