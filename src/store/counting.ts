import type { HitResult } from './store.ts'
import type { SealedLimit } from './vault.ts'

/**
 * Counts together what is asked for while an earlier count is on its way: one statement, one commit, one wait for the disk for
 * all of them. Budgets that a whole client shares are in every count, and a database keeps such a counter locked until its
 * commit is over; so one process counts one group at a time. A group takes one statement, or a few where a budget runs out.
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
  for (const { limits } of group) {
    // A key that is named twice counts once, here as in what fits.
    for (const [key, limit] of new Map(limits.map((one) => [keyOf(one), one]))) {
      const known = byKey.get(key)
      if (!known) byKey.set(key, { limit, uses: 1, max: limit.max })
      else {
        known.uses++
        known.max = Math.min(known.max, limit.max)
      }
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

/** Who can be counted together after all, first come, first served; the others have to wait for how the counters stand then. */
const fittingOf = (group: readonly Asker[], usedUp: UsedUp): { fitting: Asker[]; others: Asker[] } => {
  const taken = new Map<string, { uses: number; max: number }>()
  const [fitting, others]: [Asker[], Asker[]] = [[], []]
  for (const asker of group) {
    const wanted = asker.limits.flatMap((limit) => {
      const counter = usedUp.get(keyOf(limit))
      const before = taken.get(keyOf(limit)) ?? { uses: 0, max: limit.max }
      const max = Math.min(before.max, limit.max)
      return counter
        ? [{ key: keyOf(limit), uses: before.uses + 1, max, isFree: counter.count + before.uses < max }]
        : []
    })
    const isFitting = wanted.every(({ isFree }) => isFree)
    ;(isFitting ? fitting : others).push(asker)
    if (isFitting) for (const { key, uses, max } of wanted) taken.set(key, { uses, max })
  }
  return { fitting, others }
}

/** `count` counts all of a group's uses, or none when a counter would go over its limit. */
export const countTogether = (
  count: (uses: readonly Uses[]) => Promise<{ usedUp: UsedUp; now: number }>,
): ((limits: readonly SealedLimit[]) => Promise<HitResult>) => {
  let waiting: Asker[] = []
  let isCounting = false

  /** Where a budget runs out: who finds it used up is refused, then who fits into what is left is counted, then the others. */
  const countGroup = async (group: readonly Asker[]): Promise<void> => {
    for (let left = group; left.length > 0; ) {
      const { usedUp, now } = await count(usesOf(left))
      if (usedUp.size === 0) {
        for (const { resolve } of left) resolve({ allowed: true })
        return
      }
      const open = left.filter(({ limits, resolve }) => {
        const refusal = refusalOf(limits, usedUp, now)
        if (refusal) resolve(refusal)
        return !refusal
      })
      const { fitting, others } = fittingOf(open, usedUp)
      await countGroup(fitting)
      left = others
    }
  }

  const countAll = async (): Promise<void> => {
    isCounting = true
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      // A database that fails is told to all of them; who has an answer keeps it.
      await countGroup(group).catch((thrown) => {
        for (const { reject } of group) reject(thrown)
      })
    }
    isCounting = false
  }

  return (limits) =>
    new Promise((resolve, reject) => {
      waiting.push({ limits, resolve, reject })
      if (!isCounting) void countAll()
    })
}
