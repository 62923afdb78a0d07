import { mkdirSync, mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Filling, fill } from './filling.ts'
import type { Counted, Job } from './load.ts'
import { describeMachine } from './machine.ts'
import { answerOf, login, startCommand, startProduct, startWorker } from './processes.ts'
import { spread, table } from './report.ts'
import type { Held, Swept, SweptJob } from './swept.ts'

/**
 * `npm run bench:growth`: is the product as fast on a database of years as on an empty one, and does the sweep of millions of
 * expired rows hold up nobody? Words go to stderr, the Markdown to stdout. See README.md.
 */

const { values: given } = parseArgs({
  options: {
    folder: { type: 'string', default: join(tmpdir(), 'openabha-growth') },
    scale: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '6' },
    connections: { type: 'string', default: '4' },
    'sweep-seconds': { type: 'string', default: '30' },
  },
})
const say = (words: string): void => void process.stderr.write(`${words}\n`)
const scale = Number(given.scale)
const wanted: Filling = {
  live: Math.round(1_000_000 * scale),
  expired: Math.round(5_000_000 * scale),
  users: Math.round(2_000_000 * scale),
}
/** Measured: a transaction takes 0.75 KB on disk with its indexes, a user 3.2 KB. */
const bytesWanted = (wanted.live + wanted.expired) * 900 + wanted.users * 3_500

const filled = join(given.folder, 'filled')
mkdirSync(filled, { recursive: true })
const file = join(filled, 'openabha.db')
const { bavail, bsize } = statfsSync(filled)
const thereBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0
if (bavail * bsize + thereBytes < bytesWanted * 1.1) {
  say(`${given.folder} has too little room: ${Math.ceil(bytesWanted / 1e9)} GB are needed. Choose --folder or --scale.`)
  process.exit(2)
}
const scratch = mkdtempSync(join(given.folder, 'scratch-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))
const made = (name: string): string => {
  const folder = join(scratch, name)
  mkdirSync(folder)
  return folder
}

say(`filling ${filled} (what is there is kept; remove the folder when you are done) …`)
await fill(file, wanted, say)

const load = startWorker('load.ts')
const fixedOtp = '123456'
const start = (folder: string) =>
  startProduct({
    command: startCommand,
    folder,
    temporary: made(`tmp-${folder === filled ? 'filled' : 'empty'}`),
    fixedOtp,
  })
const servers = { empty: await start(made('empty')), filled: await start(filled) }
type Which = keyof typeof servers

let next = Date.now() % 500_000_000
const errors: { [what: string]: number } = {}
const measure = async (which: Which, seconds: number): Promise<Counted> => {
  const { port } = servers[which]
  const job: Job = {
    kind: 'journey',
    port,
    token: await login(port),
    seconds,
    connections: Number(given.connections),
    from: next,
    fixedOtp,
  }
  const counted = await answerOf<Counted>(load, job)
  next = counted.next
  for (const [what, times] of Object.entries(counted.errors)) errors[what] = (errors[what] ?? 0) + times
  return counted
}

say('warm-up …')
for (const which of ['empty', 'filled'] as const) await measure(which, 3)
const rounds: { readonly [which in Which]: Counted }[] = []
for (let round = 0; round < Number(given.rounds); round++) {
  // Whoever comes second finds a warmer machine, so they take turns.
  const inTurn: readonly Which[] = round % 2 === 0 ? ['empty', 'filled'] : ['filled', 'empty']
  const figures: Partial<{ [which in Which]: Counted }> = {}
  for (const which of inTurn) figures[which] = await measure(which, Number(given.seconds))
  const { empty, filled: full } = figures
  if (!empty || !full) continue
  rounds.push({ empty, filled: full })
  const shown = (counted: Counted) =>
    `init ${counted.stepsMs.init?.toFixed(2)} verify ${counted.stepsMs.verify?.toFixed(2)} ms`
  say(`round ${round + 1}/${given.rounds}: empty ${shown(empty)}, filled ${shown(full)}`)
}
for (const server of Object.values(servers)) await server.stop()
load.kill()

say(`sweeping for ${given['sweep-seconds']} s …`)
const sweeper = startWorker('swept.ts')
const swept = await answerOf<Swept>(sweeper, { file, seconds: Number(given['sweep-seconds']) } satisfies SweptJob)
sweeper.kill()

const stepRow = (step: string): string[] => {
  const of = (which: Which) => rounds.map((round) => round[which].stepsMs[step] ?? Number.NaN)
  const ratios = rounds.map(({ empty, filled: full }) => (full.stepsMs[step] ?? 0) / (empty.stepsMs[step] ?? 0))
  return [step, spread(of('empty'), 2), spread(of('filled'), 2), spread(ratios, 3)]
}
const heldCells = ({ p99Ms, maxMs, above10ms }: Held): string[] => [
  p99Ms.toFixed(1),
  maxMs.toFixed(1),
  String(above10ms),
]
const [rowsMedian, rowsLargest] = swept.rowsOfBatch
const inMs = (times: Swept['batchMs']) => `${times.map((one) => one.toFixed(1)).join(', ')} ms`
const millions = (count: number) => count.toLocaleString('en')
console.log(
  [
    `Measured ${new Date().toISOString().slice(0, 10)}: ${given.rounds} rounds of ${given.seconds} s on each in turn, ${given.connections} connections; medians (min–max).`,
    '',
    ...table(['machine', ''], describeMachine(scratch)),
    `Filled: ${millions(wanted.live)} live and ${millions(wanted.expired)} expired transactions, ${millions(wanted.users)} users. The server on it sweeps meanwhile.`,
    '',
    ...table(
      ['median of a step', 'empty, ms', 'filled, ms', 'filled to empty'],
      [stepRow('init'), stepRow('verify'), stepRow('create-phr')],
    ),
    ...table(
      ['event loop, held for', 'p99 ms', 'longest ms', 'times above 10 ms'],
      [
        ['sweep of the filled database', ...heldCells(swept.held)],
        ['the same process without it', ...heldCells(swept.heldWithout)],
      ],
    ),
    ...table(
      ['sweep', ''],
      [
        ['rows removed a second', swept.rowsPerSecond.toFixed(0)],
        ['rows of a batch, median and most', `${rowsMedian}, ${rowsLargest}`],
        ['time of a batch, median, p99, longest', inMs(swept.batchMs)],
        ['of it before the commit, the rest is the disk', inMs(swept.workMs)],
      ],
    ),
    Object.keys(errors).length === 0
      ? 'Errors: none; every answer was 200.'
      : `**Errors, so these figures do not count:** ${JSON.stringify(errors)}`,
  ].join('\n'),
)
if (Object.keys(errors).length > 0) process.exitCode = 1
