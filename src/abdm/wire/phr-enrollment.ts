import { Type } from '../../schema.ts'
import { absent, operation, personal, sealed } from './operation.ts'
import {
  abhaAddress,
  otpRequested,
  phrDetails,
  phrNames,
  phrOtpRequest,
  phrOtpVerify,
  phrPlace,
  phrVerified,
  txnId,
  userTokens,
} from './parts.ts'

/** §7: an ABHA address by mobile OTP or by ABHA number. "enroll" has two l here. */

const variants = {
  mobile: { scope: ['abha-address-enroll', 'mobile-verify'], loginHint: 'mobile-number', otpSystem: 'abdm', key: 2048 },
  abhaNumber: { scope: ['abha-login', 'mobile-verify'], loginHint: 'abha-number', otpSystem: 'abdm', key: 4096 },
  abhaNumberAadhaar: {
    scope: ['abha-login', 'aadhaar-verify'],
    loginHint: 'abha-number',
    otpSystem: 'aadhaar',
    key: 4096,
  },
} as const

export const requestOtp = operation({
  id: 'phr.enrollment.request_otp',
  source: '§7.1',
  service: 'phr-app',
  method: 'POST',
  path: '/enrollment/request/otp',
  body: phrOtpRequest,
  variants,
  reply: otpRequested,
  errorForm: 'array',
  sendsOtp: true,
})

export const verify = operation({
  id: 'phr.enrollment.verify',
  source: '§7.2',
  service: 'phr-app',
  method: 'POST',
  path: '/enrollment/verify',
  body: phrOtpVerify,
  variants,
  reply: phrVerified,
  errorForm: 'array',
})

export const suggestion = operation({
  id: 'phr.enrollment.suggestion',
  source: '§7.3',
  service: 'phr-app',
  method: 'POST',
  path: '/enrollment/suggestion',
  body: Type.Object({
    txnId: txnId(),
    firstName: phrNames.firstName,
    lastName: phrNames.lastName,
    dayOfBirth: phrNames.dayOfBirth,
    monthOfBirth: phrNames.monthOfBirth,
    yearOfBirth: phrNames.yearOfBirth,
    email: Type.Optional(personal()),
  }),
  reply: Type.Object({ txnId: absent(txnId()), abhaAddressList: absent(Type.Array(personal())) }),
  errorForm: 'array',
  isRepeatable: true,
})

/** `true` means taken. */
export const isExists = operation({
  id: 'phr.enrollment.is_exists',
  source: '§7.4',
  service: 'phr-app',
  method: 'GET',
  path: '/enrollment/isExists',
  query: Type.Object({ abhaAddress: abhaAddress(['ABDM-1006', 'Invalid ABHA Address']) }),
  reply: Type.Boolean(),
  replyType: 'application/octet-stream',
  errorForm: 'array',
  isRepeatable: true,
})

export const enrol = operation({
  id: 'phr.enrollment.enrol',
  source: '§7.5',
  service: 'phr-app',
  method: 'POST',
  path: '/enrollment/enrol',
  key: 2048,
  body: Type.Object({
    txnId: txnId(),
    phrDetails: Type.Object({
      mobile: sealed(['ABDM-1006', 'Invalid Mobile Number']),
      ...phrNames,
      email: Type.Optional(sealed(['ABDM-1006', 'Invalid Email'])),
      profilePhoto: Type.Optional(personal()),
      ...phrPlace,
      abhaAddress: abhaAddress(['ABDM-1006', 'Invalid ABHA Address']),
      password: Type.Optional(sealed(['ABDM-1006', 'Invalid Password'])),
      ABHANumber: Type.Optional(
        personal({ pattern: '^[0-9]{2}-[0-9]{4}-[0-9]{4}-[0-9]{4}$', refusal: ['ABDM-9999', 'Invalid ABHA Number'] }),
      ),
    }),
  }),
  reply: Type.Object({
    txnId: absent(txnId()),
    message: absent(Type.String()),
    phrDetails: Type.Object({ ...phrDetails, abhaAddress: Type.Array(personal()) }),
    tokens: Type.Object(userTokens),
  }),
  errorForm: 'array',
})
