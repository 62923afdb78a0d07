import { Type } from 'typebox'
import type { Abdm } from './abdm/client.ts'
import { hasMeaning } from './abdm/failure.ts'
import { phrProfile } from './abdm/wire/index.ts'
import type { Caller, Named } from './clients.ts'
import type { Clock } from './clock.ts'
import { error, maskMobile } from './errors.ts'
import { newOid, newUuid } from './ids.ts'
import { type Collection, inserting, type Row, type Store, updating, type Write } from './store/store.ts'

/** The users of a client: oid ↔ ABHA, and the ABHA session that this server keeps for each. */

export type Family = 'phr-app' | 'phr-web'

/** A person's session at ABDM. Token families do not mix (abdm-v3 §4), so the family stays with it. */
export type AbhaSession = {
  family: Family
  abhaAddress: string
  token: string
  expiresAt: number
  refreshToken?: string
  refreshExpiresAt?: number
}

export type User = {
  workspace: string
  uuid: string
  abhaAddresses: string[]
  preferredAddress: string
  abhaNumber?: string
  mobile?: string
  isKycVerified: boolean
  partnerPtId?: string
  hipId?: string
  session?: AbhaSession
}

const text = Type.String()
const maybe = Type.Optional(text)

export const userRows: Collection<User> = {
  name: 'user',
  body: Type.Object({
    workspace: text,
    uuid: text,
    abhaAddresses: Type.Array(text),
    preferredAddress: text,
    abhaNumber: maybe,
    mobile: maybe,
    isKycVerified: Type.Boolean(),
    partnerPtId: maybe,
    hipId: maybe,
    session: Type.Optional(
      Type.Object({
        family: Type.Union([Type.Literal('phr-app'), Type.Literal('phr-web')]),
        abhaAddress: text,
        token: text,
        expiresAt: Type.Integer(),
        refreshToken: maybe,
        refreshExpiresAt: Type.Optional(Type.Integer()),
      }),
    ),
  }),
  lookups: {
    address: {
      unique: true,
      values: ({ workspace, abhaAddresses }) => abhaAddresses.map((address) => `${workspace}/${address}`),
    },
    number: { unique: true, values: ({ workspace, abhaNumber }) => abhaNumber && `${workspace}/${abhaNumber}` },
    partner: { unique: true, values: ({ workspace, partnerPtId }) => partnerPtId && `${workspace}/${partnerPtId}` },
  },
}

/** What a finished flow knows of its person. */
export type Person = {
  abhaAddress: string
  abhaAddresses?: readonly string[]
  abhaNumber?: string
  mobile?: string
  isKycVerified: boolean
}

/** Upstream's tokens as a session; times are counted from now. */
export const sessionFrom = (
  family: Family,
  abhaAddress: string,
  tokens: { token: string; expiresIn: number; refreshToken?: string | null; refreshExpiresIn?: number | null },
  now: number,
): AbhaSession => ({
  family,
  abhaAddress,
  token: tokens.token,
  expiresAt: now + tokens.expiresIn * 1000,
  ...(tokens.refreshToken && {
    refreshToken: tokens.refreshToken,
    refreshExpiresAt: now + (tokens.refreshExpiresIn ?? 1_296_000) * 1000,
  }),
})

export type People = ReturnType<typeof createPeople>

export const createPeople = (store: Store, abdm: Abdm, clock: Clock) => {
  const byLookup = async (lookup: string, workspace: string, value: string): Promise<Row<User> | undefined> =>
    (await store.find(userRows, lookup, `${workspace}/${value}`, { limit: 1 }))[0]

  const byOid = async (workspace: string, oid: string): Promise<Row<User> | undefined> => {
    const row = await store.get(userRows, oid)
    return row?.body.workspace === workspace ? row : undefined
  }

  /** The user that a caller names (connect §4); undefined when it names nobody. Naming a stranger is an error. */
  const named = async ({ workspace }: Caller, { oid, partnerPtId }: Named): Promise<Row<User> | undefined> => {
    if (oid === undefined) return partnerPtId === undefined ? undefined : byLookup('partner', workspace, partnerPtId)
    const user = await byOid(workspace, oid)
    if (!user) throw error.userUnknown()
    return user
  }

  const isAnotherPerson = (user: User, person: Person): boolean =>
    user.abhaNumber && person.abhaNumber
      ? user.abhaNumber !== person.abhaNumber
      : !user.abhaNumber &&
        !person.abhaNumber &&
        user.mobile !== undefined &&
        person.mobile !== undefined &&
        user.mobile !== person.mobile

  /**
   * The user that a flow of this caller would end at (connect §4, rules 3 to 5): undefined means a new one. Throws when the
   * address is another user's or the named user is another person, so a flow can ask before it does something final.
   */
  const destination = async ({ workspace }: Caller, who: Named, person: Person): Promise<Row<User> | undefined> => {
    const explicit =
      (who.oid !== undefined ? await byOid(workspace, who.oid) : undefined) ??
      (who.partnerPtId !== undefined ? await byLookup('partner', workspace, who.partnerPtId) : undefined)
    const owner =
      (await byLookup('address', workspace, person.abhaAddress)) ??
      (person.abhaNumber ? await byLookup('number', workspace, person.abhaNumber) : undefined)
    if (explicit && owner && explicit.id !== owner.id) {
      throw error.accountClaimed({ fill: owner.body.mobile ? maskMobile(owner.body.mobile) : 'another number' })
    }
    const user = explicit ?? owner
    if (user && isAnotherPerson(user.body, person)) throw error.mobileClaimed()
    return user
  }

  /** The writes that bind a person to their user and keep the session; to be made in the guarded write that ends the flow. */
  const bind = async (
    caller: Caller,
    who: Named,
    person: Person,
    session: AbhaSession,
  ): Promise<{ oid: string; uuid: string; writes: Write[] }> => {
    const user = await destination(caller, who, person)
    const writes: Write[] = []
    const bound =
      who.partnerPtId === undefined ? undefined : await byLookup('partner', caller.workspace, who.partnerPtId)
    if (bound && bound.id !== user?.id) {
      const { partnerPtId: _, ...rest } = bound.body
      writes.push(updating(userRows, bound, rest))
    }
    const before: Partial<User> = user?.body ?? {}
    const body: User = {
      workspace: caller.workspace,
      uuid: before.uuid ?? newUuid(),
      abhaAddresses: [...new Set([...(before.abhaAddresses ?? []), person.abhaAddress])],
      preferredAddress: person.abhaAddress,
      isKycVerified: person.isKycVerified || (before.isKycVerified ?? false),
      session,
      ...pick('abhaNumber', person.abhaNumber ?? before.abhaNumber),
      ...pick('mobile', person.mobile ?? before.mobile),
      ...pick('partnerPtId', who.partnerPtId ?? before.partnerPtId),
      ...pick('hipId', who.hipId ?? before.hipId),
    }
    const oid = user?.id ?? newOid()
    writes.push(user ? updating(userRows, user, body) : inserting(userRows, oid, body))
    return { oid, uuid: body.uuid, writes }
  }

  const over = (session: AbhaSession): boolean => clock.now() >= session.expiresAt - 5_000
  const canRefresh = (session: AbhaSession): boolean =>
    session.family === 'phr-app' && session.refreshToken !== undefined && clock.now() < (session.refreshExpiresAt ?? 0)

  /** Refreshes that are running in this process: a second one at the same time could invalidate the first (abdm-v3 §5). */
  const refreshing = new Map<string, Promise<Row<User>>>()

  const endSession = async (user: Row<User>): Promise<void> => {
    const { session: _, ...rest } = user.body
    await store.update(userRows, user, rest)
  }

  const refreshed = async (user: Row<User>): Promise<Row<User>> => {
    const { session } = user.body
    if (!session?.refreshToken || !canRefresh(session)) throw error.sessionEnded()
    try {
      const { tokens } = await abdm.call(phrProfile.refresh, { token: session.refreshToken })
      const renewed = sessionFrom(session.family, session.abhaAddress, tokens, clock.now())
      const body = {
        ...user.body,
        session: { ...session, ...renewed },
      }
      return (await store.update(userRows, user, body)) ?? (await store.get(userRows, user.id)) ?? user
    } catch (thrown) {
      if (!hasMeaning(thrown, 'userTokenOver') && !hasMeaning(thrown, 'inputRefused')) throw thrown
      await endSession(user)
      throw error.sessionEnded({ cause: thrown })
    }
  }

  const refreshOnce = (user: Row<User>): Promise<Row<User>> => {
    const running = refreshing.get(user.id) ?? refreshed(user).finally(() => refreshing.delete(user.id))
    refreshing.set(user.id, running)
    return running
  }

  return {
    named,
    destination,
    bind,

    /** The user that an operation is about; it must be named. */
    async required(caller: Caller, who: Named): Promise<Row<User>> {
      const user = await named(caller, who)
      if (!user) throw error.userNotNamed()
      return user
    },

    ownerOf: (caller: Caller, abhaAddress: string) => byLookup('address', caller.workspace, abhaAddress),

    /** The user with a live session, renewed upstream where it can be; otherwise undefined. */
    async loggedIn(user: Row<User>): Promise<Row<User> | undefined> {
      const { session } = user.body
      if (!session) return undefined
      if (!over(session)) return user
      if (!canRefresh(session)) return undefined
      return refreshOnce(user).catch((thrown) => {
        if (thrown === null || (thrown as { kind?: string }).kind !== 'sessionEnded') throw thrown
        return undefined
      })
    },

    /**
     * Does something at ABDM as the user. A session that is over or refused is renewed once; without one, or when ABDM
     * refuses the renewed one too, the answer is 491.
     */
    async asUser<Answer>(user: Row<User>, act: (session: AbhaSession) => Promise<Answer>): Promise<Answer> {
      const { session } = user.body
      if (!session) throw error.sessionEnded()
      let current = over(session) ? await refreshOnce(user) : user
      try {
        return await act(current.body.session ?? session)
      } catch (thrown) {
        if (!hasMeaning(thrown, 'userTokenOver')) throw thrown
        if (current !== user) {
          await endSession(current)
          throw error.sessionEnded({ cause: thrown })
        }
      }
      current = await refreshOnce(user)
      return act(current.body.session ?? session)
    },
  }
}

const pick = <Name extends string, Value>(name: Name, value: Value | undefined): { [key in Name]?: Value } =>
  value === undefined ? {} : ({ [name]: value } as { [key in Name]: Value })
