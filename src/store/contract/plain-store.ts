import type { Clock } from '../../clock.ts'
import type { Collection, HitResult, Limit, Row, Write } from '../store.ts'
import { inserting, taking, updating } from '../store.ts'

/** `store.ts` in the fewest words: everything is looked through, everything is copied, one caller. What the model expects. */
export type PlainStore = ReturnType<typeof createPlainStore>

type Entry = { readonly collection: Collection<unknown>; readonly row: Row<unknown> }
type Options = { expiresAt?: number | undefined; also?: readonly Write[] }

export const createPlainStore = (clock: Clock) => {
  let entries: readonly Entry[] = []
  let counters = new Map<string, { count: number; endsAt: number }>()

  const isLive = ({ row }: Entry): boolean => row.expiresAt === undefined || row.expiresAt > clock.now()
  const inCollection = (collection: Collection<unknown>): Entry[] =>
    entries.filter((entry) => entry.collection === collection && isLive(entry))
  const entryOf = (collection: Collection<unknown>, id: string): Entry | undefined =>
    inCollection(collection).find(({ row }) => row.id === id)
  const valuesOf = ({ collection, row }: Entry, isWanted: (lookup: string) => boolean): string[] =>
    Object.entries(collection.lookups ?? {})
      .filter(([lookup]) => isWanted(lookup))
      .flatMap(([lookup, { values }]) => [values(row.body) ?? []].flat().map((value) => `${lookup}/${value}`))

  const isFree = (entry: Entry): boolean => {
    const isUnique = (lookup: string): boolean => entry.collection.lookups?.[lookup]?.unique === true
    const taken = new Set(inCollection(entry.collection).flatMap((other) => valuesOf(other, isUnique)))
    return valuesOf(entry, isUnique).every((value) => !taken.has(value))
  }

  /** The row as it was before (of an insert: undefined), or false. */
  const applyOne = (write: Write): Row<unknown> | undefined | false => {
    const collection = write.collection as Collection<unknown>
    const id = write.kind === 'insert' ? write.row.id : write.before.id
    const held = entryOf(collection, id)
    if (write.kind === 'insert' ? held : held?.row.revision !== write.before.revision) return false
    entries = entries.filter((entry) => entry.collection !== collection || entry.row.id !== id)
    if (write.kind === 'take') return held?.row
    const entry = { collection, row: write.row }
    if (!isFree(entry)) return false
    entries = [...entries, entry]
    return held?.row
  }

  const apply = (writes: readonly Write[]): boolean => {
    const before = entries
    if (writes.every((write) => applyOne(write) !== false)) return true
    entries = before
    return false
  }

  const asRow = ({ row }: Entry): Row<unknown> => row
  const byId = (left: Row<unknown>, right: Row<unknown>): number => (left.id < right.id ? -1 : 1)

  return {
    insert(collection: Collection<unknown>, id: string, body: unknown, { expiresAt, also = [] }: Options) {
      const done = apply([inserting(collection, id, body, expiresAt), ...also])
      return done ? { id, revision: 1, body, expiresAt } : undefined
    },
    update(
      collection: Collection<unknown>,
      row: Row<unknown>,
      body: unknown,
      { expiresAt = row.expiresAt, also = [] }: Options,
    ) {
      const done = apply([updating(collection, row, body, expiresAt), ...also])
      return done ? { id: row.id, revision: row.revision + 1, body, expiresAt } : undefined
    },
    take(collection: Collection<unknown>, id: string, { revision, also = [] }: Options & { revision?: number }) {
      const held = entryOf(collection, id)?.row
      if (!held || (revision !== undefined && held.revision !== revision)) return undefined
      return apply([taking(collection, held), ...also]) ? held : undefined
    },
    get: (collection: Collection<unknown>, id: string) => entryOf(collection, id)?.row,
    find: (collection: Collection<unknown>, lookup: string, value: string) =>
      inCollection(collection)
        .filter((entry) => valuesOf(entry, (name) => name === lookup).includes(`${lookup}/${value}`))
        .map(asRow)
        .sort(byId),
    list: (collection: Collection<unknown>) => inCollection(collection).map(asRow).sort(byId).reverse(),
    hit(limits: readonly Limit[], by: 1 | -1): HitResult {
      const now = clock.now()
      counters = new Map([...counters].filter(([, { endsAt }]) => endsAt > now))
      const counted = limits
        .filter(({ max }) => max > 0)
        .map((limit) => ({ ...limit, name: `${limit.windowSeconds}/${limit.key}` }))
      const refused = counted
        .map(({ key, name, max }) => ({ key, max, counter: counters.get(name) }))
        .filter(({ max, counter }) => by === 1 && counter && counter.count >= max)
        .sort((left, right) => (right.counter?.endsAt ?? 0) - (left.counter?.endsAt ?? 0))[0]
      if (refused?.counter) {
        const waitMs = refused.counter.endsAt - now
        return { allowed: false, key: refused.key, retryAfterSeconds: Math.ceil(waitMs / 1000) }
      }
      for (const { name, windowSeconds } of counted) {
        const counter = counters.get(name) ?? { count: 0, endsAt: now + windowSeconds * 1000 }
        if (by === 1 || counters.has(name)) counters.set(name, { ...counter, count: Math.max(0, counter.count + by) })
      }
      return { allowed: true }
    },
    sweep: (_batch: number) => 0,
  }
}
