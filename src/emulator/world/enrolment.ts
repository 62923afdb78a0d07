import { indiaDate, twoDigits } from '../../clock.ts'
import { newDigits } from '../../ids.ts'
import { inserting, type Store, updating } from '../../store/store.ts'
import { refuse } from '../refusal.ts'
import type { OrderedIds } from './ordered-ids.ts'
import { type Address, addresses, numberOf, type Person, type PersonRow, people, type Register } from './people.ts'

/** How a person comes to an ABHA number, and to the mobile that is on it (abdm-v3 §6, §20 no. 6). */

type Parts = {
  readonly store: Store
  readonly register: Register
  readonly newId: OrderedIds
  readonly addressSuffix: string
}

const numbersPerMobileMax = 6

/** An address of somebody who is known by Aadhaar. */
export const kycAddress = (person: Person, personId: string, name: string): Address => ({
  name,
  mobile: person.abhaMobile ?? '',
  personId,
  abhaNumber: person.abhaNumber,
  isDeactivated: person.isDeactivated,
  hasPassword: false,
  firstName: person.firstName,
  middleName: person.middleName ?? '',
  lastName: person.lastName,
  gender: person.gender,
  dayOfBirth: twoDigits(person.dayOfBirth),
  monthOfBirth: twoDigits(person.monthOfBirth),
  yearOfBirth: String(person.yearOfBirth),
  email: '',
  ...(person.refusals && { refusals: person.refusals }),
  street: person.street,
  pinCode: person.pinCode,
  stateCode: person.stateCode,
  stateName: person.stateName,
  districtCode: person.districtCode,
  districtName: person.districtName,
  profilePhoto: '',
})

export const refuseCrowdedMobile = async (mobile: string, personId: string, { register }: Parts): Promise<void> => {
  const others = (await register.holdersOn(mobile)).filter(({ id }) => id !== personId)
  if (numberOf(others) >= numbersPerMobileMax) {
    throw refuse(422, 'wrapped', 'ABDM-1124', 'This mobile number is already linked with 6 ABHA numbers.')
  }
}

/** The person with an ABHA number: the one that they have, or a new one with its default address. */
export const enrolPerson = async (
  personId: string,
  wishedMobile: string,
  now: number,
  { store, register, newId, addressSuffix }: Parts,
): Promise<{ row: PersonRow; isNew: boolean } | undefined> => {
  for (;;) {
    const row = await register.person(personId)
    if (!row) return undefined
    if (row.body.abhaNumber) return { row, isNew: false }
    const abhaNumber = `91-${newDigits(4)}-${newDigits(4)}-${newDigits(4)}`
    const createdDate = indiaDate(now).split('-').reverse().join('-')
    const isLinked = wishedMobile === row.body.aadhaarMobile
    const body = { ...row.body, abhaNumber, abhaMobile: isLinked ? wishedMobile : null, createdDate }
    const byDefault = kycAddress(body, row.id, `${abhaNumber.replaceAll('-', '')}@${addressSuffix}`)
    // Undefined: the number is somebody's, or another call gave this person one; the next look tells.
    const written = await store.update(people, row, body, { also: [inserting(addresses, newId(), byDefault)] })
    if (written) return { row: written, isNew: true }
  }
}

/** Puts a proved mobile on the ABHA number and on the addresses that hang on it. */
export const linkMobile = async (
  personId: string,
  mobile: string,
  { store, register }: Parts,
): Promise<PersonRow | undefined> => {
  for (;;) {
    const row = await register.person(personId)
    if (!row) return undefined
    const theirs = (await register.addressesOf(personId)).filter(({ body }) => body.abhaNumber !== null)
    const also = theirs.map((address) => updating(addresses, address, { ...address.body, mobile }))
    const written = await store.update(people, row, { ...row.body, abhaMobile: mobile }, { also })
    if (written) return written
  }
}
