import type { StartUps } from './startup.ts'

/** Figures as Markdown, ready to paste. */

export type Round = {
  readonly floor: Figures
  readonly init: Figures
  readonly journey: Figures
  readonly rsaPerSecond: number
}
export type Figures = {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Processor time of the server for each one done. */
  readonly cpuMs: number
  readonly generatorCpu: number
  /** Share of the machine that programs outside this run used meanwhile. */
  readonly others: number
  readonly rssMax: number
}

const sorted = (values: readonly number[]) => [...values].sort((left, right) => left - right)

export const median = (values: readonly number[]): number => {
  const inOrder = sorted(values)
  const middle = (inOrder.length - 1) / 2
  return ((inOrder[Math.floor(middle)] ?? Number.NaN) + (inOrder[Math.ceil(middle)] ?? Number.NaN)) / 2
}

const spread = (values: readonly number[], digits: number, unit = ''): string => {
  const inOrder = sorted(values)
  const shown = (value = Number.NaN) => (Number.isFinite(value) ? value.toFixed(digits) : '–')
  return `${shown(median(values))}${unit} (${shown(inOrder[0])}–${shown(inOrder.at(-1))})`
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

const throughputRow = (name: string, figures: readonly Figures[]): string[] => [
  name,
  spread(
    figures.map(({ perSecond }) => perSecond),
    0,
  ),
  spread(
    figures.map(({ p50Ms }) => p50Ms),
    1,
  ),
  spread(
    figures.map(({ p99Ms }) => p99Ms),
    1,
  ),
  spread(
    figures.map(({ cpuMs }) => cpuMs * 1000),
    0,
  ),
  `${Math.round(median(figures.map(({ generatorCpu }) => generatorCpu)) * 100)} %`,
]

export type Run = {
  readonly settings: string
  readonly machine: readonly (readonly [string, string])[]
  readonly rounds: readonly Round[]
  readonly rssIdle: number
  readonly databaseMiB: number
  readonly startUps: StartUps
  readonly connections: number
  readonly journeys: number
  readonly readsInbox: boolean
  readonly errors: { readonly [what: string]: number }
}

export const render = (run: Run): string => {
  const { rounds } = run
  const floor = rounds.map((round) => round.floor)
  const init = rounds.map((round) => round.init)
  const journey = rounds.map((round) => round.journey)
  const ratio = (name: string, of: (round: Round) => number) => [name, spread(rounds.map(of), 3)]
  const others = spread(
    [...floor, ...init, ...journey].map((figures) => figures.others * 100),
    0,
    ' %',
  )
  const failed = Object.entries(run.errors)
  const steps = run.readsInbox ? 'init, inbox, verify, create-phr' : 'init, verify, create-phr'
  return [
    `Measured ${new Date().toISOString().slice(0, 10)}: ${run.settings}. Every figure is the median (min–max).`,
    '',
    table(['machine', ''], [...run.machine, ['used by other programs meanwhile', others]]),
    '',
    table(
      ['throughput', 'a second', 'p50 ms', 'p99 ms', 'server CPU µs each', 'generator, of one core'],
      [
        throughputRow(`floor: bare node:http, ${run.connections} connections`, floor),
        throughputRow(`product: mobile/init, ${run.connections} connections`, init),
        throughputRow(`product: whole registration (${steps}), ${run.journeys} at once`, journey),
        [
          'RSA-2048 openings, nothing else',
          spread(
            rounds.map(({ rsaPerSecond }) => rsaPerSecond),
            0,
          ),
          '',
          '',
          '',
          '',
        ],
      ],
    ),
    '',
    table(
      ['ratio', ''],
      [
        ratio('mobile/init to floor', (round) => round.init.perSecond / round.floor.perSecond),
        ratio('mobile/init to the RSA limit', (round) => round.init.perSecond / round.rsaPerSecond),
        ratio('registrations to mobile/init', (round) => round.journey.perSecond / round.init.perSecond),
      ],
    ),
    '',
    table(
      ['product’s memory', 'RSS, MiB'],
      [
        ['idle, before the first request', run.rssIdle.toFixed(0)],
        [
          'highest under mobile/init',
          spread(
            init.map(({ rssMax }) => rssMax),
            0,
          ),
        ],
        [
          'highest under registrations',
          spread(
            journey.map(({ rssMax }) => rssMax),
            0,
          ),
        ],
        ['database at the end, on disk', run.databaseMiB.toFixed(0)],
      ],
    ),
    '',
    table(
      ['start-up, spawn to listening', 'ms', 'runs'],
      run.startUps.map(({ name, tookMs }) => [name, spread(tookMs, 0), String(tookMs.length)]),
    ),
    '',
    failed.length === 0
      ? 'Errors: none; every answer was 200.'
      : `**Errors, so these figures do not count:**\n\n${table(
          ['how often', 'what'],
          failed.map(([what, times]) => [String(times), what.replaceAll('|', '\\|')]),
        )}`,
    '',
  ].join('\n')
}
