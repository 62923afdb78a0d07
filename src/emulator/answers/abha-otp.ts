import type { Operation } from '../../abdm/wire/operation.ts'
import { Refusal, uidaiRefusal } from '../refusal.ts'
import type { Subject } from '../tokens.ts'
import type { AddressRow, PersonRow } from '../world/people.ts'
import { accountOf } from '../world/profiles.ts'
import type { TxnRow } from '../world/transactions.ts'
import type { Call, World } from './answer.ts'

/** What the ABHA service's operations share: its words for a bad transaction or OTP, and its tokens. */

export const fieldRefused = (field: string, message: string): Refusal =>
  new Refusal(400, 'field', [{ field, code: '', message }])
export const invalidTxn = (): Refusal => fieldRefused('txnId', 'Invalid Transaction Id')

const failures = {
  wrong: 'Please enter a valid OTP. Entered OTP is either expired or incorrect.',
  used: 'Please enter a valid OTP. Entered OTP is either expired or incorrect.',
  expired: 'OTP expired, please try again',
} as const
const uidaiFailures = {
  wrong: 'Invalid Aadhaar OTP value.',
  used: 'OTP validation failed',
  expired: 'OTP validation failed',
} as const

/** UIDAI's OTPs fail with 422, ABDM's own with 200 (abdm-v3 §19 no. 5). */
const isOfUidai = ({ body }: TxnRow): boolean => /aadhaar/i.test(body.variant)

type Failed = { txnId: string; authResult: 'failed'; message: string; accounts: [] }

export const verifyAbhaOtp = async (
  { op }: { readonly op: Operation },
  { transactions }: World,
  row: TxnRow,
  otp: string,
  refuseUidai = (words: string): Refusal => uidaiRefusal('abha', 400, words),
): Promise<{ row: TxnRow } | { failed: Failed }> => {
  const outcome = await transactions.verify(op.service, row, otp, invalidTxn)
  if ('row' in outcome) return outcome
  if (isOfUidai(row)) throw refuseUidai(uidaiFailures[outcome.failed])
  return {
    failed: { txnId: row.id, authResult: 'failed', message: failures[outcome.failed], accounts: [] },
  }
}

export const addressesOf = async (person: PersonRow, { register }: World): Promise<AddressRow[]> =>
  register.addressesOf(person.id)

/** Another one after each deletion: the tokens of a deleted account are nobody's. */
export const accountIdOf = ({ id, body }: PersonRow): string =>
  body.accountsDeleted ? `${id}.${body.accountsDeleted}` : id

/** A final token of the ABHA service is about the person, with the profile in clear as NHA's is; a photo would not fit a header. */
export const personSubject = async (
  person: PersonRow,
  txnId: string,
  loginSubject: string,
  world: World,
): Promise<Subject> => {
  const theirs = (await addressesOf(person, world)).map(({ body }) => body)
  const { profilePhoto, ...profile } = accountOf(person.body, theirs)
  return { sub: accountIdOf(person), txnId, loginSubject, profile }
}

export const finalTokens = async (person: PersonRow, txnId: string, loginSubject: string, call: Call, world: World) =>
  world.tokens.final('abha', await personSubject(person, txnId, loginSubject, world), call.now)
