import type { ServiceName } from '../../abdm/wire/operation.ts'
import { type Refusal, refuseInArray, refuseOn, uidaiRefusal, userNotFound } from '../refusal.ts'
import type { Address, Person, PersonRow, RefusedLogin, Register } from './people.ts'

/** Whom an OTP is about: what the caller named, and the mobile that the OTP goes to. */
export type Subject = {
  /** What was named, with its kind: sends are counted by it. */
  readonly identifier: string
  /** Or the e-mail address that is to be proved. */
  readonly mobile: string
  readonly personId: string | null
  readonly addressId: string | null
}

/** PHR app has two ways of saying it; which is for what is not documented: here this one for ABHA and Aadhaar numbers. */
const holderNotFound = (service: ServiceName): Refusal =>
  service === 'phr-app' ? refuseInArray('ABDM-9999', 'User not found.') : userNotFound(service)
const deactivated = (service: ServiceName) => refuseOn(service, 400, 'ABDM-1134', 'This ABHA account is deactivated.')
const aadhaarOtpNotAllowed = (service: ServiceName) =>
  refuseOn(service, 400, 'ABDM-1115', 'Login via Aadhaar OTP is not allowed')
const mobileNotFound = (service: ServiceName) => refuseOn(service, 400, 'ABDM-1111', 'Mobile number not found.')
/** 111 is UIDAI's number for an Aadhaar without a verified mobile; what ABDM makes of it is not documented. */
const noAadhaarMobile = (service: ServiceName) =>
  uidaiRefusal(service, 111, 'Aadhaar number does not have verified mobile.')

/** No call and no status is documented for most: a log-in by what its words speak of, 400 as ABDM-1134 (abdm-v3 §17). */
const words: Readonly<Record<RefusedLogin, string>> = {
  'ABDM-1012': 'No records found against the ABHA Address',
  'ABDM-1102': 'Mobile number verification is pending.',
  'ABDM-1110': 'ABHA User not found',
  'ABDM-1112': 'Aadhaar details not found.',
  'ABDM-1118': 'Login via Mobile OTP is not allowed',
  'ABDM-1119': 'Login via Aadhaar OTP is not allowed',
  'ABDM-1407': 'This ABHA account is deactivated.',
}

const refuseAs = (code: RefusedLogin | undefined, service: ServiceName): void => {
  if (code) throw refuseOn(service, 400, code, words[code])
}

/** Ways in that a search names as blocked (abdm-v3 §8.4, §9.1). */
export const blockedWays = ({ refusals }: Pick<Address | Person, 'refusals'>): string[] => [
  ...(refusals?.abdm === 'ABDM-1118' ? ['MOBILE_OTP'] : []),
  ...(refusals?.aadhaar === 'ABDM-1119' ? ['AADHAAR_OTP'] : []),
]

export const refuseDeactivated = (
  { isDeactivated }: Pick<Address | Person, 'isDeactivated'>,
  service: ServiceName,
): void => {
  if (isDeactivated) throw deactivated(service)
}

/** How an OTP request names somebody. Sends are counted by it, and a locked person's are held. */
export const identifiers = {
  mobile: (mobile: string) => `mobile-number:${mobile}`,
  address: (name: string) => `abha-address:${name}`,
  abhaNumber: (number: string) => `abha-number:${number}`,
  aadhaar: (number: string) => `aadhaar:${number}`,
  email: (email: string) => `email:${email.toLowerCase()}`,
}

/** Anybody may make an address by mobile: nothing has to be there yet. */
export const newcomer = (mobile: string): Subject => ({
  identifier: identifiers.mobile(mobile),
  mobile,
  personId: null,
  addressId: null,
})

export type Subjects = ReturnType<typeof createSubjects>

type OtpSystem = 'abdm' | 'aadhaar'

export const createSubjects = (register: Register) => {
  /** The holder of an ABHA number, named in one way or another. */
  const ofHolder = (
    identifier: string,
    row: PersonRow | undefined,
    otpSystem: OtpSystem,
    service: ServiceName,
  ): Subject => {
    if (!row?.body.abhaNumber) throw holderNotFound(service)
    refuseDeactivated(row.body, service)
    refuseAs(row.body.refusals?.[otpSystem], service)
    const mobile = otpSystem === 'aadhaar' ? row.body.aadhaarMobile : row.body.abhaMobile
    if (!mobile) throw otpSystem === 'aadhaar' ? noAadhaarMobile(service) : mobileNotFound(service)
    return { identifier, mobile, personId: row.id, addressId: null }
  }

  return {
    ofHolder,

    /** Known by an address or by an ABHA number; refused as deactivated only when everything on it is. */
    async onMobile(mobile: string, service: ServiceName): Promise<Subject> {
      const listed = [...(await register.addressesOn(mobile)), ...(await register.holdersOn(mobile))]
      if (listed.length === 0) throw userNotFound(service)
      if (listed.every(({ body }) => body.isDeactivated)) throw deactivated(service)
      return newcomer(mobile)
    },

    /** The ABHA service knows ABHA numbers only (abdm-v3 §8.1). */
    async holdersOn(mobile: string, service: ServiceName): Promise<Subject> {
      const holders = await register.holdersOn(mobile)
      if (holders.length === 0) throw userNotFound(service)
      if (holders.every(({ body }) => body.isDeactivated)) throw deactivated(service)
      return newcomer(mobile)
    },

    /** Only addresses have an e-mail to log in by. */
    async onEmail(email: string, service: ServiceName): Promise<Subject> {
      const listed = await register.addressesWithEmail(email)
      if (listed.length === 0) throw userNotFound(service)
      if (listed.every(({ body }) => body.isDeactivated)) throw deactivated(service)
      return { identifier: identifiers.email(email), mobile: email, personId: null, addressId: null }
    },

    async ofAddress(name: string, otpSystem: OtpSystem, service: ServiceName): Promise<Subject> {
      const row = await register.addressNamed(name)
      if (!row) throw userNotFound(service)
      refuseDeactivated(row.body, service)
      refuseAs(row.body.refusals?.address ?? row.body.refusals?.[otpSystem], service)
      const { personId } = row.body
      const subject = { identifier: identifiers.address(row.body.name), personId, addressId: row.id }
      if (otpSystem !== 'aadhaar') {
        if (row.body.mobile === '') throw mobileNotFound(service)
        return { ...subject, mobile: row.body.mobile }
      }
      const owner = row.body.abhaNumber && personId !== null ? await register.person(personId) : undefined
      if (!owner) throw aadhaarOtpNotAllowed(service)
      if (!owner.body.aadhaarMobile) throw noAadhaarMobile(service)
      return { ...subject, mobile: owner.body.aadhaarMobile }
    },

    ofAbhaNumber: async (number: string, otpSystem: OtpSystem, service: ServiceName): Promise<Subject> =>
      ofHolder(identifiers.abhaNumber(number), await register.byAbhaNumber(number), otpSystem, service),

    ofAadhaar: async (number: string, service: ServiceName): Promise<Subject> =>
      ofHolder(identifiers.aadhaar(number), await register.byAadhaarNumber(number), 'aadhaar', service),

    /** Anybody with an Aadhaar number may enrol, unless UIDAI knows no mobile to send to. */
    async enrolling(number: string, service: ServiceName): Promise<Subject> {
      const row = await register.byAadhaarNumber(number)
      if (!row) throw uidaiRefusal(service, 998, 'Invalid Aadhaar Number')
      refuseDeactivated(row.body, service)
      if (!row.body.aadhaarMobile) throw noAadhaarMobile(service)
      return {
        identifier: identifiers.aadhaar(number),
        mobile: row.body.aadhaarMobile,
        personId: row.id,
        addressId: null,
      }
    },
  }
}
