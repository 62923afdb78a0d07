import type { Readable } from 'node:stream'
import { shareRows } from '../api/profile/sharing.ts'
import type { Clients } from '../clients.ts'
import type { MovableClock } from '../clock.ts'
import type { Emulator, Fault } from '../emulator/emulator.ts'
import type { WorldState } from '../emulator/world/state.ts'
import { txnRows } from '../flow.ts'
import { jobRows } from '../outbox.ts'
import { userRows } from '../people.ts'
import { declareFor } from '../route.ts'
import { Type } from '../schema.ts'
import type { Collection, Store } from '../store/store.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import { deliveryRows } from './deliveries.ts'

/** The sandbox: hands on the emulator, the clock and the store, for people and scripts. Exists only with the emulator. */

export const sandboxClients = [
  { clientId: 'openabha-dev', clientSecret: 'openabha-dev-secret' },
  { clientId: 'openabha-dev-2', clientSecret: 'openabha-dev-2-secret' },
] as const

export const addSandboxClients = async (clients: Clients): Promise<void> => {
  for (const { clientId, clientSecret } of sandboxClients) {
    if (!(await clients.has(clientId))) await clients.add(clientId, clientSecret)
  }
}

/** Where the clock was moved to survives a restart, as everything else does. */
type ClockSetting = { offsetMs: number; upstreamOffsetMs: number }
const clockRows: Collection<ClockSetting> = {
  name: 'sandbox.clock',
  body: Type.Object({ offsetMs: Type.Integer(), upstreamOffsetMs: Type.Integer() }),
}
const clockId = 'clock'

type SavedSandbox = {
  readonly clock: { readonly offset_ms: number; readonly upstream_offset_ms: number }
  readonly faults: readonly Fault[]
  readonly world: WorldState
}

export type Sandbox = ReturnType<typeof createSandbox>
export const sandboxRoute = declareFor<Sandbox>()
/** What only the whole product has, not the emulator alone. */
export const productRoute = declareFor<{ store: Store; clients: Clients; webhooks: Webhooks }>()

export const createSandbox = (deps: {
  emulator: Emulator
  store: Store
  clock: MovableClock
  upstreamClock: MovableClock
  /** What waits for a time looks again. */
  onClockMoved?: () => void
  /** What only the whole product has goes with a reset, too. */
  onReset?: () => Promise<void>
}) => {
  const { emulator, store, clock, upstreamClock, onClockMoved, onReset } = deps
  const streams = new Set<Readable>()

  const keepClock = async (): Promise<void> => {
    const setting = { offsetMs: clock.offsetMs, upstreamOffsetMs: upstreamClock.offsetMs }
    for (;;) {
      const row = await store.get(clockRows, clockId)
      if (row ? await store.update(clockRows, row, setting) : await store.insert(clockRows, clockId, setting)) return
    }
  }

  /** What belongs to the people who are about to go. */
  const forgetUsers = (): Promise<void> =>
    store.clear([txnRows, userRows, jobRows, shareRows, deliveryRows] as readonly unknown[] as Collection<never>[])

  return {
    emulator,
    store,
    clock,
    upstreamClock,

    /** Takes the clock to where it was moved: before a restart, or by another instance. */
    async followClock(): Promise<void> {
      const kept = (await store.get(clockRows, clockId))?.body
      if (!kept) return
      clock.moveTo(kept.offsetMs)
      upstreamClock.moveTo(kept.upstreamOffsetMs)
    },

    /** Forward only: nothing that has expired comes back. */
    async moveClock(advanceMs: number, upstreamSkewMs: number | undefined): Promise<void> {
      clock.moveTo(clock.offsetMs + advanceMs)
      if (upstreamSkewMs !== undefined) upstreamClock.moveTo(upstreamSkewMs)
      await keepClock()
      onClockMoved?.()
    },

    /** Everything back to the fresh sandbox. Clients, their tokens and the RSA keys stay, so that a test suite can go on; their endpoints do not. */
    async reset(): Promise<void> {
      clock.moveTo(0)
      upstreamClock.moveTo(0)
      await keepClock()
      await forgetUsers()
      await onReset?.()
      await emulator.reset()
    },

    /** Another world in the place of this one, or why it cannot be; then nothing has changed. */
    async load({ clock: kept, faults, world }: SavedSandbox): Promise<string | undefined> {
      const problem = emulator.state.problemWith(world, faults)
      if (problem) return problem
      clock.moveTo(kept.offset_ms)
      upstreamClock.moveTo(kept.upstream_offset_ms)
      await keepClock()
      await forgetUsers()
      await emulator.state.load(world, faults)
      onClockMoved?.()
      return undefined
    },

    /** A stream that is ended when the server stops, so that it holds nobody up. */
    keepStream(stream: Readable): void {
      streams.add(stream)
      stream.on('close', () => streams.delete(stream))
    },
    stop(): void {
      for (const stream of streams) stream.push(null)
    },
  }
}
