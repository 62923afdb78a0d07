import type { ServiceName } from '../../abdm/wire/operation.ts'
import { type Clock, seconds } from '../../clock.ts'
import { newDigits, newUuid, sameText } from '../../ids.ts'
import { type Static, Type } from '../../schema.ts'
import { type Collection, inserting, type Row, type Store, taking, updating, type Write } from '../../store/store.ts'
import { attemptsUsedUp, blockedForADay, notDelivered, type Refusal } from '../refusal.ts'
import type { Inbox, Purpose } from './inbox.ts'
import type { Subject } from './subjects.ts'

/**
 * One table of transactions for every service (abdm-v3 §20 no. 1, 2):
 *
 * sent ──right OTP──▶ verified ──verify/user──▶ used        held: no transaction, bars an identifier from sends
 * open: begun without an OTP, by a search, a face capture or a logged-in user; used once an address is chosen
 *
 * The OTP stands in the body, which the store encrypts; there is no other copy but the inbox message.
 */
const txn = Type.Object({
  /** Operation group that opened it, such as `phr.login`. */
  flow: Type.String(),
  scope: Type.Array(Type.String()),
  /** Key of the wire value's variant. */
  variant: Type.String(),
  identifier: Type.String(),
  mobile: Type.String(),
  personId: Type.Union([Type.String(), Type.Null()]),
  addressId: Type.Union([Type.String(), Type.Null()]),
  state: Type.Union([
    Type.Literal('sent'),
    Type.Literal('verified'),
    Type.Literal('used'),
    Type.Literal('held'),
    Type.Literal('open'),
  ]),
  otp: Type.String(),
  otpEndsAt: Type.Number(),
  sends: Type.Integer(),
  tries: Type.Integer(),
  /** On the emulator's clock, which may run ahead of the store's. */
  endsAt: Type.Number(),
  /** The ABHA number of this enrolment is made; what may still be open is the other mobile. */
  isEnrolled: Type.Optional(Type.Boolean()),
  /** People that a search found, in the order of their index. */
  found: Type.Optional(Type.Array(Type.String())),
  capture: Type.Optional(
    Type.Union([Type.Literal('PENDING'), Type.Literal('VERIFIED'), Type.Literal('COMPLETE'), Type.Literal('FAILED')]),
  ),
})
export type Txn = Static<typeof txn>
export type TxnRow = Row<Txn>

export const transactions: Collection<Txn> = {
  name: 'emulator.txn',
  body: txn,
  lookups: { identifier: { unique: false, values: ({ identifier }) => identifier || undefined } },
}

/** How many OTPs went to an identifier in one flow, within the half hour that its first send began. Rows, so that a saved world has them. */
type SendCount = { readonly counted: string; readonly sends: number; readonly endsAt: number }

export const sendCounts: Collection<SendCount> = {
  name: 'emulator.sends',
  body: Type.Object({ counted: Type.String(), sends: Type.Integer(), endsAt: Type.Number() }),
  lookups: { counted: { unique: true, values: ({ counted }) => counted } },
}

const otpSeconds = 600
const txnSeconds = 1_800
const holdSeconds = 1_800
const sendsPerTxnMax = 3
const triesMax = 3
const sendsPerIdentifierMax = 10
/** Rows outlive their end by the largest skew that a call survives, so that only the emulator's clock decides. */
const skewSeconds = 300
/** A search result, a face capture and a change to another address (abdm-v3 §9.5, §15, §20 no. 10). */
const openSeconds = 600

const nothingSent = {
  scope: [],
  variant: '',
  mobile: '',
  personId: null,
  addressId: null,
  otp: '',
  otpEndsAt: 0,
  sends: 0,
  tries: 0,
} as const satisfies Partial<Txn>

/** What a held identifier is told: to wait for half an hour, or for a day; or that nothing reaches it. */
type Hold = '' | 'blocked' | 'outOfReach'

const held = (identifier: string, endsAt: number, flow: Hold = ''): Txn => ({
  ...nothingSent,
  scope: [],
  flow,
  identifier,
  state: 'held',
  endsAt,
})

const refusalOfHold = (hold: string, to: string, service: ServiceName): Refusal => {
  if (hold === 'outOfReach') return notDelivered(service, to.includes('@'))
  return hold === 'blocked' ? blockedForADay(service) : attemptsUsedUp(service)
}

/** What makes somebody locked: no OTP is ever sent for this identifier. */
export const lockingForever = (identifier: string, hold: Hold = ''): Write =>
  inserting(transactions, newUuid(), held(identifier, Number.MAX_SAFE_INTEGER, hold))

export type Sending = {
  readonly service: ServiceName
  readonly flow: string
  readonly scope: readonly string[]
  readonly variant: string
  readonly subject: Subject
  readonly purpose: Purpose
  readonly what: string
}

/** After its third wrong try, or a fourth send, nothing in a transaction goes on (abdm-v3 §20 no. 2). */
export const isDead = ({ body }: TxnRow): boolean => body.tries >= triesMax

export type Verified = { readonly row: TxnRow } | { readonly failed: 'wrong' | 'expired' | 'used' }

export type Transactions = ReturnType<typeof createTransactions>

export const createTransactions = (store: Store, clock: Clock, inbox: Inbox, fixedOtp: string | undefined) => {
  const kept = (endsAt: number): number => endsAt + seconds(skewSeconds)

  const hold = async (identifier: string): Promise<void> => {
    const endsAt = clock.now() + seconds(holdSeconds)
    await store.insert(transactions, newUuid(), held(identifier, endsAt), { expiresAt: kept(endsAt) })
  }

  /** The write that counts one more send; undefined when they are used up. */
  const countingSend = async (flow: string, identifier: string): Promise<Write | undefined> => {
    const now = clock.now()
    const counted = `${flow}/${identifier}`
    const [row] = await store.find(sendCounts, 'counted', counted)
    if (row && row.body.endsAt > now) {
      const isUsedUp = row.body.sends >= sendsPerIdentifierMax
      return isUsedUp ? undefined : updating(sendCounts, row, { ...row.body, sends: row.body.sends + 1 })
    }
    const first: SendCount = { counted, sends: 1, endsAt: now + seconds(holdSeconds) }
    return row
      ? updating(sendCounts, row, first, kept(first.endsAt))
      : inserting(sendCounts, newUuid(), first, kept(first.endsAt))
  }

  const live = async (txnId: string): Promise<TxnRow | undefined> => {
    const row = await store.get(transactions, txnId)
    return row && row.body.endsAt > clock.now() && row.body.state !== 'held' ? row : undefined
  }

  /** What a successful step writes: the transaction lives on from now. */
  const renewed = (row: TxnRow, change: Partial<Txn>): { body: Txn; expiresAt: number } => {
    const endsAt = clock.now() + seconds(txnSeconds)
    return { body: { ...row.body, ...change, endsAt }, expiresAt: kept(endsAt) }
  }

  return {
    /**
     * Sends an OTP. Without `into` a new transaction begins and the unverified ones of this identifier and flow are over;
     * with it (the ABHA service's resend) the transaction stays and its fourth send ends it, for whomever and in whichever way.
     */
    async send(sending: Sending, into?: TxnRow): Promise<string> {
      const { service, flow, scope, variant, subject, purpose, what } = sending
      const { identifier, mobile, personId, addressId } = subject
      for (let standing = into; ; standing = into && (await live(into.id))) {
        if (into && (!standing || isDead(standing))) throw attemptsUsedUp(service)
        // After a right OTP the other mobile of an enrolment is counted for itself.
        const isNewStep = standing?.body.state === 'verified' && standing.body.variant !== variant
        const before = isNewStep ? undefined : standing?.body
        if (standing && before && before.sends >= sendsPerTxnMax) {
          if (!(await store.update(transactions, standing, { ...standing.body, otp: '', tries: triesMax }))) continue
          throw attemptsUsedUp(service)
        }
        const now = clock.now()
        const others = (await store.find(transactions, 'identifier', identifier)).filter(
          ({ body }) => body.endsAt > now,
        )
        const bar = others.find(({ body }) => body.state === 'held')
        if (bar) throw refusalOfHold(bar.body.flow, mobile, service)
        const otp = fixedOtp ?? newDigits(6)
        const body: Txn = {
          ...standing?.body,
          flow,
          scope: [...scope],
          variant,
          identifier,
          mobile,
          personId,
          addressId,
          state: 'sent',
          otp,
          otpEndsAt: now + seconds(otpSeconds),
          sends: (before?.sends ?? 0) + 1,
          tries: before?.tries ?? 0,
          endsAt: now + seconds(txnSeconds),
        }
        const counting = await countingSend(flow, identifier)
        if (!counting) {
          await hold(identifier)
          throw attemptsUsedUp(service)
        }
        const { message, write } = inbox.compose(mobile, otp, purpose, what)
        const former = into ? [] : others.filter((row) => row.body.state === 'sent' && row.body.flow === flow)
        const options = {
          expiresAt: kept(body.endsAt),
          also: [write, counting, ...former.map((row) => taking(transactions, row))],
        }
        const written = standing
          ? await store.update(transactions, standing, body, options)
          : await store.insert(transactions, newUuid(), body, options)
        // Undefined: a former transaction or the count moved meanwhile; look again.
        if (!written) continue
        inbox.announce(message)
        return written.id
      }
    },

    live,

    /** Begins a transaction without an OTP. */
    async open(flow: string, about: Partial<Pick<Txn, 'found' | 'capture' | 'mobile' | 'personId'>>): Promise<string> {
      const endsAt = clock.now() + seconds(openSeconds)
      const body: Txn = { ...nothingSent, scope: [], flow, identifier: '', state: 'open', endsAt, ...about }
      const row = await store.insert(transactions, newUuid(), body, { expiresAt: kept(endsAt) })
      if (!row) throw new Error('a new id was taken')
      return row.id
    },

    /** Writes something down without renewing the transaction's life. */
    amend: (row: TxnRow, change: Partial<Txn>): Promise<TxnRow | undefined> =>
      store.update(transactions, row, { ...row.body, ...change }),

    /**
     * Compares an OTP. The outcome is told only after a guarded write: a right one has exactly one winner, and each wrong
     * one is counted exactly, whatever runs beside it.
     */
    async verify(service: ServiceName, start: TxnRow, otp: string, unknown: () => Refusal): Promise<Verified> {
      for (let row: TxnRow | undefined = start; row; row = await live(start.id)) {
        const { body } = row
        if (isDead(row)) throw attemptsUsedUp(service)
        if (body.state !== 'sent') return { failed: 'used' }
        if (body.otpEndsAt <= clock.now()) return { failed: 'expired' }
        const isRight = sameText(otp, body.otp)
        const next = isRight
          ? renewed(row, { state: 'verified', otp: '' })
          : { body: { ...body, tries: body.tries + 1 }, expiresAt: row.expiresAt }
        const written = await store.update(transactions, row, next.body, { expiresAt: next.expiresAt })
        if (written) return isRight ? { row: written } : { failed: 'wrong' }
      }
      throw unknown()
    },

    /** A further step of a verified transaction; undefined when somebody else moved it. */
    async step(row: TxnRow, change: Partial<Txn> = {}): Promise<TxnRow | undefined> {
      const next = renewed(row, change)
      return store.update(transactions, row, next.body, { expiresAt: next.expiresAt })
    },

    /** The same as a part of another write. */
    stepping(row: TxnRow, change: Partial<Txn> = {}): Write {
      const next = renewed(row, change)
      return updating(transactions, row, next.body, next.expiresAt)
    },
  }
}
