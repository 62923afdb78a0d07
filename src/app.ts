import { type Abdm, createAbdm } from './abdm/client.ts'
import type { Recorder } from './abdm/transport.ts'
import { connectRoutes } from './api/index.ts'
import { workOnShares } from './api/profile/sharing.ts'
import { type Clients, createClients } from './clients.ts'
import { type Clock, type MovableClock, movableClock, systemClock } from './clock.ts'
import { type Config, ConfigError } from './config.ts'
import { type Emulator, type EmulatorKeys, startEmulator } from './emulator/emulator.ts'
import { type Facilities, noFacilities } from './facilities.ts'
import { createFlows, type Flows, txnRows } from './flow.ts'
import { createServer } from './http.ts'
import { deriveKey, newUuid, sha256 } from './ids.ts'
import { createInstances, type Instances } from './instances.ts'
import { masterKeys } from './keys.ts'
import { createLog, type Log } from './log.ts'
import { operationsRoutes } from './operations.ts'
import { createOtps, type Otps } from './otp.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import { createPeople, userRows } from './people.ts'
import { keepDelivery } from './sandbox/deliveries.ts'
import { sandboxFacilities } from './sandbox/facilities.ts'
import { productRoutes, sandboxRoutes } from './sandbox/index.ts'
import { addSandboxClients, createSandbox, sandboxClients } from './sandbox/sandbox.ts'
import { createSessions } from './sessions.ts'
import { openStore } from './store/open.ts'
import type { Store } from './store/store.ts'
import { createSweeping } from './sweeping.ts'
import { createTurns, type Turns } from './turns.ts'
import { createWebhooks, type Webhooks } from './webhooks/webhooks.ts'

/** What the handlers of the Connect operations work with. */
export type Services = {
  readonly abdm: Abdm
  readonly clients: Clients
  readonly flows: Flows
  readonly otps: Otps
  readonly turns: Turns
  readonly people: ReturnType<typeof createPeople> & ReturnType<typeof createSessions>
  readonly clock: Clock
  readonly addressSuffix: string
  readonly hasPhrApp: boolean
  readonly enrolsWithPassword: boolean
  readonly facePage: string
  readonly store: Store
  readonly outbox: Outbox
  readonly webhooks: Webhooks
  readonly facilities: Facilities
  readonly shareTimeoutSeconds: number
  /** The server stops, and cannot wait any longer. */
  readonly givingUp: AbortSignal
  readonly instances: Instances
}

type Overrides = {
  /** The clock below the sandbox's; tests hold it still. */
  clock?: Clock
  /** Tests check every body that is written. */
  wrapStore?: (store: Store) => Store
  /** Tests count the statements of each operation, on PostgreSQL. */
  onRoundTrip?: (statements: readonly string[]) => void
  log?: Log
  /** Tests make one set for all. */
  emulatorKeys?: EmulatorKeys
  onFirstKeys?: () => void
  /** Tests give several instances one emulator, as they have one ABDM. */
  emulator?: RunningEmulator | undefined
}

type RunningEmulator = { readonly running: Emulator; readonly clock: MovableClock }

/** Builds the whole product, every dependency once, in the order in which they need each other. */
export const build = async (config: Config, overrides: Overrides = {}) => {
  const keys = masterKeys(config.keys)
  const clock: MovableClock = movableClock(overrides.clock ?? systemClock)
  const log = overrides.log ?? createLog(config.logLevel, clock)
  const opened = await openStore(config.database, {
    key: keys.encryption,
    clock,
    onRoundTrip: overrides.onRoundTrip,
  })
  const store = overrides.wrapStore?.(opened) ?? opened
  const clients = createClients(store, clock, keys.signing)

  const emulator =
    config.sandbox && (overrides.emulator ?? (await startSandboxUpstream(config, { store, clock, overrides })))
  const bases = config.upstream.bases ?? emulator?.running.bases
  if (!bases) throw new ConfigError(['No upstream: set ABDM_ENV.'])
  if (!config.sandbox) await refuseSandboxClients(clients)

  const recorder = config.recordTo === undefined ? undefined : await recorderTo(config.recordTo, keys.signing, log)
  const abdm = createAbdm({ bases, settings: config.upstream, clock, log, recorder })
  const outbox = createOutbox(store, clock, log)
  const people = createPeople(store)
  const webhooks = createWebhooks({
    outbox,
    clients,
    clock,
    log,
    reach: { allowLoopback: config.sandbox !== undefined, allowPrivate: config.webhookAllowPrivate },
    isUser: people.isUser,
    ...(config.sandbox && { onDelivery: (made) => keepDelivery(store, clock, made) }),
  })
  const flows = createFlows(store, clock, config.txnLifetimeSeconds)
  const instances = createInstances(store, clock, newUuid())
  const turns = createTurns(store, clock, instances.id)
  const givingUp = new AbortController()
  const services: Services = {
    abdm,
    clients,
    flows,
    otps: createOtps(store, flows, clock, config.otp, deriveKey(keys.signing, 'otp identifiers')),
    turns,
    people: { ...people, ...createSessions(store, abdm, clock, turns) },
    clock,
    addressSuffix: config.upstream.addressSuffix,
    hasPhrApp: config.upstream.hasPhrApp,
    enrolsWithPassword: config.upstream.enrolsWithPassword,
    facePage: config.upstream.facePage ?? emulator?.running.facePage ?? '',
    store,
    outbox,
    webhooks,
    facilities: config.sandbox ? sandboxFacilities : noFacilities,
    shareTimeoutSeconds: config.shareTimeoutSeconds,
    instances,
    givingUp: givingUp.signal,
  }

  const server = await createServer(
    { ...config.listen, addressSuffix: config.upstream.addressSuffix, checksReplies: config.checksReplies },
    log,
  )
  server.serve(connectRoutes, services, clients)
  server.serve(operationsRoutes, {
    store,
    abdm,
    docsPage: async () => (await import('./docs-page.ts')).docsPage(config.sandbox !== undefined),
  })
  let endStreams = (): void => undefined
  if (emulator) {
    const parts = { emulator: emulator.running, store, clock, upstreamClock: emulator.clock }
    const sandbox = createSandbox({ ...parts, onClockMoved: outbox.wake, onReset: () => clients.takeWebhooks() })
    await sandbox.followClock()
    if (!store.isExclusive) server.app.addHook('onRequest', () => sandbox.followClock())
    await addSandboxClients(clients)
    server.serve(sandboxRoutes, sandbox)
    server.serve(productRoutes, { store, clients, webhooks })
    endStreams = () => sandbox.stop()
  }

  // After the sandbox has taken its clock to where it was.
  await instances.start()
  workOnShares({ ...services, store, outbox })
  outbox.start()

  const sweeping = createSweeping(store, log)
  sweeping.start()

  return {
    app: server.app,
    services,
    store,
    clock,
    emulator: emulator?.running,
    sandboxUpstream: emulator,
    /** Whoever still waits for ABDM or for a facility is told now. */
    async giveUp(): Promise<void> {
      givingUp.abort()
      await abdm.close()
    },
    async close(): Promise<void> {
      // They would end with nothing else.
      endStreams()
      await server.stopTaking()
      await Promise.all([server.close(), sweeping.stop()])
      await outbox.stop()
      await webhooks.close()
      await abdm.close()
      await instances.stop()
      await recorder?.settled()
      if (!overrides.emulator) await emulator?.running.close()
      await store.close()
      log.flush()
    },
  }
}

/** Read from the disk only where somebody wants it. */
const recorderTo = async (folder: string, signingKey: Buffer, log: Log): Promise<Recorder> => {
  const { createRecorder } = await import('./cassettes/recorder.ts')
  return createRecorder(folder, deriveKey(signingKey, `cassettes/${sha256(folder)}`), log)
}

export type App = Awaited<ReturnType<typeof build>>

const startSandboxUpstream = async (
  config: Config,
  { store, clock, overrides }: { store: Store; clock: MovableClock; overrides: Overrides },
): Promise<RunningEmulator> => {
  const { fixedOtp, traceMax = 0, emulatorPort: port = 0 } = config.sandbox ?? {}
  // Runs with the product's clock and may be made to run ahead of it.
  const upstreamClock = movableClock(clock)
  const { clientId, clientSecret, cmId, addressSuffix } = config.upstream
  const running = await startEmulator({
    store,
    clock: upstreamClock,
    settings: { clientId, clientSecret, cmId, addressSuffix, traceMax, port, ...(fixedOtp && { fixedOtp }) },
    ...(overrides.emulatorKeys && { keys: overrides.emulatorKeys }),
    ...(overrides.onFirstKeys && { onFirstKeys: overrides.onFirstKeys }),
  })
  return { running, clock: upstreamClock }
}

/** A database that was a sandbox's would let anybody in who knows the published secret. */
const refuseSandboxClients = async (clients: Clients): Promise<void> => {
  for (const { clientId } of sandboxClients) {
    if (await clients.has(clientId)) {
      throw new ConfigError([
        `The database holds the sandbox client ${clientId}, whose secret is public. Use a new database for a real upstream.`,
      ])
    }
  }
}

export const sandboxCollections = [txnRows, userRows] as const
