import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { ServiceName } from './wire/operation.ts'

/**
 * How far each service's clock is from this server's, read from the `Date` of its answers. ABDM refuses a TIMESTAMP that is off
 * (abdm-v3 §1), so the difference is added to ours; the operator is told to set the clock right.
 */

/** `Date` has whole seconds and an answer travels a while; less than this is no difference. */
const noiseMs = 5_000
/** The longer a call took, the less its `Date` says. */
const tripMsMax = 10_000

export type Skew = ReturnType<typeof createSkew>

export const createSkew = (clock: Clock, log: Log) => {
  const offsets = new Map<ServiceName, number>()

  const offsetOf = (service: ServiceName): number => offsets.get(service) ?? 0

  return {
    /** What the service's clock shows now. */
    now: (service: ServiceName): number => clock.now() + offsetOf(service),

    offsetOf,

    /** Takes the date of an answer to a call that left at `sentAt`. An answer from a cache must not get here. */
    hear(service: ServiceName, date: string | undefined, sentAt: number): void {
      const answeredAt = date === undefined ? Number.NaN : Date.parse(date)
      const receivedAt = clock.now()
      if (Number.isNaN(answeredAt) || receivedAt - sentAt > tripMsMax || receivedAt < sentAt) return
      const seen = answeredAt + 500 - (sentAt + receivedAt) / 2
      const before = offsetOf(service)
      if (Math.abs(seen - before) < noiseMs) return
      const offset = Math.abs(seen) < noiseMs ? 0 : Math.round(seen)
      if (offset === 0) offsets.delete(service)
      else offsets.set(service, offset)
      const about = { service, seconds: Math.round(offset / 1000) }
      if (offset === 0) log.note('the clocks of this server and of ABDM agree again', about)
      else log.problem('the clock of this server and that of ABDM differ; TIMESTAMP is corrected, set the clock', about)
    },

    /** Corrects nothing until the next answer; false when nothing was corrected. */
    forget: (service: ServiceName): boolean => offsets.delete(service),

    /** The largest difference of all services, in seconds: above zero ABDM is ahead. Zero while there is none. */
    seconds(): number {
      const largest = [...offsets.values()].sort((one, other) => Math.abs(other) - Math.abs(one))[0] ?? 0
      return Math.round(largest / 1000)
    },
  }
}
