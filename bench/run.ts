import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Contender, startGateway, startPeerContenders, startSandbox } from './contenders.ts'
import { describeMachine } from './machine.ts'
import { createMeasure, type Figures, type Load } from './measure.ts'
import { type PeerName, peersCommand } from './peers.ts'
import { answerOf, rssOf, startWorker } from './processes.ts'
import { render } from './report.ts'
import { goalsOf, type Memory, present, type Round } from './results.ts'
import type { RsaJob } from './rsa.ts'
import { measureStartUps } from './startup.ts'

/** `npm run bench`: everything in turn, in one run. Words go to stderr, the Markdown to stdout. See README.md. */

const parts = ['gateway', 'sandbox', 'peers', 'start-up'] as const

const { values: given } = parseArgs({
  options: {
    only: { type: 'string', default: parts.join(',') },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '32' },
    journeys: { type: 'string', default: '16' },
    starts: { type: 'string', default: '7' },
    'first-starts': { type: 'string', default: '3' },
    'memory-minutes': { type: 'string', default: '0' },
    inbox: { type: 'boolean', default: false },
    folder: { type: 'string', default: tmpdir() },
  },
})
const refuse = (problem: string): never => {
  console.error(problem)
  process.exit(2)
}
const count = (name: Exclude<keyof typeof given, 'only' | 'inbox' | 'folder'>, min = 1): number => {
  const number = Number(given[name])
  return Number.isInteger(number) && number >= min ? number : refuse(`--${name} must be a whole number from ${min} on.`)
}
const [rounds, seconds, connections, journeys] = [
  count('rounds'),
  count('seconds'),
  count('connections'),
  count('journeys'),
]
const [starts, firstStarts, memoryMinutes] = [count('starts'), count('first-starts'), count('memory-minutes', 0)]
const wanted = given.only.split(',')
const unknown = wanted.find((part) => !parts.some((known) => known === part))
if (unknown !== undefined) refuse(`--only takes some of ${parts.join(', ')}, with commas between; not "${unknown}".`)
const wants = (part: (typeof parts)[number]): boolean => wanted.includes(part)
const say = (words: string): void => void process.stderr.write(`${words}\n`)

mkdirSync(given.folder, { recursive: true })
const scratch = mkdtempSync(join(given.folder, 'openabha-bench-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))

const machine = describeMachine(scratch)

if (wants('start-up')) say(`start-up: ${starts} starts three ways, ${firstStarts} first starts …`)
const startUps = wants('start-up') ? await measureStartUps(scratch, starts, firstStarts) : []

say('starting what is measured …')
const fixedOtp = given.inbox ? undefined : '123456'
const gateway = wants('gateway') ? await startGateway(scratch) : undefined
const sandbox = wants('sandbox') ? await startSandbox(scratch, fixedOtp) : undefined
const peers = wants('peers') ? await startPeerContenders(scratch) : undefined
const arePeersMissing = wants('peers') && !peers
if (arePeersMissing) say(`Prism and Mockoon are not installed and are left out; to have them: ${peersCommand}`)
const rsa = sandbox && startWorker('rsa.ts')
if (rsa) await answerOf(rsa)

const named = Object.entries({
  floor: gateway?.floor,
  gateway: gateway?.gateway,
  sandbox: sandbox?.sandbox,
  ...peers,
}).filter((entry): entry is [string, Contender] => entry[1] !== undefined)
await pause(1500)
const idleOf = (contender: Contender | undefined) => contender && rssOf(contender.pid)
const idle = { gateway: idleOf(gateway?.gateway), sandbox: idleOf(sandbox?.sandbox) }

const { measure, errors, stop } = createMeasure(
  present([gateway?.upstreamPid, rsa?.pid, ...named.map(([, { pid }]) => pid)]),
  fixedOtp,
)

const oneRound = async (forSeconds: number): Promise<Round> => {
  const init: Load = { kind: 'init', seconds: forSeconds, connections }
  const journey: Load = { kind: 'journey', seconds: forSeconds, connections: journeys }
  const of = async (contender: Contender | undefined, name: string, load: Load): Promise<Figures | undefined> =>
    contender && (await measure(contender, `${name}, ${load.kind}`, load))
  const peer = async (name: PeerName) => ({
    init: await of(peers?.[name], name, init),
    journey: await of(peers?.[name], name, journey),
  })
  const rsaJob: RsaJob = { seconds: Math.max(1, forSeconds / 2), inFlight: connections }
  return {
    floor: await of(gateway?.floor, 'floor', init),
    gateway: await of(gateway?.gateway, 'gateway', init),
    rsaPerSecond: rsa && (await answerOf<{ perSecond: number }>(rsa, rsaJob)).perSecond,
    init: await of(sandbox?.sandbox, 'sandbox', init),
    journey: await of(sandbox?.sandbox, 'sandbox', journey),
    peers: { Prism: await peer('Prism'), Mockoon: await peer('Mockoon') },
  }
}

say('warm-up …')
await oneRound(Math.min(3, seconds))

const measured: Round[] = []
for (let number = 1; number <= rounds; number++) {
  const round = await oneRound(seconds)
  measured.push(round)
  const shown = Object.entries({
    floor: round.floor?.perSecond,
    gateway: round.gateway?.perSecond,
    RSA: round.rsaPerSecond,
    init: round.init?.perSecond,
    registrations: round.journey?.perSecond,
    Prism: round.peers.Prism.init?.perSecond,
    Mockoon: round.peers.Mockoon.init?.perSecond,
  }).flatMap(([name, perSecond]) => (perSecond === undefined ? [] : [`${name} ${perSecond.toFixed(0)}`]))
  say(`round ${number}/${rounds}: ${shown.join('  ')} a second`)
}

/** One after the other, each under the load that its throughput was measured with. */
const memory: Memory[] = []
for (const [name, contender] of named) {
  if (memoryMinutes === 0 || (name !== 'gateway' && name !== 'sandbox')) continue
  say(`memory of the ${name}: ${memoryMinutes} minutes of mobile/init …`)
  const load: Load = { kind: 'init', seconds: memoryMinutes * 60, connections }
  memory.push({ name, minutes: memoryMinutes, rss: (await measure(contender, `${name}, memory`, load)).rss })
}

const databaseMb =
  sandbox && readdirSync(sandbox.folder).reduce((sum, name) => sum + statSync(join(sandbox.folder, name)).size, 0) / 1e6
for (const [, contender] of named) await contender.stop()
rsa?.kill()
stop()

const run = {
  settings: `${rounds} rounds of ${seconds} s after a warm-up`,
  machine,
  rounds: measured,
  idle,
  memory,
  databaseMb,
  startUps,
  connections,
  journeys,
  readsInbox: given.inbox,
  arePeersMissing,
  errors,
}
console.log(render(run, goalsOf(run)))
const failures = Object.values(errors).reduce((sum, times) => sum + times, 0)
if (failures > 0) {
  say(`${failures} requests failed; see the table.`)
  process.exitCode = 1
}
