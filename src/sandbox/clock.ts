import { Type } from 'typebox'
import { isoTime } from '../clock.ts'
import { error } from '../errors.ts'
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

/** A year is enough to see everything end; more than ten would break dates. */
const advanceMax = 315_360_000

export const moveClock = sandboxRoute({
  method: 'POST',
  path: '/sandbox/v1/clock',
  operationId: 'sandboxClockMove',
  tag: 'sandbox',
  summary: 'Move time forward, or let the upstream clock run ahead',
  auth: 'none',
  body: Type.Object({
    advance_seconds: Type.Optional(Type.Integer({ minimum: 0, maximum: advanceMax })),
    upstream_skew_seconds: Type.Optional(Type.Integer({ minimum: -86_400, maximum: 86_400 })),
  }),
  reply: times,
  errors: [],
  async handle({ body: { advance_seconds: advance, upstream_skew_seconds: skew } }, sandbox) {
    if (advance === undefined && skew === undefined) {
      throw error.invalidField({ message: 'advance_seconds or upstream_skew_seconds is required' })
    }
    await sandbox.moveClock((advance ?? 0) * 1000, skew === undefined ? undefined : skew * 1000)
    return timesOf(sandbox)
  },
})
