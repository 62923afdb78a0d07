import type { IncomingHttpHeaders } from 'node:http'
import type { Operation, ServiceName, UserToken } from '../abdm/wire/operation.ts'
import { seconds } from '../clock.ts'
import { newUuid } from '../ids.ts'
import { type Static, Type } from '../schema.ts'
import type { Collection, Store } from '../store/store.ts'
import type { KeyRing } from './keys.ts'
import { type Refusal, refuse } from './refusal.ts'

/** User tokens (abdm-v3 §4): what they say, how long they live, and how each service refuses those it does not want. */

export type UserService = Exclude<ServiceName, 'gateway'>
export const transferSeconds = 300
export const finalSeconds = 1_800
export const refreshSeconds = 1_296_000

export const userClaims = Type.Object({
  typ: Type.Union([Type.Literal('Transfer'), Type.Literal('Transaction'), Type.Literal('Refresh')]),
  /** Row of the address or person that the token is good for; empty in a transfer token. */
  sub: Type.String(),
  txnId: Type.String(),
  loginSubject: Type.String(),
  iat: Type.Integer(),
  exp: Type.Integer(),
})
export type UserClaims = Static<typeof userClaims>
type TokenType = UserClaims['typ']

/** What a token is about. `profile` goes into the final token in clear, as NHA's does: tokens are never logged. */
export type Subject = {
  readonly sub: string
  readonly txnId: string
  readonly loginSubject: string
  readonly profile?: object
}

const requesterOf: { readonly [service in UserService]: string } = {
  abha: 'ABHA',
  'phr-app': 'PHR-APP',
  'phr-web': 'PHR-WEB',
}
const systemOf: { readonly [service in UserService]: string } = {
  abha: 'ABHA-A',
  'phr-app': 'ABHA-ADDRESS-N',
  'phr-web': 'ABHA-ADDRESS-N',
}

/** Who has logged out: the tokens of that login are over, however long they were to live. */
export const loggedOut: Collection<Record<string, never>> = { name: 'emulator.logged_out', body: Type.Object({}) }
const loginOf = ({ sub, txnId }: UserClaims): string => `${sub}/${txnId}`

export type Tokens = ReturnType<typeof createTokens>

export const createTokens = (keys: KeyRing, store: Store) => {
  const issue = (service: UserService, typ: TokenType, subject: Subject, now: number, lifeSeconds: number) => {
    const iat = Math.floor(now / 1000)
    return keys.sign(service, {
      ...subject.profile,
      jti: newUuid(),
      typ,
      sub: subject.sub,
      txnId: subject.txnId,
      loginSubject: subject.loginSubject,
      system: systemOf[service],
      requesterId: requesterOf[service],
      iat,
      exp: iat + lifeSeconds,
    })
  }

  const refreshToken = ({ sub, txnId, loginSubject }: Subject, service: UserService, now: number) =>
    issue(service, 'Refresh', { sub, txnId, loginSubject }, now, refreshSeconds)

  const final = async (service: UserService, subject: Subject, now: number, kept?: string) => {
    const [token, refresh] = await Promise.all([
      issue(service, 'Transaction', subject, now, finalSeconds),
      kept ?? refreshToken(subject, service, now),
    ])
    return { token, expiresIn: finalSeconds, refreshToken: refresh, refreshExpiresIn: refreshSeconds }
  }

  return {
    /** May only choose an account: 300 s, no refresh token beside it. */
    transfer: async (service: UserService, subject: Subject, now: number) => ({
      token: await issue(service, 'Transfer', subject, now, transferSeconds),
      expiresIn: transferSeconds,
      switchProfileEnabled: false,
    }),

    final: (service: UserService, subject: Subject, now: number) => final(service, subject, now),

    /** A new final token; the refresh token stays until half of its life is over (abdm-v3 §20 no. 5). */
    renewed: (service: UserService, subject: Subject, refresh: { token: string; claims: UserClaims }, now: number) => {
      const isYoung = now - seconds(refresh.claims.iat) < seconds(refreshSeconds / 2)
      return final(service, subject, now, isYoung ? refresh.token : undefined)
    },

    async end({ claims }: { readonly claims: UserClaims }): Promise<void> {
      await store.insert(loggedOut, loginOf(claims), {}, { expiresAt: seconds(claims.exp + refreshSeconds) })
    },

    /** The user whose token came with a call, or the refusal of that service. */
    async read(
      op: Operation,
      headers: IncomingHttpHeaders,
      now: number,
    ): Promise<{ token: string; claims: UserClaims }> {
      const kind = op.userToken
      const service = op.service
      if (!kind || service === 'gateway') throw new Error(`${op.id} takes no user token`)
      const given = headers[kind]
      if (typeof given !== 'string' || given === '') throw refusals[service].missing(kind)
      const token = /^Bearer (\S+)$/.exec(given)?.[1]
      if (!token) throw refusals[service].foreign(kind)
      const claims = keys.read(service, token) as UserClaims | undefined
      if (!claims)
        throw isOfAnotherFamily(service, token) ? refusals[service].foreign(kind) : refusals[service].bad(kind)
      if (claims.typ !== typeFor[kind]) throw refusals[service].bad(kind)
      if (now >= seconds(claims.exp)) throw refusals[service].expired(kind)
      if (await store.get(loggedOut, loginOf(claims))) throw refusals[service].bad(kind)
      return { token, claims }
    },
  }

  function isOfAnotherFamily(service: UserService, token: string): boolean {
    return (['abha', 'phr-app', 'phr-web'] as const).some((other) => other !== service && keys.read(other, token))
  }
}

const typeFor: { readonly [kind in UserToken]: TokenType } = {
  'x-token': 'Transaction',
  't-token': 'Transfer',
  'r-token': 'Refresh',
}

const nameOf: { readonly [kind in UserToken]: string } = {
  'x-token': 'X-token',
  't-token': 'T-token',
  'r-token': 'R-token',
}

type Refuse = (kind: UserToken) => Refusal
const empty: Refuse = () => refuse(401, 'empty')
const inArray: Refuse = (kind) => refuse(400, 'array', 'ABDM-1006: ', `Invalid ${nameOf[kind]}`)
const inMessage: Refuse = (kind) => refuse(400, 'message', '', `Invalid ${nameOf[kind]}`)

/** Each service fails in its own way (abdm-v3 §1.2, §4, §13, §14). `foreign`: another family's, or without `Bearer `. */
const refusals: {
  readonly [service in UserService]: { readonly [why in 'missing' | 'bad' | 'foreign' | 'expired']: Refuse }
} = {
  abha: {
    missing: inMessage,
    bad: inMessage,
    foreign: inMessage,
    // The other tokens have no words of their own for it (abdm-v3 §4, §8.3).
    expired: (kind) => (kind === 'x-token' ? refuse(401, 'message', '', 'X-token expired') : inMessage(kind)),
  },
  'phr-app': { missing: empty, bad: empty, foreign: inArray, expired: empty },
  'phr-web': { missing: empty, bad: inArray, foreign: inArray, expired: empty },
}
