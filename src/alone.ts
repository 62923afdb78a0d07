import { movableClock, systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { startEmulator } from './emulator/emulator.ts'
import { createServer } from './http.ts'
import { masterKeys } from './keys.ts'
import { createLog } from './log.ts'
import { livenessRoute } from './operations.ts'
import { sandboxRoutes } from './sandbox/index.ts'
import { createSandbox } from './sandbox/sandbox.ts'
import { openStore } from './store/open.ts'

/** The sandbox's own routes and the console's; what is unknown below them is refused as the sandbox refuses. */
const ours = /^[/](sandbox|console|healthz)([/]|$)/

/** The emulator without the product: the four V3 bases on one origin, the sandbox's own routes beside them. */
export const serveEmulatorAlone = async (
  config: Config,
  {
    lenientKeys,
    withoutPhrApp,
    onFirstKeys,
  }: { lenientKeys: boolean; withoutPhrApp: boolean; onFirstKeys: () => void },
) => {
  const clock = movableClock(systemClock)
  const upstreamClock = movableClock(clock)
  const store = await openStore(config.database, { key: masterKeys(config.keys).encryption, clock })
  const { clientId, clientSecret, cmId, addressSuffix } = config.upstream
  const log = createLog(config.logLevel, clock)
  const server = await createServer({ ...config.listen, addressSuffix, checksReplies: config.checksReplies }, log)
  const emulator = await startEmulator({
    store,
    clock: upstreamClock,
    settings: {
      clientId,
      clientSecret,
      cmId,
      addressSuffix,
      lenientKeys,
      withoutPhrApp,
      fixedOtp: config.sandbox?.fixedOtp,
      traceMax: config.sandbox?.traceMax ?? 0,
      host: config.listen.host,
      port: config.listen.port,
    },
    onFirstKeys,
    beside: {
      serve: (request, response) => server.app.routing(request, response),
      // Whatever is nobody's is ABDM's to refuse, in ABDM's form.
      takes: (path) => path === '/' || ours.test(path),
    },
  })
  const sandbox = createSandbox({ emulator, store, clock, upstreamClock })
  await sandbox.followClock()
  server.serve(sandboxRoutes, sandbox)
  server.serve([livenessRoute], undefined)
  await server.app.ready()

  return {
    bases: emulator.bases,
    async close(): Promise<void> {
      sandbox.stop()
      await emulator.close()
      await server.app.close()
      await store.close()
      log.flush()
    },
  }
}
