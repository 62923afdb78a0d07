import { type Static, type TObject, Type } from 'typebox'
import type { phrProfile } from '../../abdm/wire/index.ts'
import type { BodyOf, ReplyOf } from '../../abdm/wire/operation.ts'
import { indiaDate } from '../../clock.ts'
import { error } from '../../errors.ts'
import { Gender, isRealDate, Line, Nullable, PersonName, Pincode, WholeNumber } from '../../fields.ts'
import { findPincode } from '../../pincodes/pincodes.ts'
import { isKycVerified } from './connect-profile.ts'

/** Changing a profile: what the caller names over what is there (connect §7.8). */

export const changeable = {
  address: Type.Optional(Nullable(Line('Street address; null clears it.'))),
  day_of_birth: Type.Optional(WholeNumber('1 to 31.', 1, 31)),
  first_name: Type.Optional(PersonName('First name.')),
  gender: Type.Optional(Gender),
  last_name: Type.Optional(Nullable(PersonName('Last name; null clears it.'))),
  middle_name: Type.Optional(Nullable(PersonName('Middle name; null clears it.'))),
  month_of_birth: Type.Optional(WholeNumber('1 to 12.', 1, 12)),
  pincode: Type.Optional(Pincode),
  year_of_birth: Type.Optional(WholeNumber('Four digits.', 1900, 9999)),
}
export type Change = Static<TObject<typeof changeable>>

/** What is wrong with a change whatever the profile says: found before ABDM is asked anything. */
export const checkedChange = (change: Change, now: number): Change => {
  if (Object.keys(change).length === 0) {
    throw error.invalidField({ message: 'the body must name a field that can be changed' })
  }
  if (change.pincode !== undefined && !findPincode(change.pincode)) {
    throw error.invalidField({ message: 'pincode must be a known pincode' })
  }
  const { year_of_birth: year, month_of_birth: month, day_of_birth: day } = change
  if (year !== undefined && month !== undefined && day !== undefined) refuseUnreal(year, month, day, now)
  return change
}

const refuseUnreal = (year: number, month: number, day: number, now: number): void => {
  if (isRealDate(year, month, day) && `${year}-${twoDigits(month)}-${twoDigits(day)}` <= indiaDate(now)) return
  throw error.invalidField({
    message: 'day_of_birth, month_of_birth and year_of_birth must be a date that is not in the future',
  })
}

type Current = ReplyOf<typeof phrProfile.get>
type Update = BodyOf<typeof phrProfile.update>

const numberOf = (part: string | null | undefined): number | undefined => (part ? Number(part) : undefined)
const twoDigits = (part: number | undefined): string => (part ? String(part).padStart(2, '0') : '')
const isGender = (text: unknown): text is 'M' | 'F' | 'O' => text === 'M' || text === 'F' || text === 'O'

/** What KYC says cannot be said otherwise here; the same may be said again. */
const refuseLocked = (current: Current, change: Change): void => {
  const known: { readonly [name in keyof Change]: string | number | undefined } = {
    first_name: current.firstName ?? '',
    middle_name: current.middleName ?? '',
    last_name: current.lastName ?? '',
    gender: current.gender ?? undefined,
    year_of_birth: numberOf(current.yearOfBirth),
    month_of_birth: numberOf(current.monthOfBirth),
    day_of_birth: numberOf(current.dayOfBirth),
  }
  for (const [name, value] of Object.entries(known)) {
    const wished = change[name as keyof Change]
    if (wished !== undefined && (wished ?? '') !== value) {
      throw error.invalidField({ message: `${name} is locked by KYC and cannot be changed` })
    }
  }
}

const placeFor = (current: Current, pincode: string | undefined) => {
  if (pincode === undefined) {
    const { pinCode, stateName, stateCode, districtName, districtCode } = current
    return {
      pinCode: pinCode ?? '',
      stateName: stateName ?? '',
      stateCode: stateCode ?? '',
      districtName: districtName ?? '',
      districtCode: districtCode ?? '',
    }
  }
  const place = findPincode(pincode)
  if (!place) throw error.invalidField({ message: 'pincode must be a known pincode' })
  const { stateName, stateCode, districtName, districtCode } = place
  return { pinCode: pincode, stateName, stateCode, districtName, districtCode }
}

/** Not given: as it was; null: cleared. */
const over = (wished: string | null | undefined, before: string | null | undefined): string =>
  wished === undefined ? (before ?? '') : (wished ?? '')

export const changedProfile = (current: Current, change: Change, now: number): Update => {
  if (isKycVerified(current)) refuseLocked(current, change)
  const year = change.year_of_birth ?? numberOf(current.yearOfBirth) ?? 0
  const month = change.month_of_birth ?? numberOf(current.monthOfBirth)
  const day = change.day_of_birth ?? numberOf(current.dayOfBirth)
  refuseUnreal(year, month ?? 1, day ?? 1, now)
  const place = placeFor(current, change.pincode)
  const gender = change.gender ?? current.gender
  return {
    firstName: over(change.first_name, current.firstName),
    middleName: over(change.middle_name, current.middleName),
    lastName: over(change.last_name, current.lastName),
    yearOfBirth: String(year),
    monthOfBirth: twoDigits(month),
    dayOfBirth: twoDigits(day),
    gender: isGender(gender) ? gender : 'O',
    ...place,
    // Upstream refuses an empty street (§7.5), so the district and state stand in.
    address: over(change.address, current.address) || `${place.districtName}, ${place.stateName}`,
    ...(current.profilePhoto && { profilePhoto: current.profilePhoto }),
    email: current.email ?? '',
    mobile: current.mobile ?? '',
  }
}
