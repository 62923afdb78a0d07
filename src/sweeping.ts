import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from './log.ts'
import type { Store } from './store/store.ts'

/**
 * Removes what has expired, in the background, however much there is: batch after batch, each so small that no request
 * waits long for it, with rests between them. What is left over is for the next batch, never for a longer one.
 */

const everyMs = 30_000
const batchMax = 500
/** Most of a smaller batch's time is its commit, which is not shortened by taking less. */
const batchMin = 100
/** A database in this process holds the event loop for as long as a batch takes; another one's time is its own. */
const batchMs = { inProcess: 4, elsewhere: 50 }
/** Nine tenths of the time are for the requests. Removing a row costs a twentieth of what led to it, so that is enough. */
const restsFor = 9

/** Tests let it pass as they like. */
export type Passing = { now(): number; pause(ms: number, signal: AbortSignal): Promise<void> }

const passing: Passing = {
  now: () => performance.now(),
  pause: (ms, signal) => pause(ms, undefined, { ref: false, signal }).catch(() => undefined),
}

export const createSweeping = (store: Pick<Store, 'sweep' | 'isExclusive'>, log: Log, time: Passing = passing) => {
  const wantedMs = store.isExclusive ? batchMs.inProcess : batchMs.elsewhere
  const stopping = new AbortController()
  const { signal } = stopping
  let batch = batchMin
  let over: Promise<void> | undefined

  const sweep = async (): Promise<void> => {
    while (!signal.aborted) {
      const asked = batch
      const begunAt = time.now()
      const swept = await store.sweep(asked)
      const tookMs = time.now() - begunAt
      const fitting = Math.floor(asked * Math.min(2, wantedMs / tookMs))
      batch = Math.max(batchMin, Math.min(batchMax, fitting))
      if (swept < asked) return
      await time.pause(tookMs * restsFor, signal)
    }
  }

  const sweepNowAndThen = async (): Promise<void> => {
    for (;;) {
      await time.pause(everyMs, signal)
      if (signal.aborted) return
      await sweep().catch(() => log.problem('expired rows could not be removed; the next sweep tries again'))
    }
  }

  return {
    start(): void {
      over ??= sweepNowAndThen()
    },
    /** A batch that is under way still ends. */
    async stop(): Promise<void> {
      stopping.abort()
      await over
    },
  }
}
