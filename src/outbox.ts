import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from './clock.ts'
import { newTimedId } from './ids.ts'
import type { Log } from './log.ts'
import { Type } from './schema.ts'
import { type Collection, inserting, type Row, type Store } from './store/store.ts'

/**
 * Work that is done in the background and survives a crash: one table, each row due at a time. Whoever takes a job moves its
 * due time past the lease by a guarded write, so of many processes one works on it; when that one dies the job comes due again.
 * A job is done at least once: what it does must bear being done twice.
 */

type Job = {
  kind: string
  /** Whom it may keep waiting: jobs of one lane share a few slots. Absent in rows of earlier versions. */
  lane?: string
  payload: unknown
  dueAt: number
  attempts: number
  /** Somebody is at work on it, and its due time is the end of the lease. */
  isLeased?: boolean
  /** Its lane was full; it is found by the lane, and comes due again in case its process dies. */
  isParked?: boolean
}

const laneOf = ({ kind, lane = '' }: Job): string => `${kind}/${lane}`

export const jobRows: Collection<Job> = {
  name: 'outbox',
  body: Type.Object({
    kind: Type.String(),
    lane: Type.Optional(Type.String()),
    payload: Type.Unknown(),
    dueAt: Type.Integer(),
    attempts: Type.Integer(),
    isLeased: Type.Optional(Type.Boolean()),
    isParked: Type.Optional(Type.Boolean()),
  }),
  lookups: {
    due: { unique: false, values: ({ dueAt }) => String(bucketOf(dueAt)) },
    lane: { unique: false, values: (job) => (job.isParked ? laneOf(job) : undefined) },
  },
}

/** Jobs are found by the minute in which they come due; the store can only look for equal values. */
const bucketMs = 60_000
const bucketOf = (at: number): number => Math.floor(at / bucketMs)

/** `again`: when to try it once more; nothing: it is done. */
export type Done = { readonly again: number } | undefined
type Handler = (payload: unknown, attempt: number, id: string) => Promise<Done>

const leaseMs = 90_000
const tickMs = 1_000
/** Longest that a job may have to wait; older buckets are empty. */
const lookBackMs = 26 * 3_600_000
const bucketsAtOnce = 32
/** A write may come after a look at the minute it belongs to, and other processes' clocks may be behind this one's. */
const overlapMs = 5 * bucketMs
/** A look over more than this asks first whether there is any job at all. */
const longLookMs = 30 * bucketMs
/** One kind never takes the slots of another, and one lane not all of its kind's. */
const ofKindMax = 32
const ofLaneMax = 8
const pageRows = 1_000
const stopWithinMs = 5_000

type Slot = { readonly kind: string; readonly lane: string; over?: Promise<void> }

/** One run at a time; who asks meanwhile gets one more. */
const oneAtATime = (run: () => Promise<void>) => {
  let current: Promise<void> | undefined
  let isAskedAgain = false
  const ask = (): void => {
    if (current) {
      isAskedAgain = true
      return
    }
    isAskedAgain = false
    current = run().finally(() => {
      current = undefined
      if (isAskedAgain) ask()
    })
  }
  return { ask, over: () => current }
}

export type Outbox = ReturnType<typeof createOutbox>

export const createOutbox = (store: Store, clock: Clock, log: Log) => {
  const handlers = new Map<string, Handler>()
  /** Jobs that this process is at work on, by id: it takes none of them again, even when the clock has passed the lease. */
  const slots = new Map<string, Slot>()
  /** Lanes that may have parked jobs, with their kind; the first has waited longest. */
  const parkedLanes = new Map<string, string>()
  let cleanUpTo: number | undefined
  /** A job may be put where the look has passed already, when the clock was moved while it was being done. */
  let oldestPut = Number.MAX_SAFE_INTEGER
  let timer: NodeJS.Timeout | undefined
  let isStopping = false

  const hasRoom = (kind: string, lane: string): boolean => {
    const ofKind = [...slots.values()].filter((slot) => slot.kind === kind)
    return ofKind.length < ofKindMax && ofKind.filter((slot) => slot.lane === lane).length < ofLaneMax
  }

  /** Counts the attempt and keeps others off; undefined when another process was faster. */
  const lease = (row: Row<Job>): Promise<Row<Job> | undefined> => {
    const { isParked: _, ...job } = row.body
    const next = { ...job, dueAt: clock.now() + leaseMs, attempts: job.attempts + 1, isLeased: true }
    return store.update(jobRows, row, next)
  }

  /** Out of the way of the jobs behind it, to the beginning of a minute: what lies in the present minute is read at every look. */
  const park = async (row: Row<Job>): Promise<void> => {
    const dueAt = (Math.floor(clock.now() / bucketMs) + 2) * bucketMs
    const { isLeased: _, ...job } = row.body
    await store.update(jobRows, row, { ...job, dueAt, isParked: true })
    // Only now: whoever takes the lane off the list has to find the job.
    parkedLanes.set(laneOf(job), job.kind)
  }

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

  /** Takes the slot before the job, so that nobody else counts on it meanwhile. */
  const begin = async (row: Row<Job>): Promise<void> => {
    if (slots.has(row.id)) return
    const slot: Slot = { kind: row.body.kind, lane: laneOf(row.body) }
    slots.set(row.id, slot)
    let leased: Row<Job> | undefined
    try {
      leased = await lease(row)
    } finally {
      if (!leased) slots.delete(row.id)
    }
    if (!leased) return
    slot.over = work(leased).finally(() => {
      slots.delete(row.id)
      refill.ask()
    })
  }

  const firstParked = async (lane: string): Promise<Row<Job> | undefined> =>
    (await store.find(jobRows, 'lane', lane, { limit: 1 }))[0]

  /** Free slots go to parked jobs, one of each lane in turn. */
  const refill = oneAtATime(async () => {
    try {
      // A lane that is put back comes up again after the others, until it is full or empty.
      for (const [lane, kind] of parkedLanes) {
        if (isStopping) return
        if (!handlers.has(kind) || !hasRoom(kind, lane)) continue
        // Off the list before the look, so that a job parked meanwhile puts it back.
        parkedLanes.delete(lane)
        const row = await firstParked(lane).catch((thrown: unknown) => {
          parkedLanes.set(lane, kind)
          throw thrown
        })
        if (!row) continue
        parkedLanes.set(lane, kind)
        await begin(row)
      }
    } catch {
      log.problem('parked background jobs could not be read; the next look tries again')
    }
  })

  /** Where no other process can be at work, what is leased or parked belonged to one that died. */
  const takeOver = async (): Promise<void> => {
    const now = clock.now()
    for (let at = now; at <= now + leaseMs + bucketMs; at += bucketMs) {
      for (const row of await store.find(jobRows, 'due', String(bucketOf(at)), { limit: pageRows })) {
        if (row.body.isParked) parkedLanes.set(laneOf(row.body), row.body.kind)
        if (row.body.isLeased) await store.update(jobRows, row, { ...row.body, dueAt: now, isLeased: false })
      }
    }
  }

  const takeDue = async (bucket: number): Promise<boolean> => {
    while (!isStopping) {
      const rows = await store.find(jobRows, 'due', String(bucket), { limit: pageRows })
      const isDue = ({ id, body }: Row<Job>) => body.dueAt <= clock.now() && handlers.has(body.kind) && !slots.has(id)
      const due = rows.filter(isDue)
      const parking: Promise<void>[] = []
      for (const row of due) {
        if (isStopping) break
        if (hasRoom(row.body.kind, laneOf(row.body))) await begin(row)
        else parking.push(park(row))
      }
      await Promise.all(parking)
      // Each of them has left the minute, and more may have stood behind them.
      if (rows.length < pageRows || due.length === 0) return rows.length < pageRows && due.length === rows.length
    }
    return false
  }

  /** From the oldest minute that may hold something up to now. */
  const sweep = async (): Promise<void> => {
    const now = clock.now()
    let from = Math.max(Math.min(cleanUpTo ?? 0, oldestPut), now - lookBackMs)
    oldestPut = Number.MAX_SAFE_INTEGER
    // Mostly there is none: whoever starts need not ask for each minute of a day.
    if (now - from > longLookMs && (await store.list(jobRows, { limit: 1 })).length === 0) from = now - overlapMs
    let firstUnclean: number | undefined
    const [first, last] = [bucketOf(from), bucketOf(now)]
    for (let bucket = first; bucket <= last && !isStopping; bucket++) {
      // The first look may go over a day of minutes: nobody's request waits for all of them.
      if ((bucket - first) % bucketsAtOnce === 0) await turn()
      if (!(await takeDue(bucket))) firstUnclean ??= bucket * bucketMs
    }
    cleanUpTo = Math.min(firstUnclean ?? now, now - overlapMs)
  }

  const look = oneAtATime(async () => {
    if (isStopping) return
    const before = oldestPut
    await sweep().catch(() => {
      oldestPut = Math.min(oldestPut, before)
      log.problem('the background jobs could not be read; the next look tries again')
    })
    refill.ask()
  })

  return {
    on(kind: string, handler: Handler): void {
      handlers.set(kind, handler)
    },

    /** The write that puts a job into somebody's guarded write; the two stand or fall together. Ids order a lane by time. */
    adding: (kind: string, payload: unknown, { expiresAt, lane }: { expiresAt: number; lane?: string }) =>
      inserting(
        jobRows,
        newTimedId(clock.now()),
        { kind, ...(lane && { lane }), payload, dueAt: clock.now(), attempts: 0 },
        expiresAt,
      ),

    /** Looks at once instead of at the next tick. */
    wake: look.ask,

    start(): void {
      timer = setInterval(look.ask, tickMs)
      timer.unref()
      const taken = store.isExclusive ? takeOver() : Promise.resolve()
      void taken
        .catch(() => log.problem('work of a dead process could not be taken over; it comes due by itself'))
        .then(look.ask)
    },

    /** What runs gets a moment to end; the rest comes due again when its lease is over. */
    async stop(): Promise<void> {
      isStopping = true
      clearInterval(timer)
      const over = new Promise((resolve) => setTimeout(resolve, stopWithinMs).unref())
      await Promise.race([
        Promise.all([look.over(), refill.over(), ...[...slots.values()].map(({ over }) => over)]),
        over,
      ])
    },
  }
}
