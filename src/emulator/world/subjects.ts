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

type OtpSystem = 'abdm' | 'aadhaar'

/** PHR app has two ways of saying it; which is for what is not documented: here this one for ABHA and Aadhaar numbers. */
const holderNotFound = (service: ServiceName): Refusal =>
  service === 'phr-app' ? refuseInArray('ABDM-9999', 'User not found.') : userNotFound(service)
const deactivated = (service: ServiceName) => refuseOn(service, 400, 'ABDM-1134', 'This ABHA account is deactivated.')
const aadhaarNotFound = () => refuseOn('abha', 404, 'ABDM-1114', 'No ABHA user registered with this Aadhaar number.')
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

type Listed = { readonly body: Pick<Address | Person, 'isDeactivated' | 'refusals'> }

/** Whether ABDM's own OTP logs nobody in as this one. */
export const isBarred = ({ body }: Listed): boolean => body.isDeactivated || body.refusals?.abdm !== undefined

/** Somebody who is chosen from a list, after an OTP of this kind. */
export const refuseBarred = ({ body }: Listed, otpSystem: OtpSystem, service: ServiceName): void => {
  refuseDeactivated(body, service)
  refuseAs(body.refusals?.[otpSystem], service)
}

/** By a mobile or an e-mail whoever is on it may log in; refused at once only when nobody can. */
const refuseUnlessSomebody = (listed: readonly Listed[], service: ServiceName): void => {
  const [first] = listed
  if (!first) throw userNotFound(service)
  if (listed.every(isBarred)) refuseBarred(first, 'abdm', service)
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

    /** Known by an address or by an ABHA number. */
    async onMobile(mobile: string, service: ServiceName): Promise<Subject> {
      refuseUnlessSomebody([...(await register.addressesOn(mobile)), ...(await register.holdersOn(mobile))], service)
      return newcomer(mobile)
    },

    /** The ABHA service knows ABHA numbers only (abdm-v3 §8.1). */
    async holdersOn(mobile: string, service: ServiceName): Promise<Subject> {
      refuseUnlessSomebody(await register.holdersOn(mobile), service)
      return newcomer(mobile)
    },

    /** Only addresses have an e-mail to log in by. */
    async onEmail(email: string, service: ServiceName): Promise<Subject> {
      refuseUnlessSomebody(await register.addressesWithEmail(email), service)
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

    async ofAadhaar(number: string, service: ServiceName): Promise<Subject> {
      const row = await register.byAadhaarNumber(number)
      // The ABHA service has words of its own for it (abdm-v3 §8.1).
      if (!row?.body.abhaNumber && service === 'abha') throw aadhaarNotFound()
      return ofHolder(identifiers.aadhaar(number), row, 'aadhaar', service)
    },

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
