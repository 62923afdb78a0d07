import type { AddressInfo } from 'node:net'
import type { ServiceName } from '../abdm/wire/operation.ts'
import type { Clock } from '../clock.ts'
import type { Collection, Store } from '../store/store.ts'
import { type Readings, usualReadings, type World } from './answers/answer.ts'
import { facePagePath } from './face-page.ts'
import { createFaults, type Fault, type FaultWish } from './faults.ts'
import { createGate } from './gate.ts'
import { createImages } from './images/images.ts'
import { type EmulatorKeys, openKeyRing } from './keys.ts'
import { type Beside, basePaths, createListener, operationIds } from './server.ts'
import { createTokens } from './tokens.ts'
import { createTrace, type Exchange } from './trace.ts'
import { type Citizen, createCitizens } from './world/citizens.ts'
import { createFaces, type Faces } from './world/faces.ts'
import { createInbox, type Message } from './world/inbox.ts'
import { createOrderedIds } from './world/ordered-ids.ts'
import { createRegister } from './world/people.ts'
import { contradictionIn, loadWorld, saveWorld, type WorldState, worldCollections } from './world/state.ts'
import { createSubjects } from './world/subjects.ts'
import { createTransactions } from './world/transactions.ts'

/** NHA's ABDM V3 services in one listener. What it reproduces and what it does not: README.md. */

export { type Fault, type FaultMode, type FaultWish, faultModes, UnknownFaultOperation } from './faults.ts'
export { type EmulatorKeys, generateKeys } from './keys.ts'
export type { Exchange } from './trace.ts'
export { type Citizen, CitizenRefused } from './world/citizens.ts'
export type { Message } from './world/inbox.ts'

export type EmulatorSettings = {
  /** The one client that the gateway knows. */
  clientId: string
  clientSecret: string
  cmId: string
  addressSuffix: string
  /** Every OTP is this one. */
  fixedOtp?: string | undefined
  /** Either key family opens any field, instead of ABDM's refusals. */
  lenientKeys?: boolean | undefined
  /** The PHR app service refuses the client, as NHA does until it has enabled it. */
  withoutPhrApp?: boolean | undefined
  /** Exchanges kept for the trace; 0 keeps none. */
  traceMax: number
  port?: number | undefined
  host?: string | undefined
}

export type EmulatorParts = {
  store: Store
  /** The emulator's own clock, any skew already applied. */
  clock: Clock
  settings: EmulatorSettings
  /** Used where the store has none yet; made otherwise. */
  keys?: EmulatorKeys | undefined
  /** Called before keys are made, which takes a second. */
  onFirstKeys?: (() => void) | undefined
  /** Takes the requests that are under none of the four bases. */
  beside?: Beside | undefined
}

export type Emulator = {
  readonly bases: Record<ServiceName, string>
  /** Where a face link leads; NHA has a page of its own for it. */
  readonly facePage: string
  readonly faces: Pick<Faces, 'decide'>
  readonly inbox: {
    list(wanted: { to?: string | undefined; limit: number }): Promise<Message[]>
    clear(): Promise<void>
    subscribe(subscriber: (message: Message) => void): () => void
  }
  readonly citizens: { list(): Promise<Citizen[]>; add(partial: Partial<Citizen>): Promise<Citizen> }
  readonly faults: { add(wish: FaultWish): Fault; list(): readonly Fault[]; clear(): void }
  /** The people, their addresses and messages, who is locked or has tried how often. `load` puts another world in the place of everything there is; `problemWith` says before why it cannot. */
  readonly state: {
    save(): Promise<WorldState>
    problemWith(state: WorldState, faults: readonly Fault[]): string | undefined
    load(state: WorldState, faults: readonly Fault[]): Promise<void>
  }
  readonly readings: Readings
  readonly trace: {
    list(filter?: { upstreamTxnIds?: readonly string[] | undefined }): Exchange[]
    count(operation?: string): number
  }
  /** New certificates; what was sealed with the old ones is refused. */
  rotateKeys(): Promise<void>
  /** The fresh world: its people, no transactions, messages, faults or trace, the usual readings. Keys and tokens stay. Empties the store's counters. */
  reset(): Promise<void>
  /** What `reset` empties; the keys are kept apart. */
  readonly collections: readonly Collection<never>[]
  close(): Promise<void>
}

/** Longer than any client of ours keeps a connection, so that it is never the emulator that closes first. */
const keepAliveMs = 75_000

/** An address that listens everywhere is reached over loopback. */
const reachable = (host: string): string => {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

export const startEmulator = async (parts: EmulatorParts): Promise<Emulator> => {
  const { store, clock, settings } = parts
  const keys = await openKeyRing(store, parts.keys, parts.onFirstKeys)
  const newId = createOrderedIds(clock)
  const register = createRegister(store)
  const inbox = createInbox(store, clock, newId)
  const gate = createGate(keys, settings)
  const citizens = createCitizens(store, settings.addressSuffix, newId)
  const faults = createFaults(operationIds)
  const trace = createTrace(settings.traceMax)
  const images = createImages()
  const sentOtps = createTransactions(store, clock, inbox, settings.fixedOtp)
  const faces = createFaces(sentOtps)
  const readings = { ...usualReadings }
  const world: World = {
    store,
    newId,
    keys,
    gate,
    tokens: createTokens(keys, store),
    register,
    transactions: sentOtps,
    subjects: createSubjects(register),
    images,
    addressSuffix: settings.addressSuffix,
    readings,
  }
  await citizens.seed()

  const closing = new AbortController()
  const { listener, settled } = createListener({
    world,
    clock,
    faults,
    trace,
    settings,
    beside: parts.beside,
    faces,
    closing: closing.signal,
  })
  // An import would also read the HTTP client that Node keeps behind this module, a twentieth of a start-up.
  const server = process.getBuiltinModule('node:http').createServer({ keepAliveTimeout: keepAliveMs }, listener)
  const host = settings.host ?? '127.0.0.1'
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(settings.port ?? 0, host, resolve)
  })
  const { port } = server.address() as AddressInfo
  const empty = async (): Promise<void> => {
    await store.clear(worldCollections)
    newId.restart()
    faults.clear()
    Object.assign(readings, usualReadings)
    trace.clear()
    gate.restore()
  }
  const reset = async (): Promise<void> => {
    await empty()
    await citizens.seed()
  }
  const origin = `http://${reachable(host)}:${port}`

  return {
    bases: {
      gateway: origin + basePaths.gateway,
      abha: origin + basePaths.abha,
      'phr-app': origin + basePaths['phr-app'],
      'phr-web': origin + basePaths['phr-web'],
    },
    facePage: origin + facePagePath,
    faces: { decide: faces.decide },
    inbox: { list: inbox.list, clear: inbox.clear, subscribe: inbox.subscribe },
    citizens: { list: citizens.list, add: citizens.add },
    faults: { add: faults.add, list: faults.list, clear: faults.clear },
    readings,
    trace: { list: trace.list, count: trace.count },
    rotateKeys: keys.rotate,
    reset,
    state: {
      save: async () => ({ ...(await saveWorld(store)), gate: gate.state() }),
      problemWith(state, wanted) {
        const unknown = wanted.findIndex(({ operation }) => operation !== '*' && !operationIds.has(operation))
        if (unknown >= 0) return `faults.${unknown}.operation is no operation of this emulator`
        return contradictionIn(state)
      },
      async load(state, wanted) {
        await empty()
        await loadWorld(store, state)
        gate.restore(state.gate)
        const ids = [state.people, state.addresses, state.messages].flatMap((rows) => rows.map(({ id }) => id))
        newId.restart(ids.sort().at(-1))
        for (const { form, times, probability, ...fault } of wanted)
          faults.add({
            ...fault,
            ...(form && { form }),
            ...(times && { times }),
            ...(probability !== null && { probability }),
          })
      },
    },
    collections: worldCollections,
    async close() {
      closing.abort()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
      await settled()
      await images.close()
    },
  }
}
