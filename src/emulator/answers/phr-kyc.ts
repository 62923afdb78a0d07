import { twoDigits } from '../../clock.ts'
import { refuse, refuseInArray } from '../refusal.ts'
import { type AddressRow, addresses, type PersonRow } from '../world/people.ts'
import type { TxnRow } from '../world/transactions.ts'
import type { World } from './answer.ts'
import { txnNotFound } from './otp.ts'

/** Linking an ABHA number to an address, and the reverse (abdm-v3 §13). */

const mismatch = () => refuse(400, 'flat', 'ABDM-1043', 'ABHA Address does not match with KYC details.')

/** Whether NHA compares is not known; birth year and gender are compared here. */
const agrees = ({ body: address }: AddressRow, { body: person }: PersonRow): boolean =>
  address.gender === person.gender && address.yearOfBirth === String(person.yearOfBirth)

const proved = async (txnId: string, addressId: string, { transactions, register }: World) => {
  const row = await transactions.live(txnId)
  if (row?.body.flow !== 'phr.profile' || row.body.state !== 'verified' || row.body.addressId !== addressId) {
    throw txnNotFound()
  }
  const person = row.body.personId === null ? undefined : await register.person(row.body.personId)
  if (!person) throw txnNotFound()
  return { row, person }
}

const write = async (txn: TxnRow, address: AddressRow, body: AddressRow['body'], { transactions, store }: World) =>
  (await store.update(addresses, address, body, { also: [transactions.stepping(txn, { state: 'used' })] })) !==
  undefined

export const link = async (txnId: string, addressId: string, world: World): Promise<void> => {
  for (;;) {
    const { row, person } = await proved(txnId, addressId, world)
    const address = await world.register.address(addressId)
    if (!address) throw refuse(401, 'empty')
    if (address.body.abhaNumber !== null) throw refuseInArray('ABDM-9999', 'Invalid Account Action')
    if (!agrees(address, person)) throw mismatch()
    const { body } = person
    const linked = {
      ...address.body,
      personId: person.id,
      abhaNumber: body.abhaNumber,
      firstName: body.firstName,
      middleName: body.middleName ?? '',
      lastName: body.lastName,
      dayOfBirth: twoDigits(body.dayOfBirth),
      monthOfBirth: twoDigits(body.monthOfBirth),
      yearOfBirth: String(body.yearOfBirth),
    }
    // Undefined: something moved meanwhile, so the next look tells whether it may still be linked.
    if (await write(row, address, linked, world)) return
  }
}

export const delink = async (txnId: string, addressId: string, world: World): Promise<void> => {
  for (;;) {
    const { row } = await proved(txnId, addressId, world)
    const address = await world.register.address(addressId)
    if (!address) throw refuse(401, 'empty')
    if (address.body.abhaNumber === null) throw refuseInArray('ABDM-9999', 'Invalid Account Action')
    if (await write(row, address, { ...address.body, abhaNumber: null, personId: null }, world)) return
  }
}
