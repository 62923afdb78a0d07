import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Operation, simulate } from '../bench/queueing.ts'

/** The simulation that sizes a deployment agrees with what is known of queues exactly. */

const cell = {
  instances: 1,
  databaseCores: 4,
  syncMs: 0,
  roundTripMs: 0,
  upstreamMedianMs: 100,
  upstreamSigma: 0,
  upstreamMax: 1_000,
}
const near = (found: number, right: number, tolerance: number): void =>
  assert.ok(Math.abs(found / right - 1) < tolerance, `${found}, not ${right}`)

test('one server with random arrivals: use, median and p99 are those of M/M/1', () => {
  const operation: Operation = { name: 'one', parts: [], instanceMs: 5, databaseMs: 0 }
  const { instanceUse, p50Ms, p99Ms, inFlight } = simulate(cell, [{ operation, perSecond: 120 }], 100_000)
  // Served 200 a second, asked 120: the time in the system is exponential with a rate of 80 a second.
  near(instanceUse, 0.6, 0.03)
  near(p50Ms, (Math.LN2 / 80) * 1000, 0.05)
  near(p99Ms, (Math.log(100) / 80) * 1000, 0.1)
  near(inFlight, 120 / 80, 0.08)
})

test('what ABDM takes is none of our time, and keeps as many requests in flight as Little’s law says', () => {
  const operation: Operation = { name: 'one', parts: ['upstream'], instanceMs: 0.2, databaseMs: 0 }
  const { p99Ms, inFlight } = simulate(cell, [{ operation, perSecond: 1_000 }], 50_000)
  assert.ok(p99Ms < 5, String(p99Ms))
  near(inFlight, 100, 0.05)
})

test('a commit is waited for, and the database’s cores are shared', () => {
  const operation: Operation = { name: 'one', parts: ['write'], instanceMs: 0.01, databaseMs: 8 }
  const { databaseUse, p50Ms } = simulate({ ...cell, syncMs: 20 }, [{ operation, perSecond: 250 }], 50_000)
  near(databaseUse, 0.5, 0.03)
  assert.ok(p50Ms > 20 && p50Ms < 60, String(p50Ms))
})
