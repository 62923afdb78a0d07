import { Type } from 'typebox'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'
import { type Collection, inserting, type Row, type Store, type Write } from './store/store.ts'

/**
 * Work that is done in the background and survives a crash: one table, each row due at a time. Whoever takes a job moves its
 * due time past the lease by a guarded write, so of many processes one works on it; when that one dies the job comes due again.
 * A job is done at least once: what it does must bear being done twice.
 */

type Job = {
  kind: string
  payload: unknown
  dueAt: number
  attempts: number
  /** Somebody is at work on it, and its due time is the end of the lease. */
  isLeased?: boolean
}

export const jobRows: Collection<Job> = {
  name: 'outbox',
  body: Type.Object({
    kind: Type.String(),
    payload: Type.Unknown(),
    dueAt: Type.Integer(),
    attempts: Type.Integer(),
    isLeased: Type.Optional(Type.Boolean()),
  }),
  lookups: { due: { unique: false, values: ({ dueAt }) => bucketOf(dueAt) } },
}

/** Jobs are found by the minute in which they come due; the store can only look for equal values. */
const bucketMs = 60_000
const bucketOf = (at: number): string => String(Math.floor(at / bucketMs))

/** `again`: when to try it once more; nothing: it is done. */
export type Done = { readonly again: number } | undefined
type Handler = (payload: unknown, attempt: number, id: string) => Promise<Done>

const leaseMs = 90_000
const tickMs = 1_000
/** Longest that a job may have to wait; older buckets are empty. */
const lookBackMs = 26 * 3_600_000
/** Other processes' clocks may be behind this one's. */
const overlapMs = 5 * bucketMs
const atOnceMax = 32
const stopWithinMs = 5_000

export type Outbox = ReturnType<typeof createOutbox>

export const createOutbox = (store: Store, clock: Clock, log: Log) => {
  const handlers = new Map<string, Handler>()
  const running = new Set<Promise<void>>()
  let cleanUpTo: number | undefined
  /** A job may be put where the look has passed already, when the clock was moved while it was being done. */
  let oldestPut = Number.MAX_SAFE_INTEGER
  let timer: NodeJS.Timeout | undefined
  let sweeping: Promise<void> | undefined
  let isStopping = false
  let isAskedAgain = false

  /** Counts the attempt and keeps others off; undefined when another process was faster. */
  const lease = (row: Row<Job>): Promise<Row<Job> | undefined> =>
    store.update(jobRows, row, {
      ...row.body,
      dueAt: clock.now() + leaseMs,
      attempts: row.body.attempts + 1,
      isLeased: true,
    })

  const work = async (leased: Row<Job>): Promise<void> => {
    const { isLeased: _, ...job } = leased.body
    const { kind, payload, attempts } = job
    const handle = handlers.get(kind)
    if (!handle) return
    try {
      const done = await handle(payload, attempts, leased.id)
      if (done) {
        await store.update(jobRows, leased, { ...job, dueAt: done.again })
        oldestPut = Math.min(oldestPut, done.again)
      } else await store.take(jobRows, leased.id, { revision: leased.revision })
    } catch {
      log.problem('a background job failed unexpectedly; it is tried again')
    }
  }

  /** Where no other process can be at work, what is leased belonged to one that died. */
  const freeLeases = async (): Promise<void> => {
    const now = clock.now()
    for (let at = now; at < now + leaseMs + bucketMs; at += bucketMs) {
      for (const row of await store.find(jobRows, 'due', bucketOf(at), { limit: 1_000 })) {
        if (row.body.isLeased) await store.update(jobRows, row, { ...row.body, dueAt: now, isLeased: false })
      }
    }
  }

  const takeDue = async (bucket: string): Promise<boolean> => {
    let isClean = true
    const rows = await store.find(jobRows, 'due', bucket, { limit: 1_000 })
    for (const row of rows) {
      if (row.body.dueAt > clock.now() || !handlers.has(row.body.kind)) {
        isClean = false
        continue
      }
      while (running.size >= atOnceMax) await Promise.race(running)
      if (isStopping) return false
      const leased = await lease(row)
      if (!leased) continue
      const one = work(leased).finally(() => running.delete(one))
      running.add(one)
    }
    return isClean && rows.length < 1_000
  }

  /** From the oldest minute that may hold something up to now. */
  const sweep = async (): Promise<void> => {
    const now = clock.now()
    const from = Math.max(Math.min(cleanUpTo ?? 0, oldestPut), now - lookBackMs)
    oldestPut = Number.MAX_SAFE_INTEGER
    let firstUnclean: number | undefined
    for (let at = from; at < now + bucketMs && !isStopping; at += bucketMs) {
      const isClean = await takeDue(bucketOf(Math.min(at, now)))
      if (!isClean) firstUnclean ??= at
      if (at >= now) break
    }
    cleanUpTo = Math.min(firstUnclean ?? now, now - overlapMs)
  }

  const tick = async (): Promise<void> => {
    if (isStopping) return
    if (sweeping) {
      isAskedAgain = true
      return
    }
    do {
      isAskedAgain = false
      sweeping = sweep()
        .catch(() => log.problem('the background jobs could not be read; the next look tries again'))
        .finally(() => {
          sweeping = undefined
        })
      await sweeping
    } while (isAskedAgain && !isStopping)
  }

  return {
    on(kind: string, handler: Handler): void {
      handlers.set(kind, handler)
    },

    /** The write that puts a job into somebody's guarded write; the two stand or fall together. */
    adding: (kind: string, id: string, payload: unknown, expiresAt: number): Write =>
      inserting(jobRows, id, { kind, payload, dueAt: clock.now(), attempts: 0 }, expiresAt),

    /** Looks at once instead of at the next tick. */
    wake: (): void => void tick(),

    start(): void {
      timer = setInterval(() => void tick(), tickMs)
      timer.unref()
      const freed = store.isExclusive ? freeLeases() : Promise.resolve()
      void freed
        .catch(() => log.problem('leases of a dead process could not be freed; they end by themselves'))
        .then(tick)
    },

    /** What runs gets a moment to end; the rest comes due again when its lease is over. */
    async stop(): Promise<void> {
      isStopping = true
      clearInterval(timer)
      const over = new Promise((resolve) => setTimeout(resolve, stopWithinMs).unref())
      await Promise.race([Promise.all([sweeping, ...running]), over])
    },
  }
}
