import { type Static, type TSchema, Type } from 'typebox'
import type { Collection, Store } from '../../store/store.ts'
import { messages } from './inbox.ts'
import { addresses, people } from './people.ts'

/** Who lives in the emulator and what was sent to them, as one value that can be kept in a file. */

const rowsOf = <Body extends TSchema>(body: Body) =>
  Type.Array(Type.Object({ id: Type.String(), expires_at: Type.Union([Type.Integer(), Type.Null()]), body }))

export const worldState = Type.Object({
  people: rowsOf(people.body),
  addresses: rowsOf(addresses.body),
  messages: rowsOf(messages.body),
})
export type WorldState = Static<typeof worldState>

const kept = { people, addresses, messages } as unknown as Record<keyof WorldState, Collection<unknown>>

/** More than any sandbox holds. */
const rowsMax = 100_000

const saved = async (store: Store, collection: Collection<unknown>): Promise<WorldState['people']> =>
  (await store.list(collection, { limit: rowsMax })).map(({ id, body, expiresAt }) => ({
    id,
    expires_at: expiresAt ?? null,
    body,
  }))

export const saveWorld = async (store: Store): Promise<WorldState> => ({
  people: await saved(store, kept.people),
  addresses: await saved(store, kept.addresses),
  messages: await saved(store, kept.messages),
})

/** Into an empty store. False: two rows claim the same number or address. All at once, so that they share a commit. */
export const loadWorld = async (store: Store, state: WorldState): Promise<boolean> => {
  const written = await Promise.all(
    Object.entries(kept).flatMap(([name, collection]) =>
      state[name as keyof WorldState].map(({ id, body, expires_at }) =>
        store.insert(collection, id, body, { expiresAt: expires_at ?? undefined }),
      ),
    ),
  )
  return written.every((row) => row !== undefined)
}
