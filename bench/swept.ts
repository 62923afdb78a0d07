import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from '../src/clock.ts'
import { masterKeys } from '../src/keys.ts'
import { createLog } from '../src/log.ts'
import { openSqlite } from '../src/store/sqlite.ts'
import { createSweeping } from '../src/sweeping.ts'

/** The product's own sweep of a database, alone in a process, and how long the event loop was held meanwhile. */

export type SweptJob = { readonly file: string; readonly seconds: number }
type Spread = readonly [median: number, p99: number, longest: number]
export type Swept = {
  readonly rowsPerSecond: number
  readonly batches: number
  readonly rowsOfBatch: readonly [median: number, largest: number]
  readonly batchMs: Spread
  /** Of it before the commit: the rest is waiting for the disk. */
  readonly workMs: Spread
  readonly held: Held
  /** The same process without the sweep: what the machine's other programs do. */
  readonly heldWithout: Held
}
/** Longest times between two turns of the event loop, in milliseconds. */
export type Held = { readonly p99Ms: number; readonly maxMs: number; readonly above10ms: number }

const resolution = 1

const holding = async (during: () => Promise<unknown>): Promise<Held> => {
  const delay = monitorEventLoopDelay({ resolution })
  let above10ms = 0
  let last = performance.now()
  const looking = setInterval(() => {
    const now = performance.now()
    if (now - last - resolution > 10) above10ms++
    last = now
  }, resolution)
  delay.enable()
  await during()
  delay.disable()
  clearInterval(looking)
  return { p99Ms: delay.percentile(99) / 1e6, maxMs: delay.max / 1e6, above10ms }
}

const run = async ({ file, seconds }: SweptJob): Promise<Swept> => {
  const key = masterKeys({ encryption: undefined, signing: undefined, file: `${file}.keys.json` }).encryption
  let commitAt = 0
  const beforeCommit = (): void => {
    commitAt = performance.now()
  }
  const store = openSqlite({ file, key, clock: systemClock, beforeCommit })
  const heldWithout = await holding(() => pause(seconds * 250))
  const rows: number[] = []
  const tookMs: number[] = []
  const workMs: number[] = []
  const watched = {
    ...store,
    async sweep(batch?: number) {
      const begunAt = performance.now()
      const swept = await store.sweep(batch)
      tookMs.push(performance.now() - begunAt)
      workMs.push(commitAt - begunAt)
      rows.push(swept)
      return swept
    },
  }
  let isFirst = true
  const sweeping = createSweeping(watched, createLog('error', systemClock), {
    now: () => performance.now(),
    // At once, instead of after half a minute; everything else as in the server.
    async pause(ms, signal) {
      if (!isFirst) await pause(ms, undefined, { signal }).catch(() => undefined)
      isFirst = false
    },
  })
  const held = await holding(async () => {
    sweeping.start()
    await pause(seconds * 1000)
    await sweeping.stop()
  })
  await store.close()
  const at = (values: readonly number[], share: number): number =>
    [...values].sort((left, right) => left - right)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0
  return {
    rowsPerSecond: rows.reduce((sum, one) => sum + one, 0) / seconds,
    batches: rows.length,
    rowsOfBatch: [at(rows, 0.5), at(rows, 1)],
    batchMs: [at(tookMs, 0.5), at(tookMs, 0.99), at(tookMs, 1)],
    workMs: [at(workMs, 0.5), at(workMs, 0.99), at(workMs, 1)],
    held,
    heldWithout,
  }
}

process.on('message', (job: SweptJob) => {
  run(job).then(
    (swept) => process.send?.(swept),
    (thrown: Error) => process.send?.({ failed: thrown.message }),
  )
})
