import { Type } from 'typebox'
import { absent, operation, personal, sealed, text } from './operation.ts'
import {
  abhaAddress,
  otpRequested,
  phrDetails,
  phrOtpRequest,
  phrOtpVerify,
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

export const suggestion = operation({
  id: 'phr.enrollment.suggestion',
  source: '§7.3',
  service: 'phr-app',
  method: 'POST',
  path: '/enrollment/suggestion',
  body: Type.Object({
    txnId: txnId(),
    firstName,
    lastName: Type.Optional(furtherName('Last Name')),
    dayOfBirth: Type.Optional(day),
    monthOfBirth: Type.Optional(month),
    yearOfBirth: year,
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

/** Every place field is required and not empty, although NHA's example leaves them empty (§7.5, seen live). */
const place = (words: string, pattern = '\\S') =>
  text({ pattern, redact: true, refusal: ['ABDM-1006', `Invalid ${words}`] })

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
      firstName,
      middleName: Type.Optional(furtherName('Middle Name')),
      lastName: Type.Optional(furtherName('Last Name')),
      dayOfBirth: Type.Optional(day),
      monthOfBirth: Type.Optional(month),
      yearOfBirth: year,
      gender: Type.Union([Type.Literal('M'), Type.Literal('F'), Type.Literal('O')], {
        'x-refusal': ['ABDM-1006', 'Invalid Gender'],
      }),
      email: Type.Optional(sealed(['ABDM-1006', 'Invalid Email'])),
      profilePhoto: Type.Optional(personal()),
      address: place('Address'),
      stateName: place('State, it must be only Alphabets', '^[A-Za-z][A-Za-z &.()-]*$'),
      stateCode: place('State Code', '^[0-9]{1,3}$'),
      districtName: place('District, it must be only Alphabets', '^[A-Za-z0-9][A-Za-z0-9 &.()-]*$'),
      districtCode: place('District Code', '^[0-9]{1,4}$'),
      pinCode: place('Pin Code', '^[1-9][0-9]{5}$'),
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
