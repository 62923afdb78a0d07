import { isoTime } from '../clock.ts'
import { error } from '../errors.ts'
import { Type } from '../schema.ts'
import { type Sandbox, sandboxRoute } from './sandbox.ts'

const times = Type.Object({ now: Type.String(), upstream_now: Type.String() })
const timesOf = ({ clock, upstreamClock }: Sandbox) => ({
  now: isoTime(clock.now()),
  upstream_now: isoTime(upstreamClock.now()),
})

export const readClock = sandboxRoute({
  method: 'GET',
  path: '/sandbox/v1/clock',
  operationId: 'sandboxClock',
  tag: 'sandbox',
  summary: 'What time it is here and upstream',
  auth: 'none',
  reply: times,
  errors: [],
  handle: (_, sandbox) => timesOf(sandbox),
})

/** A year is enough to see everything end. */
const advanceMax = 315_360_000
/** A thousand years: every date keeps a year of four digits. */
const aheadMsMax = 31_557_600_000_000
const skewMax = 86_400

/** Where a saved clock may stand: anywhere that it can be moved to. */
export const clockOffsets = Type.Object({
  offset_ms: Type.Integer({ minimum: 0, maximum: aheadMsMax }),
  upstream_offset_ms: Type.Integer({ minimum: -skewMax * 1000, maximum: skewMax * 1000 }),
})

export const moveClock = sandboxRoute({
  method: 'POST',
  path: '/sandbox/v1/clock',
  operationId: 'sandboxClockMove',
  tag: 'sandbox',
  summary: 'Move time forward, or let the upstream clock run ahead',
  auth: 'none',
  body: Type.Object({
    advance_seconds: Type.Optional(Type.Integer({ minimum: 0, maximum: advanceMax })),
    upstream_skew_seconds: Type.Optional(Type.Integer({ minimum: -skewMax, maximum: skewMax })),
  }),
  reply: times,
  errors: [],
  async handle({ body: { advance_seconds: advance, upstream_skew_seconds: skew } }, sandbox) {
    if (advance === undefined && skew === undefined) {
      throw error.invalidField({ message: 'advance_seconds or upstream_skew_seconds is required' })
    }
    if (sandbox.clock.offsetMs + (advance ?? 0) * 1000 > aheadMsMax) {
      throw error.invalidField({
        message: 'the clock would stand more than a thousand years ahead; POST /sandbox/v1/reset takes it back to now',
      })
    }
    await sandbox.moveClock((advance ?? 0) * 1000, skew === undefined ? undefined : skew * 1000)
    return timesOf(sandbox)
  },
})
