import { Type } from '../../schema.ts'
import { absent, operation, personal, sealed, text } from './operation.ts'
import {
  abhaAddressPattern,
  abhaOtpRequest,
  abhaOtpVerify,
  authResult,
  enrolledProfile,
  otpRequested,
  txnId,
  userTokens,
} from './parts.ts'

/** §6, §15: an ABHA number by Aadhaar, proved by OTP or by face. "enrol" has one l here. */

const otpVariants = {
  aadhaar: { scope: ['abha-enrol'], loginHint: 'aadhaar', otpSystem: 'aadhaar', key: 4096 },
  mobile: { scope: ['abha-enrol', 'mobile-verify'], loginHint: 'mobile', otpSystem: 'abdm', key: 4096 },
} as const

/** The first send begins a transaction; a filled `txnId` sends again in it, or sends to the other mobile (§6.3). */
export const requestOtp = operation({
  id: 'abha.enrollment.request_otp',
  source: '§6.1, 6.3',
  service: 'abha',
  method: 'POST',
  path: '/enrollment/request/otp',
  body: Type.Object({
    txnId: Type.Optional(personal({ refusal: ['', 'Invalid Transaction Id'] })),
    ...abhaOtpRequest,
  }),
  variants: otpVariants,
  reply: otpRequested,
  errorForm: 'field',
  sendsOtp: true,
})

const mobile = personal({ pattern: '^([+]91|0)?[1-9][0-9]{9}$', refusal: ['', 'Invalid Mobile Number'] })
const transaction = txnId(['', 'Invalid Transaction Id'])

/** Answers 200 also for somebody who has an ABHA number already: `isNew` tells (§6.2). */
export const byAadhaar = operation({
  id: 'abha.enrollment.by_aadhaar',
  source: '§6.2, 15',
  service: 'abha',
  method: 'POST',
  path: '/enrollment/enrol/byAadhaar',
  key: 4096,
  body: Type.Object({
    authData: Type.Object({
      authMethods: Type.Array(Type.Union([Type.Literal('otp'), Type.Literal('face_auth')]), {
        minItems: 1,
        maxItems: 1,
        'x-refusal': ['', 'Invalid Auth Method'],
      }),
      otp: Type.Optional(
        Type.Object({
          timeStamp: Type.Optional(Type.String()),
          txnId: transaction,
          otpValue: sealed(['', 'Invalid OTP Value']),
          mobile,
        }),
      ),
      face: Type.Optional(
        Type.Object({
          txnId: transaction,
          aadhaar: sealed(['', 'Invalid Aadhaar Number']),
          mobile: Type.Optional(mobile),
        }),
      ),
    }),
    consent: Type.Object({
      code: text({ pattern: '^abha-enrollment$', refusal: ['', 'Invalid Consent Code'] }),
      version: text({ pattern: '^1\\.4$', refusal: ['', 'Invalid Consent Version'] }),
    }),
  }),
  reply: Type.Object({
    message: absent(Type.String()),
    txnId: txnId(),
    tokens: Type.Object(userTokens),
    ABHAProfile: enrolledProfile,
    isNew: absent(Type.Boolean()),
  }),
  errorForm: 'field',
})

/** Proves the other mobile. No new tokens: the ones of the enrolment stay (§6.4). */
export const byAbdm = operation({
  id: 'abha.enrollment.by_abdm',
  source: '§6.4',
  service: 'abha',
  method: 'POST',
  path: '/enrollment/auth/byAbdm',
  body: abhaOtpVerify,
  variants: { mobile: { scope: otpVariants.mobile.scope, key: 4096 } },
  reply: Type.Object({
    txnId: absent(txnId()),
    authResult,
    message: absent(Type.String()),
    accounts: absent(Type.Array(Type.Object({ ABHANumber: absent(personal()) }))),
  }),
  errorForm: 'field',
})

export const suggestion = operation({
  id: 'abha.enrollment.suggestion',
  source: '§6.5',
  service: 'abha',
  method: 'GET',
  path: '/enrollment/enrol/suggestion',
  headers: ['TRANSACTION_ID'],
  reply: Type.Object({ txnId: absent(txnId()), abhaAddressList: absent(Type.Array(personal())) }),
  errorForm: 'wrapped',
  isRepeatable: true,
})

/** The transaction carries the right; no user token is needed (§6.6). */
export const abhaAddress = operation({
  id: 'abha.enrollment.abha_address',
  source: '§6.6',
  service: 'abha',
  method: 'POST',
  path: '/enrollment/enrol/abha-address',
  body: Type.Object({
    txnId: transaction,
    abhaAddress: personal({ pattern: abhaAddressPattern, refusal: ['', 'Invalid ABHA Address'] }),
    preferred: Type.Integer({ minimum: 0, maximum: 1, 'x-refusal': ['', 'Invalid Preferred Flag'] }),
  }),
  reply: Type.Object({
    txnId: absent(txnId()),
    healthIdNumber: absent(personal()),
    preferredAbhaAddress: absent(personal()),
  }),
  errorForm: 'field',
})
