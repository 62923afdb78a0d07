import type * as wire from '../../abdm/wire/abha-enrollment.ts'
import { twoDigits } from '../../clock.ts'
import { updating } from '../../store/store.ts'
import { refuse } from '../refusal.ts'
import { enrolPerson, kycAddress, linkMobile, refuseCrowdedMobile } from '../world/enrolment.ts'
import { isChoosable, readAddress } from '../world/forms.ts'
import { addresses, type PersonRow, people } from '../world/people.ts'
import { enrolledOf } from '../world/profiles.ts'
import { identifiers, refuseDeactivated } from '../world/subjects.ts'
import { suggest } from '../world/suggestions.ts'
import { isDead, type TxnRow } from '../world/transactions.ts'
import { addressesOf, fieldRefused, finalTokens, invalidTxn, verifyAbhaOtp } from './abha-otp.ts'
import type { Answers, Call, World } from './answer.ts'
import { sendOtp } from './otp.ts'

/** abdm-v3 §6, and the end of §15. */

const flow = 'abha.enrollment'
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The transaction carries the right to a further address: an enrolment, or a login to a found account. */
const mayAddAddress = (row: TxnRow): boolean => {
  const { flow: opened, isEnrolled, state, variant } = row.body
  if (isDead(row)) return false
  return (
    (opened === flow && isEnrolled === true) ||
    (opened === 'abha.login' && state === 'verified' && variant.startsWith('index'))
  )
}

const enrolled = async (txnId: string, world: World): Promise<{ row: TxnRow; person: PersonRow }> => {
  const row = await world.transactions.live(txnId)
  const person = row?.body.personId ? await world.register.person(row.body.personId) : undefined
  if (!row || !person || !mayAddAddress(row)) throw invalidTxn()
  return { row, person }
}

/** A mobile as it is kept: ten digits (abdm-v3 §18). */
const tenDigits = (mobile: string): string => mobile.slice(-10)

const sendAgain = async (call: Call<typeof wire.requestOtp>, world: World) => {
  const row = await world.transactions.live(call.body.txnId ?? '')
  if (!row || row.body.flow !== flow) throw invalidTxn()
  if (call.variant === 'aadhaar') {
    const subject = await world.subjects.enrolling(call.opened('loginId'), 'abha')
    if (row.body.state !== 'sent' || row.body.isEnrolled || subject.personId !== row.body.personId) throw invalidTxn()
    return sendOtp(call, world, subject, 'registration.aadhaar', 'register with Aadhaar', row)
  }
  if (!row.body.isEnrolled || !row.body.personId) throw invalidTxn()
  const mobile = call.opened('loginId')
  await refuseCrowdedMobile(mobile, row.body.personId, world)
  const subject = { identifier: identifiers.mobile(mobile), mobile, personId: row.body.personId, addressId: null }
  return sendOtp(call, world, subject, 'registration.aadhaar', 'confirm your mobile number', row)
}

/** Whom the OTP or the face proves; the transaction is an enrolment from then on. */
const proved = async (call: Call<typeof wire.byAadhaar>, world: World): Promise<{ row: TxnRow; mobile: string }> => {
  const { otp, face, authMethods } = call.body.authData
  if (authMethods[0] === 'face_auth') {
    if (!face) throw fieldRefused('authMethods', 'Invalid Auth Method')
    const row = await world.transactions.live(face.txnId)
    if (row?.body.flow !== 'abha.face' || row.body.capture !== 'COMPLETE') {
      throw refuse(400, 'wrapped', 'ABDM-1017', 'Invalid transaction, either the transaction is expired or not found')
    }
    const person = await world.register.byAadhaarNumber(call.opened('authData.face.aadhaar'))
    if (!person) throw fieldRefused('aadhaar', 'Invalid Aadhaar Number')
    refuseDeactivated(person.body, 'abha')
    const mobile = tenDigits(face.mobile ?? person.body.abhaMobile ?? person.body.aadhaarMobile ?? '')
    if (mobile) await refuseCrowdedMobile(mobile, person.id, world)
    const known = await world.transactions.step(row, { flow, state: 'verified', personId: person.id })
    if (!known) throw invalidTxn()
    return { row: known, mobile }
  }
  if (!otp) throw fieldRefused('authMethods', 'Invalid Auth Method')
  const row = await world.transactions.live(otp.txnId)
  if (row?.body.flow !== flow || row.body.variant !== 'aadhaar' || row.body.isEnrolled || !row.body.personId) {
    throw invalidTxn()
  }
  const mobile = tenDigits(otp.mobile)
  await refuseCrowdedMobile(mobile, row.body.personId, world)
  const verified = await verifyAbhaOtp(call, world, row, call.opened('authData.otp.otpValue'))
  if (!('row' in verified)) throw invalidTxn()
  return { row: verified.row, mobile }
}

export const abhaEnrollment: Answers<typeof wire> = {
  async requestOtp(call, world) {
    if (call.body.txnId) {
      if (!uuid.test(call.body.txnId)) throw invalidTxn()
      return sendAgain(call, world)
    }
    // The other mobile belongs to an enrolment that has begun (abdm-v3 §6.3).
    if (call.variant !== 'aadhaar') throw invalidTxn()
    const subject = await world.subjects.enrolling(call.opened('loginId'), 'abha')
    return sendOtp(call, world, subject, 'registration.aadhaar', 'register with Aadhaar')
  },

  async byAadhaar(call, world) {
    const { row, mobile } = await proved(call, world)
    const proven = await world.register.person(row.body.personId ?? '')
    if (proven?.body.isMismatched) throw refuse(422, 'wrapped', 'ABDM-1207', 'Details mismatch with UIDAI')
    const enrolment = await enrolPerson(row.body.personId ?? '', mobile, call.now, world)
    if (!enrolment) throw invalidTxn()
    const { row: person, isNew } = enrolment
    await world.transactions.step(row, { isEnrolled: true })
    const theirs = (await addressesOf(person, world)).map(({ body }) => body)
    return {
      message: isNew ? 'Account created successfully' : 'This account already exist',
      txnId: row.id,
      tokens: await finalTokens(person, row.id, 'AADHAAR_ENROLMENT', call, world),
      ABHAProfile: enrolledOf(person.body, theirs),
      isNew,
    }
  },

  async byAbdm(call, world) {
    const row = await world.transactions.live(call.body.authData.otp.txnId)
    if (row?.body.flow !== flow || row.body.variant !== 'mobile' || !row.body.personId) throw invalidTxn()
    const verified = await verifyAbhaOtp(call, world, row, call.opened('authData.otp.otpValue'))
    if ('failed' in verified) return verified.failed
    const person = await linkMobile(row.body.personId, row.body.mobile, world)
    if (!person) throw invalidTxn()
    return {
      txnId: row.id,
      authResult: 'success',
      message: 'Mobile number is now successfully linked to your Account',
      accounts: [{ ABHANumber: person.body.abhaNumber }],
    }
  },

  async suggestion(call, world) {
    const txnId = String(call.headers.transaction_id ?? '')
    if (!uuid.test(txnId)) throw invalidTxn()
    const { row, person } = await enrolled(txnId, world).catch(() => {
      throw refuse(401, 'wrapped', 'ABDM-1017', 'Invalid Transaction Id')
    })
    const { firstName, lastName, dayOfBirth, monthOfBirth, yearOfBirth } = person.body
    const wish = {
      firstName,
      lastName,
      day: twoDigits(dayOfBirth),
      month: twoDigits(monthOfBirth),
      year: String(yearOfBirth),
    }
    const isTaken = async (local: string) =>
      (await world.register.addressNamed(`${local}@${world.addressSuffix}`)) !== undefined
    const abhaAddressList = await suggest(wish, isTaken)
    // Lost only to another step, which has renewed the transaction just as well.
    await world.transactions.step(row)
    return { txnId, abhaAddressList }
  },

  async abhaAddress({ body: { txnId, abhaAddress, preferred } }, world) {
    const name = readAddress(
      abhaAddress.includes('@') ? abhaAddress : `${abhaAddress}@${world.addressSuffix}`,
      world.addressSuffix,
    )
    if (!name || !isChoosable(name)) throw fieldRefused('abhaAddress', 'Invalid ABHA Address')
    for (;;) {
      const { row, person } = await enrolled(txnId, world)
      if (await world.register.addressNamed(name)) {
        throw refuse(
          422,
          'wrapped',
          'ABDM-1101',
          'This ABHA Address already exists. Please create with unique ABHA Address',
        )
      }
      const also = [
        world.transactions.stepping(row),
        ...(preferred ? [updating(people, person, { ...person.body, preferredAddress: name })] : []),
      ]
      const made = kycAddress(person.body, person.id, name)
      const written = await world.store.insert(addresses, world.newId(), made, { also })
      if (!written) continue
      return {
        txnId,
        healthIdNumber: person.body.abhaNumber,
        preferredAbhaAddress: preferred ? name : (person.body.preferredAddress ?? null),
      }
    }
  },
}
