import { Type } from '../../schema.ts'
import { absent, operation, personal, text } from './operation.ts'
import {
  abhaAddress,
  authResult,
  otpRequested,
  phrNames,
  phrOtpRequest,
  phrPlace,
  phrProfile,
  phrUser,
  phrVerified,
  phrVerify,
  txnId,
  userTokens,
} from './parts.ts'

/** §4, §13: the profile of an ABHA address, for a logged-in user of the PHR app service. */

export const get = operation({
  id: 'phr.profile.get',
  source: '§13',
  service: 'phr-app',
  method: 'GET',
  path: '/login/profile',
  userToken: 'x-token',
  reply: phrProfile,
  errorForm: 'array',
  isRepeatable: true,
})

/** Wrapped in `tokens`, unlike the ABHA service's; an empty refreshToken means: keep the old one. */
export const refresh = operation({
  id: 'phr.profile.refresh',
  source: '§4',
  service: 'phr-app',
  method: 'GET',
  path: '/login/profile/request/token',
  userToken: 'r-token',
  reply: Type.Object({ tokens: Type.Object(userTokens) }),
  errorForm: 'array',
})

export const logout = operation({
  id: 'phr.profile.logout',
  source: '§4',
  service: 'phr-app',
  method: 'GET',
  path: '/login/profile/request/logout',
  userToken: 'x-token',
  reply: Type.Object({ message: absent(Type.String()), timestamp: absent(Type.String()) }),
  errorForm: 'array',
})

/** Mobile and e-mail go in clear and unchanged, echoed from the profile (§13). */
export const update = operation({
  id: 'phr.profile.update',
  source: '§13',
  service: 'phr-app',
  method: 'POST',
  path: '/login/profile/updateProfile',
  userToken: 'x-token',
  body: Type.Object({
    ...phrNames,
    ...phrPlace,
    profilePhoto: Type.Optional(personal()),
    email: Type.Optional(personal()),
    mobile: Type.Optional(personal()),
  }),
  reply: phrProfile,
  errorForm: 'array',
})

const image = {
  service: 'phr-app',
  method: 'GET',
  userToken: 'x-token',
  reply: Type.Unknown(),
  status: 202,
  replyType: 'image/png',
  replyBytesMax: 5_242_880,
  errorForm: 'array',
  isRepeatable: true,
} as const

export const card = operation({ id: 'phr.profile.card', source: '§13', path: '/login/profile/phrCard', ...image })
export const qr = operation({ id: 'phr.profile.qr', source: '§13', path: '/login/profile/qrCode', ...image })

/** KYC of an address that was made by mobile: prove an ABHA number, then link it. By Aadhaar number is a guess (§13). */
const kycVariants = {
  abhaNumber: { scope: ['abha-login', 'mobile-verify'], loginHint: 'abha-number', otpSystem: 'abdm', key: 4096 },
  abhaNumberAadhaar: {
    scope: ['abha-login', 'aadhaar-verify'],
    loginHint: 'abha-number',
    otpSystem: 'aadhaar',
    key: 4096,
  },
  aadhaar: { scope: ['abha-login', 'aadhaar-verify'], loginHint: 'aadhaar', otpSystem: 'aadhaar', key: 4096 },
} as const

const contactVariants = {
  mobile: {
    scope: ['abha-address-profile', 'mobile-verify'],
    loginHint: 'mobile-number',
    otpSystem: 'abdm',
    key: 2048,
  },
  email: { scope: ['abha-address-profile', 'email-verify'], loginHint: 'email', otpSystem: 'abdm', key: 2048 },
} as const

export const requestOtp = operation({
  id: 'phr.profile.request_otp',
  source: '§13',
  service: 'phr-app',
  method: 'POST',
  path: '/login/profile/request/otp',
  userToken: 'x-token',
  body: phrOtpRequest,
  variants: { ...contactVariants, ...kycVariants },
  reply: otpRequested,
  errorForm: 'array',
  sendsOtp: true,
})

export const verify = operation({
  id: 'phr.profile.verify',
  source: '§13',
  service: 'phr-app',
  method: 'POST',
  path: '/login/profile/verify',
  userToken: 'x-token',
  body: phrVerify,
  variants: {
    ...contactVariants,
    ...kycVariants,
    password: { scope: ['abha-address-profile', 'password-verify'], key: 2048 },
  },
  reply: phrVerified,
  errorForm: 'array',
})

const linking = (action: string) =>
  Type.Object({
    action: text({ pattern: `^${action}$`, refusal: ['ABDM-9999', 'Invalid Account Action'] }),
    transactionId: txnId(),
  })
const linked = Type.Object({ authResult, message: absent(Type.String()) })

export const link = operation({
  id: 'phr.profile.link',
  source: '§13',
  service: 'phr-app',
  method: 'POST',
  path: '/login/profile/link',
  userToken: 'x-token',
  body: linking('LINK'),
  reply: linked,
  errorForm: 'array',
})

export const delink = operation({
  id: 'phr.profile.delink',
  source: '§13',
  service: 'phr-app',
  method: 'POST',
  path: '/login/profile/deLink',
  userToken: 'x-token',
  body: linking('DE_LINK'),
  reply: linked,
  errorForm: 'array',
})

/** Another address of the same person, without another OTP: a transfer token, then the choice (§9.5). */
export const switchProfile = operation({
  id: 'phr.profile.switch',
  source: '§9.5',
  service: 'phr-app',
  method: 'GET',
  path: '/login/profile/switch-profile',
  userToken: 'x-token',
  reply: Type.Object({ txnId: txnId(), users: absent(Type.Array(phrUser)), tokens: Type.Object(userTokens) }),
  errorForm: 'array',
})

export const switchUser = operation({
  id: 'phr.profile.switch_user',
  source: '§9.5',
  service: 'phr-app',
  method: 'POST',
  path: '/login/profile/verify/switch-profile/user',
  userToken: 't-token',
  body: Type.Object({ abhaAddress: abhaAddress(), txnId: txnId() }),
  reply: Type.Object(userTokens),
  errorForm: 'array',
})
