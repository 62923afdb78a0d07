import type { ServiceName } from '../../abdm/wire/operation.ts'
import { attemptsUsedUp, refuse } from '../refusal.ts'
import type { Address, AddressRow, Person, PersonRow, Register } from './people.ts'

/** Whom an OTP is about: what the caller named, and the mobile that the OTP goes to. */
export type Subject = {
  /** What was named, with its kind: sends are counted by it. */
  readonly identifier: string
  readonly mobile: string
  readonly personId: string | null
  readonly addressId: string | null
}

export const userNotFound = () => refuse(400, 'flat', 'ABDM-1211', 'User not found.')
const deactivated = () => refuse(400, 'flat', 'ABDM-1134', 'This ABHA account is deactivated.')
const aadhaarOtpNotAllowed = () => refuse(400, 'flat', 'ABDM-1115', 'Login via Aadhaar OTP is not allowed')
/** 111 is UIDAI's number for an Aadhaar without a verified mobile; what ABDM makes of it is not documented. */
const noAadhaarMobile = () =>
  refuse(422, 'flat', 'ABDM-1204', 'UIDAI Error code : 111 : Aadhaar number does not have verified mobile.')

export const refuseDeactivated = ({ isDeactivated }: Pick<Address | Person, 'isDeactivated'>): void => {
  if (isDeactivated) throw deactivated()
}

export type Subjects = ReturnType<typeof createSubjects>

export const createSubjects = (register: Register, service: ServiceName) => {
  const refuseLocked = (people: readonly (PersonRow | undefined)[]): void => {
    if (people.some((row) => row?.body.isLocked)) throw attemptsUsedUp(service)
  }

  const ofPerson = (identifier: string, row: PersonRow | undefined, otpSystem: string): Subject => {
    if (!row?.body.abhaNumber) throw userNotFound()
    refuseLocked([row])
    refuseDeactivated(row.body)
    const mobile = otpSystem === 'aadhaar' ? row.body.aadhaarMobile : row.body.abhaMobile
    if (!mobile) throw otpSystem === 'aadhaar' ? noAadhaarMobile() : userNotFound()
    return { identifier, mobile, personId: row.id, addressId: null }
  }

  const holder = async (row: AddressRow): Promise<PersonRow | undefined> =>
    row.body.personId === null ? undefined : register.person(row.body.personId)

  return {
    /** Anybody may make an address by mobile: nothing has to be there yet. */
    async newcomer(mobile: string): Promise<Subject> {
      refuseLocked(await register.withMobile(mobile))
      return { identifier: `mobile-number:${mobile}`, mobile, personId: null, addressId: null }
    },

    /** A mobile is refused as deactivated only when every address on it is. */
    async onMobile(mobile: string): Promise<Subject> {
      const [listed, people] = await Promise.all([register.addressesOn(mobile), register.withMobile(mobile)])
      if (listed.length === 0) throw userNotFound()
      refuseLocked(people)
      if (listed.every(({ body }) => body.isDeactivated)) throw deactivated()
      return { identifier: `mobile-number:${mobile}`, mobile, personId: null, addressId: null }
    },

    async ofAddress(name: string, otpSystem: string): Promise<Subject> {
      const row = await register.addressNamed(name)
      if (!row) throw userNotFound()
      const owner = await holder(row)
      refuseLocked([owner])
      refuseDeactivated(row.body)
      const subject = { identifier: `abha-address:${row.body.name}`, personId: row.body.personId, addressId: row.id }
      if (otpSystem !== 'aadhaar') return { ...subject, mobile: row.body.mobile }
      if (!row.body.abhaNumber || !owner) throw aadhaarOtpNotAllowed()
      if (!owner.body.aadhaarMobile) throw noAadhaarMobile()
      return { ...subject, mobile: owner.body.aadhaarMobile }
    },

    ofAbhaNumber: async (number: string, otpSystem: string): Promise<Subject> =>
      ofPerson(`abha-number:${number}`, await register.byAbhaNumber(number), otpSystem),

    ofAadhaar: async (number: string): Promise<Subject> =>
      ofPerson(`aadhaar:${number}`, await register.byAadhaarNumber(number), 'aadhaar'),
  }
}
