import { createAbdm } from '../abdm/client.ts'
import { type Clock, systemClock } from '../clock.ts'
import { type Config, readConfig } from '../config.ts'
import { type Emulator, type EmulatorKeys, startEmulator } from '../emulator/emulator.ts'
import { createLog } from '../log.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { databaseStep, type OpenStore } from './database.ts'
import { serviceNames, waySteps } from './network.ts'
import { keysStep, settingsStep } from './place.ts'
import { createRound, type Finding, failed, ok, type Round, type Step } from './round.ts'
import { closingOf, isInOrder, jsonOf, lineOf } from './screen.ts'
import { upstreamSteps } from './upstream.ts'
import { webhookSteps } from './webhooks.ts'

/** `openabha doctor`: is everything in order that the server needs? */

const stepMs = 10_000
/** The emulator's first RSA keys take a while on a slow machine. */
const emulatorMs = 60_000
/** So that a call that hangs is told as such, before its step is given up. */
const answerMsMax = 8_000
const busyTimeoutMs = 500

type Overrides = {
  readonly read?: () => Config
  readonly clock?: Clock
  readonly deadlineMs?: number
  readonly authorities?: string
  readonly emulatorKeys?: EmulatorKeys
  readonly tell?: (finding: Finding) => void
}

export const examine = async (overrides: Overrides = {}): Promise<readonly Finding[]> => {
  const { read = readConfig, clock = systemClock, deadlineMs = stepMs, tell = () => undefined } = overrides
  const round = createRound(deadlineMs, tell)
  const stores: Store[] = []
  const open: OpenStore = async (database, key) => {
    const store = await openStore(database, { key, clock, busyTimeoutMs, mayMigrate: false })
    stores.push(store)
    return store
  }
  const settings = settingsStep(round, read)
  const keys = keysStep(round, settings)
  const database = databaseStep(round, { settings, keys, open, clock })
  const config = await settings.value
  let emulator: Emulator | undefined
  let closeAbdm = async (): Promise<void> => undefined
  try {
    if (config) {
      const opened = await database.value
      if (config.sandbox) {
        const store = opened?.store ?? (await open({ kind: 'sqlite', file: ':memory:' }, Buffer.alloc(32)))
        emulator = await emulatorStep(round, settings, store, clock, overrides.emulatorKeys).value
      }
      const bases = config.upstream.bases ?? emulator?.bases
      if (bases) {
        const { authorities } = overrides
        const ways = waySteps(round, { bases, isEmbedded: emulator !== undefined, clock, authorities })
        const answerTimeoutMs = Math.min(config.upstream.answerTimeoutMs, answerMsMax)
        const log = createLog('silent', clock, { write: () => undefined })
        const abdm = createAbdm({ bases, settings: { ...config.upstream, answerTimeoutMs }, clock, log })
        closeAbdm = abdm.close
        upstreamSteps(round, { abdm, settings: config.upstream, ways })
      }
    } else skipUpstream(round, settings)
    const reach = { allowLoopback: config?.sandbox !== undefined, allowPrivate: config?.webhookAllowPrivate ?? false }
    await webhookSteps(round, database, reach)
    return await round.end()
  } finally {
    await closeAbdm()
    await emulator?.close()
    await Promise.all(stores.map((store) => store.close()))
  }
}

const emulatorStep = (
  round: Round,
  settings: Step<Config>,
  store: Store,
  clock: Clock,
  keys: EmulatorKeys | undefined,
): Step<Emulator> =>
  round.step({
    name: 'emulator',
    needs: [settings],
    deadlineMs: emulatorMs,
    async check([{ upstream }]) {
      const { clientId, clientSecret, cmId, addressSuffix } = upstream
      const given = { clientId, clientSecret, cmId, addressSuffix, traceMax: 0 }
      try {
        return ok('started for this examination', await startEmulator({ store, clock, settings: given, keys }))
      } catch {
        return failed(
          'did not start',
          'Name a new file in DATABASE_URL: what this one holds of the sandbox is of no use.',
        )
      }
    },
  })

/** Without settings it is not known whom to ask. */
const skipUpstream = (round: Round, settings: Step<Config>): void => {
  const names = serviceNames.flatMap((service) => [`DNS ${service}`, `TLS ${service}`])
  const keys = ['certificate 2048', 'certificate 4096']
  const asked = ['session', 'clock', ...keys, 'PHR app permission', 'PHR app enrolment', 'PHR web']
  for (const name of [...names, ...asked]) round.step({ name, needs: [settings], check: () => ok('') })
}

/** Returns the exit status. */
export const runDoctor = async (isJson: boolean): Promise<number> => {
  const isColoured = process.stdout.isTTY === true
  const findings = await examine(isJson ? {} : { tell: (finding) => console.log(lineOf(finding, isColoured)) })
  console.log(isJson ? jsonOf(findings) : `\n${closingOf(findings)}`)
  return isInOrder(findings) ? 0 : 1
}
