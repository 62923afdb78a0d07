import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from './clock.ts'
import { Type } from './schema.ts'
import type { Collection, Row, Store } from './store/store.ts'

/**
 * Which processes use the store: each keeps a row there that it renews, and that expires with it. What a process wrote to keep
 * others off a transaction binds nobody any more when it is dead. Where only one can use the store, every other is.
 */
export const instanceRows: Collection<object> = { name: 'instance', body: Type.Object({}) }

/** Four renewals: no death comes of a slow answer of the database, or of clocks that differ by some seconds. */
export const instanceLivesMs = 20_000
const usualRenewalMs = 5_000
/** A database that is lost holds up no stop: the row expires. */
const stopWithinMs = 1_000

export type Instances = ReturnType<typeof createInstances>

export const createInstances = (store: Store, clock: Clock, id: string, renewEveryMs = usualRenewalMs) => {
  let row: Row<object> | undefined
  let timer: NodeJS.Timeout | undefined
  let renewing: Promise<void> | undefined
  let isStopped = false
  /** The database was lost: the others have to be given the time to come back to it, too. */
  let inDoubtUntil = 0

  const renew = async (): Promise<void> => {
    const life = { expiresAt: clock.now() + instanceLivesMs }
    row =
      (row && (await store.update(instanceRows, row, {}, life))) ??
      (await store.insert(instanceRows, id, {}, life)) ??
      // Renewed by a write whose answer was lost.
      (await store.get(instanceRows, id))
  }
  const renewAgain = (): void => {
    renewing = renew()
      .catch(() => {
        inDoubtUntil = clock.now() + instanceLivesMs
      })
      .finally(() => {
        if (isStopped) return
        timer = setTimeout(renewAgain, renewEveryMs)
        timer.unref()
      })
  }

  return {
    /** Names this process in what it writes to keep others off. */
    id,

    /** Whether whoever wrote this may still be at work, in another process than this one. */
    async mayBeAtWork(by: string): Promise<boolean> {
      if (by === id || store.isExclusive) return false
      return clock.now() < inDoubtUntil || (await store.get(instanceRows, by)) !== undefined
    },

    async start(): Promise<void> {
      if (store.isExclusive) return
      await renew()
      timer = setTimeout(renewAgain, renewEveryMs)
      timer.unref()
    },

    /** At once, and not only when its life is over, the others know. */
    async stop(): Promise<void> {
      isStopped = true
      clearTimeout(timer)
      const gone = (renewing ?? Promise.resolve())
        .then(() => row && store.take(instanceRows, id))
        .catch(() => undefined)
      await Promise.race([gone, pause(stopWithinMs, undefined, { ref: false })])
    },
  }
}
