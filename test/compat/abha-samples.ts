import {
  account,
  byNumber,
  byNumberAadhaar,
  ciphertext,
  final,
  jwt,
  otpRequest,
  otpVerify,
  passwordVerify,
  phrSamples,
  profile,
  type Sample,
  txnId,
  verifiedUser,
} from './abdm-samples.ts'

/** The rest of what abdm-v3.md shows: the ABHA service, face, profile changes. The same rules as in abdm-samples.ts. */

const sent = { txnId, message: 'OTP sent to mobile number ending with ******3210' }
const tokens = { token: jwt, expiresIn: 1800, refreshToken: jwt, refreshExpiresIn: 1296000 }
const failed = {
  txnId,
  authResult: 'failed',
  message: 'Please enter a valid OTP. Entered OTP is either expired or incorrect.',
  accounts: [],
}
const consent = { code: 'abha-enrollment', version: '1.4' }
const byAadhaar = ['abha-login', 'aadhaar-verify']
const index = ['abha-login', 'search-abha', 'mobile-verify']
const indexAadhaar = ['abha-login', 'search-abha', 'aadhaar-verify']
const change = (what: string) => ['abha-profile', what]
const addressChange = (what: string) => ['abha-address-profile', what]
const otherMobile = ['abha-enrol', 'mobile-verify']

/** §6.2 */
const enrolled = {
  preferredAddress: '91000011112222@sbx',
  firstName: 'Asha',
  middleName: '',
  lastName: 'Rao',
  dob: '09-04-1990',
  gender: 'F',
  photo: '/9j/4AAQSkZJRg==',
  mobile: '9876543210',
  mobileVerified: true,
  email: null,
  phrAddress: ['91000011112222@sbx'],
  address: '12 Lake Road',
  districtCode: '490',
  stateCode: '27',
  pinCode: '411001',
  abhaType: 'STANDARD',
  stateName: 'MAHARASHTRA',
  districtName: 'PUNE',
  communicationMobile: null,
  ABHANumber: '91-0000-1111-2222',
  abhaStatus: 'ACTIVE',
}

/** §9.1 */
const found = {
  healthIdNumber: null,
  abhaAddress: 'asha.rao1990@sbx',
  authMethods: ['MOBILE_OTP', 'PASSWORD'],
  blockedAuthMethods: [],
  status: 'ACTIVE',
  message: null,
  fullName: 'Asha Rao',
  mobile: 'XXXXXX3210',
}
const nobody = { ...found, abhaAddress: null, authMethods: [], fullName: null, mobile: null, status: null }

const linked = { authResult: 'success', message: 'ABHA number is securely linked to ABHA address' }
const picture = { source: '§13', answers: ['bytes'] }

const abhaSamples: { readonly [operation: string]: Sample } = {
  'abha.enrollment.request_otp': {
    source: '§6.1, §6.3',
    requests: [
      { txnId: '', ...otpRequest(['abha-enrol'], 'aadhaar', 'aadhaar') },
      { txnId, ...otpRequest(otherMobile, 'mobile', 'abdm') },
    ],
    answers: [{ txnId, message: 'OTP sent to Aadhaar registered mobile number ending with ******3210' }],
  },
  'abha.enrollment.by_aadhaar': {
    source: '§6.2, §15',
    requests: [
      {
        authData: {
          authMethods: ['otp'],
          otp: { timeStamp: '2026-01-02T03:04:05.678Z', txnId, otpValue: ciphertext, mobile: '9876543210' },
        },
        consent,
      },
      { authData: { authMethods: ['face_auth'], face: { txnId, aadhaar: ciphertext, mobile: '9876543210' } }, consent },
    ],
    answers: [
      { message: 'Account created successfully', txnId, tokens, ABHAProfile: enrolled, isNew: true },
      {
        message: 'This account already exist',
        txnId,
        tokens,
        ABHAProfile: {
          ...enrolled,
          mobile: '******3210',
          phrAddress: ['asha.rao1990@sbx'],
          preferredAddress: undefined,
        },
        isNew: false,
      },
      {
        message: 'Account created successfully',
        txnId,
        tokens,
        ABHAProfile: { ...enrolled, mobile: null },
        isNew: true,
      },
    ],
  },
  'abha.enrollment.by_abdm': {
    source: '§6.4',
    requests: [{ scope: otherMobile, authData: { authMethods: ['otp'], otp: { txnId, otpValue: ciphertext } } }],
    answers: [
      {
        txnId,
        authResult: 'success',
        message: 'Mobile number is now successfully linked to your Account',
        accounts: [{ ABHANumber: '91-0000-1111-2222' }],
      },
      { txnId, authResult: 'failed', message: 'OTP expired, please try again', accounts: [] },
    ],
  },
  'abha.enrollment.suggestion': {
    source: '§6.5',
    answers: [{ txnId, abhaAddressList: ['asha.rao1990', 'asharao0904'] }],
  },
  'abha.enrollment.abha_address': {
    source: '§6.6',
    requests: [{ txnId, abhaAddress: 'asha.rao1990', preferred: 1 }],
    answers: [{ txnId, healthIdNumber: '91-0000-1111-2222', preferredAbhaAddress: 'asha.rao1990@sbx' }],
  },
  'abha.login.request_otp': {
    source: '§8.1',
    requests: [
      otpRequest(byAadhaar, 'aadhaar', 'aadhaar'),
      otpRequest(byAadhaar, 'abha-number', 'aadhaar'),
      otpRequest(byNumber, 'abha-number', 'abdm'),
      otpRequest(byNumber, 'mobile', 'abdm'),
      { ...otpRequest(index, 'index', 'abdm'), txnId },
      { ...otpRequest(indexAadhaar, 'index', 'aadhaar'), txnId },
    ],
    answers: [sent],
  },
  'abha.login.verify': {
    source: '§8.2',
    requests: [otpVerify(byNumber), otpVerify(byAadhaar)],
    answers: [
      {
        txnId,
        authResult: 'success',
        message: 'OTP verified successfully',
        token: jwt,
        expiresIn: 300,
        accounts: [
          {
            ABHANumber: '91-0000-1111-2222',
            preferredAbhaAddress: 'asha.rao1990@sbx',
            name: 'Asha Rao',
            gender: 'F',
            dob: '09-04-1990',
            verifiedStatus: 'VERIFIED',
            verificationType: 'AADHAAR',
            status: 'ACTIVE',
            profilePhoto: null,
            kycVerified: true,
            mobileVerified: true,
          },
        ],
      },
      {
        txnId,
        authResult: 'success',
        message: 'OTP verified successfully',
        ...tokens,
        accounts: [{ ABHANumber: '91-0000-1111-2222', name: 'Asha Rao' }],
      },
      failed,
    ],
  },
  'abha.login.verify_user': {
    source: '§8.3',
    requests: [{ ABHANumber: '91-0000-1111-2222', txnId }],
    answers: [tokens],
  },
  'abha.login.search': {
    source: '§8.4',
    requests: [{ ABHANumber: '91-0000-1111-2222' }],
    answers: [
      {
        preferredAbhaAddress: 'asha.rao1990@sbx',
        ABHANumber: '91-0000-1111-2222',
        authMethods: ['AADHAAR_OTP', 'MOBILE_OTP'],
        tags: {},
        blockedAuthMethods: [],
        status: 'ACTIVE',
        verificationStatus: 'VERIFIED',
        mobile: '******3210',
        verificationType: 'AADHAAR',
        isDocumentAccount: false,
      },
    ],
  },
  'abha.account.search': {
    source: '§11',
    requests: [{ scope: ['search-abha'], mobile: ciphertext }],
    answers: [
      [
        {
          txnId,
          ABHA: [
            {
              index: 1,
              ABHANumber: 'xx-xxxx-xxxx-2222',
              name: 'Asha Rao',
              gender: 'F',
              kycVerified: 'true',
              authMethods: ['AADHAAR_OTP', 'MOBILE_OTP', 'DEMOGRAPHICS'],
            },
          ],
        },
      ],
    ],
  },
  'abha.profile.get': {
    source: '§12.1',
    answers: [
      {
        ...account,
        mobileVerified: true,
        email: null,
        address: '12 Lake Road',
        kycPhoto: '/9j/4AAQSkZJRg==',
        stateName: 'MAHARASHTRA',
        districtName: 'PUNE',
        subdistrictName: 'HAVELI',
        townName: null,
        authMethods: ['AADHAAR_OTP'],
        tags: {},
        verificationStatus: 'VERIFIED',
        verificationType: 'AADHAAR',
        localizedDetails: {},
        createdDate: '02-01-2026',
        phrAddress: ['asha.rao1990@sbx'],
      },
    ],
  },
  'abha.profile.patch': {
    source: '§12.2',
    requests: [{ profilePhoto: '/9j/4AAQSkZJRg==' }],
    answers: [{ ...account, profilePhoto: '/9j/4AAQSkZJRg==' }],
  },
  'abha.profile.request_otp': {
    source: '§12.3',
    requests: [
      otpRequest(change('mobile-verify'), 'mobile', 'abdm'),
      otpRequest(change('email-verify'), 'email', 'abdm'),
      otpRequest(change('re-kyc'), 'abha-number', 'aadhaar'),
      otpRequest(change('delete'), 'abha-number', 'aadhaar'),
      otpRequest(change('delete'), 'abha-number', 'abdm'),
      otpRequest(change('de-activate'), 'abha-number', 'aadhaar'),
      otpRequest(change('de-activate'), 'abha-number', 'abdm'),
    ],
    answers: [sent],
  },
  'abha.profile.verify': {
    source: '§12.3',
    requests: [
      ...['mobile-verify', 'email-verify', 're-kyc'].map((scope) => otpVerify(change(scope))),
      ...['delete', 'de-activate'].map((scope) => ({ ...otpVerify(change(scope)), reasons: ['Moved away'] })),
    ],
    answers: [
      {
        txnId,
        authResult: 'success',
        message: 'Mobile Number linked successfully',
        accounts: [{ ABHANumber: '91-0000-1111-2222' }],
      },
      failed,
    ],
  },
  'abha.profile.refresh': { source: '§4', answers: [tokens] },
  'abha.profile.logout': { source: '§4', answers: [{ message: 'You have been logged out' }] },
  'abha.profile.card': { ...picture, source: '§12.2' },
  'abha.profile.qr': { ...picture, source: '§12.2' },
  'abha.face.init': {
    source: '§15',
    requests: [{ scope: ['abha-enrol', 'face-auth'] }],
    answers: [{ txnId, message: 'Transaction Id generated Successfully' }],
  },
  'abha.face.capture': {
    source: '§15',
    requests: [{ scope: ['abha-enrol', 'face-verify'], txnId }],
    answers: [
      { status: 'PENDING', message: 'Awaiting PID capture' },
      { status: 'VERIFIED', message: '' },
      { status: 'COMPLETE', message: 'PID captured successfully', txnId },
      { status: 'FAILED', message: 'PID capture failed. Please regenarate the QR Code.' },
    ],
  },
  'phr.login.search': { source: '§9.1', requests: [{ abhaAddress: 'asha.rao1990@sbx' }], answers: [found, nobody] },
  'web.login.search': { source: '§10', requests: [{ abhaAddress: 'asha.rao1990@sbx' }], answers: [found] },
  'web.profile.card': { ...picture, source: '§14' },
  'web.profile.qr': { ...picture, source: '§14' },
  'phr.profile.card': picture,
  'phr.profile.qr': picture,
  'phr.profile.logout': {
    source: '§4',
    answers: [{ message: 'You have been logged out', timestamp: '2026-01-02 08:34:05' }],
  },
  'phr.profile.update': {
    source: '§13',
    requests: [
      {
        firstName: 'Asha',
        middleName: '',
        lastName: 'Rao',
        dayOfBirth: '09',
        monthOfBirth: '04',
        yearOfBirth: '1990',
        gender: 'F',
        address: '12 Lake Road',
        stateName: 'Maharashtra',
        stateCode: '27',
        districtName: 'Pune',
        districtCode: '490',
        pinCode: '411001',
        profilePhoto: '',
        email: '',
        mobile: '9876543210',
      },
    ],
    answers: [profile],
  },
  'phr.profile.request_otp': {
    source: '§13',
    requests: [
      otpRequest(addressChange('mobile-verify'), 'mobile-number', 'abdm'),
      otpRequest(addressChange('email-verify'), 'email', 'abdm'),
      otpRequest(byNumber, 'abha-number', 'abdm'),
      otpRequest(byNumberAadhaar, 'abha-number', 'aadhaar'),
      otpRequest(byNumberAadhaar, 'aadhaar', 'aadhaar'),
    ],
    answers: [sent],
  },
  'phr.profile.verify': {
    source: '§13',
    requests: [
      otpVerify(addressChange('mobile-verify')),
      otpVerify(addressChange('email-verify')),
      otpVerify(byNumber),
      otpVerify(byNumberAadhaar),
      passwordVerify(addressChange('password-verify')),
    ],
    answers: [
      {
        txnId,
        authResult: 'success',
        message: 'Mobile Number linked successfully',
        users: [{ abhaAddress: 'asha.rao1990@sbx' }],
      },
      {
        txnId,
        message: 'OTP verified successfully',
        authResult: 'success',
        users: [verifiedUser],
        accounts: [account],
        tokens: final,
      },
      { txnId, message: 'OTP expired, please try again', authResult: 'failed', users: [] },
    ],
  },
  'phr.profile.switch': {
    source: '§9.5',
    answers: [{ txnId, users: [verifiedUser], tokens: { token: jwt, expiresIn: 300, refreshToken: null } }],
  },
  'phr.profile.switch_user': {
    source: '§9.5',
    requests: [{ abhaAddress: 'asha.rao1990@sbx', txnId }],
    answers: [tokens],
  },
  'phr.profile.link': {
    source: '§13',
    requests: [{ action: 'LINK', transactionId: txnId }],
    answers: [linked],
  },
  'phr.profile.delink': {
    source: '§13',
    requests: [{ action: 'DE_LINK', transactionId: txnId }],
    answers: [{ authResult: 'success', message: 'ABHA number is now unlinked from ABHA address' }],
  },
}

export const samples = { ...phrSamples, ...abhaSamples }
