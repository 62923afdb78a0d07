import { invalidPassword } from '../../abdm/wire/parts.ts'
import type * as wire from '../../abdm/wire/phr-profile.ts'
import { refuseInArray, refuseOn } from '../refusal.ts'
import { readAddress } from '../world/forms.ts'
import { type AddressRow, addresses, numberOf } from '../world/people.ts'
import { identifiers, type Subject } from '../world/subjects.ts'
import type { TxnRow } from '../world/transactions.ts'
import type { Call, World } from './answer.ts'
import { invalidAuthMethods } from './otp.ts'

/** What the holder of an ABHA address may change about it: mobile, e-mail and password (abdm-v3 §13). */

type WithPassword = { authMethods: string[]; password?: { abhaAddress: string } }

/** The password of a request and the address that it is for. */
export const readPassword = (call: Call, { addressSuffix }: World): { name: string; password: string } => {
  const { authMethods, password } = (call.body as { authData: WithPassword }).authData
  if (authMethods[0] !== 'password') throw invalidAuthMethods()
  const name = password && readAddress(password.abhaAddress, addressSuffix)
  if (!name) throw refuseInArray(...invalidPassword)
  return { name, password: call.opened('authData.password.password') }
}

const addressesPerEmailMax = 6

/** `addressId`: whose own e-mail it may be already. */
export const refuseCrowdedEmail = async (
  email: string,
  { op }: Pick<Call, 'op'>,
  { register }: World,
  addressId?: string,
): Promise<void> => {
  const others = (await register.addressesWithEmail(email)).filter(({ id }) => id !== addressId)
  if (numberOf(others) >= addressesPerEmailMax) {
    throw refuseOn(op.service, 400, 'ABDM-1135', 'This email is already linked with 6 ABHA addresses.')
  }
}

/** The OTP goes to what is to be proved. */
export const contactSubject = async (
  call: Call<typeof wire.requestOtp>,
  address: AddressRow,
  world: World,
): Promise<Subject> => {
  const named = call.opened('loginId')
  const about = { mobile: named, personId: null, addressId: address.id }
  if (call.variant === 'mobile') return { ...about, identifier: identifiers.mobile(named) }
  await refuseCrowdedEmail(named, call, world, address.id)
  return { ...about, identifier: identifiers.email(named) }
}

const rewrite = async (
  addressId: string,
  change: Partial<AddressRow['body']>,
  { store, register }: World,
): Promise<void> => {
  for (;;) {
    const row = await register.address(addressId)
    if (!row || (await store.update(addresses, row, { ...row.body, ...change }))) return
  }
}

export const changeContact = async (txn: TxnRow, { id, body }: AddressRow, world: World) => {
  const isEmail = txn.body.variant === 'email'
  await rewrite(id, isEmail ? { email: txn.body.mobile } : { mobile: txn.body.mobile }, world)
  return {
    txnId: txn.id,
    authResult: 'success' as const,
    message: isEmail ? 'Email linked successfully' : 'Mobile Number linked successfully',
    users: [{ abhaAddress: body.name }],
  }
}

/** Nothing was asked for before it, so that the transaction is the one of the log-in. */
export const changePassword = async (call: Call<typeof wire.verify>, { id, body }: AddressRow, world: World) => {
  const { name, password } = readPassword(call, world)
  if (name !== body.name) throw refuseInArray(...invalidPassword)
  await rewrite(id, { password, hasPassword: true }, world)
  return {
    txnId: call.user().claims.txnId,
    authResult: 'success' as const,
    message: 'Password updated successfully',
    users: [{ abhaAddress: name }],
  }
}
