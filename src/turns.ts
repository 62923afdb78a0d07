import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from './clock.ts'
import { error } from './errors.ts'
import { sha256 } from './ids.ts'
import { Type } from './schema.ts'
import type { Collection, Row, Store } from './store/store.ts'

/**
 * One at a time: for what ABDM takes only once, or only whole. In one process callers wait for each other in the order of their
 * coming; where several share a database (`Store.isExclusive` false) the turn is also a row, which whoever works keeps alive, so
 * that the turn of a process that died is over soon.
 */
export type Turns = {
  /** Waits for the others with this key, acts, and lets the next one in. Whatever was read before has to be read again. */
  inTurn<Done>(key: string, act: () => Promise<Done>): Promise<Done>
}

type TurnBody = { readonly by: string }
export const turnRows: Collection<TurnBody> = { name: 'turn', body: Type.Object({ by: Type.String() }) }

/** A process that says nothing for so long is not at work any more. */
const leaseMs = 10_000
const usualRenewalMs = 3_000
const lookEveryMs = 50
/** Longer than one call upstream can take. */
const waitAtMostMs = 40_000

export const createTurns = (store: Store, clock: Clock, instanceId: string, renewEveryMs = usualRenewalMs): Turns => {
  /** The last one of each key in this process. */
  const last = new Map<string, Promise<unknown>>()

  const lease = () => ({ expiresAt: clock.now() + leaseMs })

  const claimed = async (id: string): Promise<Row<TurnBody>> => {
    for (let waitedMs = 0; waitedMs < waitAtMostMs; waitedMs += lookEveryMs) {
      const row = await store.insert(turnRows, id, { by: instanceId }, lease())
      if (row) return row
      await pause(lookEveryMs)
    }
    throw error.stepNotAllowed()
  }

  const acrossProcesses = async <Done>(key: string, act: () => Promise<Done>): Promise<Done> => {
    // A key may hold an address.
    let row = await claimed(sha256(`turn/${key}`))
    let renewing: Promise<void> | undefined
    const renew = async (): Promise<void> => {
      try {
        row = (await store.update(turnRows, row, row.body, lease())) ?? row
      } catch {
        // The database is away for a moment; the next time it is tried again.
      }
    }
    const timer = setInterval(() => {
      renewing = renew()
    }, renewEveryMs)
    try {
      return await act()
    } finally {
      clearInterval(timer)
      // What is taken is the row as a renewal that is under way leaves it.
      await renewing
      await store.take(turnRows, row.id, { revision: row.revision }).catch(() => undefined)
    }
  }

  return {
    async inTurn<Done>(key: string, act: () => Promise<Done>): Promise<Done> {
      const own = store.isExclusive ? act : () => acrossProcesses(key, act)
      // Whether the former one succeeded is told to whoever asked for it.
      const mine = (last.get(key) ?? Promise.resolve()).then(own, own)
      last.set(key, mine)
      try {
        return await mine
      } finally {
        if (last.get(key) === mine) last.delete(key)
      }
    },
  }
}
