import type { Abdm } from './abdm/client.ts'
import { hasMeaning } from './abdm/failure.ts'
import { abhaProfile, phrProfile, web } from './abdm/wire/index.ts'
import type { Clock } from './clock.ts'
import { ConnectError, error } from './errors.ts'
import { asAbhaNumber } from './fields.ts'
import { type AbhaSession, addressesOf, type Family, sessionFrom, type User, userRows } from './people.ts'
import type { Row, Store } from './store/store.ts'
import type { Turns } from './turns.ts'

/** The users' sessions at ABDM: acting as a person, and renewing what is over. */

const isOver = (thrown: unknown): boolean => thrown instanceof ConnectError && thrown.kind === 'sessionEnded'

/** Tokens of one service are refused by the others (abdm-v3 §4). */
const families: readonly Family[] = ['phr-app', 'abha', 'phr-web']

export type AsUser = <Answer>(act: (session: AbhaSession) => Promise<Answer>) => Promise<Answer>

export const createSessions = (store: Store, abdm: Abdm, clock: Clock, turns: Turns) => {
  const over = (session: AbhaSession): boolean => clock.now() >= session.expiresAt - 5_000
  const canRefresh = (session: AbhaSession): boolean =>
    session.family !== 'phr-web' && session.refreshToken !== undefined && clock.now() < (session.refreshExpiresAt ?? 0)

  /** Puts another session, or none, in the place of this one; a session that has come meanwhile stays. */
  const replaceSession = async (
    oid: string,
    ended: AbhaSession,
    next: AbhaSession | undefined,
  ): Promise<AbhaSession | undefined> => {
    for (;;) {
      const user = await store.get(userRows, oid)
      if (!user) return undefined
      const { session, ...rest } = user.body
      if (session?.token !== ended.token) return session
      if (await store.update(userRows, user, next ? { ...rest, session: next } : rest)) return next
    }
  }

  /** New tokens for a session that is over; without any to be had it has ended. */
  const refreshed = async (session: AbhaSession): Promise<AbhaSession> => {
    const { family, abhaAddress, refreshToken: token } = session
    if (!token || !canRefresh(session)) throw error.sessionEnded()
    try {
      const tokens =
        family === 'abha'
          ? await abdm.call(abhaProfile.refresh, { token })
          : (await abdm.call(phrProfile.refresh, { token })).tokens
      return { ...session, ...sessionFrom(family, abhaAddress, tokens, clock.now()) }
    } catch (thrown) {
      const isRefused = hasMeaning(thrown, 'userTokenOver') || hasMeaning(thrown, 'inputRefused')
      throw isRefused ? error.sessionEnded({ cause: thrown }) : thrown
    }
  }

  const renewedUpstream = async (user: Row<User>, used: AbhaSession): Promise<AbhaSession> => {
    const newest = await store.get(userRows, user.id)
    const session = newest?.body.session
    if (!session) throw error.sessionEnded()
    // Somebody was faster; a second refresh could invalidate the first.
    if (session.token !== used.token) return session
    try {
      const next = await refreshed(session)
      return (await replaceSession(user.id, session, next)) ?? next
    } catch (thrown) {
      if (isOver(thrown)) await replaceSession(user.id, session, undefined)
      throw thrown
    }
  }

  /** Refreshes that are running in this process, shared by whoever wants one: a second one could invalidate the first (abdm-v3 §5). */
  const refreshing = new Map<string, Promise<AbhaSession>>()

  const renewed = (user: Row<User>, used: AbhaSession): Promise<AbhaSession> => {
    const running =
      refreshing.get(user.id) ??
      turns.inTurn(`refresh/${user.id}`, () => renewedUpstream(user, used)).finally(() => refreshing.delete(user.id))
    refreshing.set(user.id, running)
    return running
  }

  const actWith = async <Answer>(session: AbhaSession, act: (session: AbhaSession) => Promise<Answer>) => {
    try {
      return await act(session)
    } catch (thrown) {
      if (hasMeaning(thrown, 'userTokenOver')) throw error.sessionEnded({ cause: thrown })
      throw thrown
    }
  }

  /** A token that the client kept stands in for the stored session (connect §5.3). What it is good for, the services tell. */
  const standIn = async (token: string, { body }: Row<User>): Promise<AbhaSession> => {
    const { session: stored, preferredAddress: abhaAddress, abhaNumber } = body
    const lasting = { abhaAddress, token, expiresAt: Number.MAX_SAFE_INTEGER }
    if (stored?.token === token) return { family: stored.family, ...lasting }
    for (const family of families) {
      const whose = await holderOf(family, token).catch((thrown: unknown) => {
        if (!hasMeaning(thrown, 'userTokenOver')) throw thrown
      })
      if (!whose) continue
      const isOwn =
        addressesOf(body).some((name) => whose.addresses.includes(name)) ||
        (abhaNumber !== undefined && abhaNumber === whose.abhaNumber)
      if (!isOwn) throw error.notForThisUser()
      // A token of the PHR services speaks for one address, which need not be the preferred one.
      return { family, ...lasting, ...(family !== 'abha' && { abhaAddress: whose.addresses[0] ?? abhaAddress }) }
    }
    throw error.sessionEnded()
  }

  /** Whose token it is, only ABDM knows; another person's must never speak for a user. */
  const holderOf = async (family: Family, token: string): Promise<{ addresses: string[]; abhaNumber?: string }> => {
    if (family === 'abha') {
      const { ABHANumber, phrAddress } = await abdm.call(abhaProfile.get, { token })
      return { addresses: (phrAddress ?? []).map((name) => name.toLowerCase()), abhaNumber: asAbhaNumber(ABHANumber) }
    }
    const { abhaAddress } = await abdm.call(family === 'phr-app' ? phrProfile.get : web.profile, { token })
    return { addresses: [abhaAddress.toLowerCase()] }
  }

  /**
   * Does something at ABDM as the user. A session that is over or refused is renewed once; without one, or when ABDM
   * refuses the renewed one too, the answer is 491.
   */
  const asUser = async <Answer>(user: Row<User>, act: (session: AbhaSession) => Promise<Answer>) => {
    let { session } = user.body
    if (!session) throw error.sessionEnded()
    let isRenewed = over(session)
    if (isRenewed) session = await renewed(user, session)
    for (;;) {
      try {
        return await act(session)
      } catch (thrown) {
        if (!hasMeaning(thrown, 'userTokenOver')) throw thrown
        if (isRenewed) {
          await replaceSession(user.id, session, undefined)
          throw error.sessionEnded({ cause: thrown })
        }
        session = await renewed(user, session)
        isRenewed = true
      }
    }
  }

  return {
    refreshed,

    /** Whether the user has a live session; one that can be renewed upstream is renewed. */
    async isLoggedIn(user: Row<User>): Promise<boolean> {
      const { session } = user.body
      if (!session) return false
      if (!over(session)) return true
      try {
        await renewed(user, session)
        return true
      } catch (thrown) {
        if (isOver(thrown)) return false
        throw thrown
      }
    },

    asUser,

    /**
     * Who acts as the user: the stored session, or a token of the client's. ABDM is asked here whose the token is, so this
     * belongs before whatever is counted.
     */
    async acting(user: Row<User>, userToken?: string): Promise<AsUser> {
      if (userToken === undefined) return (act) => asUser(user, act)
      const session = await standIn(userToken, user)
      return (act) => actWith(session, act)
    },
  }
}
