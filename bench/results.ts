import type { Errors, Figures } from './measure.ts'
import type { PeerName } from './peers.ts'
import type { StartUps } from './startup.ts'

/** What a run found out, and what had been hoped for. A part that was not asked for is undefined. */

type Peer = { readonly init: Figures | undefined; readonly journey: Figures | undefined }

export type Round = {
  readonly floor: Figures | undefined
  readonly gateway: Figures | undefined
  readonly rsaPerSecond: number | undefined
  readonly init: Figures | undefined
  readonly journey: Figures | undefined
  readonly peers: { readonly [name in PeerName]: Peer }
}

/** Samples of a load that lasted. */
export type Memory = { readonly name: string; readonly minutes: number; readonly rss: readonly number[] }

export type Run = {
  readonly settings: string
  readonly machine: readonly (readonly [string, string])[]
  readonly rounds: readonly Round[]
  readonly idle: { readonly gateway: number | undefined; readonly sandbox: number | undefined }
  readonly memory: readonly Memory[]
  readonly databaseMb: number | undefined
  readonly startUps: StartUps
  readonly connections: number
  readonly journeys: number
  readonly readsInbox: boolean
  readonly arePeersMissing: boolean
  readonly errors: Errors
}

/** Of every round that has them; `values` may be none. */
export type Goal = { readonly what: string; readonly values: readonly number[]; readonly digits: number } & (
  | { readonly atLeast: number }
  | { readonly atMost: number }
)

export const present = <Value>(values: readonly (Value | undefined)[]): Value[] =>
  values.filter((value): value is Value => value !== undefined)

export const highest = (rss: readonly number[]): number => rss.reduce((max, one) => Math.max(max, one), 0)

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, one) => sum + one, 0) / Math.max(1, values.length)

/** How much more memory the last quarter of a load held than the second. */
export const growthOf = ({ rss }: Memory): number => {
  const quarter = (from: number) =>
    meanOf(rss.slice(Math.floor(rss.length * from), Math.ceil(rss.length * (from + 0.25))))
  return quarter(0.75) / quarter(0.25)
}

export const goalsOf = (run: Run): Goal[] => {
  const { rounds, idle, memory, startUps } = run
  const ratio = (top: (round: Round) => number | undefined, below: (round: Round) => number | undefined): number[] =>
    present(
      rounds.map((round) => {
        const [value, by] = [top(round), below(round)]
        return value === undefined || by === undefined ? undefined : value / by
      }),
    )
  const over = (name: string) => memory.filter((one) => one.name === name)
  const starts = startUps.filter(({ hasGoal }) => hasGoal)
  const peerGoals = (['Prism', 'Mockoon'] as const).flatMap((name) => [
    {
      what: `mobile/init to ${name}’s canned answer`,
      values: ratio(
        ({ init }) => init?.perSecond,
        ({ peers }) => peers[name].init?.perSecond,
      ),
      digits: 2,
      atLeast: 2.5,
    },
    {
      what: `whole registration to ${name}’s three canned answers`,
      values: ratio(
        ({ journey }) => journey?.perSecond,
        ({ peers }) => peers[name].journey?.perSecond,
      ),
      digits: 2,
      atLeast: 2.5,
    },
  ])
  return [
    {
      what: 'gateway’s throughput to the floor’s',
      values: ratio(
        ({ gateway }) => gateway?.perSecond,
        ({ floor }) => floor?.perSecond,
      ),
      digits: 3,
      atLeast: 0.75,
    },
    {
      what: 'gateway’s p99 to the floor’s',
      values: ratio(
        ({ gateway }) => gateway?.p99Ms,
        ({ floor }) => floor?.p99Ms,
      ),
      digits: 2,
      atMost: 1.5,
    },
    {
      what: 'mobile/init to the RSA limit',
      values: ratio(
        ({ init }) => init?.perSecond,
        ({ rsaPerSecond }) => rsaPerSecond,
      ),
      digits: 3,
      atLeast: 0.5,
    },
    ...peerGoals,
    ...starts.map(({ name, tookMs }) => ({ what: `start-up, ms: ${name}`, values: tookMs, digits: 0, atMost: 400 })),
    ...(['gateway', 'sandbox'] as const).map((name) => ({
      what: `memory idle, MB: ${name}`,
      values: present([idle[name]]),
      digits: 0,
      atMost: 120,
    })),
    {
      what: 'memory under load, MB: gateway',
      values: [...present(rounds.map(({ gateway }) => gateway)), ...over('gateway')].map(({ rss }) => highest(rss)),
      digits: 0,
      atMost: 220,
    },
    {
      what: 'memory under load, MB: sandbox',
      values: [...present(rounds.flatMap(({ init, journey }) => [init, journey])), ...over('sandbox')].map(({ rss }) =>
        highest(rss),
      ),
      digits: 0,
      atMost: 220,
    },
    ...memory.map((one) => ({
      what: `memory over ${one.minutes} minutes, last quarter to second: ${one.name}`,
      values: [growthOf(one)],
      digits: 2,
      atMost: 1.1,
    })),
  ].filter(({ values }) => values.length > 0)
}
