import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Answer, startBench } from '../../src/emulator/testing.ts'
import { notCompared, sharedText } from '../compat/shared-contract.ts'
import { causeOf, createTurn, namedMessages, namedRows, onlyByFault } from './causes.ts'
import { createSteps } from './reach.ts'
import { checkRefusal, disagreements, nameOf, type Refused, refusedRows } from './refused.ts'
import { contract, referenceName } from './rows.ts'

/**
 * The emulator refuses as the V3 contract lists it: each error of each operation is caused over HTTP, by somebody or by
 * something wrong in the request, and has the status, the code, the form and the words that stand there.
 */

const bench = await startBench()
after(() => bench.close())

test('every listed error has what causes it, and no exception outlives its row', (t) => {
  if (!contract) return t.diagnostic(notCompared(referenceName))
  const names = refusedRows.map(nameOf)
  const messages = new Set(refusedRows.map(({ listed }) => listed.message))
  const without = refusedRows.filter((row) => !onlyByFault[nameOf(row)] && !causeOf(row)).map(nameOf)
  assert.deepEqual(without, [])
  for (const name of namedRows) assert.ok(names.includes(name), `${name} is not listed any more`)
  for (const one of namedMessages) assert.ok(messages.has(one), `"${one}" is not listed any more`)
  t.diagnostic(`${names.length} errors, ${Object.keys(onlyByFault).length} of them only by a fault`)
})

test('where the list and the text of the contract disagree they still do', (t) => {
  const text = sharedText('abdm-v3.md')
  if (!text) return t.diagnostic(notCompared('abdm-v3.md'))
  for (const { row, says, form } of disagreements) {
    const listed = refusedRows.find((one) => nameOf(one) === row)
    assert.ok(listed, `${row} is not listed any more`)
    assert.notEqual(listed.listed.form, form)
    assert.ok(text.includes(says), `abdm-v3.md does not say ${says} any more`)
  }
})

const act = async (row: Refused): Promise<Answer[]> => {
  assert.ok(contract)
  await bench.emulator.reset()
  await bench.caller.signIn()
  const world = createSteps(bench, contract)
  const turn = createTurn(row, bench, world)
  if (onlyByFault[nameOf(row)]) {
    const request = await turn.usual()
    const { http: status, form, code, message } = row.listed
    assert.ok(form !== 'authResult')
    bench.emulator.faults.add({ operation: row.op.id, status, form, code, message })
    return [await world.send(row.op.id, request)]
  }
  const caused = (await causeOf(row)?.(turn)) ?? []
  const requests = Array.isArray(caused) ? caused : [caused]
  return Promise.all(requests.map((request) => world.send(row.op.id, request)))
}

for (const row of refusedRows) {
  test(nameOf(row), async () => {
    const answers = await act(row)
    assert.ok(answers.length > 0)
    for (const answer of answers) checkRefusal(answer, row)
  })
}
