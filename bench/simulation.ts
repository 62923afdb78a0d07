import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Cell, type Operation, type Outcome, type Part, simulate } from './queueing.ts'
import { table } from './report.ts'

/**
 * `npm run bench:day`: from the measured costs (`costs.json`), the size of a deployment for so many registrations a second, and a day
 * on it, hour by hour. Words go to stderr, the Markdown to stdout. See docs/scaling.md.
 */

const { values: given } = parseArgs({
  options: {
    rates: { type: 'string', default: '100,1000,10000' },
    requests: { type: 'string', default: '10000' },
    'upstream-ms': { type: 'string', default: '400' },
    costs: { type: 'string', default: join(import.meta.dirname, 'costs.json') },
  },
})

type Cost = { instanceCpuUs: number; databaseCpuUs: number; walBytes: number }
type Costs = { origin: string; init: Cost; registration: Cost; syncMs: number }
const costs: Costs = JSON.parse(readFileSync(given.costs, 'utf8'))

/** Nothing here is measured: it is what a day is taken to be. */
const assumed = {
  /** Of the day's mean, hour by hour: out-patient departments open at nine, and people come again after work. */
  curve: [
    0.15, 0.1, 0.08, 0.08, 0.1, 0.2, 0.45, 0.9, 1.6, 2.3, 2.5, 2.4, 2.0, 1.5, 1.3, 1.3, 1.5, 1.7, 1.6, 1.2, 0.85, 0.6,
    0.4, 0.25,
  ],
  /** Begun for each one that is finished: the others never send an OTP. */
  begunPerFinished: 1.4,
  /** Of those who verify, so many send a wrong OTP first. */
  wrongOtp: 0.1,
  /** Sessions opened for each finished registration. */
  loginsPerRegistration: 1.5,
  upstreamMedianMs: Number(given['upstream-ms']),
  /** p99 is about five times the median. */
  upstreamSigma: 0.7,
  roundTripMs: 0.3,
  /** At the peak no processor does more than this, and no pool of connections to ABDM. */
  useAtMost: 0.6,
  poolUseAtMost: 0.8,
  /** The largest database that one cell may have; beyond it there are more cells. */
  cell: { databaseCores: 32, walMBPerSecond: 150 },
  /** A user with session and lookups, on disk with indexes; what expires leaves its room to what comes. */
  userBytes: 3_500,
}
/** `abdm/transport.ts`. */
const upstreamMax = 128
const peakToMean = Math.max(...assumed.curve)

/** As `test/round-trips.pg.ts` counts them. */
const parts = {
  init: ['write', 'upstream', 'write'],
  verify: ['read', 'write', 'upstream', 'write'],
  create: ['read', 'read', 'write', 'upstream', 'read', 'read', 'write'],
  sessionInit: ['read', 'write', 'upstream', 'write'],
  sessionVerify: ['read', 'read', 'write', 'upstream', 'write', 'read', 'write'],
} as const satisfies Record<string, readonly Part[]>
type Name = keyof typeof parts
const tripsOf = (name: Name): number => parts[name].filter((part) => part !== 'upstream').length

/** init is measured; the rest of a registration, and the session's steps, cost what their round trips cost. */
const restTrips = tripsOf('verify') + tripsOf('create')
const costOf = (name: Name, figure: keyof Cost): number => {
  const perTrip = (costs.registration[figure] - costs.init[figure]) / restTrips
  if (name === 'init') return costs.init[figure]
  return name === 'sessionInit' ? costs.init[figure] + perTrip : perTrip * tripsOf(name)
}
const operation = (name: Name): Operation => ({
  name,
  parts: parts[name],
  instanceMs: costOf(name, 'instanceCpuUs') / 1000,
  databaseMs: costOf(name, 'databaseCpuUs') / 1000,
})
const names = Object.keys(parts) as Name[]
const operations = new Map(names.map((name) => [name, operation(name)]))

/** Requests of each operation for one finished registration. */
const perRegistration: Record<Name, number> = {
  init: assumed.begunPerFinished,
  verify: 1 + assumed.wrongOtp,
  create: 1,
  sessionInit: assumed.loginsPerRegistration * assumed.begunPerFinished,
  sessionVerify: assumed.loginsPerRegistration * (1 + assumed.wrongOtp),
}
const eachCosts = (figure: keyof Cost): number =>
  names.reduce((sum, name) => sum + perRegistration[name] * costOf(name, figure), 0)
const requestsEach = names.reduce((sum, name) => sum + perRegistration[name], 0)

type Size = { readonly cells: number; readonly cell: Cell; readonly peak: number; readonly walMB: number }
const sizeFor = (meanPerSecond: number): Size => {
  const peak = meanPerSecond * peakToMean
  const cores = (figure: 'instanceCpuUs' | 'databaseCpuUs') => (peak * eachCosts(figure)) / 1e6 / assumed.useAtMost
  const upstreamMeanMs = assumed.upstreamMedianMs * Math.exp(assumed.upstreamSigma ** 2 / 2)
  const pools = (peak * requestsEach * upstreamMeanMs) / 1000 / upstreamMax / assumed.poolUseAtMost
  const walMB = (peak * eachCosts('walBytes')) / 1e6
  const cells = Math.ceil(
    Math.max(1, cores('databaseCpuUs') / assumed.cell.databaseCores, walMB / assumed.cell.walMBPerSecond),
  )
  return {
    cells,
    peak,
    walMB: walMB / cells,
    cell: {
      // One more than needed: a cell outlives the loss of one.
      instances: Math.ceil(Math.max(cores('instanceCpuUs'), pools) / cells) + 1,
      databaseCores: Math.max(2, Math.ceil(cores('databaseCpuUs') / cells)),
      syncMs: costs.syncMs,
      roundTripMs: assumed.roundTripMs,
      upstreamMedianMs: assumed.upstreamMedianMs,
      upstreamSigma: assumed.upstreamSigma,
      upstreamMax,
    },
  }
}

const runFor = (cell: Cell, registrationsPerSecond: number, requests: number, seed: number): Outcome =>
  simulate(
    cell,
    names.flatMap((name) => {
      const found = operations.get(name)
      return found ? [{ operation: found, perSecond: registrationsPerSecond * perRegistration[name] }] : []
    }),
    requests,
    seed,
  )

const percent = (share: number): string => `${Math.round(share * 100)} %`
const number = (count: number, digits = 0): string =>
  count.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits })
const rates = given.rates.split(',').map(Number)
const requests = Number(given.requests)

const sizes: string[][] = []
const days: string[][] = assumed.curve.map((of, hour) => [`${hour}:00`, of.toFixed(2)])
for (const rate of rates) {
  const { cells, cell, peak, walMB } = sizeFor(rate)
  process.stderr.write(`${rate} a second: ${cells} cells, ${cell.instances} instances each …\n`)
  const shareOf = (ofMean: number) => (rate * ofMean) / cells
  const atPeak = runFor(cell, peak / cells, requests * 5, 99)
  const oneLess = runFor({ ...cell, instances: cell.instances - 1 }, peak / cells, requests * 5, 99)
  sizes.push([
    number(rate),
    number(peak),
    number(peak * requestsEach),
    String(cells),
    `${cell.instances} (${number(cell.instances * cells)})`,
    `${cell.databaseCores} (${number(cell.databaseCores * cells)})`,
    `${percent(atPeak.instanceUse)}, ${percent(atPeak.databaseUse)}, ${percent(atPeak.poolUse)}`,
    `${number(atPeak.p50Ms, 1)}, ${number(atPeak.p99Ms, 1)}`,
    number(oneLess.p99Ms, 1),
    number(atPeak.inFlight),
    number(walMB, 1),
    number((rate * 86_400 * assumed.userBytes) / 1e9),
  ])
  for (const [hour, of] of assumed.curve.entries()) {
    const { instanceUse, databaseUse, p99Ms } = runFor(cell, shareOf(of), requests, hour + 1)
    days[hour]?.push(`${percent(instanceUse)}, ${percent(databaseUse)}`, number(p99Ms, 1))
  }
}

const row = (name: Name): string[] => [
  name,
  number(costOf(name, 'instanceCpuUs')),
  number(costOf(name, 'databaseCpuUs')),
  number(costOf(name, 'walBytes')),
  String(tripsOf(name)),
  String(parts[name].filter((part: Part) => part === 'write').length),
  perRegistration[name].toFixed(2),
]
console.log(
  [
    `Costs: ${costs.origin}. A commit is on disk after ${costs.syncMs} ms.`,
    '',
    ...table(
      [
        'operation',
        'instance CPU µs',
        'database CPU µs',
        'WAL bytes',
        'round trips',
        'of them waiting for the disk',
        'for each finished registration',
      ],
      [
        ...names.map(row),
        [
          'all together',
          number(eachCosts('instanceCpuUs')),
          number(eachCosts('databaseCpuUs')),
          number(eachCosts('walBytes')),
          '',
          '',
          requestsEach.toFixed(2),
        ],
      ],
    ),
    ...table(
      [
        'registrations a second, mean of the day',
        'at the peak',
        'requests a second then',
        'cells',
        'instances of a cell (all)',
        'database cores of a cell (all)',
        'use at the peak: instances, database, connections to ABDM',
        'our time p50, p99 ms',
        'p99 ms with one instance less',
        'requests in flight of a cell',
        'WAL of a cell MB/s',
        'users kept, GB a day',
      ],
      sizes,
    ),
    ...table(
      ['hour', 'of the mean', ...rates.flatMap((rate) => [`${number(rate)}: use of instances, database`, 'p99 ms'])],
      days,
    ),
  ].join('\n'),
)
