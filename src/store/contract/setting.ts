import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Clock, type MovableClock, movableClock } from '../../clock.ts'
import { Type } from '../../schema.ts'
import type { Collection, Row, Store } from '../store.ts'

/** One database that the contract may fill, close, open again and look into. */
export type Place = {
  readonly store: Store
  /** Closes the store and opens the same database again, with the same key unless told. */
  reopen(options?: { key?: Buffer }): Promise<Store>
  /** Every byte that is at rest now, side files included. */
  rawBytes(): Promise<Buffer>
  /** Closes the store and removes the database. */
  remove(): Promise<void>
}

/** Makes an empty database and opens it. */
export type Open = (options: { clock: Clock; key: Buffer }) => Promise<Place>

export type Setting = {
  readonly store: Store
  readonly place: Place
  readonly clock: MovableClock
  readonly now: number
}
export type Prove = (guarantee: string, proof: (setting: Setting) => Promise<void>) => void

/** A test on a database of its own and a clock that stands still until it is moved. */
export const proveWith =
  (open: Open): Prove =>
  (guarantee, proof) => {
    test(guarantee, async () => {
      const now = Date.UTC(2026, 0, 1)
      const clock = movableClock({ now: () => now })
      const place = await open({ clock, key: Buffer.alloc(32, 'contract') })
      try {
        await proof({ store: place.store, place, clock, now })
      } finally {
        await place.remove()
      }
    })
  }

export type Person = { name: string; mobile: string; addresses: string[] }
export const personRows: Collection<Person> = {
  name: 'person',
  body: Type.Object({ name: Type.String(), mobile: Type.String(), addresses: Type.Array(Type.String()) }),
  lookups: {
    address: { unique: true, values: ({ addresses }) => addresses },
    mobile: { unique: false, values: ({ mobile }) => mobile || undefined },
  },
}

export type Note = { text: string }
export const noteRows: Collection<Note> = { name: 'note', body: Type.Object({ text: Type.String() }) }

export const person = (name: string, ...addresses: string[]): Person => ({ name, mobile: '9000000001', addresses })
export const note = (text: string): Note => ({ text })

/** What a test takes for granted; what it proves it compares itself. */
export const given = async <Value>(written: Promise<Value | undefined>): Promise<Value> => {
  const value = await written
  assert.ok(value !== undefined, 'the row that the test starts from could not be written')
  return value
}

export const ids = (rows: readonly Row<unknown>[]): string[] => rows.map(({ id }) => id)

/** As many callers at once as the contract asks for; their answers in the order of calling. */
export const atOnce = <Value>(call: (index: number) => Promise<Value>): Promise<Value[]> =>
  Promise.all(Array.from({ length: 16 }, (_, index) => call(index)))

export const winners = <Value>(answers: readonly (Value | undefined)[]): Value[] =>
  answers.filter((answer) => answer !== undefined)
