import type { ErrorRow } from './error-table.ts'

/** The published mapping of upstream codes (connect §5.4): status and text exactly as published. */

const abdmCodes = (numbers: string): string[] => numbers.split(' ').map((number) => `ABDM-${number}`)

export const publishedErrors = {
  upstreamHidden: {
    status: 500,
    text: 'Something went wrong',
    abdm: abdmCodes(
      '1000 1002 1003 1004 1005 1007 1008 1009 1011 1015 1016 1017 1019 1020 1021 1023 1024 1025 1026 1028 1029 1033 1034 1036 1037 1038 1039 1040 1041 1043 1044 1045 1046 1047 1048 1049 1050 1051 1052 1053 1054 1401 1402 9999 1109 1108 1205 1202 1200 1201 1101 1100',
    ),
    meaning:
      'ABDM refused or failed for a reason that is no business of the person; the code is passed on. Every upstream code that stands in no other row leads here too.',
  },
  upstreamRequestHidden: {
    status: 400,
    text: 'Something went wrong',
    abdm: abdmCodes('1030 1031 1032 1064'),
    meaning: 'ABDM did not accept the request.',
  },
  noDataFound: { status: 500, text: 'No data found', abdm: ['ABDM-1001'], meaning: 'ABDM has no data.' },
  upstreamBadRequest: {
    status: 400,
    text: 'Bad Request, invalid request',
    abdm: ['ABDM-1006'],
    meaning: 'ABDM refused a value. (ABDM-1006 about combinations of scopes is hidden instead.)',
  },
  upstreamValidationFailed: {
    status: 400,
    text: 'Validation failed',
    abdm: ['ABDM-1010'],
    meaning: 'ABDM refused a value.',
  },
  noRecordForAddress: {
    status: 400,
    text: 'No records found against the ABHA Address',
    abdm: ['ABDM-1012', 'ABDM-1211'],
    meaning: 'ABDM knows no such ABHA address.',
  },
  abhaNumberInvalid: {
    status: 400,
    text: 'Invalid ABHA Number',
    abdm: ['ABDM-1013'],
    meaning: 'ABDM refused the ABHA number.',
  },
  mobileOrEmailInvalid: {
    status: 400,
    text: 'Invalid Mobile Email',
    abdm: ['ABDM-1014'],
    meaning: 'ABDM refused the mobile number or e-mail address.',
  },
  shareFailed: {
    status: 500,
    text: 'Unable to share the details with Hospital',
    abdm: ['ABDM-1018'],
    meaning: 'The facility could not be reached through ABDM.',
  },
  upstreamTooManyRequests: {
    status: 500,
    text: 'Too many requests',
    abdm: ['ABDM-1022'],
    meaning: 'ABDM limits this server; wait.',
  },
  blockedForADay: {
    status: 500,
    text: 'You are blocked. Please try again after 24 hours.',
    abdm: ['ABDM-1027'],
    meaning: 'ABDM has blocked the person or this server for a day.',
  },
  upstreamOtpWrong: {
    status: 400,
    text: "OTP doesn't match",
    abdm: ['ABDM-1035'],
    meaning: 'ABDM says that the OTP does not match. (ABDM-1035 about an HIP id is hidden instead.)',
  },
  upstreamInvalidRequest: {
    status: 400,
    text: 'Invalid request',
    abdm: ['ABDM-1042'],
    meaning: 'ABDM refused the request.',
  },
  consentExpired: {
    status: 400,
    text: 'Consent artefact expired',
    abdm: ['ABDM-1061'],
    meaning: 'The consent has ended.',
  },
  consentNotGranted: {
    status: 400,
    text: 'Consent Not granted',
    abdm: ['ABDM-1062'],
    meaning: 'The person has not consented.',
  },
  dateRangeInvalid: {
    status: 400,
    text: 'Date Range given is invalid',
    abdm: ['ABDM-1063'],
    meaning: 'ABDM refused the dates.',
  },
  mobileVerificationPending: {
    status: 400,
    text: 'Mobile number verification is pending.',
    abdm: ['ABDM-1102'],
    meaning: 'The mobile number must be verified first.',
  },
  abhaUserNotFound: {
    status: 500,
    text: 'ABHA User not found.',
    abdm: ['ABDM-1110'],
    meaning: 'ABDM knows no such person.',
  },
  mobileNotFound: {
    status: 400,
    text: 'Mobile number not found.',
    abdm: ['ABDM-1111'],
    meaning: 'ABDM knows no such mobile number.',
  },
  aadhaarNotFound: {
    status: 400,
    text: 'Aadhaar details not found.',
    abdm: ['ABDM-1112'],
    meaning: 'ABDM knows no such Aadhaar details.',
  },
  passwordLoginNotAllowed: {
    status: 400,
    text: 'Login via Password is not allowed',
    abdm: ['ABDM-1113'],
    meaning: 'Choose another login method.',
  },
  abhaNumberLoginNotAllowed: {
    status: 400,
    text: 'Login via ABHA Number OTP is not allowed',
    abdm: ['ABDM-1114'],
    meaning: 'Choose another login method.',
  },
  aadhaarLoginNotAllowed: {
    status: 400,
    text: 'Login via Aadhaar OTP is not allowed',
    abdm: ['ABDM-1115'],
    meaning: 'Choose another login method.',
  },
  upstreamOtpIncorrect: {
    status: 400,
    text: 'The OTP that you have entered is incorrect. Please try again.',
    abdm: ['MIS-1013'],
    meaning: 'ABDM says that the OTP is wrong.',
  },
  upstreamTxnUnknown: {
    status: 500,
    text: 'Transaction not found for UUID.',
    abdm: ['MIS-1026'],
    meaning: 'ABDM has forgotten the transaction. Begin the flow again.',
  },
  upstreamRefused: {
    status: 400,
    text: 'Bad Request, invalid request',
    meaning: 'ABDM refused the request without a code.',
  },
} as const satisfies Record<string, ErrorRow>
