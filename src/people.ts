import type { Caller, Named } from './clients.ts'
import { error, maskMobile } from './errors.ts'
import { newOid, newUuid } from './ids.ts'
import { Type } from './schema.ts'
import { type Collection, inserting, type Row, type Store, updating, type Write } from './store/store.ts'

/** The users of a client: oid ↔ ABHA. The ABHA session that is kept with each is sessions.ts's business. */

export type Family = 'abha' | 'phr-app' | 'phr-web'

export const FamilyName = Type.Union([Type.Literal('abha'), Type.Literal('phr-app'), Type.Literal('phr-web')])

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
  /** Addresses of the same ABHA number that this user has not logged in to; for showing. */
  otherAddresses?: string[]
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
    otherAddresses: Type.Optional(Type.Array(text)),
    preferredAddress: text,
    abhaNumber: maybe,
    mobile: maybe,
    isKycVerified: Type.Boolean(),
    partnerPtId: maybe,
    hipId: maybe,
    session: Type.Optional(
      Type.Object({
        family: FamilyName,
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
    mobile: { unique: false, values: ({ workspace, mobile }) => mobile && `${workspace}/${mobile}` },
    partner: { unique: true, values: ({ workspace, partnerPtId }) => partnerPtId && `${workspace}/${partnerPtId}` },
  },
}

/** What a finished flow knows of its person. */
export type Person = {
  abhaAddress: string
  /** Further addresses of the ABHA number. */
  otherAddresses?: readonly string[]
  abhaNumber?: string
  mobile?: string
  /** Absent: not known. */
  isKycVerified?: boolean
}

/** Every address that is known to be the user's. */
export const addressesOf = ({ abhaAddresses, otherAddresses = [] }: User): string[] => [
  ...abhaAddresses,
  ...otherAddresses,
]

/** ABDM shows a mobile in full or masked, with its last digits (abdm-v3 §13). */
const shownDigits = (mobile: string): string => /[0-9]*$/.exec(mobile)?.[0] ?? ''

/** What shows less than four digits could be anybody's. */
const isSameMobile = (one: string, other: string): boolean => {
  const [left, right] = [shownDigits(one), shownDigits(other)]
  return Math.min(left.length, right.length) >= 4 && (left.endsWith(right) || right.endsWith(left))
}

const completest = (newer: string | undefined, older: string | undefined): string | undefined =>
  newer !== undefined && older !== undefined && shownDigits(newer).length < shownDigits(older).length
    ? older
    : (newer ?? older)

/** A user token as ABDM answers it. */
export type Tokens = {
  token: string
  expiresIn: number
  refreshToken?: string | null
  refreshExpiresIn?: number | null
}

/** Upstream's tokens as a session; times are counted from now. */
export const sessionFrom = (family: Family, abhaAddress: string, tokens: Tokens, now: number): AbhaSession => ({
  family,
  abhaAddress,
  token: tokens.token,
  expiresAt: now + tokens.expiresIn * 1000,
  ...(tokens.refreshToken && {
    refreshToken: tokens.refreshToken,
    refreshExpiresAt: now + (tokens.refreshExpiresIn ?? 1_296_000) * 1000,
  }),
})

/** A client may see whose it is, masked; a user learns nothing of another user. */
const claimedBy = ({ body: { mobile } }: Row<User>, { onlyOid }: Caller) =>
  error.accountClaimed({ fill: onlyOid === undefined && mobile ? maskMobile(mobile) : 'another number' })

export const createPeople = (store: Store) => {
  const byLookup = async (lookup: string, workspace: string, value: string): Promise<Row<User> | undefined> =>
    (await store.find(userRows, lookup, `${workspace}/${value}`, { limit: 1 }))[0]

  /** The same question is asked once; for one decision, which the write after it is guarded for. */
  const askingOnce = (): typeof byLookup => {
    const asked = new Map<string, ReturnType<typeof byLookup>>()
    return (lookup, workspace, value) => {
      const question = `${lookup}/${value}`
      const found = asked.get(question) ?? byLookup(lookup, workspace, value)
      asked.set(question, found)
      return found
    }
  }

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

  const hasAnotherNumber = (user: User, person: Person): boolean =>
    Boolean(user.abhaNumber && person.abhaNumber && user.abhaNumber !== person.abhaNumber)

  /** The ABHA number tells people apart; where one of them has none, the mobile does. */
  const isAnotherPerson = (user: User, person: Person): boolean =>
    user.abhaNumber && person.abhaNumber
      ? hasAnotherNumber(user, person)
      : user.mobile !== undefined && person.mobile !== undefined && !isSameMobile(user.mobile, person.mobile)

  /** The user that a flow ends at, where `explicit` is the one that it names; throws as `destination` does. */
  const destinationFrom = async (
    explicit: Row<User> | undefined,
    caller: Caller,
    person: Person,
    find = byLookup,
  ): Promise<Row<User> | undefined> => {
    const { workspace } = caller
    const owner =
      (await find('address', workspace, person.abhaAddress)) ??
      (person.abhaNumber ? await find('number', workspace, person.abhaNumber) : undefined)
    if (explicit && owner && explicit.id !== owner.id) {
      throw claimedBy(owner, caller)
    }
    // Whoever has the address already is that person, whatever became of the mobile; another ABHA number is somebody else's.
    const isOther = owner ? hasAnotherNumber : isAnotherPerson
    if (explicit && isOther(explicit.body, person)) throw error.mobileClaimed()
    return explicit ?? owner
  }

  /**
   * The user that a flow of this caller would end at (connect §4, rules 3 to 5): undefined means a new one. Throws when the
   * address is another user's or the named user is another person, so a flow can ask before it does something final.
   */
  const destination = async (
    caller: Caller,
    who: Named,
    person: Person,
    find = byLookup,
  ): Promise<Row<User> | undefined> => {
    const { workspace } = caller
    const explicit =
      (who.oid !== undefined ? await byOid(workspace, who.oid) : undefined) ??
      (who.partnerPtId !== undefined ? await find('partner', workspace, who.partnerPtId) : undefined)
    return destinationFrom(explicit, caller, person, find)
  }

  /** The writes that bind a person to their user and keep the session; to be made in the guarded write that ends the flow. */
  const bind = async (
    caller: Caller,
    who: Named,
    person: Person,
    session: AbhaSession,
  ): Promise<{ oid: string; uuid: string; writes: Write[] }> => {
    const find = askingOnce()
    const user = await destination(caller, who, person, find)
    const writes: Write[] = []
    const bound = who.partnerPtId === undefined ? undefined : await find('partner', caller.workspace, who.partnerPtId)
    if (bound && bound.id !== user?.id) {
      const { partnerPtId: _, ...rest } = bound.body
      writes.push(updating(userRows, bound, rest))
    }
    const before: Partial<User> = user?.body ?? {}
    const abhaNumber = person.abhaNumber ?? before.abhaNumber
    // The address decides whose it is; a number that another user has stays with that one (decision 0006).
    const holder = abhaNumber ? await find('number', caller.workspace, abhaNumber) : undefined
    const isHeldByOther = holder !== undefined && holder.id !== user?.id
    const abhaAddresses = [...new Set([...(before.abhaAddresses ?? []), person.abhaAddress])]
    const others = new Set([...(before.otherAddresses ?? []), ...(person.otherAddresses ?? [])])
    for (const name of abhaAddresses) others.delete(name)
    const body: User = {
      workspace: caller.workspace,
      uuid: before.uuid ?? newUuid(),
      abhaAddresses,
      ...(others.size > 0 && { otherAddresses: [...others] }),
      preferredAddress: person.abhaAddress,
      // Of the address: another one of the same user may be without KYC.
      isKycVerified:
        person.isKycVerified ?? (before.preferredAddress === person.abhaAddress && before.isKycVerified === true),
      session,
      ...pick('abhaNumber', isHeldByOther ? before.abhaNumber : abhaNumber),
      ...pick('mobile', completest(person.mobile, before.mobile)),
      ...pick('partnerPtId', who.partnerPtId ?? before.partnerPtId),
      ...pick('hipId', who.hipId ?? before.hipId),
    }
    const oid = user?.id ?? newOid()
    writes.push(user ? updating(userRows, user, body) : inserting(userRows, oid, body))
    return { oid, uuid: body.uuid, writes }
  }

  return {
    named,
    destination,
    destinationFrom,
    bind,

    /** Refuses a number that another user of this client has: asked before it is linked (connect §4, rule 5). */
    async refuseHeldNumber(caller: Caller, user: Row<User>, abhaNumber: string): Promise<void> {
      const holder = await byLookup('number', caller.workspace, abhaNumber)
      if (holder && holder.id !== user.id) throw claimedBy(holder, caller)
    },

    /** The writes that make a user's address KYC verified; to be made in the guarded write that ends the flow. */
    async verifying(
      oid: string,
      abhaAddress: string,
      abhaNumber: string | undefined,
      session: AbhaSession | undefined,
    ): Promise<Write[]> {
      const user = await store.get(userRows, oid)
      if (!user) throw error.userUnknown()
      // Another address may have been logged in to meanwhile: the session is its own, and so is what is known of its KYC.
      const isPreferred = user.body.preferredAddress === abhaAddress
      const ofAddress = isPreferred && { isKycVerified: true, ...(session && { session }) }
      return [updating(userRows, user, { ...user.body, ...ofAddress, ...(abhaNumber && { abhaNumber }) })]
    },

    /** The user, the session and every token of theirs are gone; the ABHA stays with ABDM. */
    async remove({ id }: Row<User>): Promise<void> {
      await store.take(userRows, id)
    },

    isUser: async (oid: string): Promise<boolean> => (await store.get(userRows, oid)) !== undefined,

    /** The user that an operation is about; it must be named. */
    async required(caller: Caller, who: Named): Promise<Row<User>> {
      const user = await named(caller, who)
      if (!user) throw who.partnerPtId === undefined ? error.userNotNamed() : error.userUnknown()
      return user
    },

    /** The ABHA numbers of this client's users with that mobile. */
    async abhaNumbersOn({ workspace }: Caller, mobile: string): Promise<string[]> {
      const users = await store.find(userRows, 'mobile', `${workspace}/${mobile}`)
      return users.flatMap(({ body: { abhaNumber } }) => (abhaNumber ? [abhaNumber] : []))
    },
  }
}

const pick = <Name extends string, Value>(name: Name, value: Value | undefined): { [key in Name]?: Value } =>
  value === undefined ? {} : ({ [name]: value } as { [key in Name]: Value })
