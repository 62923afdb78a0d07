import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { UpstreamFailure } from './failure.ts'
import type { ServiceName } from './wire/operation.ts'

/**
 * How far each service's clock is from this server's, read from the `Date` of its answers. ABDM refuses a TIMESTAMP that is off
 * (abdm-v3 §1), so the difference is added to ours; the operator is told to set the clock right.
 */

/** `Date` has whole seconds and an answer travels a while; less than this is no difference. */
const noiseMs = 5_000
/** The longer a call took, the less its `Date` says. */
const tripMsMax = 10_000

/** Refusals of a TIMESTAMP; they come before anything is done. */
const clockCodes: ReadonlySet<string> = new Set(['ABDM-1016', 'ABDM-2402'])
const blamesClock = (thrown: unknown): boolean =>
  thrown instanceof UpstreamFailure && clockCodes.has(thrown.read?.code ?? '')

export type Skew = ReturnType<typeof createSkew>

export const createSkew = (clock: Clock, log: Log) => {
  const offsets = new Map<ServiceName, number>()
  let latest: number | undefined

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
      const offset = Math.abs(seen) < noiseMs ? 0 : Math.round(seen)
      latest = offset
      if (Math.abs(seen - offsetOf(service)) < noiseMs) return
      if (offset === 0) offsets.delete(service)
      else offsets.set(service, offset)
      const about = { service, seconds: Math.round(offset / 1000) }
      if (offset === 0) log.note('the clocks of this server and of ABDM agree again', about)
      else log.problem('the clock of this server and that of ABDM differ; TIMESTAMP is corrected, set the clock', about)
    },

    /** Makes a call; one that was refused for the clock is made again with the time that its answer told. */
    async correcting<Answer>(service: ServiceName, send: () => Promise<Answer>): Promise<Answer> {
      const corrections = [
        (before: number) => offsetOf(service) !== before,
        // Refused although it was as the dates say: something on the way writes dates of its own.
        () => offsets.delete(service),
      ]
      for (;;) {
        const before = offsetOf(service)
        try {
          return await send()
        } catch (thrown) {
          if (!blamesClock(thrown)) throw thrown
          const next = corrections.findIndex((correct) => correct(before))
          if (next < 0) throw thrown
          corrections.splice(0, next + 1)
        }
      }
    },

    /** How far ABDM was ahead when it was last heard, in seconds; zero while the clocks agree. */
    seconds: (): number => Math.round((latest ?? 0) / 1000),

    /** Whether any answer told the time. */
    hasHeard: (): boolean => latest !== undefined,
  }
}
