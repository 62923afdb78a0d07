import { refuse } from '../refusal.ts'
import type { Address, Person, PersonRow, Register } from './people.ts'

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

/** How an OTP request names somebody. Sends are counted by it, and a locked person's are held. */
export const identifiers = {
  mobile: (mobile: string) => `mobile-number:${mobile}`,
  address: (name: string) => `abha-address:${name}`,
  abhaNumber: (number: string) => `abha-number:${number}`,
  aadhaar: (number: string) => `aadhaar:${number}`,
}

/** Anybody may make an address by mobile: nothing has to be there yet. */
export const newcomer = (mobile: string): Subject => ({
  identifier: identifiers.mobile(mobile),
  mobile,
  personId: null,
  addressId: null,
})

export type Subjects = ReturnType<typeof createSubjects>

export const createSubjects = (register: Register) => {
  const ofPerson = (identifier: string, row: PersonRow | undefined, otpSystem: string): Subject => {
    if (!row?.body.abhaNumber) throw userNotFound()
    refuseDeactivated(row.body)
    const mobile = otpSystem === 'aadhaar' ? row.body.aadhaarMobile : row.body.abhaMobile
    if (!mobile) throw otpSystem === 'aadhaar' ? noAadhaarMobile() : userNotFound()
    return { identifier, mobile, personId: row.id, addressId: null }
  }

  return {
    /** A mobile is refused as deactivated only when every address on it is. */
    async onMobile(mobile: string): Promise<Subject> {
      const listed = await register.addressesOn(mobile)
      if (listed.length === 0) throw userNotFound()
      if (listed.every(({ body }) => body.isDeactivated)) throw deactivated()
      return newcomer(mobile)
    },

    async ofAddress(name: string, otpSystem: string): Promise<Subject> {
      const row = await register.addressNamed(name)
      if (!row) throw userNotFound()
      refuseDeactivated(row.body)
      const { personId } = row.body
      const subject = { identifier: identifiers.address(row.body.name), personId, addressId: row.id }
      if (otpSystem !== 'aadhaar') return { ...subject, mobile: row.body.mobile }
      const owner = row.body.abhaNumber && personId !== null ? await register.person(personId) : undefined
      if (!owner) throw aadhaarOtpNotAllowed()
      if (!owner.body.aadhaarMobile) throw noAadhaarMobile()
      return { ...subject, mobile: owner.body.aadhaarMobile }
    },

    ofAbhaNumber: async (number: string, otpSystem: string): Promise<Subject> =>
      ofPerson(identifiers.abhaNumber(number), await register.byAbhaNumber(number), otpSystem),

    ofAadhaar: async (number: string): Promise<Subject> =>
      ofPerson(identifiers.aadhaar(number), await register.byAadhaarNumber(number), 'aadhaar'),
  }
}
