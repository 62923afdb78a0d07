import { aadhaarNumberFrom, isAadhaarNumber } from '../../abdm/wire/aadhaar.ts'
import { twoDigits } from '../../clock.ts'
import { newDigits, randomBelow } from '../../ids.ts'
import { inserting, type Store, type Write } from '../../store/store.ts'
import { isAbhaNumber, isMobile, isPincode, readAddress } from './forms.ts'
import type { OrderedIds } from './ordered-ids.ts'
import { type Address, addresses, createRegister, type Person, people, type Refusals } from './people.ts'
import { type Place, placeOf, places } from './places.ts'
import { givenNames, seeds, surnames } from './seeds.ts'
import { identifiers } from './subjects.ts'
import { lockingForever } from './transactions.ts'

/** The synthetic people as the sandbox shows them (sandbox.md), seeding them, and adding one. */
export type Citizen = {
  aadhaar_number: string
  /** The mobile linked with the Aadhaar; null: none is. */
  mobile: string | null
  first_name: string
  middle_name: string | null
  last_name: string
  gender: 'M' | 'F' | 'O'
  year_of_birth: number
  /** Null: this Aadhaar knows the year only. */
  month_of_birth: number | null
  day_of_birth: number | null
  pincode: string
  abha_number: string | null
  abha_addresses: string[]
  notes: string
}

/** Something asked for cannot be: a number or address that is taken, or not of its form. */
export class CitizenRefused extends Error {
  override readonly name = 'CitizenRefused'
  readonly field: keyof Citizen
  constructor(field: keyof Citizen, message: string) {
    super(message)
    this.field = field
  }
}

/** What a seed or an addition decides beyond the sandbox's shape. */
export type Extra = {
  readonly abhaMobile?: string
  readonly isLocked?: boolean
  readonly isBlocked?: boolean
  readonly isDeactivated?: boolean
  readonly isBenefitLinked?: boolean
  readonly isMismatched?: boolean
  /** Neither an SMS nor an e-mail reaches them. */
  readonly isOutOfReach?: boolean
  readonly email?: string
  readonly refusals?: Refusals
  readonly countsAs?: number
  /** Addresses made by mobile only, without KYC. */
  readonly unverified?: readonly string[]
}

const forms = { mobile: isMobile, pincode: isPincode, abha_number: isAbhaNumber } as const

const check = (citizen: Citizen): void => {
  if (!isAadhaarNumber(citizen.aadhaar_number)) {
    throw new CitizenRefused('aadhaar_number', 'An Aadhaar number has twelve digits, the last a Verhoeff check digit.')
  }
  for (const field of ['mobile', 'pincode', 'abha_number'] as const) {
    const value = citizen[field]
    if (value !== null && !forms[field](value)) throw new CitizenRefused(field, `${field} is malformed.`)
  }
  const { year_of_birth: year, month_of_birth: month, day_of_birth: day } = citizen
  if ((month === null) !== (day === null)) {
    throw new CitizenRefused('day_of_birth', 'Day and month of birth are either both known or both null.')
  }
  if (month === null || day === null) return
  const date = new Date(Date.UTC(year, month - 1, day))
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) {
    throw new CitizenRefused('day_of_birth', 'There is no such date of birth.')
  }
}

const pick = <Item>(items: readonly [Item, ...Item[]]): Item => items[randomBelow(items.length)] ?? items[0]

const invented = (partial: Partial<Citizen>): Citizen => {
  const gender = partial.gender ?? pick(['F', 'M'])
  return {
    aadhaar_number: aadhaarNumberFrom(`${2 + randomBelow(8)}${newDigits(10)}`),
    mobile: `${6 + randomBelow(4)}${newDigits(9)}`,
    first_name: pick(givenNames[gender]),
    middle_name: null,
    last_name: pick(surnames),
    year_of_birth: 1950 + randomBelow(55),
    month_of_birth: 1 + randomBelow(12),
    day_of_birth: 1 + randomBelow(28),
    pincode: (places[randomBelow(places.length)] ?? placeOf('110001')).pinCode,
    abha_number: null,
    abha_addresses: [],
    notes: 'Added by hand.',
    ...Object.fromEntries(Object.entries(partial).filter(([, value]) => value !== undefined)),
    gender,
  }
}

type Made = { readonly person: Person; readonly names: string[]; readonly writes: readonly Write[] }

/** The rows of one citizen. */
const rowsOf = (citizen: Citizen, extra: Extra, suffix: string, newId: OrderedIds): Made => {
  const place: Place = placeOf(citizen.pincode)
  const shared = {
    firstName: citizen.first_name,
    lastName: citizen.last_name,
    gender: citizen.gender,
    street: '1 Namuna Street',
    ...place,
    isDeactivated: extra.isDeactivated ?? false,
    ...(extra.refusals && { refusals: extra.refusals }),
    ...(extra.countsAs && { countsAs: extra.countsAs }),
  }
  const abhaMobile = extra.abhaMobile ?? citizen.mobile
  const body: Person = {
    ...shared,
    aadhaarNumber: citizen.aadhaar_number,
    aadhaarMobile: citizen.mobile,
    abhaMobile,
    abhaNumber: citizen.abha_number,
    middleName: citizen.middle_name,
    yearOfBirth: citizen.year_of_birth,
    monthOfBirth: citizen.month_of_birth ?? 0,
    dayOfBirth: citizen.day_of_birth ?? 0,
    notes: citizen.notes,
    ...(extra.isBenefitLinked && { isBenefitLinked: true }),
    ...(extra.email && { email: extra.email }),
    ...(extra.isMismatched && { isMismatched: true }),
  }
  const personId = newId()
  const theirs = citizen.abha_addresses.map((given): Address => {
    const name = readAddress(given.includes('@') ? given : `${given}@${suffix}`, suffix)
    if (!name) {
      throw new CitizenRefused('abha_addresses', `${given} is not a legal ABHA address of this environment.`)
    }
    if (!abhaMobile) throw new CitizenRefused('abha_addresses', 'An ABHA address needs a mobile.')
    return {
      ...shared,
      name,
      mobile: abhaMobile,
      personId,
      abhaNumber: extra.unverified?.includes(given) ? null : citizen.abha_number,
      middleName: citizen.middle_name ?? '',
      dayOfBirth: twoDigits(citizen.day_of_birth),
      monthOfBirth: twoDigits(citizen.month_of_birth),
      yearOfBirth: String(citizen.year_of_birth),
      hasPassword: false,
      email: extra.email ?? '',
      profilePhoto: '',
    }
  })
  return {
    person: body,
    names: theirs.map(({ name }) => name),
    writes: [
      inserting(people, personId, body),
      ...theirs.map((made) => inserting(addresses, newId(), made)),
      ...(extra.isLocked ? waysToName(body, theirs).map((named) => lockingForever(named)) : []),
      ...(extra.isBlocked ? waysToName(body, theirs).map((named) => lockingForever(named, 'blocked')) : []),
      ...(extra.isOutOfReach ? waysToName(body, theirs).map((named) => lockingForever(named, 'outOfReach')) : []),
    ],
  }
}

const waysToName = ({ abhaMobile, abhaNumber, aadhaarNumber, email }: Person, theirs: readonly Address[]): string[] => [
  identifiers.aadhaar(aadhaarNumber),
  ...(abhaMobile ? [identifiers.mobile(abhaMobile)] : []),
  ...(email ? [identifiers.email(email)] : []),
  ...(abhaNumber ? [identifiers.abhaNumber(abhaNumber)] : []),
  ...theirs.map(({ name }) => identifiers.address(name)),
]

/** All rows or none. */
export const insertTogether = async (store: Store, writes: readonly Write[]): Promise<boolean> => {
  const [first, ...also] = writes
  if (first?.kind !== 'insert') return true
  const { collection, row } = first
  return (await store.insert(collection, row.id, row.body as never, { expiresAt: row.expiresAt, also })) !== undefined
}

export type Citizens = ReturnType<typeof createCitizens>

export const createCitizens = (store: Store, suffix: string, newId: OrderedIds) => {
  const register = createRegister(store)

  const whatIsTaken = async (citizen: Citizen): Promise<CitizenRefused> => {
    if (await register.byAadhaarNumber(citizen.aadhaar_number)) {
      return new CitizenRefused('aadhaar_number', 'Somebody has this Aadhaar number already.')
    }
    if (citizen.abha_number && (await register.byAbhaNumber(citizen.abha_number))) {
      return new CitizenRefused('abha_number', 'Somebody has this ABHA number already.')
    }
    return new CitizenRefused('abha_addresses', 'One of these ABHA addresses is taken, or given twice.')
  }

  return {
    /** Puts the first people into an empty world, in one write; does nothing to any other. */
    async seed(): Promise<void> {
      if ((await store.list(people, { limit: 1 })).length > 0) return
      const rows = seeds.map(({ extra, ...citizen }) => rowsOf(citizen, extra ?? {}, suffix, newId))
      await insertTogether(
        store,
        rows.flatMap(({ writes }) => writes),
      )
    },

    /** In the order in which they came. */
    async list(): Promise<Citizen[]> {
      const everyone = await store.list(people, { limit: 100_000 })
      const every = (await store.list(addresses, { limit: 100_000 })).reverse()
      const named = Map.groupBy(every, ({ body }) => body.personId)
      return everyone.reverse().map(({ id, body }) => shown(body, named.get(id)?.map((row) => row.body.name) ?? []))
    },

    async add(partial: Partial<Citizen>): Promise<Citizen> {
      const citizen = invented(partial)
      check(citizen)
      const made = rowsOf(citizen, {}, suffix, newId)
      if (!(await insertTogether(store, made.writes))) throw await whatIsTaken(citizen)
      return shown(made.person, made.names)
    },
  }
}

const shown = (body: Person, names: string[]): Citizen => ({
  aadhaar_number: body.aadhaarNumber,
  mobile: body.aadhaarMobile,
  first_name: body.firstName,
  middle_name: body.middleName,
  last_name: body.lastName,
  gender: body.gender,
  year_of_birth: body.yearOfBirth,
  month_of_birth: body.monthOfBirth || null,
  day_of_birth: body.dayOfBirth || null,
  pincode: body.pinCode,
  abha_number: body.abhaNumber,
  abha_addresses: names,
  notes: body.notes,
})
