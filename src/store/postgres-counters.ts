import type { UsedUp, Uses } from './counting.ts'
import { type Columns, numberOf, type Statement, type Step } from './postgres-batch.ts'
import type { SealedLimit } from './vault.ts'

/** Limits in PostgreSQL: one counter for each key and window, alive until its window ends. */
export const counterStatements = {
  /**
   * Counts all or none. Counters that exist are locked in the order of their keys and looked at; where none of them would go
   * over its limit, each is begun, begun anew or counted on. Two first uses at once: the slower one finds the counter when it
   * writes, and if that leaves too little by then, dividing by nothing undoes the whole.
   */
  hit: {
    name: 'hit',
    text: `WITH wanted AS (
        SELECT * FROM unnest($2::bytea[], $3::int[], $4::int[], $5::bigint[]) AS wanted (key, uses, max, ends_at)
          ORDER BY key),
      held AS (SELECT key, CASE WHEN ends_at > $1::bigint THEN count ELSE 0 END AS count, ends_at
        FROM openabha_counters WHERE key = ANY ($2::bytea[]) ORDER BY key FOR UPDATE),
      used_up AS (SELECT wanted.key, coalesce(held.count, 0) AS count, held.ends_at FROM wanted LEFT JOIN held USING (key)
        WHERE coalesce(held.count, 0) + wanted.uses > wanted.max),
      counted AS (INSERT INTO openabha_counters AS counter (key, count, ends_at)
        SELECT key, uses, ends_at FROM wanted WHERE NOT EXISTS (SELECT FROM used_up)
        ON CONFLICT (key) DO UPDATE SET
          count = CASE WHEN counter.ends_at > $1::bigint THEN counter.count ELSE 0 END + excluded.count,
          ends_at = CASE WHEN counter.ends_at > $1::bigint THEN counter.ends_at ELSE excluded.ends_at END
        WHERE counter.ends_at <= $1::bigint
          OR counter.count + excluded.count <= (SELECT max FROM wanted WHERE wanted.key = excluded.key)
        RETURNING 1)
      SELECT used_up.key, used_up.count, used_up.ends_at,
        1 / CASE WHEN used_up.key IS NOT NULL OR (SELECT count(*) FROM counted) = cardinality($2::bytea[])
          THEN 1 ELSE 0 END
        FROM (SELECT) AS always LEFT JOIN used_up ON true`,
  },
  giveBack: {
    name: 'give back',
    // In the order in which a hit locks them, so that neither waits for the other.
    text: `WITH held AS (SELECT key FROM openabha_counters WHERE key = ANY ($2::bytea[]) ORDER BY key FOR UPDATE)
      UPDATE openabha_counters AS counter SET count = count - 1 FROM held
      WHERE counter.key = held.key AND count > 0 AND ends_at > $1::bigint`,
  },
  sweep: {
    name: 'sweep counters',
    text: `WITH gone AS (DELETE FROM openabha_counters WHERE ends_at <= $1::bigint AND key IN (
        SELECT key FROM openabha_counters WHERE ends_at <= $1::bigint ORDER BY ends_at LIMIT $2::int
        FOR UPDATE SKIP LOCKED) RETURNING 1) SELECT count(*) FROM gone`,
  },
  clear: { name: 'clear counters', text: 'DELETE FROM openabha_counters' },
} as const satisfies Record<string, Statement>

export const hitting = (uses: readonly Uses[], now: number): Step => ({
  statement: counterStatements.hit,
  values: [
    now,
    uses.map(({ limit }) => limit.key),
    uses.map((one) => one.uses),
    uses.map(({ max }) => max),
    uses.map(({ limit }) => now + limit.windowSeconds * 1000),
  ],
})

export const givingBack = (limits: readonly SealedLimit[], now: number): Step => ({
  statement: counterStatements.giveBack,
  values: [now, limits.map(({ key }) => key)],
})

/** The counters that stood in the way of a hit; none: it was counted. */
export const usedUpIn = (answer: readonly Columns[] | undefined): UsedUp =>
  new Map(
    (answer ?? []).flatMap(([key, count, endsAt]) =>
      key ? [[key.slice(2), { count: numberOf(count), endsAt: numberOf(endsAt) }]] : [],
    ),
  )
