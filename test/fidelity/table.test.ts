import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startBench } from '../../src/emulator/testing.ts'
import { notCompared } from '../compat/shared-contract.ts'
import { checkAnswer } from './expected.ts'
import { createSteps } from './reach.ts'
import { type Choice, contract, type Row, referenceName, rows } from './rows.ts'
import { steps } from './steps.ts'

/**
 * The emulator answers every operation of the V3 contract in every variant: sent as the contract says it is accepted, and
 * the answer has the contract's status, fields, types and token lives. With the other key, another scope, or without a
 * token that belongs to it, the same request is refused.
 */

const bench = await startBench()
after(() => bench.close())

test('every operation of the contract has its steps, and no other', (t) => {
  if (!contract) return t.diagnostic(notCompared(referenceName))
  assert.deepEqual(Object.keys(steps).sort(), contract.operations.map(({ id }) => id).sort())
  t.diagnostic(`${rows.length} rows for ${contract.operations.length} operations`)
})

const wordsOf = (choice: Choice | undefined): string =>
  choice ? ` ${[choice.by, ...choice.scope, choice.login_hint, choice.otp_system].filter(Boolean).join(' ')}` : ''

const act = async (row: Row): Promise<void> => {
  const { op, choice, key } = row
  assert.ok(contract)
  await bench.emulator.reset()
  const world = createSteps(bench, contract)
  const ready = await steps[op.id]?.(row, world)
  assert.ok(ready, op.id)
  const request = await ready(key ?? 4096)
  const refused = async (what: string, other: typeof request): Promise<void> => {
    const { status, text } = await world.send(op.id, other)
    assert.ok(status >= 400 && status < 500, `${op.id} ${what}: ${status} ${text}`)
  }
  const without = (name: string) => ({ ...request, headers: { ...request.headers, [name]: undefined } })
  if (op.auth.includes('gateway')) await refused('without a bearer token', without('Authorization'))
  await refused('without a request id', without('REQUEST-ID'))
  await refused('without a time', without('TIMESTAMP'))
  if (op.service === 'gateway') await refused('without X-CM-ID', without('X-CM-ID'))
  for (const name of Object.keys(request.headers ?? {}).filter((one) => /-token$/.test(one))) {
    await refused(`without ${name}`, without(name))
  }
  if (key) await refused('sealed with the other key', await ready(key === 4096 ? 2048 : 4096))
  if (choice && choice.scope.length > 0) {
    const body = { ...(request.body as object), scope: [...choice.scope, 'unknown'] }
    await refused('with another scope', { ...request, body })
  }
  checkAnswer(await world.send(op.id, request), row, contract)
}

for (const row of rows) test(`${row.op.id}${wordsOf(row.choice)}`, () => act(row))
