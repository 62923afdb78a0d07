import type { HitResult } from './store.ts'
import type { SealedLimit } from './vault.ts'

/**
 * Counts together what is asked for while an earlier count is on its way: one statement, one commit, one wait for the disk for
 * all of them. Budgets that a whole client shares are in every count, and a database keeps such a counter locked until its
 * commit is over; so one process counts one group at a time, and nobody's wait is longer than the group before and the own one.
 */

/** How often a counter is to be counted for a group, and the least that one of the group allows it. */
export type Uses = { readonly limit: SealedLimit; uses: number; max: number }
/** A counter that a group would have brought over its limit, by its key in hex, as it stands. */
export type UsedUp = ReadonlyMap<string, { readonly count: number; readonly endsAt: number }>

type Asker = {
  readonly limits: readonly SealedLimit[]
  readonly resolve: (result: HitResult) => void
  readonly reject: (thrown: unknown) => void
}

export const keyOf = ({ key }: SealedLimit): string => key.toString('hex')

const usesOf = (group: readonly Asker[]): Uses[] => {
  const byKey = new Map<string, Uses>()
  for (const limit of group.flatMap(({ limits }) => limits)) {
    const known = byKey.get(keyOf(limit))
    if (!known) byKey.set(keyOf(limit), { limit, uses: 1, max: limit.max })
    else {
      known.uses++
      known.max = Math.min(known.max, limit.max)
    }
  }
  return [...byKey.values()]
}

/** The limit that lets this one wait longest, if any is used up for it alone. */
const refusalOf = (limits: readonly SealedLimit[], usedUp: UsedUp, now: number): HitResult | undefined => {
  let longest: { key: string; waitMs: number } | undefined
  for (const limit of limits) {
    const counter = usedUp.get(keyOf(limit))
    if (!counter || counter.count < limit.max) continue
    const waitMs = counter.endsAt - now
    if (waitMs > (longest?.waitMs ?? 0)) longest = { key: limit.name, waitMs }
  }
  return longest && { allowed: false, key: longest.key, retryAfterSeconds: Math.ceil(longest.waitMs / 1000) }
}

/** `count` counts all of a group's uses, or none when a counter would go over its limit. */
export const countTogether = (
  count: (uses: readonly Uses[]) => Promise<{ usedUp: UsedUp; now: number }>,
): ((limits: readonly SealedLimit[]) => Promise<HitResult>) => {
  let waiting: Asker[] = []
  let isCounting = false

  const countGroup = async (group: readonly Asker[]): Promise<void> => {
    const { usedUp, now } = await count(usesOf(group))
    const contested: Asker[] = []
    const others: Asker[] = []
    for (const asker of group) {
      const refusal = refusalOf(asker.limits, usedUp, now)
      if (usedUp.size === 0) asker.resolve({ allowed: true })
      else if (refusal) asker.resolve(refusal)
      else (asker.limits.some((limit) => usedUp.has(keyOf(limit))) ? contested : others).push(asker)
    }
    if (others.length > 0) await settle(others)
    // What is left of a budget goes to who came first.
    for (const asker of contested) await settle([asker])
  }

  const settle = (group: readonly Asker[]): Promise<void> =>
    countGroup(group).catch((thrown) => {
      for (const { reject } of group) reject(thrown)
    })

  const countAll = async (): Promise<void> => {
    isCounting = true
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      await settle(group)
    }
    isCounting = false
  }

  return (limits) =>
    new Promise((resolve, reject) => {
      waiting.push({ limits, resolve, reject })
      if (!isCounting) void countAll()
    })
}
