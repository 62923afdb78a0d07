import { type Columns, numberOf, type Statement, type Step } from './postgres-batch.ts'
import type { HitResult } from './store.ts'
import type { SealedLimit } from './vault.ts'

/** Limits in PostgreSQL: one counter for each key and window, alive until its window ends. */
export const counterStatements = {
  /**
   * Counts all or none. Counters that exist are locked in the order of their keys and looked at; where none of them is used
   * up, each is begun, begun anew or counted on. Two first uses at once: the slower one finds the counter when it writes,
   * and if that is full by then, dividing by nothing undoes the whole.
   *
   * The commit does not wait for the disk: a counter that a whole client shares is locked until its commit is over, so
   * waiting would let one send of that client through at a time, a disk's breath each. What is acknowledged afterwards is
   * on disk with everything that was committed before it, this count too (decision 0010).
   */
  hit: {
    name: 'hit',
    text: `WITH wanted AS (
        SELECT * FROM unnest($2::bytea[], $3::int[], $4::bigint[]) AS wanted (key, max, ends_at) ORDER BY key),
      held AS (SELECT key, count, ends_at FROM openabha_counters WHERE key = ANY ($2::bytea[]) ORDER BY key FOR UPDATE),
      used_up AS (SELECT held.key, held.ends_at FROM held JOIN wanted USING (key)
        WHERE held.ends_at > $1::bigint AND held.count >= wanted.max ORDER BY held.ends_at DESC LIMIT 1),
      counted AS (INSERT INTO openabha_counters AS counter (key, count, ends_at)
        SELECT key, 1, ends_at FROM wanted WHERE NOT EXISTS (SELECT FROM used_up)
        ON CONFLICT (key) DO UPDATE SET
          count = CASE WHEN counter.ends_at > $1::bigint THEN counter.count + 1 ELSE 1 END,
          ends_at = CASE WHEN counter.ends_at > $1::bigint THEN counter.ends_at ELSE excluded.ends_at END
        WHERE counter.ends_at <= $1::bigint
          OR counter.count < (SELECT max FROM wanted WHERE wanted.key = excluded.key)
        RETURNING 1)
      SELECT (SELECT key FROM used_up), (SELECT ends_at FROM used_up),
        1 / CASE WHEN EXISTS (SELECT FROM used_up) OR (SELECT count(*) FROM counted) = cardinality($2::bytea[])
          THEN 1 ELSE 0 END,
        set_config('synchronous_commit', 'off', true)`,
  },
  giveBack: {
    name: 'give back',
    text: `UPDATE openabha_counters SET count = count - 1
      WHERE key = ANY ($2::bytea[]) AND count > 0 AND ends_at > $1::bigint`,
  },
  sweep: {
    name: 'sweep counters',
    text: `WITH gone AS (DELETE FROM openabha_counters WHERE ends_at <= $1::bigint AND key IN (
        SELECT key FROM openabha_counters WHERE ends_at <= $1::bigint ORDER BY ends_at LIMIT $2::int
        FOR UPDATE SKIP LOCKED) RETURNING 1) SELECT count(*) FROM gone`,
  },
  clear: { name: 'clear counters', text: 'DELETE FROM openabha_counters' },
} as const satisfies Record<string, Statement>

const keysOf = (limits: readonly SealedLimit[]): Buffer[] => limits.map(({ key }) => key)

export const hitting = (limits: readonly SealedLimit[], now: number): Step => ({
  statement: counterStatements.hit,
  values: [
    now,
    keysOf(limits),
    limits.map(({ max }) => max),
    limits.map(({ windowSeconds }) => now + windowSeconds * 1000),
  ],
})

export const givingBack = (limits: readonly SealedLimit[], now: number): Step => ({
  statement: counterStatements.giveBack,
  values: [now, keysOf(limits)],
})

/** What a hit answered: allowed, or the name of the limit that has the longest wait. */
export const hitResult = (limits: readonly SealedLimit[], answer: Columns[] | undefined, now: number): HitResult => {
  const [key, endsAt] = answer?.[0] ?? []
  if (!key) return { allowed: true }
  const refused = limits.find((limit) => key === `\\x${limit.key.toString('hex')}`)
  return { allowed: false, key: refused?.name ?? '', retryAfterSeconds: Math.ceil((numberOf(endsAt) - now) / 1000) }
}
