import type { phrProfile } from '../../abdm/wire/index.ts'
import type { BodyOf, ReplyOf } from '../../abdm/wire/operation.ts'
import { indiaDate, twoDigits } from '../../clock.ts'
import { error } from '../../errors.ts'
import { forms, Gender, isGender, isRealDate, Line, Nullable, PersonName, Pincode, WholeNumber } from '../../fields.ts'
import { findPincode } from '../../pincodes/pincodes.ts'
import { type Static, type TObject, Type } from '../../schema.ts'
import { birthParts, isKycVerified } from './connect-profile.ts'

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

/** What ABDM wants in every update. */
const isWanted = (name: string): boolean => name === 'first_name' || name === 'gender' || name === 'year_of_birth'

const required = <Value>(value: Value | undefined, name: string): Value => {
  if (value !== undefined) return value
  throw error.invalidField({ message: `${name} must be given: ABDM wants it with every change and has none to repeat` })
}

/** As a name of a request is cleaned, so that what was shown and comes back is the same. */
const asGiven = (name: string | null | undefined): string => forms.name.clean(name ?? '') ?? name ?? ''

/** What KYC says cannot be said otherwise here; the same may be said again, and what ABDM wants and lacks may be given. */
const refuseLocked = (current: Current, change: Change): void => {
  const known: { readonly [name in keyof Change]: string | number | undefined } = {
    first_name: asGiven(current.firstName),
    middle_name: asGiven(current.middleName),
    last_name: asGiven(current.lastName),
    gender: isGender(current.gender) ? current.gender : undefined,
    ...birthParts(current),
  }
  for (const [name, value = ''] of Object.entries(known)) {
    const wished = change[name as keyof Change]
    const isSame = wished === undefined || (wished ?? '') === value
    if (!isSame && !(value === '' && isWanted(name))) {
      throw error.invalidField({ message: `${name} is locked by KYC and cannot be changed` })
    }
  }
}

/** ABDM refuses empty place fields (§7.5): those that it lacks come from the pincode. */
const placeFor = (current: Current, pincode: string | undefined) => {
  const isMoving = pincode !== undefined && pincode !== current.pinCode
  const { pinCode, stateName, stateCode, districtName, districtCode }: Partial<Current> = isMoving
    ? { pinCode: pincode }
    : current
  const found = findPincode(pinCode ?? '')
  return {
    pinCode: required(pinCode || undefined, 'pincode'),
    stateName: required(stateName || found?.stateName, 'pincode'),
    stateCode: required(stateCode || found?.stateCode, 'pincode'),
    districtName: required(districtName || found?.districtName, 'pincode'),
    districtCode: required(districtCode || found?.districtCode, 'pincode'),
  }
}

/** Not given: as it was; null: cleared. */
const over = (wished: string | null | undefined, before: string | null | undefined): string =>
  wished === undefined ? (before ?? '') : (wished ?? '')

export const changedProfile = (current: Current, change: Change, now: number): Update => {
  if (isKycVerified(current)) refuseLocked(current, change)
  const before = birthParts(current)
  const year = required(change.year_of_birth ?? before.year_of_birth, 'year_of_birth')
  const month = change.month_of_birth ?? before.month_of_birth
  const day = change.day_of_birth ?? before.day_of_birth
  // A date of ABDM's own that cannot be is not the caller's to mend.
  if (year !== before.year_of_birth || month !== before.month_of_birth || day !== before.day_of_birth) {
    refuseUnreal(year, month ?? 1, day ?? 1, now)
  }
  const place = placeFor(current, change.pincode)
  const gender = change.gender ?? current.gender
  return {
    firstName: required(over(change.first_name, current.firstName) || undefined, 'first_name'),
    middleName: over(change.middle_name, current.middleName),
    lastName: over(change.last_name, current.lastName),
    yearOfBirth: String(year),
    monthOfBirth: twoDigits(month),
    dayOfBirth: twoDigits(day),
    gender: required(isGender(gender) ? gender : undefined, 'gender'),
    ...place,
    // An empty street is refused too, so the district and state stand in.
    address: over(change.address, current.address) || `${place.districtName}, ${place.stateName}`,
    ...(current.profilePhoto && { profilePhoto: current.profilePhoto }),
    email: current.email ?? '',
    mobile: current.mobile ?? '',
  }
}
