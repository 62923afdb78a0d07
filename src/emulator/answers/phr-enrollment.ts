import type { BodyOf } from '../../abdm/wire/operation.ts'
import type * as wire from '../../abdm/wire/phr-enrollment.ts'
import { checkBirth } from '../checks.ts'
import { refuse, refuseInArray } from '../refusal.ts'
import { isChoosable, readAddress } from '../world/forms.ts'
import { type Address, addresses, type PersonRow, type Register } from '../world/people.ts'
import { accountOf, detailsOf, userOf } from '../world/profiles.ts'
import { newcomer } from '../world/subjects.ts'
import { suggest } from '../world/suggestions.ts'
import type { TxnRow } from '../world/transactions.ts'
import type { Answers, Call, World } from './answer.ts'
import { invalidTxn, sendOtp, subjectOf, verifyOtp } from './otp.ts'
import { refuseCrowdedEmail } from './phr-changes.ts'
import { tokensAmong } from './phr-login.ts'

/** abdm-v3 §7. */

const alreadyExists = () =>
  refuse(400, 'flat', 'ABDM-9999: ', 'This ABHA Address already exists. Please create with unique ABHA address')

/** A proof made at the login path serves as well (abdm-v3 §7.1, §21); of a mobile only when it has been seen to (§22). */
const isEnrollable = ({ body: { flow, variant, state } }: TxnRow): boolean =>
  state === 'verified' && (flow === 'phr.enrollment' || (flow === 'phr.login' && variant !== 'abhaAddress'))

const enrollable = async (txnId: string, { transactions }: World): Promise<TxnRow> => {
  const row = await transactions.live(txnId)
  if (!row || !isEnrollable(row)) throw invalidTxn()
  return row
}

type Details = BodyOf<typeof wire.enrol>['phrDetails']

/** Whose address it becomes: the proven person's, or that of somebody who agrees in mobile, gender, birth year and first name. */
const ownerOf = async (details: Details, mobile: string, row: TxnRow, register: Register) => {
  if (row.body.personId !== null) return register.person(row.body.personId)
  const first = details.firstName.trim().toLowerCase()
  return (await register.withMobile(mobile)).find(
    ({ body }) =>
      body.gender === details.gender &&
      String(body.yearOfBirth) === details.yearOfBirth &&
      body.firstName.toLowerCase() === first,
  )
}

const checkMobile = (mobile: string, row: TxnRow, owner: PersonRow | undefined): void => {
  const proven = row.body.personId === null ? [row.body.mobile] : [owner?.body.abhaMobile, owner?.body.aadhaarMobile]
  if (!proven.includes(mobile)) throw refuseInArray('ABDM-1006', 'Invalid Mobile Number')
}

const addressOf = (
  call: Call<typeof wire.enrol>,
  name: string,
  mobile: string,
  owner: PersonRow | undefined,
): Address => {
  const { phrDetails: details } = call.body
  return {
    name,
    mobile,
    personId: owner?.id ?? null,
    abhaNumber: details.ABHANumber ? (owner?.body.abhaNumber ?? null) : null,
    isDeactivated: false,
    hasPassword: call.opened('phrDetails.password') !== '',
    ...(call.opened('phrDetails.password') && { password: call.opened('phrDetails.password') }),
    firstName: details.firstName.trim(),
    middleName: details.middleName?.trim() ?? '',
    lastName: details.lastName?.trim() ?? '',
    gender: details.gender,
    dayOfBirth: details.dayOfBirth ?? '',
    monthOfBirth: details.monthOfBirth ?? '',
    yearOfBirth: details.yearOfBirth,
    email: call.opened('phrDetails.email'),
    street: details.address,
    pinCode: details.pinCode,
    stateCode: details.stateCode,
    stateName: details.stateName,
    districtCode: details.districtCode,
    districtName: details.districtName,
    profilePhoto: details.profilePhoto ?? '',
  }
}

/** The address row decides who comes first; the loser of a race is told that the address exists. */
const insertAddress = async (made: Address, txnId: string, world: World) => {
  for (;;) {
    const row = await enrollable(txnId, world)
    const also = [world.transactions.stepping(row)]
    const written = await world.store.insert(addresses, world.newId(), made, { also })
    if (written) return written
    if (await world.register.addressNamed(made.name)) throw alreadyExists()
  }
}

export const phrEnrollment: Answers<typeof wire> = {
  async requestOtp(call, world) {
    if (call.body.loginHint === 'mobile-number') {
      const subject = newcomer(call.opened('loginId'))
      return sendOtp(call, world, subject, 'registration.mobile', 'create an ABHA address')
    }
    const subject = await subjectOf(call, world)
    return sendOtp(call, world, subject, 'profile.login', 'create an ABHA address on your ABHA number')
  },

  async verify(call, world) {
    const verified = await verifyOtp(call, world, invalidTxn)
    if ('failed' in verified) return verified.failed
    const { id: txnId, body } = verified.row
    const person = body.personId === null ? undefined : await world.register.person(body.personId)
    const rows = person ? await world.register.addressesOf(person.id) : await world.register.addressesOn(body.mobile)
    const listed = rows.filter((row) => !person || row.body.abhaNumber)
    const subject = {
      sub: '',
      txnId,
      loginSubject: person ? 'ABHA_NUMBER_LOGIN' : 'MOBILE_LOGIN',
      profile: { mobile: body.mobile },
    }
    return {
      txnId,
      message: 'OTP Verified Successfully',
      authResult: 'success',
      users: listed.map((row) => userOf(row.body, call.now)),
      ...(person && {
        accounts: [
          accountOf(
            person.body,
            rows.map((row) => row.body),
          ),
        ],
      }),
      tokens: await tokensAmong(listed, subject, call, world),
    }
  },

  async suggestion({ op, body }, world) {
    checkBirth(op, body)
    const row = await enrollable(body.txnId, world)
    const wish = {
      firstName: body.firstName,
      lastName: body.lastName ?? '',
      day: body.dayOfBirth ?? '',
      month: body.monthOfBirth ?? '',
      year: body.yearOfBirth,
    }
    const isTaken = async (local: string) =>
      (await world.register.addressNamed(`${local}@${world.addressSuffix}`)) !== undefined
    const abhaAddressList = await suggest(wish, isTaken)
    // Lost only to another step, which has renewed the transaction just as well.
    await world.transactions.step(row)
    return { txnId: body.txnId, abhaAddressList }
  },

  async isExists({ query }, { register, addressSuffix }) {
    const name = readAddress(query.abhaAddress, addressSuffix)
    if (!name) throw refuseInArray('ABDM-1006', 'Invalid ABHA Address')
    return (await register.addressNamed(name)) !== undefined
  },

  async enrol(call, world) {
    const { txnId, phrDetails } = call.body
    checkBirth(call.op, phrDetails)
    const name = readAddress(phrDetails.abhaAddress, world.addressSuffix)
    if (!name || !isChoosable(name)) throw refuseInArray('ABDM-1006', 'Invalid ABHA Address')
    const row = await enrollable(txnId, world)
    const mobile = call.opened('phrDetails.mobile')
    const owner = await ownerOf(phrDetails, mobile, row, world.register)
    checkMobile(mobile, row, owner)
    const isProven = row.body.personId !== null && owner?.body.abhaNumber === phrDetails.ABHANumber
    if (phrDetails.ABHANumber && !isProven) throw refuseInArray('ABDM-9999', 'Invalid ABHA Number')
    const email = call.opened('phrDetails.email')
    if (email) await refuseCrowdedEmail(email, call, world)
    const made = await insertAddress(addressOf(call, name, mobile, owner), txnId, world)
    const account = (await world.register.addressesOn(mobile)).filter(
      ({ body }) => body.personId === made.body.personId,
    )
    const details = detailsOf(made.body)
    const subject = { sub: made.id, txnId, loginSubject: 'MOBILE_LOGIN', profile: { ...details, abhaAddress: name } }
    const tokens = await world.tokens.final('phr-app', subject, call.now)
    return {
      txnId,
      message: 'ABHA Address Created Successfully',
      phrDetails: { ...details, abhaAddress: account.map(({ body }) => body.name) },
      tokens: { ...tokens, switchProfileEnabled: true },
    }
  },
}
