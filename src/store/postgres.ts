import type { Clock } from '../clock.ts'
import { countTogether } from './counting.ts'
import { closed, unavailable } from './group.ts'
import type { Columns, Step } from './postgres-batch.ts'
import { counterStatements, givingBack, hitting, usedUpIn } from './postgres-counters.ts'
import { isGuardFailed, isInTheWay, openDatabase, type PostgresOptions } from './postgres-database.ts'
import { isDone, makingWay, rowStatements, storedRow, takenRow, writingStep } from './postgres-rows.ts'
import { type Collection, inserting, type Row, type Store, updating, type Write } from './store.ts'
import { openVault, type SealedWrite } from './vault.ts'

/** How often a call is made again that another transaction was in the way of. */
const againMax = 5
const sweptAtOnce = 500

/**
 * The store in PostgreSQL, for any number of processes. A call is one batch of statements: one round trip, one
 * transaction, answered after its commit. Nothing is locked between two calls.
 */
export const openPostgres = async (options: PostgresOptions & { key: Buffer; clock: Clock }): Promise<Store> => {
  const { clock } = options
  const vault = openVault(options.key)
  const database = await openDatabase(options, vault.keyCheck)
  let closing: Promise<void> | undefined

  /** Undefined: a guard failed, and nothing was written. */
  const attempt = async (steps: (now: number) => readonly Step[]): Promise<Columns[][] | undefined> => {
    for (let left = againMax; ; left--) {
      if (closing) throw closed()
      try {
        return await database.run(steps(clock.now()))
      } catch (thrown) {
        if (isGuardFailed(thrown)) return undefined
        if (!isInTheWay(thrown) || left === 0) throw unavailable(thrown)
      }
    }
  }
  const read = async (...asked: Parameters<typeof attempt>): Promise<Columns[]> => (await attempt(...asked))?.[0] ?? []

  /** What the first write answered; undefined: none was done. What is expired makes way where a first look meets it. */
  const write = async (writes: readonly SealedWrite[]): Promise<Columns[] | undefined> => {
    const form = writes.length === 1 ? 'alone' : 'guarded'
    const answers = await attempt((now) => writes.map((one) => writingStep(one, now, form)))
    if (isDone(answers?.[0])) return answers?.[0]
    if (!writes.some((one) => makingWay(one, 0))) return undefined
    const places: number[] = []
    const again = await attempt((now) => {
      places.length = 0
      return writes.flatMap((one) => {
        const way = makingWay(one, now)
        places.push((places.at(-1) ?? -1) + (way ? 2 : 1))
        const own = writingStep(one, now, form)
        return way ? [way, own] : [own]
      })
    })
    const first = again?.[places[0] ?? 0]
    return isDone(first) ? first : undefined
  }

  const countAmongOthers = countTogether(async (uses) => {
    for (;;) {
      let at = 0
      const answers = await attempt((now) => {
        at = now
        return [hitting(uses, now)]
      })
      // Undefined: somebody's first use was between the look and the count; the next look sees it.
      if (answers) return { usedUp: usedUpIn(answers[0]), now: at }
    }
  })

  return {
    isExclusive: false,

    async insert(collection, id, body, { expiresAt, also = [] } = {}) {
      const row = { id, revision: 1, body, expiresAt }
      return (await write([inserting(collection, id, body, expiresAt), ...also].map(vault.sealWrite))) ? row : undefined
    },

    async get(collection, id) {
      if (isNobodys(id)) return undefined
      const [found] = await read((now) => [{ statement: rowStatements.get, values: [collection.name, id, now] }])
      return found && vault.openRow(collection, storedRow(found))
    },

    async find<Body>(collection: Collection<Body>, lookup: string, value: string, { limit = 100 } = {}) {
      const isUnique = collection.lookups?.[lookup]?.unique
      if (isUnique === undefined) throw new TypeError(`"${collection.name}" has no lookup "${lookup}"`)
      const key = vault.lookupKey(collection.name, lookup, value)
      const statement = isUnique ? rowStatements.findUnique : rowStatements.find
      const found = await read((now) => [{ statement, values: [key, now, limit] }])
      return found.map((columns) => vault.openRow(collection, storedRow(columns)))
    },

    async update(collection, row, body, { expiresAt = row.expiresAt, also = [] } = {}) {
      const next = { id: row.id, revision: row.revision + 1, body, expiresAt }
      return (await write([updating(collection, row, body, expiresAt), ...also].map(vault.sealWrite)))
        ? next
        : undefined
    },

    async take<Body>(
      collection: Collection<Body>,
      id: string,
      { revision, also = [] }: { revision?: number; also?: readonly Write[] } = {},
    ): Promise<Row<Body> | undefined> {
      if (isNobodys(id)) return undefined
      const own = vault.sealTake(collection as Collection<never>, id, revision ?? null)
      const taken = await write([own, ...also.map(vault.sealWrite)])
      return taken && vault.openRow(collection, takenRow(id, taken))
    },

    async hit(limits, by = 1) {
      const counted = vault.sealLimits(limits)
      if (closing) throw closed()
      if (counted.length === 0) return { allowed: true }
      if (by === -1) {
        await attempt((now) => [givingBack(counted, now)])
        return { allowed: true }
      }
      return countAmongOthers(counted)
    },

    async sweep(batch = sweptAtOnce) {
      const sweepingOf = async (statement: Step['statement'], most: number): Promise<number> =>
        Number((await read((now) => [{ statement, values: [now, most] }]))[0]?.[0] ?? 0)
      const swept = await sweepingOf(rowStatements.sweep, batch)
      return swept + (swept < batch ? await sweepingOf(counterStatements.sweep, batch - swept) : 0)
    },

    async list<Body>(collection: Collection<Body>, { limit = 2_147_483_647 } = {}) {
      const found = await read((now) => [{ statement: rowStatements.list, values: [collection.name, now, limit] }])
      return found.map((columns) => vault.openRow(collection, storedRow(columns)))
    },

    async clear(collections) {
      const cleared = collections.map(({ name }) => ({ statement: rowStatements.clear, values: [name] }))
      await attempt(() => [...cleared, { statement: counterStatements.clear, values: [] }])
    },

    async close() {
      closing ??= database.close()
      await closing
    },
  }
}

/** PostgreSQL's text holds no NUL, so no row has such an id. */
const isNobodys = (id: string): boolean => id.includes('\u0000')
