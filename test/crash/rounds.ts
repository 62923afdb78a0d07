import assert from 'node:assert/strict'
import { systemClock } from '../../src/clock.ts'
import { readConfig } from '../../src/config.ts'
import { masterKeys } from '../../src/keys.ts'
import { jobRows } from '../../src/outbox.ts'
import { openStore } from '../../src/store/open.ts'
import type { AbhaCreated } from '../../src/webhooks/event.ts'
import type { Reply } from '../harness.ts'
import { assertHonestError } from '../trouble/journey.ts'
import { type Remote, startRemote } from './remote.ts'
import { flows, type Walk } from './walks.ts'

/**
 * Kills the server again and again, each time with every flow held at a point of its own: before or after upstream has acted on
 * a call of a step, or when a step was answered. Then everybody goes on, and it is counted what was lost or made twice.
 */

export type Figures = {
  readonly rounds: number
  /** Different points at which each flow met the kill. */
  readonly points: readonly { readonly name: string; readonly met: number; readonly there: number }[]
  readonly acknowledged: number
  /** Steps that were acknowledged and that the next one knew nothing of. */
  readonly lost: readonly string[]
  readonly accounts: number
  readonly twice: readonly string[]
  readonly events: number
  /** Acknowledged creations without an event, and events without an address or beside another one. */
  readonly untold: readonly string[]
  readonly invented: readonly string[]
  readonly restartsMs: readonly number[]
}

/** `call` undefined: the step was answered. */
type Point = {
  readonly step: number
  readonly call?: {
    readonly path: string
    readonly nth: number
    readonly when: 'before' | 'after'
    /** Upstream has acted in this step. */
    readonly hasActed: boolean
  }
}

const isGood = ({ status }: Reply): boolean => status === 200 || status === 204
/** The cached token and keys of ABDM are asked for by whoever comes first. */
const isOfNobody = (path: string): boolean => /\/(sessions|certificate|cert)$/.test(path)

/** Walks a flow to its end and lists every point that it passes. */
const pointsOf = async (remote: Remote, walk: Walk): Promise<Point[]> => {
  const points: Point[] = []
  for (const [step, [name, act]] of walk.steps.entries()) {
    const from = remote.proxy.paths.length
    const reply = await act()
    assert.ok(isGood(reply), `${name}: ${reply.text}`)
    const seen = new Map<string, number>()
    for (const path of remote.proxy.paths.slice(from).filter((one) => !isOfNobody(one))) {
      const nth = (seen.get(path) ?? 0) + 1
      seen.set(path, nth)
      const isFirst = seen.size === 1 && nth === 1
      points.push({ step, call: { path, nth, when: 'before', hasActed: !isFirst } })
      points.push({ step, call: { path, nth, when: 'after', hasActed: true } })
    }
    points.push({ step })
  }
  return points
}

/** Each round takes another point of a flow, far from the one before, until all were taken. */
const pointFor = (points: readonly Point[], round: number): Point => {
  const stride = [7, 11, 5, 3].find((one) => points.length % one !== 0) ?? 1
  return points[(round * stride) % points.length] ?? { step: 0 }
}

type Held = {
  readonly step: number
  readonly isInFlight: boolean
  readonly hasActed: boolean
  over(): Promise<unknown>
}

const driveTo = async (remote: Remote, walk: Walk, { step: last, call }: Point): Promise<Held> => {
  for (const [step, [name, act]] of walk.steps.entries()) {
    const isLast = step === last
    if (!isLast || !call) {
      const reply = await act()
      assert.ok(isGood(reply), `${name}: ${reply.text}`)
      if (isLast) break
      continue
    }
    const held = remote.proxy.hold(call.path, call.when, call.nth)
    const acting = act().then(
      (reply) => reply,
      () => undefined,
    )
    const isInFlight = await Promise.race([held.reached.then(() => true), acting.then(() => false)])
    const over = (): Promise<unknown> => {
      held.letGo()
      return acting
    }
    if (isInFlight) return { step, isInFlight, hasActed: call.hasActed, over }
    remote.proxy.heal()
    break
  }
  return { step: last, isInFlight: false, hasActed: false, over: async () => undefined }
}

/**
 * Takes up the flow where its last answer left it. False: a step that had been acknowledged was not known. Where the kill came
 * after upstream had acted, a proof may be used up, and the flow is begun again.
 */
const goOn = async (walk: Walk, { step, isInFlight, hasActed }: Held): Promise<boolean> => {
  for (const [index, [, act]] of walk.steps.entries()) {
    if (index < step || (index === step && !isInFlight)) continue
    const reply = await act()
    if (isGood(reply)) continue
    assertHonestError(reply)
    if (index !== step || !hasActed) return false
    await walk.restart()
    return true
  }
  return true
}

/** What the outbox owes, by address: one event for each. */
const eventsOf = async ({ settings }: Remote): Promise<string[]> => {
  const { database, keys } = readConfig(settings)
  const store = await openStore(database, { key: masterKeys(keys).encryption, clock: systemClock })
  const jobs = await store.list(jobRows)
  await store.close()
  return jobs.map(({ body }) => (body.payload as AbhaCreated).data.abha_address)
}

/** Nobody listens there, so that every event is still in the outbox at the end. */
const deaf = 'https://127.0.0.1:9/'

export const runRounds = async (
  rounds: number,
  onRound: (round: number) => void = () => undefined,
): Promise<Figures> => {
  const remote = await startRemote({ WEBHOOK_ALLOW_PRIVATE: 'true', OTP_SENDS_PER_CLIENT_HOUR: '0' }, deaf)
  const restartsMs: number[] = []
  const [lost, twice]: [string[], string[]] = [[], []]
  const there = new Map<string, readonly Point[]>()
  const met = new Map<string, Set<string>>()
  const walks: Walk[] = []
  let [acknowledged, accounts] = [0, 0]
  const start = async (name: string): Promise<Walk> => {
    const walk = await flows[name]?.(remote)
    assert.ok(walk)
    walks.push(walk)
    return walk
  }
  const round = async (index: number): Promise<void> => {
    const held: { name: string; walk: Walk; at: Held; where: string }[] = []
    for (const [name, points] of there) {
      const walk = await start(name)
      const point = pointFor(points, index)
      const at = await driveTo(remote, walk, point)
      acknowledged += at.step + (at.isInFlight ? 0 : 1)
      const { path, nth, when } = (at.isInFlight && point.call) || {}
      const where = `${walk.steps[at.step]?.[0]}, ${path ? `${when} call ${nth} of ${path}` : 'answered'}`
      met.get(name)?.add(where)
      held.push({ name, walk, at, where })
    }
    restartsMs.push(await remote.dieAndReturn(() => Promise.all(held.map(({ at }) => at.over()))))
    for (const { name, walk, at, where } of held) {
      if (!(await goOn(walk, at))) lost.push(`${name}: ${where}`)
      const made = await walk.accounts()
      accounts += made
      if (made !== 1) twice.push(`${name}: ${where}: ${made}`)
    }
  }
  try {
    for (const name of Object.keys(flows)) {
      there.set(name, await pointsOf(remote, await start(name)))
      met.set(name, new Set())
    }
    for (let index = 0; index < rounds; index++) {
      await round(index)
      onRound(index + 1)
    }
    assert.equal((await remote.stop()).code, 0)
    const told = await eventsOf(remote)
    const creations = walks.flatMap(({ creates }) => creates ?? [])
    const mayBeTold = new Set(creations.map(({ address }) => address))
    return {
      rounds,
      points: [...there].map(([name, points]) => ({ name, met: met.get(name)?.size ?? 0, there: points.length })),
      acknowledged,
      lost,
      accounts,
      twice,
      events: told.length,
      untold: creations.flatMap((one) => (one.isAcknowledged() && !told.includes(one.address) ? one.address : [])),
      invented: told.filter((address, index) => !mayBeTold.has(address) || told.indexOf(address) !== index),
      restartsMs,
    }
  } finally {
    await remote.close()
  }
}
