import type { Database } from './sqlite-database.ts'
import type { HitResult } from './store.ts'
import type { SealedLimit } from './vault.ts'

/** Limits in SQLite: one counter for each key and window, alive until its window ends. */
export type Counters = {
  hit(limits: readonly SealedLimit[], now: number): HitResult
  giveBack(limits: readonly SealedLimit[], now: number): void
  sweep(now: number, batch: number): number
  clear(): void
}

export const counterStatements = {
  get: 'SELECT count, ends_at FROM counters WHERE key = ? AND ends_at > ?',
  begin: 'INSERT OR REPLACE INTO counters (key, count, ends_at) VALUES (?, 1, ?)',
  count: 'UPDATE counters SET count = count + 1 WHERE key = ?',
  giveBack: 'UPDATE counters SET count = count - 1 WHERE key = ? AND count > 0 AND ends_at > ?',
  sweep: `DELETE FROM counters WHERE key IN (SELECT key FROM counters WHERE ends_at <= ? ORDER BY ends_at LIMIT ?)`,
  clear: 'DELETE FROM counters',
}

export const countersIn = (database: Database): Counters => {
  const sql = counterStatements
  const get = database.prepare<[count: number, endsAt: number]>(sql.get)
  const begin = database.prepare(sql.begin)
  const count = database.prepare(sql.count)
  const giveBack = database.prepare(sql.giveBack)
  const sweep = database.prepare(sql.sweep)
  const clear = database.prepare(sql.clear)

  return {
    hit(limits, now) {
      const counters = limits.map((limit) => get.get(limit.key, now))
      let refused: { key: string; waitMs: number } | undefined
      for (const [index, { name, max }] of limits.entries()) {
        const [used, endsAt] = counters[index] ?? [0, now]
        if (used >= max && endsAt - now > (refused?.waitMs ?? 0)) refused = { key: name, waitMs: endsAt - now }
      }
      if (refused) return { allowed: false, key: refused.key, retryAfterSeconds: Math.ceil(refused.waitMs / 1000) }
      for (const [index, { key, windowSeconds }] of limits.entries()) {
        if (counters[index]) count.run(key)
        else begin.run(key, now + windowSeconds * 1000)
      }
      return { allowed: true }
    },
    giveBack(limits, now) {
      for (const { key } of limits) giveBack.run(key, now)
    },
    sweep: (now, batch) => Number(sweep.run(now, batch).changes),
    clear() {
      clear.run()
    },
  }
}
