import type { IncomingHttpHeaders } from 'node:http'
import type { Operation } from '../abdm/wire/operation.ts'
import { seconds } from '../clock.ts'
import { newUuid, sameText } from '../ids.ts'
import { type Static, Type } from '../schema.ts'
import type { KeyRing } from './keys.ts'
import {
  accessRestricted,
  invalidCmId,
  invalidCredentials,
  invalidRequestId,
  invalidTimestamp,
  missingCredentials,
  refuse,
} from './refusal.ts'

/** The API gateway in front of every service: sessions, and the header checks in NHA's order (abdm-v3 §2, §20 no. 3). */

const accessSeconds = 1_200
const refreshSeconds = 1_800
const refusalsBeforeLock = 8
const lockSeconds = 480
const skewSecondsMax = 300
/** Verified tokens that are remembered, so that a call costs a look-up and not an RSA verification. */
const rememberedMax = 1_000

const requestIdForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const timestampForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/

/** A time in a saved world: one that a date can be made of. */
export const Moment = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 })

/** What the gate remembers of refused clients, in a saved world. */
export const gateState = Type.Object({
  refusals_in_row: Type.Integer({ minimum: 0, exclusiveMaximum: refusalsBeforeLock }),
  locked_until: Moment,
})
export type GateState = Static<typeof gateState>

export type GateSettings = {
  readonly clientId: string
  readonly clientSecret: string
  readonly cmId: string
  /** NHA has not enabled the client for the PHR app service. */
  readonly withoutPhrApp?: boolean | undefined
}
export type Gate = ReturnType<typeof createGate>

export const createGate = (keys: KeyRing, settings: GateSettings) => {
  // One client is known, so every refusal in a row counts for it. A restart forgets a lock, as it forgets no token.
  let refusalsInRow = 0
  let lockedUntil = 0
  const remembered = new Map<string, number>()

  const sign = (typ: 'Bearer' | 'Refresh', now: number, lifeSeconds: number): Promise<string> => {
    const iat = Math.floor(now / 1000)
    return keys.sign('gateway', { jti: newUuid(), typ, sub: settings.clientId, iat, exp: iat + lifeSeconds })
  }

  const expiryOf = (authorization: string): number | undefined => {
    const known = remembered.get(authorization)
    if (known !== undefined) return known
    const claims = keys.read('gateway', authorization.slice(7)) as { typ: string; exp: number } | undefined
    if (claims?.typ !== 'Bearer') return undefined
    const [oldest] = remembered.keys()
    if (remembered.size >= rememberedMax && oldest !== undefined) remembered.delete(oldest)
    remembered.set(authorization, seconds(claims.exp))
    return seconds(claims.exp)
  }

  return {
    async session(body: { clientId: string; clientSecret: string }, now: number) {
      const isRight = sameText(body.clientId, settings.clientId) && sameText(body.clientSecret, settings.clientSecret)
      const isLocked = now < lockedUntil
      if (!isRight || isLocked) {
        if (!isLocked && ++refusalsInRow >= refusalsBeforeLock) {
          refusalsInRow = 0
          lockedUntil = now + seconds(lockSeconds)
        }
        throw refuse(400, 'wrapped', 'ABDM-9999: ', 'Invalid user credentials')
      }
      refusalsInRow = 0
      const [accessToken, refreshToken] = await Promise.all([
        sign('Bearer', now, accessSeconds),
        sign('Refresh', now, refreshSeconds),
      ])
      return {
        accessToken,
        expiresIn: accessSeconds,
        refreshExpiresIn: refreshSeconds,
        refreshToken,
        tokenType: 'bearer',
      }
    },

    /** Throws the first refusal that the headers deserve. */
    check(op: Operation, headers: IncomingHttpHeaders, now: number): void {
      if (op.needsGatewayToken) {
        const { authorization } = headers
        if (!authorization?.startsWith('Bearer ')) throw missingCredentials()
        const expiresAt = expiryOf(authorization)
        if (expiresAt === undefined || now >= expiresAt) throw invalidCredentials()
      }
      const requestId = headers['request-id']
      if (typeof requestId !== 'string' || !requestIdForm.test(requestId)) throw invalidRequestId(op)
      const timestamp = headers.timestamp
      if (typeof timestamp !== 'string' || !timestampForm.test(timestamp)) throw invalidTimestamp(op)
      // A date that does not exist is NaN, which is within no skew.
      if (!(Math.abs(Date.parse(timestamp) - now) <= seconds(skewSecondsMax))) throw invalidTimestamp(op)
      if (op.service === 'gateway' && headers['x-cm-id'] !== settings.cmId) throw invalidCmId()
      if (settings.withoutPhrApp && op.service === 'phr-app') throw accessRestricted()
    },

    state: (): GateState => ({ refusals_in_row: refusalsInRow, locked_until: lockedUntil }),

    restore({ refusals_in_row, locked_until }: GateState = { refusals_in_row: 0, locked_until: 0 }): void {
      refusalsInRow = refusals_in_row
      lockedUntil = locked_until
    },
  }
}
