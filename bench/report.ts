import type { Figures } from './measure.ts'
import { type Goal, highest, present, type Run } from './results.ts'

/** Figures as Markdown, ready to paste. */

const sorted = (values: readonly number[]) => [...values].sort((left, right) => left - right)

export const median = (values: readonly number[]): number => {
  const inOrder = sorted(values)
  const middle = (inOrder.length - 1) / 2
  return ((inOrder[Math.floor(middle)] ?? Number.NaN) + (inOrder[Math.ceil(middle)] ?? Number.NaN)) / 2
}

export const spread = (values: readonly number[], digits: number, unit = ''): string => {
  const inOrder = sorted(values)
  const shown = (value = Number.NaN) => (Number.isFinite(value) ? value.toFixed(digits) : '–')
  return `${shown(median(values))}${unit} (${shown(inOrder[0])}–${shown(inOrder.at(-1))})`
}

/** Empty without rows. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  rows.length === 0
    ? []
    : [[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n'), '']

const throughputRow = (name: string, some: readonly (Figures | undefined)[]): string[][] => {
  const figures = present(some)
  if (figures.length === 0) return []
  const of = (value: (one: Figures) => number, digits: number) => spread(figures.map(value), digits)
  return [
    [
      name,
      of(({ perSecond }) => perSecond, 0),
      of(({ p50Ms }) => p50Ms, 1),
      of(({ p99Ms }) => p99Ms, 1),
      of(({ cpuMs }) => cpuMs * 1000, 0),
      of(({ rss }) => highest(rss), 0),
      `${Math.round(median(figures.map(({ generatorCpu }) => generatorCpu)) * 100)} %`,
    ],
  ]
}

const goalRow = (goal: Goal): string[] => {
  const { what, values, digits } = goal
  const middle = median(values)
  const [wish, isReached] =
    'atLeast' in goal ? [`≥ ${goal.atLeast}`, middle >= goal.atLeast] : [`≤ ${goal.atMost}`, middle <= goal.atMost]
  return [what, spread(values, digits), wish, isReached ? 'yes' : '**no**']
}

export const render = (run: Run, goals: readonly Goal[]): string => {
  const { rounds, connections, journeys } = run
  const others = present(
    rounds.flatMap(({ floor, gateway, init, journey, peers }) => [floor, gateway, init, journey, peers.Prism.init]),
  ).map((figures) => figures.others * 100)
  const failed = Object.entries(run.errors)
  const steps = run.readsInbox ? 'init, inbox, verify, create-phr' : 'init, verify, create-phr'
  const rsa = present(rounds.map(({ rsaPerSecond }) => rsaPerSecond))
  const peerRows = (['Prism', 'Mockoon'] as const).flatMap((name) => [
    ...throughputRow(
      `${name}: canned mobile/init`,
      rounds.map(({ peers }) => peers[name].init),
    ),
    ...throughputRow(
      `${name}: canned init, verify, create-phr`,
      rounds.map(({ peers }) => peers[name].journey),
    ),
  ])
  return [
    `Measured ${new Date().toISOString().slice(0, 10)}: ${run.settings}; ${connections} connections for mobile/init, ${journeys} for registrations (${steps}). Every figure is the median (min–max).`,
    ...(run.arePeersMissing ? ['', 'Prism and Mockoon were not installed and are left out.'] : []),
    '',
    ...table(['machine', ''], [...run.machine, ['used by other programs meanwhile', spread(others, 0, ' %')]]),
    ...table(['goal', 'measured', 'wanted', 'reached'], goals.map(goalRow)),
    ...table(
      ['throughput', 'a second', 'p50 ms', 'p99 ms', 'server CPU µs each', 'highest RSS, MB', 'generator, of one core'],
      [
        ...throughputRow(
          'floor: bare node:http in front of the stub',
          rounds.map(({ floor }) => floor),
        ),
        ...throughputRow(
          'gateway: mobile/init in front of the stub',
          rounds.map(({ gateway }) => gateway),
        ),
        ...throughputRow(
          'sandbox: mobile/init',
          rounds.map(({ init }) => init),
        ),
        ...throughputRow(
          'sandbox: whole registration',
          rounds.map(({ journey }) => journey),
        ),
        ...peerRows,
        ...(rsa.length > 0 ? [['RSA-2048 openings, nothing else', spread(rsa, 0), '', '', '', '', '']] : []),
      ],
    ),
    ...table(
      ['memory over time, MB', 'minutes', 'mean', 'highest'],
      run.memory.map(({ name, minutes, rss }) => [
        name,
        String(minutes),
        (rss.reduce((sum, one) => sum + one, 0) / rss.length).toFixed(0),
        highest(rss).toFixed(0),
      ]),
    ),
    ...table(
      ['start-up, spawn to listening', 'ms', 'runs'],
      run.startUps.map(({ name, tookMs }) => [name, spread(tookMs, 0), String(tookMs.length)]),
    ),
    ...(run.databaseMb === undefined
      ? []
      : [`The sandbox’s database on disk at the end: ${run.databaseMb.toFixed(0)} MB.`, '']),
    failed.length === 0
      ? 'Errors: none; every answer was 200.'
      : `**Errors, so these figures do not count:**\n\n${table(
          ['how often', 'what'],
          failed.map(([what, times]) => [String(times), what.replaceAll('|', '\\|')]),
        ).join('\n')}`,
    '',
  ].join('\n')
}
