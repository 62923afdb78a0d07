import type { Clock } from '../clock.ts'
import type { UpstreamConfig } from '../config.ts'
import { UpstreamFailure } from './failure.ts'
import { gateway } from './wire/index.ts'
import type { ReplyOf } from './wire/operation.ts'

/** The gateway token that every call needs: one for all callers, fetched once at a time, renewed before its end. */

/** Early enough that a call which starts now still ends inside the token's life. */
const renewBeforeMs = 60_000
const lastMomentMs = 5_000
const renewAgainMs = 10_000
/** How long a token that was fetched in the place of a refused one is not suspected before a user's token is. */
const trustedMs = 10_000
/** About eight refused logins lock a client id, so a refusal is followed by a pause that doubles. */
const firstPauseMs = 60_000
const longestPauseMs = 960_000

/** A refusal of our clock is none of the credentials, and is over as soon as the clocks agree. */
const refusesCredentials = ({ kind, read }: UpstreamFailure): boolean =>
  kind === 'refused' &&
  read !== undefined &&
  read.http >= 400 &&
  read.http < 500 &&
  !['ABDM-1016', 'ABDM-1030', 'ABDM-2402', 'ABDM-2404'].includes(read.code ?? '')

export type Gateway = ReturnType<typeof createGateway>

export const createGateway = (
  login: (body: {
    clientId: string
    clientSecret: string
    grantType: 'client_credentials'
  }) => Promise<ReplyOf<typeof gateway.session>>,
  clock: Clock,
  { clientId, clientSecret }: Pick<UpstreamConfig, 'clientId' | 'clientSecret'>,
) => {
  let current: { token: string; renewAt: number; endsAt: number } | undefined
  let pending: Promise<string> | undefined
  let trustedUntil = 0
  let pause: { until: number; lengthMs: number } | undefined

  const fetchToken = async (): Promise<string> => {
    try {
      const { accessToken, expiresIn } = await login({ clientId, clientSecret, grantType: 'client_credentials' })
      const lifeMs = expiresIn * 1000
      const now = clock.now()
      current = {
        token: accessToken,
        renewAt: now + Math.max(lifeMs / 2, lifeMs - renewBeforeMs),
        endsAt: now + lifeMs - lastMomentMs,
      }
      pause = undefined
      return accessToken
    } catch (thrown) {
      if (!(thrown instanceof UpstreamFailure)) throw thrown
      if (refusesCredentials(thrown)) {
        const lengthMs = Math.min(longestPauseMs, pause ? pause.lengthMs * 2 : firstPauseMs)
        pause = { until: clock.now() + lengthMs, lengthMs }
        throw new UpstreamFailure(thrown.operation, 'overloaded', { mayHaveActed: false, cause: thrown })
      }
      // Whatever became of the login, the call that needed it has not left.
      throw new UpstreamFailure(thrown.operation, thrown.kind, {
        mayHaveActed: false,
        cause: thrown,
        ...(thrown.read && { read: thrown.read }),
      })
    }
  }

  /** A login that fails before the old token's end costs nobody anything. */
  const renewed = async (): Promise<string> => {
    const before = current
    try {
      return await fetchToken()
    } catch (thrown) {
      if (!before || current !== before || clock.now() >= before.endsAt) throw thrown
      const renewAt = pause ? before.endsAt : Math.min(before.endsAt, clock.now() + renewAgainMs)
      current = { ...before, renewAt }
      return before.token
    }
  }

  return {
    token(): Promise<string> | string {
      if (current && clock.now() < current.renewAt) return current.token
      if (pause && clock.now() < pause.until) {
        throw new UpstreamFailure(gateway.session.id, 'overloaded', { mayHaveActed: false })
      }
      pending ??= renewed().finally(() => {
        pending = undefined
      })
      return pending
    },

    /**
     * ABDM refused this token: the next caller fetches another, unless somebody has already. False where a user's token
     * may be to blame as well and this one has just taken the place of a refused one: then it is not dropped, so that user
     * tokens which are over cause no session after session.
     */
    drop(token: string, mayBeUsers: boolean): boolean {
      if (current?.token !== token) return true
      if (mayBeUsers && clock.now() < trustedUntil) return false
      trustedUntil = clock.now() + trustedMs
      current = undefined
      return true
    },
  }
}
