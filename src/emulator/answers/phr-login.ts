import type * as wire from '../../abdm/wire/phr-login.ts'
import { newUuid, sameText } from '../../ids.ts'
import { type Refusal, refuse, userNotFound } from '../refusal.ts'
import type { Subject as TokenSubject } from '../tokens.ts'
import type { AddressRow } from '../world/people.ts'
import { accountOf, detailsOf, foundOf, userOf } from '../world/profiles.ts'
import { isBarred, refuseBarred, refuseDeactivated } from '../world/subjects.ts'
import type { Txn, TxnRow } from '../world/transactions.ts'
import type { Answers, Call, World } from './answer.ts'
import { sendOtp, subjectOf, txnNotFound, verifyOtp } from './otp.ts'
import { readPassword } from './phr-changes.ts'

/** abdm-v3 §9. */

const loginSubjects: { readonly [variant: string]: string } = {
  mobile: 'MOBILE_LOGIN',
  email: 'EMAIL_LOGIN',
  abhaAddress: 'ABHA_ADDRESS_LOGIN',
  abhaNumber: 'ABHA_NUMBER_LOGIN',
  abhaNumberAadhaar: 'ABHA_NUMBER_LOGIN',
  aadhaar: 'AADHAAR_LOGIN',
}

/** What a final token says: the whole profile with the mobile in clear, as NHA's does. */
export const tokenSubject = ({ id, body }: AddressRow, txnId: string, loginSubject: string): TokenSubject => ({
  sub: id,
  txnId,
  loginSubject,
  profile: { ...detailsOf(body), abhaAddress: body.name },
})

/** A verified identifier lists verified addresses only, a mobile or an e-mail both kinds (abdm-v3 §9.3). */
export const listedFor = async (
  { body }: { readonly body: Pick<Txn, 'mobile' | 'personId'> },
  { register }: World,
): Promise<AddressRow[]> =>
  body.personId === null
    ? body.mobile.includes('@')
      ? register.addressesWithEmail(body.mobile)
      : register.addressesOn(body.mobile)
    : (await register.addressesOf(body.personId)).filter((row) => row.body.abhaNumber)

/** The address was named before the OTP: final at once (abdm-v3 §22 no. 7). */
const verifiedByAddress = async (call: Call<typeof wire.verify>, world: World, row: TxnRow) => {
  const address = row.body.addressId === null ? undefined : await world.register.address(row.body.addressId)
  if (!address) throw txnNotFound()
  refuseDeactivated(address.body, call.op.service)
  const tokens = await world.tokens.final('phr-app', tokenSubject(address, row.id, 'ABHA_ADDRESS_LOGIN'), call.now)
  return {
    txnId: row.id,
    message: 'OTP verified successfully',
    authResult: 'success' as const,
    users: [userOf(address.body, call.now)],
    tokens: { ...tokens, switchProfileEnabled: false },
  }
}

/**
 * Whom a verification logs in that names several: nobody, so the token may only choose.
 * With a mobile NHA's specification shows a final token (abdm-v3 §22 no. 6); whose is not said, here the first active one's.
 */
export const tokensAmong = (listed: readonly AddressRow[], subject: TokenSubject, call: Call, world: World) => {
  const first = listed.find((one) => !isBarred(one))
  return world.readings.finalAfterMobile && subject.loginSubject === 'MOBILE_LOGIN' && first
    ? world.tokens.final('phr-app', tokenSubject(first, subject.txnId, subject.loginSubject), call.now)
    : world.tokens.transfer('phr-app', subject, call.now)
}

const verifiedByOther = async (call: Call<typeof wire.verify>, world: World, row: TxnRow) => {
  const person = row.body.personId === null ? undefined : await world.register.person(row.body.personId)
  const listed = await listedFor(row, world)
  const account =
    person &&
    accountOf(
      person.body,
      listed.map(({ body }) => body),
    )
  const subject = {
    sub: '',
    txnId: row.id,
    loginSubject: loginSubjects[row.body.variant] ?? 'MOBILE_LOGIN',
    profile: row.body.variant === 'email' ? { email: row.body.mobile } : { mobile: row.body.mobile },
  }
  return {
    txnId: row.id,
    message: 'OTP verified successfully',
    authResult: 'success' as const,
    users: listed.map(({ body }) => userOf(body, call.now)),
    ...(account && { accounts: [account] }),
    ...(account && row.body.variant === 'aadhaar' && { preferredAbhaAddress: account.preferredAbhaAddress }),
    tokens: await tokensAmong(listed, subject, call, world),
  }
}

/** Final at once, without a transaction (abdm-v3 §9.3). */
const passwordLogin = async (call: Call<typeof wire.verify>, world: World) => {
  const { name, password } = readPassword(call, world)
  const address = await world.register.addressNamed(name)
  if (!address) throw userNotFound(call.op.service)
  refuseDeactivated(address.body, call.op.service)
  if (!address.body.hasPassword) throw refuse(400, 'flat', 'ABDM-1113', 'Login via password is not allowed')
  if (!sameText(password, address.body.password ?? '')) {
    return { message: 'Password did not match, please try again', authResult: 'failed' as const, users: [] }
  }
  const tokens = await world.tokens.final('phr-app', tokenSubject(address, newUuid(), 'PASSWORD_LOGIN'), call.now)
  return {
    message: 'Password verified successfully',
    authResult: 'success' as const,
    users: [userOf(address.body, call.now)],
    tokens: { ...tokens, switchProfileEnabled: false },
  }
}

const userNotListed = (): Refusal => refuse(400, 'flat', 'ABDM-9999: ', 'User not found.')

/** A verified login, or a verified enrolment: its transfer token is of the same kind (abdm-v3 §22 no. 8). */
const isChoosing = ({ body }: TxnRow): boolean =>
  body.state === 'verified' && (body.flow === 'phr.login' || body.flow === 'phr.enrollment')

/** One listed address, once, for the transfer token of a transaction in which there is something to choose. */
export const chosenTokens = async (
  call: Call<typeof wire.verifyUser>,
  world: World,
  mayChoose: (row: TxnRow) => boolean,
) => {
  const { txnId, abhaAddress } = call.body
  if (call.user().claims.txnId !== txnId) throw txnNotFound()
  for (;;) {
    const row = await world.transactions.live(txnId)
    if (!row || !mayChoose(row)) throw txnNotFound()
    const chosen = (await listedFor(row, world)).find(({ body }) => body.name === abhaAddress.toLowerCase())
    if (!chosen) throw userNotListed()
    refuseBarred(chosen, /aadhaar/i.test(row.body.variant) ? 'aadhaar' : 'abdm', call.op.service)
    // Undefined: the transaction moved meanwhile, so the next look tells whether it was used.
    if (!(await world.transactions.step(row, { state: 'used' }))) continue
    const loginSubject = call.user().claims.loginSubject
    return world.tokens.final('phr-app', tokenSubject(chosen, txnId, loginSubject), call.now)
  }
}

export const phrLogin: Answers<typeof wire> = {
  async search({ op, body }, { register }) {
    const row = await register.addressNamed(body.abhaAddress)
    if (!row) throw userNotFound(op.service)
    return foundOf(row.body)
  },

  async requestOtp(call, world) {
    const isByAddress = call.body.loginHint === 'abha-address'
    const subject = await subjectOf(call, world)
    return sendOtp(call, world, subject, isByAddress ? 'session' : 'profile.login', 'log in to your ABHA address')
  },

  async verify(call, world) {
    if (call.variant === 'password') return passwordLogin(call, world)
    const verified = await verifyOtp(call, world, txnNotFound)
    if ('failed' in verified) return verified.failed
    const { row } = verified
    return row.body.variant === 'abhaAddress' ? verifiedByAddress(call, world, row) : verifiedByOther(call, world, row)
  },

  verifyUser: async (call, world) => ({
    ...(await chosenTokens(call, world, isChoosing)),
    switchProfileEnabled: true,
  }),
}
