/**
 * What abdm-v3.md shows going over the wire, transcribed by hand: the outside witness of src/abdm/wire, which client and
 * emulator share and could therefore both have wrong. Values are invented, names and types are the document's. A request
 * has ciphertext where the document writes `<enc …>`.
 */
export type Sample = {
  /** Sections of abdm-v3.md that the samples are taken from. */
  readonly source: string
  readonly requests?: readonly unknown[]
  readonly queries?: readonly unknown[]
  readonly answers: readonly unknown[]
}

export const txnId = '0b7a4c1e-2f3d-4a5b-8c6d-7e8f90a1b2c3'
export const ciphertext = 'q83vEjRWeJCrze8SNFZ4kKvN7w=='
export const jwt = 'eyJhbGciOiJSUzUxMiJ9.eyJ0eXAiOiJUcmFuc2ZlciJ9.c2ln'

export const otpRequest = (scope: readonly string[], loginHint: string, otpSystem: string) => ({
  scope,
  loginHint,
  loginId: ciphertext,
  otpSystem,
})
export const otpVerify = (scope: readonly string[]) => ({
  scope,
  authData: { authMethods: ['otp'], otp: { txnId, otpValue: ciphertext } },
})

export const passwordVerify = (scope: readonly string[]) => ({
  scope,
  authData: { authMethods: ['password'], password: { abhaAddress: 'asha.rao1990@sbx', password: ciphertext } },
})

const enrollment = ['abha-address-enroll', 'mobile-verify']
const login = ['abha-address-login', 'mobile-verify']
export const byNumber = ['abha-login', 'mobile-verify']
export const byNumberAadhaar = ['abha-login', 'aadhaar-verify']
const byAadhaar = ['abha-login', 'aadhaar-verify', 'aadhaar-otp-verify']
const webAadhaar = ['abha-address-login', 'aadhaar-verify']

const transfer = { token: jwt, expiresIn: 300, switchProfileEnabled: false }
export const final = {
  token: jwt,
  expiresIn: 1800,
  refreshToken: jwt,
  refreshExpiresIn: 1296000,
  switchProfileEnabled: true,
}

export const verifiedUser = {
  abhaAddress: 'asha.rao1990@sbx',
  fullName: 'Asha Rao',
  gender: 'F',
  abhaNumber: '91-0000-1111-2222',
  status: 'ACTIVE',
  kycStatus: 'VERIFIED',
  age: 35,
}
/** Not KYC verified: the ABHA number is missing (§7.2, §19 no. 16). */
const selfDeclaredUser = {
  abhaAddress: 'older.one12@sbx',
  fullName: 'Ravi Rao',
  gender: 'M',
  status: 'ACTIVE',
  kycStatus: 'PENDING',
  age: 61,
}
/** §12.1, as it stands in `accounts`. */
export const account = {
  ABHANumber: '91-0000-1111-2222',
  preferredAbhaAddress: 'asha.rao1990@sbx',
  mobile: '9876543210',
  firstName: 'Asha',
  middleName: '',
  lastName: 'Rao',
  name: 'Asha Rao',
  yearOfBirth: '1990',
  dayOfBirth: '9',
  monthOfBirth: '4',
  gender: 'F',
  profilePhoto: null,
  status: 'ACTIVE',
  stateCode: '27',
  districtCode: '490',
  pincode: '411001',
  kycVerified: true,
}

/** §13: booleans and counts as text; the photo and, without KYC, the ABHA number are missing. */
export const profile = {
  abhaAddress: 'asha.rao1990@sbx',
  fullName: 'Asha Rao',
  firstName: 'Asha',
  middleName: '',
  lastName: 'Rao',
  dayOfBirth: '09',
  monthOfBirth: '04',
  yearOfBirth: '1990',
  dateOfBirth: '09-04-1990',
  gender: 'F',
  email: '',
  mobile: '9876543210',
  address: '12 Lake Road',
  stateName: 'Maharashtra',
  districtName: 'Pune',
  pinCode: '411001',
  stateCode: '27',
  districtCode: '490',
  authMethods: ['MOBILE_OTP', 'PASSWORD'],
  status: 'ACTIVE',
  emailVerified: 'false',
  mobileVerified: 'true',
  kycStatus: 'PENDING',
  abhaLinkedCount: '3',
}
const kycProfile = {
  ...profile,
  abhaNumber: '91-0000-1111-2222',
  mobile: '******3210',
  email: null,
  kycStatus: 'VERIFIED',
  profilePhoto: '/9j/4AAQSkZJRg==',
}

export const phrSamples: { readonly [operation: string]: Sample } = {
  'gateway.session': {
    source: '§2',
    requests: [{ clientId: 'SBXID_000001', clientSecret: '7d1f0c3a', grantType: 'client_credentials' }],
    answers: [{ accessToken: jwt, expiresIn: 1200, refreshExpiresIn: 1800, refreshToken: jwt, tokenType: 'bearer' }],
  },
  'gateway.certs': {
    source: '§2',
    answers: [
      {
        keys: [
          {
            kid: 'AlRb5W7b',
            kty: 'RSA',
            alg: 'RS256',
            use: 'sig',
            n: 'q83vEjRWeJCrze8',
            e: 'AQAB',
            x5c: ['MIICmzCCAYMCBgF4'],
            x5t: 'JYQ5T7wYBvsHZ4Vq',
            x5t2: 'Rm2sO9pXHdQmvNwE',
          },
        ],
      },
    ],
  },
  'abha.certificate': {
    source: '§3.1',
    answers: [
      { publicKey: 'MIICIjANBgkqhkiG9w0BAQE=', encryptionAlgorithm: 'RSA/ECB/OAEPWithSHA-1AndMGF1Padding' },
      {
        publicKey: '-----BEGIN PUBLIC KEY-----\nMIICIjANBgkqhkiG9w0BAQE=\n-----END PUBLIC KEY-----',
        encryptionAlgorithm: 'RSA/ECB/OAEPWithSHA-1AndMGF1Padding',
      },
    ],
  },
  'phr.certificate': {
    source: '§3.1',
    answers: [{ publicKey: 'MIIBIjANBgkqhkiG9w0BAQE=', encryptionAlgorithm: 'RSA/ECB/OAEPWithSHA-1AndMGF1Padding' }],
  },
  'phr.enrollment.request_otp': {
    source: '§7.1',
    requests: [
      otpRequest(enrollment, 'mobile-number', 'abdm'),
      otpRequest(byNumber, 'abha-number', 'abdm'),
      otpRequest(byNumberAadhaar, 'abha-number', 'aadhaar'),
    ],
    answers: [{ message: 'OTP is sent to Mobile number ending with ******3210', txnId }],
  },
  'phr.enrollment.verify': {
    source: '§7.2',
    requests: [otpVerify(enrollment), otpVerify(byNumber), otpVerify(byNumberAadhaar)],
    answers: [
      {
        txnId,
        message: 'OTP Verified Successfully',
        authResult: 'success',
        users: [verifiedUser, selfDeclaredUser],
        tokens: transfer,
      },
      { txnId, message: 'OTP Verified Successfully', authResult: 'success', users: [], tokens: transfer },
      { txnId, message: 'OTP Verified Successfully', authResult: 'success', tokens: transfer },
      {
        txnId,
        message: 'OTP Verified Successfully',
        authResult: 'success',
        users: [verifiedUser],
        accounts: [account],
        tokens: transfer,
      },
      { txnId, message: 'OTP did not match, please try again', authResult: 'failed', users: [] },
    ],
  },
  'phr.enrollment.suggestion': {
    source: '§7.3',
    requests: [
      {
        txnId,
        firstName: 'Asha',
        lastName: 'Rao',
        dayOfBirth: '09',
        monthOfBirth: '04',
        yearOfBirth: '1990',
        email: '',
      },
      { txnId, firstName: 'Asha', yearOfBirth: '1990' },
    ],
    answers: [{ txnId, abhaAddressList: ['asha.rao1990', 'asharao0904', 'asha_rao90'] }],
  },
  'phr.enrollment.is_exists': {
    source: '§7.4',
    queries: [{ abhaAddress: 'asha.rao1990@sbx' }],
    answers: [true, false],
  },
  'phr.enrollment.enrol': {
    source: '§7.5',
    requests: [
      {
        txnId,
        phrDetails: {
          mobile: ciphertext,
          firstName: 'Asha',
          middleName: '',
          lastName: 'Rao',
          dayOfBirth: '09',
          monthOfBirth: '04',
          yearOfBirth: '1990',
          gender: 'F',
          email: '',
          profilePhoto: '',
          address: '12 Lake Road',
          stateName: 'Maharashtra',
          stateCode: '27',
          districtName: 'Pune',
          districtCode: '490',
          pinCode: '411001',
          abhaAddress: 'asha.rao1990@sbx',
          password: ciphertext,
        },
      },
      // Day and month are not required; the ABHA number comes after a verify by ABHA number.
      {
        txnId,
        phrDetails: {
          mobile: ciphertext,
          firstName: 'Asha',
          yearOfBirth: '1990',
          gender: 'O',
          email: ciphertext,
          address: '12 Lake Road',
          stateName: 'Maharashtra',
          stateCode: '27',
          districtName: 'Pune',
          districtCode: '490',
          pinCode: '411001',
          abhaAddress: 'asha.rao1990@sbx',
          ABHANumber: '91-0000-1111-2222',
        },
      },
    ],
    answers: [
      {
        txnId,
        message: 'ABHA Address Created Successfully',
        phrDetails: {
          firstName: 'Asha',
          middleName: '',
          lastName: 'Rao',
          fullName: 'Asha Rao',
          dayOfBirth: '09',
          monthOfBirth: '04',
          yearOfBirth: '1990',
          dateOfBirth: '09-04-1990',
          gender: 'F',
          email: '',
          mobile: '9876543210',
          address: '12 Lake Road',
          stateName: 'Maharashtra',
          districtName: 'Pune',
          pinCode: '411001',
          stateCode: '27',
          districtCode: '490',
          abhaAddress: ['older.one12@sbx', 'asha.rao1990@sbx'],
        },
        tokens: final,
      },
    ],
  },
  'phr.login.request_otp': {
    source: '§9.2',
    requests: [
      otpRequest(login, 'mobile-number', 'abdm'),
      otpRequest(login, 'abha-address', 'abdm'),
      otpRequest(['abha-address-login', 'email-verify'], 'email', 'abdm'),
      otpRequest(byNumber, 'abha-number', 'abdm'),
      otpRequest(byNumberAadhaar, 'abha-number', 'aadhaar'),
      otpRequest(byAadhaar, 'aadhaar', 'aadhaar'),
    ],
    answers: [{ txnId, message: 'OTP is sent to Mobile number ending with ******3210' }],
  },
  'phr.login.verify': {
    source: '§9.3, §4',
    requests: [
      otpVerify(login),
      otpVerify(['abha-address-login', 'email-verify']),
      otpVerify(byNumber),
      otpVerify(byNumberAadhaar),
      otpVerify(byAadhaar),
      passwordVerify(['abha-address-login', 'password-verify']),
    ],
    answers: [
      {
        txnId,
        message: 'OTP verified successfully',
        authResult: 'success',
        users: [verifiedUser, selfDeclaredUser],
        tokens: transfer,
      },
      // Final at once, and the form that carries no txnId.
      {
        message: 'OTP verified successfully',
        authResult: 'success',
        users: [verifiedUser],
        tokens: { ...final, switchProfileEnabled: false },
      },
      // A specification example: 1800 seconds and a null refresh token.
      {
        txnId,
        message: 'OTP verified successfully',
        authResult: 'success',
        users: [verifiedUser],
        tokens: { token: jwt, expiresIn: 1800, refreshToken: null, switchProfileEnabled: false },
      },
      {
        txnId,
        message: 'OTP verified successfully',
        authResult: 'success',
        preferredAbhaAddress: 'asha.rao1990@sbx',
        users: [verifiedUser],
        accounts: [account],
        tokens: transfer,
      },
      { txnId, message: 'Entered OTP is incorrect. Kindly re-enter valid OTP.', authResult: 'failed', users: [] },
    ],
  },
  'phr.login.verify_user': {
    source: '§9.4',
    requests: [{ abhaAddress: 'asha.rao1990@sbx', txnId }],
    answers: [final],
  },
  'phr.profile.get': { source: '§13', answers: [profile, kycProfile] },
  'phr.profile.refresh': {
    source: '§4',
    answers: [
      { tokens: { token: jwt, expiresIn: 1800, refreshToken: jwt, refreshExpiresIn: 1296000 } },
      { tokens: { token: jwt, expiresIn: 1800, refreshToken: '', refreshExpiresIn: 1296000 } },
    ],
  },
  'web.login.request_otp': {
    source: '§10',
    requests: [otpRequest(login, 'abha-address', 'abdm'), otpRequest(webAadhaar, 'abha-address', 'aadhaar')],
    answers: [{ txnId, message: 'OTP is sent to Mobile number ending with ******3210' }],
  },
  'web.login.verify': {
    source: '§10',
    requests: [otpVerify(login), otpVerify(webAadhaar)],
    answers: [
      {
        message: 'OTP verified successfully',
        authResult: 'success',
        users: [
          {
            abhaAddress: 'asha.rao1990@sbx',
            fullName: 'Asha Rao',
            profilePhoto: null,
            abhaNumber: '91-0000-1111-2222',
            status: 'ACTIVE',
            kycStatus: 'VERIFIED',
          },
        ],
        tokens: { ...final, switchProfileEnabled: false },
      },
      { txnId, authResult: 'failed', message: 'OTP expired, please try again', users: [] },
    ],
  },
  'web.profile.get': {
    source: '§14',
    answers: [{ ...kycProfile, subDistrictCode: '4194', subDistrictName: 'Haveli' }],
  },
}
