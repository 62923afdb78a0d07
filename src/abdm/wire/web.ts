import { Type } from '../../schema.ts'
import { operation } from './operation.ts'
import {
  abhaAddress,
  addressFound,
  otpRequested,
  phrOtpRequest,
  phrOtpVerify,
  phrProfile,
  phrVerified,
} from './parts.ts'

/** §10, §14: PHR web, the fallback for client ids that NHA has not enabled for the PHR app service. No refresh exists. */

const variants = {
  mobile: { scope: ['abha-address-login', 'mobile-verify'], loginHint: 'abha-address', otpSystem: 'abdm', key: 4096 },
  aadhaar: {
    scope: ['abha-address-login', 'aadhaar-verify'],
    loginHint: 'abha-address',
    otpSystem: 'aadhaar',
    key: 4096,
  },
} as const

export const search = operation({
  id: 'web.login.search',
  source: '§10',
  service: 'phr-web',
  method: 'POST',
  path: '/login/abha/search',
  body: Type.Object({ abhaAddress: abhaAddress(['ABDM-1006', 'Invalid Abha Address']) }),
  reply: addressFound,
  errorForm: 'array',
  isRepeatable: true,
})

export const requestOtp = operation({
  id: 'web.login.request_otp',
  source: '§10',
  service: 'phr-web',
  method: 'POST',
  path: '/login/abha/request/otp',
  body: phrOtpRequest,
  variants,
  reply: otpRequested,
  errorForm: 'array',
  sendsOtp: true,
})

export const verify = operation({
  id: 'web.login.verify',
  source: '§10',
  service: 'phr-web',
  method: 'POST',
  path: '/login/abha/verify',
  body: phrOtpVerify,
  variants,
  reply: phrVerified,
  errorForm: 'array',
})

export const profile = operation({
  id: 'web.profile.get',
  source: '§14',
  service: 'phr-web',
  method: 'GET',
  path: '/login/profile/abha-profile',
  userToken: 'x-token',
  reply: phrProfile,
  errorForm: 'array',
  isRepeatable: true,
})

export const card = operation({
  id: 'web.profile.card',
  source: '§14',
  service: 'phr-web',
  method: 'GET',
  path: '/login/profile/abha/phr-card',
  userToken: 'x-token',
  reply: Type.Unknown(),
  status: 202,
  replyType: 'image/png',
  replyBytesMax: 5_242_880,
  errorForm: 'array',
  isRepeatable: true,
})

export const qr = operation({
  id: 'web.profile.qr',
  source: '§14',
  service: 'phr-web',
  method: 'GET',
  path: '/login/profile/abha/qr-code',
  userToken: 'x-token',
  reply: Type.Unknown(),
  replyType: 'image/png',
  replyBytesMax: 5_242_880,
  errorForm: 'array',
  isRepeatable: true,
})
