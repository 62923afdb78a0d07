import { type Static, Type } from '../../schema.ts'
import type { Collection, Row, Store } from '../../store/store.ts'

/**
 * Who lives in the emulator: people with an Aadhaar number, and ABHA addresses, which may belong to one of them. Row ids
 * are opaque; everything personal is found through hashed lookups.
 */
const nullable = <Field extends ReturnType<typeof Type.String>>(field: Field) => Type.Union([field, Type.Null()])
const gender = Type.Union([Type.Literal('M'), Type.Literal('F'), Type.Literal('O')])

const refusedLogin = Type.Enum([
  'ABDM-1012',
  'ABDM-1102',
  'ABDM-1110',
  'ABDM-1112',
  'ABDM-1118',
  'ABDM-1119',
  'ABDM-1407',
])
export type RefusedLogin = Static<typeof refusedLogin>

/** Codes that a log-in as this one is refused with: by ABDM's OTP, by UIDAI's, by the ABHA address in either way. */
const refusals = Type.Optional(
  Type.Object({
    abdm: Type.Optional(refusedLogin),
    aadhaar: Type.Optional(refusedLogin),
    address: Type.Optional(refusedLogin),
  }),
)
export type Refusals = Static<typeof refusals>

const person = Type.Object({
  aadhaarNumber: Type.String(),
  /** The mobile that UIDAI knows. */
  aadhaarMobile: nullable(Type.String()),
  /** The mobile that ABDM knows; differs from UIDAI's for some. */
  abhaMobile: nullable(Type.String()),
  abhaNumber: nullable(Type.String()),
  firstName: Type.String(),
  middleName: nullable(Type.String()),
  lastName: Type.String(),
  gender,
  yearOfBirth: Type.Integer(),
  monthOfBirth: Type.Integer(),
  dayOfBirth: Type.Integer(),
  street: Type.String(),
  pinCode: Type.String(),
  stateCode: Type.String(),
  stateName: Type.String(),
  districtCode: Type.String(),
  districtName: Type.String(),
  isDeactivated: Type.Boolean(),
  notes: Type.String(),
  /** Absent: the first address that they chose, else the default one. */
  preferredAddress: Type.Optional(Type.String()),
  /** Proved by an OTP. */
  email: Type.Optional(Type.String()),
  /** Base64. */
  profilePhoto: Type.Optional(Type.String()),
  /** Of the ABHA number, dd-MM-yyyy in India; absent for the first people. */
  createdDate: Type.Optional(Type.String()),
  /** How many ABHA numbers they had before; tokens of those are worth nothing. */
  accountsDeleted: Type.Optional(Type.Integer()),
  /** May neither delete nor deactivate the ABHA number. */
  isBenefitLinked: Type.Optional(Type.Boolean()),
  /** UIDAI's data disagree: no enrolment by this Aadhaar succeeds. */
  isMismatched: Type.Optional(Type.Boolean()),
  refusals,
  /** As many ABHA numbers as these count for stand on the mobile and the e-mail. */
  countsAs: Type.Optional(Type.Integer()),
})
export type Person = Static<typeof person>

const address = Type.Object({
  /** Lower case, with suffix. */
  name: Type.String(),
  /** Empty while no mobile is verified for the ABHA number. */
  mobile: Type.String(),
  personId: nullable(Type.String()),
  /** Present when the address is KYC-verified. */
  abhaNumber: nullable(Type.String()),
  isDeactivated: Type.Boolean(),
  hasPassword: Type.Boolean(),
  password: Type.Optional(Type.String()),
  firstName: Type.String(),
  middleName: Type.String(),
  lastName: Type.String(),
  gender,
  dayOfBirth: Type.String(),
  monthOfBirth: Type.String(),
  yearOfBirth: Type.String(),
  email: Type.String(),
  street: Type.String(),
  pinCode: Type.String(),
  stateCode: Type.String(),
  stateName: Type.String(),
  districtCode: Type.String(),
  districtName: Type.String(),
  profilePhoto: Type.String(),
  refusals,
  countsAs: Type.Optional(Type.Integer()),
})
export type Address = Static<typeof address>
export type PersonRow = Row<Person>
export type AddressRow = Row<Address>

const mobilesOf = ({ aadhaarMobile, abhaMobile }: Person): string[] => [
  ...new Set([aadhaarMobile, abhaMobile].filter((mobile) => mobile !== null)),
]

export const people: Collection<Person> = {
  name: 'emulator.person',
  body: person,
  lookups: {
    aadhaarNumber: { unique: true, values: ({ aadhaarNumber }) => aadhaarNumber },
    abhaNumber: { unique: true, values: ({ abhaNumber }) => abhaNumber ?? undefined },
    mobile: { unique: false, values: mobilesOf },
    email: { unique: false, values: ({ email }) => email?.toLowerCase() },
  },
}

export const addresses: Collection<Address> = {
  name: 'emulator.address',
  body: address,
  lookups: {
    name: { unique: true, values: ({ name }) => name },
    mobile: { unique: false, values: ({ mobile }) => mobile || undefined },
    email: { unique: false, values: ({ email }) => email.toLowerCase() || undefined },
    person: { unique: false, values: ({ personId }) => personId ?? undefined },
  },
}

export const fullNameOf = (who: { firstName: string; middleName: string | null; lastName: string }): string =>
  [who.firstName, who.middleName, who.lastName].filter(Boolean).join(' ')

/** How many of those that ABDM allows six of these are. */
export const numberOf = (rows: readonly { readonly body: { readonly countsAs?: number } }[]): number =>
  rows.reduce((sum, { body }) => sum + (body.countsAs ?? 1), 0)

export type Register = ReturnType<typeof createRegister>

/** Questions about the people; nothing here refuses or writes. */
export const createRegister = (store: Store) => ({
  byAadhaarNumber: async (number: string): Promise<PersonRow | undefined> =>
    (await store.find(people, 'aadhaarNumber', number, { limit: 1 }))[0],
  byAbhaNumber: async (number: string): Promise<PersonRow | undefined> =>
    (await store.find(people, 'abhaNumber', number, { limit: 1 }))[0],
  withMobile: (mobile: string): Promise<PersonRow[]> => store.find(people, 'mobile', mobile),
  /** Who has an ABHA number with this mobile on it. */
  holdersOn: async (mobile: string): Promise<PersonRow[]> =>
    (await store.find(people, 'mobile', mobile)).filter(
      ({ body }) => body.abhaNumber !== null && body.abhaMobile === mobile,
    ),
  holdersWithEmail: (email: string): Promise<PersonRow[]> => store.find(people, 'email', email.toLowerCase()),
  person: (id: string): Promise<PersonRow | undefined> => store.get(people, id),

  address: (id: string): Promise<AddressRow | undefined> => store.get(addresses, id),
  addressNamed: async (name: string): Promise<AddressRow | undefined> =>
    (await store.find(addresses, 'name', name.toLowerCase(), { limit: 1 }))[0],
  /** Every address on a mobile, other people's among them. */
  addressesOn: (mobile: string): Promise<AddressRow[]> => store.find(addresses, 'mobile', mobile),
  addressesWithEmail: (email: string): Promise<AddressRow[]> =>
    store.find(addresses, 'email', email.toLowerCase(), { limit: 1_000 }),
  addressesOf: (personId: string): Promise<AddressRow[]> => store.find(addresses, 'person', personId),
})
