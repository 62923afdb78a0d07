import { type Store, taking, updating } from '../../store/store.ts'
import { refuse } from '../refusal.ts'
import { type AddressRow, addresses, numberOf, type Person, type PersonRow, people, type Register } from './people.ts'

/** What the holder of an ABHA number may do to it (abdm-v3 §12). Every change is one guarded write. */

type Parts = { readonly store: Store; readonly register: Register }

const accountsPerEmailMax = 6

export const refuseCrowdedEmail = async (email: string, personId: string, { register }: Parts): Promise<void> => {
  const others = (await register.holdersWithEmail(email)).filter(({ id }) => id !== personId)
  if (numberOf(others) >= accountsPerEmailMax) {
    throw refuse(422, 'wrapped', 'ABDM-1135', 'This email is already linked with 6 ABHA numbers.')
  }
}

/** The person after the change; undefined when they, or their ABHA number, are gone. */
const change = async (
  personId: string,
  { store, register }: Parts,
  next: (person: Person) => Person,
  also: (verified: readonly AddressRow[]) => Parameters<Store['update']>[3] = () => ({}),
): Promise<PersonRow | undefined> => {
  for (;;) {
    const row = await register.person(personId)
    if (!row?.body.abhaNumber) return undefined
    const verified = (await register.addressesOf(personId)).filter(({ body }) => body.abhaNumber !== null)
    const written = await store.update(people, row, next(row.body), also(verified))
    if (written) return written
  }
}

export const setEmail = (personId: string, email: string, parts: Parts) =>
  change(personId, parts, (person) => ({ ...person, email }))

export const setPhoto = (personId: string, profilePhoto: string, parts: Parts) =>
  change(personId, parts, (person) => ({ ...person, profilePhoto }))

/** Log-ins fail from now on, also by the addresses that hang on the number. */
export const deactivate = (personId: string, parts: Parts) =>
  change(
    personId,
    parts,
    (person) => ({ ...person, isDeactivated: true }),
    (verified) => ({ also: verified.map((row) => updating(addresses, row, { ...row.body, isDeactivated: true })) }),
  )

/** Final: the number and its addresses are gone, and the person may enrol again as one who never had any. */
export const deleteAccount = (personId: string, parts: Parts) =>
  change(
    personId,
    parts,
    ({ email, profilePhoto, preferredAddress, createdDate, ...person }) => ({
      ...person,
      abhaNumber: null,
      abhaMobile: person.aadhaarMobile,
      accountsDeleted: (person.accountsDeleted ?? 0) + 1,
    }),
    (verified) => ({ also: verified.map((row) => taking(addresses, row)) }),
  )
