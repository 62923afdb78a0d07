import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { startPostgres } from '../test/postgres-server.ts'
import { addClient, gatewaySettings } from './contenders.ts'
import { holdTo } from './core-share.ts'
import type { Counted, Job } from './load.ts'
import { describeMachine, measureSync } from './machine.ts'
import { answerOf, cpuMsOf, goneCpuMsOf, login, startCommand, startProduct, startWorker } from './processes.ts'
import { median, spread, table } from './report.ts'

/**
 * `npm run bench:pg`: the gateway on SQLite, and as one and as two instances on a PostgreSQL of its own, in turn in one run,
 * with and without the budgets of sends, and, where the machine lets it, held to a part of a core each. Words go to stderr, the
 * Markdown to stdout. See README.md.
 */

const { values: given } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '32' },
    folder: { type: 'string', default: tmpdir() },
    costs: { type: 'string' },
    'core-share': { type: 'string', default: '0.2' },
  },
})
const [rounds, seconds, connections] = [Number(given.rounds), Number(given.seconds), Number(given.connections)]
const say = (words: string): void => void process.stderr.write(`${words}\n`)
mkdirSync(given.folder, { recursive: true })
const scratch = mkdtempSync(join(given.folder, 'openabha-bench-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))

say('starting PostgreSQL, upstream and instances …')
const server = await startPostgres({ durable: true })
const database = new pg.Client({ connectionString: server.url })
await database.connect()
const ask = async (sql: string): Promise<number> => Number(Object.values((await database.query(sql)).rows[0] ?? {})[0])

const stub = startWorker('upstream.ts')
const settings = gatewaySettings((await answerOf<{ port: number }>(stub)).port)
const noBudgets = {
  OTP_SENDS_PER_IDENTIFIER_HOUR: '0',
  OTP_SENDS_PER_IDENTIFIER_DAY: '0',
  OTP_SENDS_PER_CLIENT_HOUR: '0',
  OTP_SENDS_PER_ADDRESS_HOUR: '0',
}
/** The two counters that every send of a client counts on; those of each identifier are met by nobody else. */
const noHotBudgets = { OTP_SENDS_PER_CLIENT_HOUR: '0', OTP_SENDS_PER_ADDRESS_HOUR: '0' }
let folders = 0
const instance = (env: Readonly<Record<string, string>>) => {
  const folder = join(scratch, String(folders++))
  mkdirSync(folder)
  return startProduct({ command: startCommand, folder, temporary: folder, env: { ...settings, ...env } })
}
const sqliteFolder = join(scratch, 'sqlite')
mkdirSync(sqliteFolder)
const onSqlite = { ...settings, DATABASE_URL: `sqlite:${join(sqliteFolder, 'openabha.db')}` }
const onPostgres = { ...settings, DATABASE_URL: server.url }
const clients = { sqlite: addClient(onSqlite), postgres: addClient(onPostgres) }

const sqlite = [await instance(onSqlite)]
const counting = [await instance(onPostgres), await instance(onPostgres)]
const calm = [await instance({ ...onPostgres, ...noHotBudgets }), await instance({ ...onPostgres, ...noHotBudgets })]
const free = [await instance({ ...onPostgres, ...noBudgets }), await instance({ ...onPostgres, ...noBudgets })]
/** Of an instance that is held to a part of a core there can be more than one, also on a machine of two. */
const share = Number(given['core-share'])
const held = share > 0 ? [await instance(onPostgres), await instance(onPostgres)] : []
const areHeld = held.length > 0 && held.every(({ pid }) => holdTo(share, pid))
if (!areHeld) say('no process can be held to a part of a core here; two instances meet one on whatever cores there are')
const percentOfCore = `${Math.round(share * 100)} % of a core each`
const setUps = {
  sqlite: { name: 'SQLite, one process', on: sqlite },
  one: { name: 'PostgreSQL, one instance', on: counting.slice(0, 1) },
  two: { name: 'PostgreSQL, two instances', on: counting },
  oneCalm: { name: 'one, without the client’s and the address’s budget', on: calm.slice(0, 1) },
  twoCalm: { name: 'two, without the client’s and the address’s budget', on: calm },
  oneFree: { name: 'one, without any budget', on: free.slice(0, 1) },
  twoFree: { name: 'two, without any budget', on: free },
  oneHeld: { name: `one, held to ${percentOfCore}`, on: held.slice(0, 1) },
  twoHeld: { name: `two, held to ${percentOfCore}`, on: held },
} as const
type Which = keyof typeof setUps
const all = (Object.keys(setUps) as Which[]).filter((which) => areHeld || !which.endsWith('Held'))

const bytesWrittenBy = (pid: number): number =>
  Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1] ?? Number.NaN)
const parentOf = (pid: number | string): number => {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1])
  } catch {
    return Number.NaN
  }
}
const postmaster = parentOf(await ask('SELECT pg_backend_pid()'))
/** Also of the connections that were idle for too long, and are gone. */
const postgresCpuMs = (): number =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === postmaster)
    .reduce((sum, pid) => sum + cpuMsOf(Number(pid)), cpuMsOf(postmaster) + goneCpuMsOf(postmaster))
const sizeOfSqlite = (): number =>
  readdirSync(sqliteFolder).reduce((sum, name) => sum + statSync(join(sqliteFolder, name)).size, 0)

const generators = [startWorker('load.ts'), startWorker('load.ts')]
const errors: { [what: string]: number } = {}
let next = 0

/** Of both generators together; what is divided by the number done is of one. */
type Figures = {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuUs: number
  readonly databaseCpuUs: number
  readonly walBytes: number
  readonly storedBytes: number
  readonly transactions: number
}

const measure = async (which: Which, kind: Job['kind'], forSeconds: number): Promise<Figures> => {
  const { on, name } = setUps[which]
  const isSqlite = which === 'sqlite'
  const token = await login(on[0]?.port ?? 0, isSqlite ? clients.sqlite : clients.postgres)
  const wal = () =>
    isSqlite ? bytesWrittenBy(on[0]?.pid ?? 0) : ask(`SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')`)
  const stored = () => (isSqlite ? sizeOfSqlite() : ask('SELECT pg_database_size(current_database())'))
  const committed = () =>
    isSqlite ? 0 : ask('SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()')
  const look = async () => ({
    cpu: on.reduce((sum, { pid }) => sum + cpuMsOf(pid), 0),
    databaseCpu: isSqlite ? 0 : postgresCpuMs(),
    wal: await wal(),
    stored: await stored(),
    committed: await committed(),
  })
  const before = await look()
  const jobs = generators.map((generator, index) =>
    answerOf<Counted>(generator, {
      kind,
      // One instance is asked by both generators, two by one each: the load is the same.
      port: on[index % on.length]?.port ?? 0,
      token,
      seconds: forSeconds,
      connections: Math.max(1, Math.round((kind === 'init' ? connections : connections / 2) / 2)),
      from: next + index * 500_000_000,
      fixedOtp: '123456',
    } satisfies Job),
  )
  const counted = await Promise.all(jobs)
  const after = await look()
  next = Math.max(next, ...counted.map((one, index) => one.next - index * 500_000_000))
  for (const one of counted) for (const [what, times] of Object.entries(one.errors)) errors[`${name}: ${what}`] = times
  const done = counted.reduce((sum, one) => sum + one.done, 0)
  const mean = (of: (one: Counted) => number) => counted.reduce((sum, one) => sum + of(one) * one.done, 0) / done
  return {
    perSecond: counted.reduce((sum, one) => sum + one.perSecond, 0),
    p50Ms: mean(({ p50Ms }) => p50Ms),
    p99Ms: Math.max(...counted.map(({ p99Ms }) => p99Ms)),
    cpuUs: ((after.cpu - before.cpu) * 1000) / done,
    databaseCpuUs: ((after.databaseCpu - before.databaseCpu) * 1000) / done,
    walBytes: (after.wal - before.wal) / done,
    storedBytes: (after.stored - before.stored) / done,
    transactions: (after.committed - before.committed) / done,
  }
}

type Round = { readonly [which in Which]: { readonly init: Figures; readonly journey: Figures } }
const oneRound = async (forSeconds: number, order: readonly Which[]): Promise<Round> => {
  const figures: Partial<Record<Which, Round[Which]>> = {}
  for (const which of order)
    figures[which] = {
      init: await measure(which, 'init', Math.max(1, forSeconds / 2)),
      journey: await measure(which, 'journey', forSeconds),
    }
  return figures as Round
}

say('warm-up …')
await oneRound(2, all)
const measured: Round[] = []
for (let round = 1; round <= rounds; round++) {
  measured.push(await oneRound(seconds, round % 2 === 0 ? [...all].reverse() : all))
  const shown = (which: Which) =>
    `${which} ${measured.at(-1)?.[which].init.perSecond.toFixed(0)}/${measured.at(-1)?.[which].journey.perSecond.toFixed(0)}`
  say(`round ${round}/${rounds}, init/registrations a second: ${all.map(shown).join(', ')}`)
}
for (const one of [...sqlite, ...counting, ...calm, ...free, ...held]) await one.stop()
for (const worker of [stub, ...generators]) worker.kill()
await database.end()
await server.remove()

type Kind = 'init' | 'journey'
const machine = describeMachine(given.folder)
const of = (which: Which, kind: Kind, figure: keyof Figures, digits = 0): string =>
  spread(
    measured.map((round) => round[which][kind][figure]),
    digits,
  )
const ratio = (above: Which, below: Which, kind: Kind): string =>
  spread(
    measured.map((round) => round[above][kind].perSecond / round[below][kind].perSecond),
    2,
  )
const throughput = all.map((which) => [
  setUps[which].name,
  of(which, 'init', 'perSecond'),
  of(which, 'init', 'p99Ms', 1),
  of(which, 'journey', 'perSecond'),
  of(which, 'journey', 'p50Ms', 1),
  of(which, 'journey', 'p99Ms', 1),
])
const costs = (['sqlite', 'one', 'two', 'oneFree'] as const).flatMap((which) =>
  (['init', 'journey'] as const).map((kind) => [
    `${setUps[which].name}: ${kind === 'init' ? 'init' : 'whole registration'}`,
    of(which, kind, 'cpuUs'),
    which === 'sqlite' ? '' : of(which, kind, 'databaseCpuUs'),
    of(which, kind, 'walBytes'),
    of(which, kind, 'storedBytes'),
    which === 'sqlite' ? '' : of(which, kind, 'transactions', 1),
  ]),
)
const ratios = (
  [
    ['two instances to one', 'two', 'one'],
    ['one instance on PostgreSQL to SQLite', 'one', 'sqlite'],
    ['two, hot budgets off to on', 'twoCalm', 'two'],
    ['one, hot budgets off to on', 'oneCalm', 'one'],
    ['two, all budgets off to on', 'twoFree', 'two'],
    ['one, all budgets off to on', 'oneFree', 'one'],
    ['two to one, all budgets off', 'twoFree', 'oneFree'],
    ...(areHeld ? ([[`two to one, held to ${percentOfCore}`, 'twoHeld', 'oneHeld']] as const) : []),
  ] as const
).map(([name, above, below]) => [name, ratio(above, below, 'init'), ratio(above, below, 'journey')])
console.log(
  [
    `Measured ${new Date().toISOString().slice(0, 10)}: ${rounds} rounds of ${seconds} s (init: half), ${connections} connections for init, half of that for registrations; medians (min–max). Gateway in front of a stub, PostgreSQL with fsync, everything on one machine.`,
    '',
    ...table(['machine', ''], machine),
    ...table(['throughput', 'init a second', 'init p99 ms', 'registrations a second', 'p50 ms', 'p99 ms'], throughput),
    ...table(['ratio of throughputs', 'init', 'registrations'], ratios),
    ...table(
      [
        'cost of one',
        'instances’ CPU µs',
        'PostgreSQL’s CPU µs',
        'bytes written (PG: WAL)',
        'bytes kept',
        'transactions',
      ],
      costs,
    ),
    'Statement by statement: `test/round-trips.pg.ts`.',
    '',
    Object.keys(errors).length === 0
      ? 'Errors: none; every answer was 200.'
      : `**Errors, so these figures do not count:** ${JSON.stringify(errors)}`,
  ].join('\n'),
)
if (given.costs !== undefined) {
  const costOf = (kind: Kind) => {
    const middle = (figure: keyof Figures) => Math.round(median(measured.map((round) => round.one[kind][figure])))
    return {
      instanceCpuUs: middle('cpuUs'),
      databaseCpuUs: middle('databaseCpuUs'),
      walBytes: middle('walBytes'),
    }
  }
  const [, processor = ''] = machine.find(([what]) => what === 'processor') ?? []
  const costs = {
    origin: `npm run bench:pg -- --costs <this file>, ${new Date().toISOString().slice(0, 10)}, ${processor}, one instance`,
    init: costOf('init'),
    registration: costOf('journey'),
    syncMs: Number(median(measureSync(given.folder, 300)).toFixed(2)),
  }
  writeFileSync(given.costs, `${JSON.stringify(costs, undefined, 2)}\n`)
}
if (Object.keys(errors).length > 0) process.exitCode = 1
