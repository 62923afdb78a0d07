import { isoTime, twoDigits } from '../../clock.ts'
import { portrait } from '../images/portrait.ts'
import { type Address, fullNameOf, type Person } from './people.ts'
import { blockedWays } from './subjects.ts'

/** The same people in the several shapes in which ABDM shows them; its spellings and types vary (abdm-v3 §19 no. 12, 13). */

const statusOf = ({ isDeactivated }: { isDeactivated: boolean }) => (isDeactivated ? 'DEACTIVATED' : 'ACTIVE')
const kycOf = ({ abhaNumber }: Address) => (abhaNumber ? 'VERIFIED' : 'PENDING')

/** Completed years; a missing day or month counts as the first. */
const ageOf = ({ yearOfBirth, monthOfBirth, dayOfBirth }: Address, now: number): number => {
  const [year, month, day] = isoTime(now).slice(0, 10).split('-').map(Number)
  const birthday = Number(monthOfBirth || 1) * 100 + Number(dayOfBirth || 1)
  return Number(year) - Number(yearOfBirth) - (Number(month) * 100 + Number(day) < birthday ? 1 : 0)
}

/** An entry of `users`: `abhaNumber` is missing without KYC (abdm-v3 §7.2). */
export const userOf = (address: Address, now: number) => ({
  abhaAddress: address.name,
  fullName: fullNameOf(address),
  gender: address.gender,
  ...(address.abhaNumber && { abhaNumber: address.abhaNumber }),
  status: statusOf(address),
  kycStatus: kycOf(address),
  age: ageOf(address, now),
})

/** PHR web names other fields of the same entry (abdm-v3 §10). */
export const webUserOf = (address: Address) => ({
  abhaAddress: address.name,
  fullName: fullNameOf(address),
  ...(address.profilePhoto && { profilePhoto: address.profilePhoto }),
  ...(address.abhaNumber && { abhaNumber: address.abhaNumber }),
  status: statusOf(address),
  kycStatus: kycOf(address),
})

/** Known only when all three parts are: year alone is allowed (abdm-v3 §18). */
const dateOfBirth = ({ dayOfBirth, monthOfBirth, yearOfBirth }: Address): { dateOfBirth?: string } =>
  dayOfBirth && monthOfBirth
    ? { dateOfBirth: `${twoDigits(dayOfBirth)}-${twoDigits(monthOfBirth)}-${yearOfBirth}` }
    : {}

/** What an enrolment and a profile have in common. */
export const detailsOf = (address: Address) => ({
  firstName: address.firstName,
  middleName: address.middleName,
  lastName: address.lastName,
  fullName: fullNameOf(address),
  dayOfBirth: address.dayOfBirth,
  monthOfBirth: address.monthOfBirth,
  yearOfBirth: address.yearOfBirth,
  ...dateOfBirth(address),
  gender: address.gender,
  email: address.email,
  mobile: address.mobile,
  address: address.street,
  stateName: address.stateName,
  districtName: address.districtName,
  pinCode: address.pinCode,
  stateCode: address.stateCode,
  districtCode: address.districtCode,
})

const waysIn = ({ abhaNumber, email, hasPassword }: Address): string[] => [
  'MOBILE_OTP',
  ...(abhaNumber ? ['AADHAAR_OTP'] : []),
  ...(email ? ['EMAIL_OTP'] : []),
  ...(hasPassword ? ['PASSWORD'] : []),
]

/** `linked`: how many addresses the same person has. */
export const profileOf = (address: Address, linked: number) => ({
  ...detailsOf(address),
  abhaAddress: address.name,
  ...(address.abhaNumber && { abhaNumber: address.abhaNumber }),
  authMethods: waysIn(address),
  status: statusOf(address),
  emailVerified: String(address.email !== ''),
  mobileVerified: 'true',
  kycStatus: kycOf(address),
  abhaLinkedCount: String(linked),
  ...(address.profilePhoto && { profilePhoto: address.profilePhoto }),
})

/** Every address of an ABHA number, the default one among them; the one to show first stands apart. */
const namesOf = (person: Person, addresses: readonly Address[]) => {
  const names = addresses.filter(({ abhaNumber }) => abhaNumber).map(({ name }) => name)
  const byDefault = `${(person.abhaNumber ?? '').replaceAll('-', '')}@`
  const preferred = person.preferredAddress ?? names.find((name) => !name.startsWith(byDefault)) ?? names[0] ?? null
  return { names, preferred }
}

const birthParts = ({ dayOfBirth, monthOfBirth, yearOfBirth }: Person) => ({
  yearOfBirth: String(yearOfBirth),
  monthOfBirth: monthOfBirth ? String(monthOfBirth) : '',
  dayOfBirth: dayOfBirth ? String(dayOfBirth) : '',
})

/** The ABHA number's own profile (abdm-v3 §12.1), also an entry of `accounts`. */
export const accountOf = (person: Person, addresses: readonly Address[]) => {
  const { names, preferred } = namesOf(person, addresses)
  return {
    ABHANumber: person.abhaNumber ?? '',
    preferredAbhaAddress: preferred,
    mobile: person.abhaMobile,
    mobileVerified: person.abhaMobile !== null,
    ...(person.email && { email: person.email }),
    ...(person.profilePhoto && { profilePhoto: person.profilePhoto }),
    firstName: person.firstName,
    middleName: person.middleName ?? '',
    lastName: person.lastName,
    name: fullNameOf(person),
    ...birthParts(person),
    gender: person.gender,
    status: statusOf(person),
    stateCode: person.stateCode,
    districtCode: person.districtCode,
    pincode: person.pinCode,
    address: person.street,
    stateName: person.stateName,
    districtName: person.districtName,
    authMethods: ['AADHAAR_OTP', 'MOBILE_OTP'],
    kycVerified: true,
    verificationStatus: 'VERIFIED',
    verificationType: 'AADHAAR',
    phrAddress: names,
  }
}

/** The whole of it, for its holder. What nobody has is null or empty, never missing. */
export const ownAccountOf = (person: Person, addresses: readonly Address[]) => ({
  profilePhoto: null,
  email: null,
  ...accountOf(person, addresses),
  kycPhoto: portrait,
  subdistrictName: null,
  tags: {},
  localizedDetails: {},
  createdDate: person.createdDate ?? '01-01-2025',
})

/** The same person as an enrolment shows them: other spellings (abdm-v3 §6.2). */
export const enrolledOf = (person: Person, addresses: readonly Address[]) => {
  const { names, preferred } = namesOf(person, addresses)
  const { yearOfBirth, monthOfBirth, dayOfBirth } = birthParts(person)
  return {
    ABHANumber: person.abhaNumber ?? '',
    preferredAddress: preferred,
    phrAddress: names,
    firstName: person.firstName,
    middleName: person.middleName ?? '',
    lastName: person.lastName,
    dob: [dayOfBirth, monthOfBirth, yearOfBirth].filter(Boolean).map(twoDigits).join('-'),
    gender: person.gender,
    photo: portrait,
    mobile: person.abhaMobile,
    mobileVerified: person.abhaMobile !== null,
    communicationMobile: null,
    email: person.email ?? null,
    address: person.street,
    districtCode: person.districtCode,
    districtName: person.districtName,
    stateCode: person.stateCode,
    stateName: person.stateName,
    pinCode: person.pinCode,
    abhaType: 'STANDARD',
    abhaStatus: statusOf(person),
  }
}

/** An entry of the ABHA service's login answer (abdm-v3 §8.2). */
export const loginAccountOf = (person: Person, addresses: readonly Address[]) => ({
  ABHANumber: person.abhaNumber ?? '',
  preferredAbhaAddress: namesOf(person, addresses).preferred,
  name: fullNameOf(person),
  status: statusOf(person),
  profilePhoto: person.profilePhoto ?? portrait,
  mobileVerified: person.abhaMobile !== null,
})

/** One of those to choose among says more (abdm-v3 §8.2). */
export const choiceOf = (person: Person, addresses: readonly Address[]) => ({
  ...loginAccountOf(person, addresses),
  gender: person.gender,
  dob: enrolledOf(person, addresses).dob,
  verifiedStatus: 'VERIFIED',
  verificationType: 'AADHAAR',
  kycVerified: true,
})

/** What somebody's address tells a stranger who wants to log in to it (abdm-v3 §9.1). */
export const foundOf = (address: Address) => ({
  healthIdNumber: address.abhaNumber,
  abhaAddress: address.name,
  authMethods: waysIn(address),
  blockedAuthMethods: blockedWays(address),
  status: statusOf(address),
  message: null,
  fullName: fullNameOf(address),
  mobile: address.mobile && `XXXXXX${address.mobile.slice(-4)}`,
})

export const maskedNumber = (abhaNumber: string): string => `xx-xxxx-xxxx-${abhaNumber.slice(-4)}`
