import { type Static, type TSchema, Type } from 'typebox'
import type { Collection, Store } from '../../store/store.ts'
import { gateState } from '../gate.ts'
import { loggedOut } from '../tokens.ts'
import { messages } from './inbox.ts'
import { addresses, people } from './people.ts'
import { sendCounts, transactions } from './transactions.ts'

/** Who lives in the emulator, what was sent to them, and what they are locked out of, as one value that can be kept in a file. */

const rowsOf = <Body extends TSchema>(body: Body) =>
  Type.Array(Type.Object({ id: Type.String(), expires_at: Type.Union([Type.Integer(), Type.Null()]), body }))

const worldRows = Type.Object({
  people: rowsOf(people.body),
  addresses: rowsOf(addresses.body),
  messages: rowsOf(messages.body),
  transactions: rowsOf(transactions.body),
  send_counts: rowsOf(sendCounts.body),
  logged_out: rowsOf(loggedOut.body),
})
type WorldRows = Static<typeof worldRows>
export const worldState = Type.Object({ ...worldRows.properties, gate: gateState })
export type WorldState = Static<typeof worldState>

/** Everything in the store that makes a world; the keys are kept apart. */
const kept = { people, addresses, messages, transactions, send_counts: sendCounts, logged_out: loggedOut }
const keptRows = Object.entries(kept) as unknown as [keyof WorldRows, Collection<unknown>][]
export const worldCollections = Object.values(kept) as readonly unknown[] as readonly Collection<never>[]

/** More than any sandbox holds. */
const rowsMax = 100_000

const saved = async (store: Store, collection: Collection<unknown>): Promise<WorldRows['people']> =>
  (await store.list(collection, { limit: rowsMax })).map(({ id, body, expiresAt }) => ({
    id,
    expires_at: expiresAt ?? null,
    body,
  }))

export const saveWorld = async (store: Store): Promise<WorldRows> =>
  Object.fromEntries(
    await Promise.all(keptRows.map(async ([name, collection]) => [name, await saved(store, collection)])),
  )

/** Into an empty store. False: two rows claim the same number or address. All at once, so that they share a commit. */
export const loadWorld = async (store: Store, state: WorldRows): Promise<boolean> => {
  const written = await Promise.all(
    keptRows.flatMap(([name, collection]) =>
      state[name].map(({ id, body, expires_at }) =>
        store.insert(collection, id, body, { expiresAt: expires_at ?? undefined }),
      ),
    ),
  )
  return written.every((row) => row !== undefined)
}
