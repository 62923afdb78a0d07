import { Type } from '../../schema.ts'
import { operation } from './operation.ts'
import {
  abhaAddress,
  addressFound,
  otpRequested,
  phrOtpRequest,
  phrVerified,
  phrVerify,
  txnId,
  userTokens,
} from './parts.ts'

/** §9: logging in to an ABHA address through the PHR app service. */

const variants = {
  mobile: { scope: ['abha-address-login', 'mobile-verify'], loginHint: 'mobile-number', otpSystem: 'abdm', key: 2048 },
  abhaAddress: {
    scope: ['abha-address-login', 'mobile-verify'],
    loginHint: 'abha-address',
    otpSystem: 'abdm',
    key: 2048,
  },
  email: { scope: ['abha-address-login', 'email-verify'], loginHint: 'email', otpSystem: 'abdm', key: 2048 },
  abhaNumber: { scope: ['abha-login', 'mobile-verify'], loginHint: 'abha-number', otpSystem: 'abdm', key: 4096 },
  abhaNumberAadhaar: {
    scope: ['abha-login', 'aadhaar-verify'],
    loginHint: 'abha-number',
    otpSystem: 'aadhaar',
    key: 4096,
  },
  aadhaar: {
    scope: ['abha-login', 'aadhaar-verify', 'aadhaar-otp-verify'],
    loginHint: 'aadhaar',
    otpSystem: 'aadhaar',
    key: 4096,
  },
} as const

export const search = operation({
  id: 'phr.login.search',
  source: '§9.1',
  service: 'phr-app',
  method: 'POST',
  path: '/login/search',
  body: Type.Object({ abhaAddress: abhaAddress() }),
  reply: addressFound,
  errorForm: 'array',
  isRepeatable: true,
})

export const requestOtp = operation({
  id: 'phr.login.request_otp',
  source: '§9.2',
  service: 'phr-app',
  method: 'POST',
  path: '/login/request/otp',
  body: phrOtpRequest,
  variants,
  reply: otpRequested,
  errorForm: 'array',
  sendsOtp: true,
})

export const verify = operation({
  id: 'phr.login.verify',
  source: '§9.3',
  service: 'phr-app',
  method: 'POST',
  path: '/login/verify',
  body: phrVerify,
  variants: { ...variants, password: { scope: ['abha-address-login', 'password-verify'], key: 2048 } },
  reply: phrVerified,
  errorForm: 'array',
})

export const verifyUser = operation({
  id: 'phr.login.verify_user',
  source: '§9.4',
  service: 'phr-app',
  method: 'POST',
  path: '/login/verify/user',
  userToken: 't-token',
  body: Type.Object({ abhaAddress: abhaAddress(), txnId: txnId() }),
  reply: Type.Object(userTokens),
  errorForm: 'array',
})
