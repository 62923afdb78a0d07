import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Counted, Job } from './load.ts'
import { describeMachine } from './machine.ts'
import { answerOf, cpuMsOf, login, machineCpuMs, root, rssOf, startProduct, startWorker } from './processes.ts'
import { type Figures, type Round, render } from './report.ts'
import type { RsaJob } from './rsa.ts'
import { measureStartUps } from './startup.ts'

/** `npm run bench`: floor and product in turn, in one run. Words go to stderr, the Markdown to stdout. See README.md. */

const { values: given } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '32' },
    journeys: { type: 'string', default: '16' },
    starts: { type: 'string', default: '7' },
    'first-starts': { type: 'string', default: '3' },
    inbox: { type: 'boolean', default: false },
    folder: { type: 'string', default: tmpdir() },
  },
})
const count = (name: 'rounds' | 'seconds' | 'connections' | 'journeys' | 'starts' | 'first-starts'): number => {
  const number = Number(given[name])
  if (Number.isInteger(number) && number > 0) return number
  console.error(`--${name} must be a whole number above 0.`)
  process.exit(2)
}
const [rounds, seconds, connections, journeys] = [
  count('rounds'),
  count('seconds'),
  count('connections'),
  count('journeys'),
]
const [starts, firstStarts] = [count('starts'), count('first-starts')]
const fixedOtp = given.inbox ? undefined : '123456'
const say = (words: string): void => void process.stderr.write(`${words}\n`)

mkdirSync(given.folder, { recursive: true })
const scratch = mkdtempSync(join(given.folder, 'openabha-bench-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))
const made = (name: string): string => {
  const folder = join(scratch, name)
  mkdirSync(folder)
  return folder
}

const machine = describeMachine(scratch)

say(`start-up: ${starts} starts three ways, ${firstStarts} first starts …`)
const startUps = await measureStartUps(scratch, starts, firstStarts)

say('starting floor, product, RSA and load generator …')
const load = startWorker('load.ts')
const rsa = startWorker('rsa.ts')
await answerOf(rsa)
const floorProcess = startWorker('floor.ts')
const floor = await answerOf<{ port: number; token: string }>(floorProcess)
const databaseFolder = made('database')
const product = await startProduct({
  command: [process.execPath, join(root, 'bin', 'openabha.mjs')],
  folder: databaseFolder,
  temporary: made('tmp'),
  fixedOtp,
})
await pause(1500)
const rssIdle = rssOf(product.pid)

const errors: { [what: string]: number } = {}
let nextNumber = 0

type Server = { readonly pid: number; readonly port: number; readonly token: string }

const measure = async (server: Server, kind: Job['kind'], forSeconds: number): Promise<Figures> => {
  const ours = [process.pid, load.pid ?? 0, floorProcess.pid ?? 0, product.pid, rsa.pid ?? 0]
  const oursMs = () => ours.reduce((sum, pid) => sum + cpuMsOf(pid), 0)
  let rssMax = 0
  const sampling = setInterval(() => {
    rssMax = Math.max(rssMax, rssOf(server.pid))
  }, 100)
  const before = { at: performance.now(), own: cpuMsOf(server.pid), ours: oursMs(), machine: machineCpuMs() }
  const counted = await answerOf<Counted>(load, {
    kind,
    port: server.port,
    token: server.token,
    seconds: forSeconds,
    connections: kind === 'init' ? connections : journeys,
    from: nextNumber,
    fixedOtp,
  } satisfies Job)
  clearInterval(sampling)
  nextNumber = counted.next
  for (const [what, times] of Object.entries(counted.errors)) errors[what] = (errors[what] ?? 0) + times
  const { perSecond, p50Ms, p99Ms, generatorCpu } = counted
  const othersMs = machineCpuMs() - before.machine - (oursMs() - before.ours)
  return {
    perSecond,
    p50Ms,
    p99Ms,
    generatorCpu,
    cpuMs: (cpuMsOf(server.pid) - before.own) / counted.done,
    others: Math.max(0, othersMs / availableParallelism() / (performance.now() - before.at)),
    rssMax,
  }
}

const floorServer: Server = { pid: floorProcess.pid ?? 0, ...floor }
const oneRound = async (floorSeconds: number, productSeconds: number): Promise<Round> => ({
  floor: await measure(floorServer, 'init', floorSeconds),
  init: await measure({ ...product, token: await login(product.port) }, 'init', productSeconds),
  rsaPerSecond: (
    await answerOf<{ perSecond: number }>(rsa, {
      seconds: Math.max(1, floorSeconds / 2),
      inFlight: connections,
    } satisfies RsaJob)
  ).perSecond,
  journey: await measure({ ...product, token: await login(product.port) }, 'journey', productSeconds),
})

say('warm-up …')
await oneRound(2, 4)

const measured: Round[] = []
for (let round = 1; round <= rounds; round++) {
  const figures = await oneRound(Math.max(1, Math.round(seconds / 2)), seconds)
  measured.push(figures)
  const shown = (number: number) => number.toFixed(0).padStart(6)
  say(
    `round ${round}/${rounds}: floor ${shown(figures.floor.perSecond)}  init ${shown(figures.init.perSecond)}  RSA ${shown(
      figures.rsaPerSecond,
    )}  registrations ${shown(figures.journey.perSecond)} a second; others used ${(figures.init.others * 100).toFixed(0)} %`,
  )
}

const databaseMiB =
  readdirSync(databaseFolder).reduce((sum, name) => sum + statSync(join(databaseFolder, name)).size, 0) / 2 ** 20
await product.stop()
for (const worker of [load, rsa, floorProcess]) worker.kill()

console.log(
  render({
    settings: `${rounds} rounds of ${seconds} s after a warm-up`,
    machine,
    rounds: measured,
    rssIdle,
    databaseMiB,
    startUps,
    connections,
    journeys,
    readsInbox: given.inbox,
    errors,
  }),
)
const failures = Object.values(errors).reduce((sum, times) => sum + times, 0)
if (failures > 0) {
  say(`${failures} requests failed; see the table.`)
  process.exitCode = 1
}
