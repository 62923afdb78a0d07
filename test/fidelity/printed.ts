import { abhaNumber, jwt, maybe, tokens, uuid } from './like.ts'

/** Bodies as abdm-v3.md prints them, for `like`. */

/** §6.2. */
export const enrolled = (mobile: string | null, isNew: boolean) => ({
  message: isNew ? 'Account created successfully' : 'This account already exist',
  txnId: uuid,
  tokens: tokens.final,
  ABHAProfile: {
    preferredAddress: /^\S+@sbx$/,
    firstName: String,
    middleName: String,
    lastName: String,
    dob: /^\d\d-\d\d-\d{4}$/,
    gender: /^[MFO]$/,
    photo: maybe(String),
    mobile,
    mobileVerified: mobile !== null,
    email: null,
    phrAddress: Array,
    address: String,
    districtCode: /^[1-9]\d*$/,
    stateCode: /^[1-9]\d*$/,
    pinCode: /^[1-9]\d{5}$/,
    abhaType: 'STANDARD',
    stateName: String,
    districtName: String,
    communicationMobile: null,
    ABHANumber: abhaNumber,
    abhaStatus: 'ACTIVE',
  },
  isNew,
})

/** §7.5, to be sent; the mobile is sealed. */
export const details = (mobile: string, abhaAddress: string, more: object = {}) => ({
  mobile,
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
  abhaAddress,
  ...more,
})

/** §7.5, the answer. */
export const created = (abhaAddress: readonly unknown[], mobile: string) => ({
  txnId: uuid,
  message: 'ABHA Address Created Successfully',
  phrDetails: {
    firstName: String,
    middleName: String,
    lastName: String,
    fullName: String,
    dayOfBirth: String,
    monthOfBirth: String,
    yearOfBirth: String,
    dateOfBirth: /^\d\d-\d\d-\d{4}$/,
    gender: /^[MFO]$/,
    email: '',
    mobile,
    address: '12 Lake Road',
    stateName: 'Maharashtra',
    districtName: 'Pune',
    pinCode: '411001',
    stateCode: '27',
    districtCode: '490',
    abhaAddress,
  },
  tokens: tokens.finalOf(true),
})

/** §7.2: an address without KYC has no ABHA number. */
export const user = (abhaAddress: string, number?: string) => ({
  abhaAddress,
  fullName: String,
  gender: /^[MFO]$/,
  abhaNumber: number,
  status: 'ACTIVE',
  kycStatus: number ? 'VERIFIED' : 'PENDING',
  age: Number,
})

/** §9.3. */
export const loggedIn = (users: readonly unknown[], more: object) => ({
  txnId: uuid,
  message: 'OTP verified successfully',
  authResult: 'success',
  users,
  ...more,
})

/** §8.2: the token stands at the top level. */
export const onAbha = (accounts: readonly unknown[], isFinal: boolean) => ({
  txnId: uuid,
  authResult: 'success',
  message: 'OTP verified successfully',
  accounts,
  ...(isFinal ? tokens.final : { token: jwt, expiresIn: 300 }),
})

/** §13: booleans and counts are strings. */
export const phrProfile = (abhaAddress: string, mobile: string, number?: string) => ({
  abhaAddress,
  fullName: String,
  firstName: String,
  middleName: String,
  lastName: String,
  dayOfBirth: String,
  monthOfBirth: String,
  yearOfBirth: /^\d{4}$/,
  dateOfBirth: /^\d\d-\d\d-\d{4}$/,
  gender: /^[MFO]$/,
  email: String,
  mobile,
  abhaNumber: number,
  address: String,
  stateName: String,
  districtName: String,
  pinCode: /^[1-9]\d{5}$/,
  stateCode: /^[1-9]\d*$/,
  districtCode: /^[1-9]\d*$/,
  authMethods: Array,
  status: 'ACTIVE',
  emailVerified: /^(true|false)$/,
  mobileVerified: 'true',
  kycStatus: number ? 'VERIFIED' : 'PENDING',
  abhaLinkedCount: /^\d+$/,
  profilePhoto: maybe(String),
})

/** §12.1: here they are not. */
export const abhaProfile = (number: string, preferredAbhaAddress: string, mobile: string) => ({
  ABHANumber: number,
  preferredAbhaAddress,
  mobile,
  mobileVerified: maybe(Boolean),
  firstName: String,
  middleName: maybe(String),
  lastName: String,
  name: String,
  yearOfBirth: /^\d{4}$/,
  dayOfBirth: String,
  monthOfBirth: String,
  gender: /^[MFO]$/,
  email: maybe(String),
  profilePhoto: maybe(String),
  status: 'ACTIVE',
  stateCode: /^[1-9]\d*$/,
  districtCode: /^[1-9]\d*$/,
  pincode: /^[1-9]\d{5}$/,
  address: String,
  kycPhoto: maybe(String),
  stateName: String,
  districtName: String,
  subdistrictName: maybe(String),
  townName: maybe(String),
  villageName: maybe(String),
  wardName: maybe(String),
  authMethods: Array,
  tags: Object,
  kycVerified: true,
  verificationStatus: 'VERIFIED',
  verificationType: 'AADHAAR',
  localizedDetails: Object,
  createdDate: /^\d\d-\d\d-\d{4}$/,
  phrAddress: maybe(Array),
})
