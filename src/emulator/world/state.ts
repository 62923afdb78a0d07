import { type Static, type TSchema, Type } from '../../schema.ts'
import { type Collection, inserting, type Store } from '../../store/store.ts'
import { gateState, Moment } from '../gate.ts'
import { loggedOut } from '../tokens.ts'
import { insertTogether } from './citizens.ts'
import { messages } from './inbox.ts'
import { addresses, people } from './people.ts'
import { sendCounts, transactions } from './transactions.ts'

/** Who lives in the emulator, what was sent to them, and what they are locked out of, as one value that can be kept in a file. */

/** What every database takes as it is. */
const rowId = Type.String({ pattern: '^[!-~]{1,200}$' })
const rowsOf = <Body extends TSchema>(body: Body) =>
  Type.Array(Type.Object({ id: rowId, expires_at: Type.Union([Moment, Type.Null()]), body }))

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

const hasTwins = (values: readonly string[]): boolean => new Set(values).size < values.length

/** Why the store would not take all rows; a key of the state is named and no value. */
export const contradictionIn = (state: WorldRows): string | undefined => {
  for (const [name, { lookups = {} }] of keptRows) {
    if (hasTwins(state[name].map(({ id }) => id))) return `two of world.${name} have the same id`
    for (const [lookup, { unique, values }] of Object.entries(lookups)) {
      const claimed = state[name].flatMap(({ body }) => values(body) ?? [])
      if (unique && hasTwins(claimed)) return `two of world.${name} have the same ${lookup}`
    }
  }
  return undefined
}

/** Into an empty store, of a state without a contradiction. In one write, so that no half of a world stands there. */
export const loadWorld = async (store: Store, state: WorldRows): Promise<void> => {
  const writes = keptRows.flatMap(([name, collection]) =>
    state[name].map(({ id, body, expires_at }) => inserting(collection, id, body, expires_at ?? undefined)),
  )
  if (!(await insertTogether(store, writes))) throw new Error('the store was not empty')
}
