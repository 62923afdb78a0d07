import type { Abdm } from '../../abdm/client.ts'
import { abhaProfile, phrProfile as phr, web } from '../../abdm/wire/index.ts'
import type { abhaProfile as abhaProfileSchema, enrolledProfile, phrProfile } from '../../abdm/wire/parts.ts'
import { asAbhaNumber, Gender, isGender, Nullable, PersonalText, Text } from '../../fields.ts'
import type { AbhaSession } from '../../people.ts'
import { type Static, Type } from '../../schema.ts'

/** An ABHA profile as clients see it, and how it comes from what ABDM sends (abdm-v3 §21). Fields without a value are left out. */

const personalOrNull = (description: string) => Type.Optional(Nullable(PersonalText(description)))
const wholeOrNull = (description: string) => Type.Optional(Nullable(Type.Integer({ description, 'x-redact': true })))
const code = (description: string) => Type.Optional(Text(description))

export const ConnectProfile = Type.Object({
  abha_address: Type.Optional(PersonalText('The preferred ABHA address, with its domain.')),
  abha_addresses: Type.Optional(Type.Array(PersonalText('An ABHA address of the person.'))),
  abha_number: personalOrNull('14 digits in groups 2-4-4-4; only with KYC.'),
  address: personalOrNull('Street address.'),
  day_of_birth: wholeOrNull('1 to 31; may be missing, an Aadhaar may know the year only.'),
  district_code: code('LGD code.'),
  district_name: code('District.'),
  first_name: personalOrNull('First name.'),
  full_name: Type.Optional(PersonalText('All names in order.')),
  gender: Type.Optional(Gender),
  kyc_verified: Type.Optional(Nullable(Type.Boolean({ description: 'Whether the person is verified with Aadhaar.' }))),
  last_name: personalOrNull('Last name.'),
  middle_name: personalOrNull('Middle name.'),
  mobile: personalOrNull('Ten digits, or masked as ABDM masks it.'),
  month_of_birth: wholeOrNull('1 to 12.'),
  pincode: personalOrNull('Six digits.'),
  profile_photo: Type.Optional(PersonalText('Base64 image.')),
  state_code: code('LGD code.'),
  state_name: code('State.'),
  sub_district_code: code('LGD code.'),
  sub_district_name: code('Sub-district.'),
  town_code: code('LGD code.'),
  town_name: code('Town.'),
  village_code: code('LGD code.'),
  village_name: code('Village.'),
  ward_code: code('LGD code.'),
  ward_name: code('Ward.'),
  year_of_birth: wholeOrNull('Four digits.'),
})
export type ConnectProfile = Static<typeof ConnectProfile>

type PhrProfile = Partial<Static<typeof phrProfile>>

/** Null, empty and missing are one upstream; here such a field is absent. */
const withoutEmpty = (
  profile: { [name in keyof ConnectProfile]: ConnectProfile[name] | null | undefined },
): ConnectProfile =>
  Object.fromEntries(
    Object.entries(profile).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  ) as ConnectProfile

type BirthParts = {
  [part in 'dayOfBirth' | 'monthOfBirth' | 'yearOfBirth' | 'dateOfBirth']?: string | null | undefined
}

export const birthParts = ({ dayOfBirth, monthOfBirth, yearOfBirth, dateOfBirth }: BirthParts) => {
  // A year alone is one part.
  const [year, month, day] = (dateOfBirth ?? '').split('-').reverse()
  const whole = (text: string | null | undefined) =>
    text && /^\d+$/.test(text) && Number(text) > 0 ? Number(text) : undefined
  return {
    day_of_birth: whole(dayOfBirth || day),
    month_of_birth: whole(monthOfBirth || month),
    year_of_birth: whole(yearOfBirth || year),
  }
}

export const isKycVerified = ({
  kycStatus,
  abhaNumber,
}: {
  kycStatus?: string | null
  abhaNumber?: string | null
}): boolean => (kycStatus ? kycStatus === 'VERIFIED' : Boolean(abhaNumber))

/** From the PHR services' profile (§13, §14) or the `phrDetails` of an enrolment (§7.5). */
export const fromPhr = (
  upstream: PhrProfile,
  abhaAddress: string,
  abhaAddresses: readonly string[],
): ConnectProfile => {
  const { firstName, middleName, lastName, fullName, gender } = upstream
  const kyc = isKycVerified(upstream)
  return withoutEmpty({
    abha_address: abhaAddress,
    abha_addresses: [...new Set([abhaAddress, ...abhaAddresses])],
    abha_number: kyc && upstream.abhaNumber ? asAbhaNumber(upstream.abhaNumber) : undefined,
    first_name: firstName,
    middle_name: middleName,
    last_name: lastName,
    full_name: fullName || [firstName, middleName, lastName].filter(Boolean).join(' '),
    gender: isGender(gender) ? gender : undefined,
    ...birthParts(upstream),
    mobile: upstream.mobile,
    address: upstream.address,
    pincode: upstream.pinCode,
    district_code: upstream.districtCode,
    district_name: upstream.districtName,
    state_code: upstream.stateCode,
    state_name: upstream.stateName,
    sub_district_code: upstream.subDistrictCode,
    sub_district_name: upstream.subDistrictName,
    profile_photo: upstream.profilePhoto,
    kyc_verified: kyc,
  })
}

type AbhaProfile = Partial<Static<typeof abhaProfileSchema>>

/** The ABHA service writes a boolean, text, or another field instead (abdm-v3 §21). */
const isVerifiedNumber = ({ kycVerified, verificationStatus }: AbhaProfile): boolean =>
  kycVerified === undefined || kycVerified === null
    ? verificationStatus !== 'PENDING'
    : String(kycVerified) === 'true' || verificationStatus === 'VERIFIED'

/** From the ABHA service's profile (§12.1). */
export const fromAbha = (
  upstream: AbhaProfile,
  abhaAddress: string | undefined,
  abhaAddresses: readonly string[],
): ConnectProfile => {
  const { firstName, middleName, lastName, name, gender } = upstream
  const names = [...(abhaAddress ? [abhaAddress] : []), ...abhaAddresses, ...(upstream.phrAddress ?? [])]
  return withoutEmpty({
    abha_address: abhaAddress,
    abha_addresses: [...new Set(names)],
    abha_number: upstream.ABHANumber && asAbhaNumber(upstream.ABHANumber),
    first_name: firstName,
    middle_name: middleName,
    last_name: lastName,
    full_name: name || [firstName, middleName, lastName].filter(Boolean).join(' '),
    gender: isGender(gender) ? gender : undefined,
    ...birthParts(upstream),
    mobile: upstream.mobile,
    address: upstream.address,
    pincode: upstream.pincode,
    district_code: upstream.districtCode,
    district_name: upstream.districtName,
    state_code: upstream.stateCode,
    state_name: upstream.stateName,
    sub_district_code: upstream.subDistrictCode,
    sub_district_name: upstream.subdistrictName,
    town_code: upstream.townCode,
    town_name: upstream.townName,
    village_code: upstream.villageCode,
    village_name: upstream.villageName,
    ward_code: upstream.wardCode,
    ward_name: upstream.wardName,
    profile_photo: upstream.profilePhoto || upstream.kycPhoto,
    kyc_verified: isVerifiedNumber(upstream),
  })
}

/** What an enrolment spells otherwise (§6.2), in the profile's spelling. */
export const asAbhaProfile = ({
  preferredAddress,
  dob,
  photo,
  pinCode,
  ...same
}: Static<typeof enrolledProfile>): AbhaProfile & { ABHANumber: string } => {
  const parts = (dob ?? '').split('-').reverse()
  return {
    ...same,
    preferredAbhaAddress: preferredAddress ?? same.phrAddress?.[0] ?? null,
    yearOfBirth: parts[0] ?? '',
    monthOfBirth: parts[1] ?? '',
    dayOfBirth: parts[2] ?? '',
    ...(photo !== undefined && { profilePhoto: photo }),
    ...(pinCode !== undefined && { pincode: pinCode }),
    kycVerified: true,
  }
}

/** The profile of a session's person, from the service that the session is good for. */
export const readProfile = async (
  abdm: Abdm,
  { family, token, abhaAddress }: Pick<AbhaSession, 'family' | 'token' | 'abhaAddress'>,
  abhaAddresses: readonly string[],
): Promise<ConnectProfile> =>
  family === 'abha'
    ? fromAbha(await abdm.call(abhaProfile.get, { token }), abhaAddress, abhaAddresses)
    : fromPhr(await abdm.call(family === 'phr-web' ? web.profile : phr.get, { token }), abhaAddress, abhaAddresses)
