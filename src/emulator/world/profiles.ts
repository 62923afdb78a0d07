import { isoTime } from '../../clock.ts'
import { type Address, fullNameOf, type Person } from './people.ts'

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

const pad = (part: string): string => part.padStart(2, '0')

/** Known only when all three parts are: year alone is allowed (abdm-v3 §18). */
const dateOfBirth = ({ dayOfBirth, monthOfBirth, yearOfBirth }: Address): { dateOfBirth?: string } =>
  dayOfBirth && monthOfBirth ? { dateOfBirth: `${pad(dayOfBirth)}-${pad(monthOfBirth)}-${yearOfBirth}` } : {}

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

/** An entry of `accounts`: the ABHA number's own profile (abdm-v3 §12.1). */
export const accountOf = (person: Person, addresses: readonly Address[]) => {
  const names = addresses.filter(({ abhaNumber }) => abhaNumber).map(({ name }) => name)
  return {
    ABHANumber: person.abhaNumber ?? '',
    preferredAbhaAddress: names[0] ?? null,
    mobile: person.abhaMobile,
    firstName: person.firstName,
    middleName: person.middleName ?? '',
    lastName: person.lastName,
    name: fullNameOf(person),
    yearOfBirth: String(person.yearOfBirth),
    monthOfBirth: String(person.monthOfBirth),
    dayOfBirth: String(person.dayOfBirth),
    gender: person.gender,
    status: statusOf(person),
    stateCode: person.stateCode,
    districtCode: person.districtCode,
    pincode: person.pinCode,
    address: person.street,
    stateName: person.stateName,
    districtName: person.districtName,
    kycVerified: true,
    verificationStatus: 'VERIFIED',
    verificationType: 'AADHAAR',
    phrAddress: names,
  }
}
