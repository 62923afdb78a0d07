import type { Clock } from '../clock.ts'
import { StoreUnavailable } from './store.ts'

/**
 * Group commit: calls that come one upon the other become one transaction, because what costs is not the write but
 * waiting for the disk. A group is complete when a turn of the event loop has brought no further call, so under load it
 * takes in everybody who is on the way, and alone nobody waits. Each call is answered after the commit, in the order of
 * calling. A call whose guard fails undoes its own part only; an error of the database undoes the whole group and is
 * told to each of its callers, and the next group starts afresh.
 */
export type Group = {
  /** `apply` runs inside the transaction, synchronously; it must leave nothing behind when it refuses. */
  run<Result>(apply: (now: number) => Result): Promise<Result>
  /** Commits what is queued; whatever comes later is rejected. */
  close(): void
}

export type Transaction = {
  begin(): void
  commit(): void
  /** Never throws. */
  rollback(): void
}

type Call = {
  readonly apply: (now: number) => unknown
  readonly resolve: (result: never) => void
  readonly reject: (error: StoreUnavailable) => void
  result: unknown
}

/** A flood of calls must not keep the first of them waiting. */
const turnsMax = 16

export const groupCommits = (
  transaction: Transaction,
  clock: Clock,
  beforeCommit: ((calls: number) => void) | undefined,
): Group => {
  let queue: Call[] = []
  let isClosed = false

  const flushWhenComplete = (known: number, turns: number): void => {
    const { length } = queue
    if (length > known && turns < turnsMax) setImmediate(flushWhenComplete, length, turns + 1)
    else flush()
  }

  const flush = (): void => {
    const calls = queue
    if (calls.length === 0) return
    queue = []
    try {
      transaction.begin()
      const now = clock.now()
      for (const call of calls) call.result = call.apply(now)
      beforeCommit?.(calls.length)
      transaction.commit()
    } catch (cause) {
      transaction.rollback()
      for (const call of calls) call.reject(unavailable(cause))
      return
    }
    for (const call of calls) call.resolve(call.result as never)
  }

  return {
    run<Result>(apply: (now: number) => Result): Promise<Result> {
      return new Promise<Result>((resolve, reject) => {
        if (isClosed) return reject(closed())
        if (queue.length === 0) setImmediate(flushWhenComplete, 1, 0)
        queue.push({ apply, resolve, reject, result: undefined })
      })
    },
    close() {
      isClosed = true
      flush()
    },
  }
}

export const unavailable = (cause: unknown): StoreUnavailable =>
  new StoreUnavailable(`The database cannot be used now: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  })

export const closed = (): StoreUnavailable => new StoreUnavailable('The store is closed')
