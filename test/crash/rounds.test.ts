import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { runRounds } from './rounds.ts'
import { cleanUp } from './server.ts'

/** `npm run crash` does the same fifty times, and prints what it counted. */

after(cleanUp)

test('killed at eight points of every flow: no acknowledged step is lost, no account is made twice, no event is lost or invented', async () => {
  const { rounds, points, acknowledged, lost, accounts, twice, events, untold, invented } = await runRounds(8)
  assert.deepEqual({ lost, twice, untold, invented }, { lost: [], twice: [], untold: [], invented: [] })
  for (const { name, met } of points) assert.ok(met >= rounds - 2, name)
  assert.equal(accounts, rounds * points.length)
  assert.ok(acknowledged > rounds * points.length)
  assert.ok(events > rounds)
})
