/** Milliseconds since the Unix epoch, on the product's own clock. The only source of time in this codebase. */
export type Clock = { now(): number }

export const systemClock: Clock = { now: () => Date.now() }

/** A clock that runs with the system's and can be moved; the sandbox and the tests move it. */
export type MovableClock = Clock & {
  readonly offsetMs: number
  moveTo(offsetMs: number): void
}

export const movableClock = (base: Clock = systemClock, startOffsetMs = 0): MovableClock => {
  let offsetMs = startOffsetMs
  return {
    now: () => base.now() + offsetMs,
    get offsetMs() {
      return offsetMs
    },
    moveTo(next) {
      offsetMs = next
    },
  }
}

/** RFC 3339 in UTC with milliseconds, as the sandbox shows times and as ABDM wants its TIMESTAMP header. */
export const isoTime = (ms: number): string => new Date(ms).toISOString()

/** `yyyy-MM-dd HH:mm:ss` in India without a zone: how ABDM's ABHA service stamps its error bodies. */
export const indiaTime = (ms: number): string =>
  isoTime(ms + 19_800_000)
    .slice(0, 19)
    .replace('T', ' ')

/** The date in India, `yyyy-MM-dd`: who was born there today is born, although it is still yesterday in UTC. */
export const indiaDate = (ms: number): string => indiaTime(ms).slice(0, 10)

/** RFC 3339 with India's offset, as facilities write times. */
export const indiaOffsetTime = (ms: number): string => `${indiaTime(ms).replace(' ', 'T')}+05:30`

/** A day or month as dates are written; nothing when it is not known, which is also 0. */
export const twoDigits = (part: number | string | null | undefined): string =>
  part ? String(part).padStart(2, '0') : ''

export const seconds = (count: number): number => count * 1000
