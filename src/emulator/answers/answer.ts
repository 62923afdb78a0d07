import type { IncomingHttpHeaders } from 'node:http'
import type { BodyOf, Operation, QueryOf, ReplyOf } from '../../abdm/wire/operation.ts'
import type { Store } from '../../store/store.ts'
import type { Gate } from '../gate.ts'
import type { Images } from '../images/images.ts'
import type { KeyRing } from '../keys.ts'
import type { Tokens, UserClaims } from '../tokens.ts'
import type { OrderedIds } from '../world/ordered-ids.ts'
import type { Register } from '../world/people.ts'
import type { Subjects } from '../world/subjects.ts'
import type { Transactions } from '../world/transactions.ts'

/** Where the sources of ABDM disagree (abdm-v3 §22), the reading that the emulator follows; each may be turned while it runs. */
export type Readings = {
  /** No. 6: a right mobile OTP of the PHR app logs in to the first address listed, instead of letting the person choose. */
  finalAfterMobile: boolean
}
export const usualReadings: Readings = { finalAfterMobile: false }

/** What an answer may use. */
export type World = {
  readonly store: Store
  readonly newId: OrderedIds
  readonly keys: KeyRing
  readonly gate: Gate
  readonly tokens: Tokens
  readonly register: Register
  readonly transactions: Transactions
  readonly subjects: Subjects
  readonly images: Images
  readonly addressSuffix: string
  readonly readings: Readonly<Readings>
}

/** A call that has passed every check its wire value names. */
export type Call<O extends Operation = Operation> = {
  readonly op: Operation
  readonly body: BodyOf<O>
  readonly query: QueryOf<O>
  /** Which of the wire value's variants the body chose; for a verification the first of its scope. */
  readonly variant: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly now: number
  /** Plaintext of a sealed field by its dotted path; empty where an optional one is missing. */
  opened(path: string): string
  /** Whose user token came along. */
  user(): { readonly token: string; readonly claims: UserClaims }
}

/** Declared as a method, so that answers of particular operations stand in one table without casts. */
type Bivariant<O extends Operation> = { answer(call: Call<O>, world: World): Promise<ReplyOf<O> | Buffer> }['answer']
export type Answer<O extends Operation = Operation> = Bivariant<O>

/** One answer for each operation that a wire module exports: a missing one does not compile. */
export type Answers<Group> = {
  readonly [Name in keyof Group as Group[Name] extends Operation ? Name : never]: Group[Name] extends Operation
    ? Answer<Group[Name]>
    : never
}
