import type * as wire from '../../abdm/wire/phr-profile.ts'
import { indiaTime } from '../../clock.ts'
import { checkBirth } from '../checks.ts'
import { refuse } from '../refusal.ts'
import { type Address, type AddressRow, addresses } from '../world/people.ts'
import { accountOf, profileOf, userOf } from '../world/profiles.ts'
import type { Answers, Call, World } from './answer.ts'
import { sendOtp, subjectOf, txnNotFound, verifyOtp } from './otp.ts'
import { changeContact, changePassword, contactSubject } from './phr-changes.ts'
import { delink, link } from './phr-kyc.ts'
import { chosenTokens, listedFor, tokenSubject } from './phr-login.ts'
import { addressCard, addressCode } from './pictures.ts'

/** abdm-v3 §4, §13. */

/** The address of the token; a token whose address is gone is worth nothing any more. */
export const signedIn = async (call: Call, { register }: World): Promise<AddressRow> => {
  const row = await register.address(call.user().claims.sub)
  if (!row) throw refuse(401, 'empty')
  return row
}

export const linkedTo = async ({ body }: AddressRow, { register }: World): Promise<number> =>
  body.personId === null ? 1 : (await register.addressesOf(body.personId)).length

const switching = 'phr.profile.switch'

/** Whoever came by Aadhaar or ABHA number has proved an identity, everybody else a mobile: the lists differ (abdm-v3 §9.3). */
const identityOf = ({ body }: AddressRow, loginSubject: string): string | null =>
  body.abhaNumber !== null && /^(AADHAAR|ABHA_NUMBER)_/.test(loginSubject) ? body.personId : null

const isContact = (variant: string | undefined): boolean => variant === 'mobile' || variant === 'email'

/** What an update may change: name, gender and birth date of a verified address are what KYC says (abdm-v3 §13). */
const updated = (before: Address, body: Call<typeof wire.update>['body']): Address => ({
  ...before,
  ...(before.abhaNumber === null && {
    firstName: body.firstName.trim(),
    middleName: body.middleName?.trim() ?? '',
    lastName: body.lastName?.trim() ?? '',
    dayOfBirth: body.dayOfBirth ?? '',
    monthOfBirth: body.monthOfBirth ?? '',
    yearOfBirth: body.yearOfBirth,
    gender: body.gender,
  }),
  street: body.address,
  pinCode: body.pinCode,
  stateCode: body.stateCode,
  stateName: body.stateName,
  districtCode: body.districtCode,
  districtName: body.districtName,
  profilePhoto: body.profilePhoto ?? before.profilePhoto,
})

export const phrProfile: Answers<typeof wire> = {
  async get(call, world) {
    const row = await signedIn(call, world)
    return profileOf(row.body, await linkedTo(row, world))
  },

  async refresh(call, world) {
    const row = await signedIn(call, world)
    const { token, claims } = call.user()
    const subject = tokenSubject(row, claims.txnId, claims.loginSubject)
    return { tokens: await world.tokens.renewed('phr-app', subject, { token, claims }, call.now) }
  },

  async logout(call, world) {
    await world.tokens.end(call.user())
    return { message: 'You have been logged out', timestamp: indiaTime(call.now) }
  },

  async update(call, world) {
    checkBirth(call.op, call.body)
    for (;;) {
      const row = await signedIn(call, world)
      const written = await world.store.update(addresses, row, updated(row.body, call.body))
      if (written) return profileOf(written.body, await linkedTo(written, world))
    }
  },

  card: async (call, world) => addressCard(await signedIn(call, world), world),
  qr: async (call, world) => addressCode(await signedIn(call, world), world),

  async requestOtp(call, world) {
    const address = await signedIn(call, world)
    if (isContact(call.variant)) {
      const subject = await contactSubject(call, address, world)
      return sendOtp(call, world, subject, 'profile.change', 'change your ABHA address')
    }
    const subject = await subjectOf(call, world)
    return sendOtp(call, world, { ...subject, addressId: address.id }, 'profile.kyc', 'link your ABHA number')
  },

  async verify(call, world) {
    const address = await signedIn(call, world)
    if (call.variant === 'password') return changePassword(call, address, world)
    const { otp } = call.body.authData
    const asked = otp && (await world.transactions.live(otp.txnId))
    // Nobody spends another's tries.
    if (asked && asked.body.addressId !== address.id) throw txnNotFound()
    const verified = await verifyOtp(call, world, txnNotFound)
    if ('failed' in verified) return verified.failed
    const { row } = verified
    if (isContact(row.body.variant) && row.body.addressId === address.id) return changeContact(row, address, world)
    const person = row.body.personId === null ? undefined : await world.register.person(row.body.personId)
    if (!person || row.body.addressId !== address.id) throw txnNotFound()
    const theirs = (await world.register.addressesOf(person.id)).map(({ body }) => body)
    const tokens = await world.tokens.final('phr-app', tokenSubject(address, row.id, 'ABHA_NUMBER_LOGIN'), call.now)
    return {
      txnId: row.id,
      message: 'OTP verified successfully',
      authResult: 'success',
      users: theirs.filter(({ abhaNumber }) => abhaNumber).map((one) => userOf(one, call.now)),
      accounts: [accountOf(person.body, theirs)],
      tokens: { ...tokens, switchProfileEnabled: false },
    }
  },

  async link(call, world) {
    await link(call.body.transactionId, (await signedIn(call, world)).id, world)
    return { authResult: 'success', message: 'ABHA number is securely linked to ABHA address' }
  },

  async delink(call, world) {
    await delink(call.body.transactionId, (await signedIn(call, world)).id, world)
    return { authResult: 'success', message: 'ABHA number is now unlinked from ABHA address' }
  },

  async switchProfile(call, world) {
    const address = await signedIn(call, world)
    const { loginSubject } = call.user().claims
    const { mobile, email } = address.body
    const about = {
      mobile: loginSubject === 'EMAIL_LOGIN' ? email : mobile,
      personId: identityOf(address, loginSubject),
    }
    const txnId = await world.transactions.open(switching, about)
    const subject = { sub: '', txnId, loginSubject, profile: { mobile } }
    const { token, expiresIn } = await world.tokens.transfer('phr-app', subject, call.now)
    const users = (await listedFor({ body: about }, world)).map(({ body }) => userOf(body, call.now))
    return { txnId, users, tokens: { token, expiresIn, refreshToken: null } }
  },

  switchUser: (call, world) =>
    chosenTokens(call, world, ({ body }) => body.flow === switching && body.state === 'open'),
}
