import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { type Filed, numberOf } from '../../src/cassettes/cassette.ts'
import { createReplay } from '../../src/cassettes/replay.ts'
import { operations } from '../../src/cassettes/shape.ts'
import { basePaths } from '../../src/emulator/server.ts'
import { alwaysFilled } from '../../src/emulator/would-answer.ts'
import { differencesIn, type Mode } from '../../src/replay.ts'
import { notCompared } from '../compat/shared-contract.ts'
import { contract, referenceName } from '../fidelity/rows.ts'
import { recordWalk, type Walked } from './recorded-emulator.ts'

/**
 * Every operation of the V3 contract in every variant, answered and refused, recorded of the strict emulator and of the lenient
 * one: neither differs from itself, the two differ in what was sealed with the other key only, and both can be served again.
 */

const walked: { [mode in Mode]?: Walked } = {}
const walkOf = async (mode: Mode): Promise<Walked | undefined> => {
  if (!contract) return undefined
  walked[mode] ??= await recordWalk(contract, mode === 'lenient')
  return walked[mode]
}
after(() => {
  for (const one of Object.values(walked)) one.stop()
})

const replayedUnlike = async (cassettes: readonly Filed[]): Promise<string[]> => {
  const notFound = () => ({ status: 404, type: 'text/plain', body: 'nothing recorded' })
  const server = createServer(createReplay({ cassettes, bases: basePaths, notFound }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const unlike: string[] = []
  for (const { file, cassette } of cassettes) {
    const { method, path, query, requestHeaders, requestBody } = cassette
    const service = operations.find(({ id }) => id === cassette.operation)?.service
    const url = new URL(`${origin}${service && basePaths[service]}${path}`)
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, String(value))
    const body = requestBody === undefined ? null : JSON.stringify(requestBody)
    const answer = await fetch(url, { method, headers: requestHeaders, body })
    const text = await answer.text()
    const wanted = cassette.responseForm === 'json' ? JSON.stringify(cassette.responseBody) : text
    if (answer.status !== cassette.status || text !== wanted)
      unlike.push(`${file}: ${answer.status} ${text.slice(0, 200)}`)
  }
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  return unlike
}

for (const mode of ['strict', 'lenient'] as const) {
  test(`the ${mode} emulator differs in nothing from its own recording, which is served as it was recorded`, async (t) => {
    const recording = await walkOf(mode)
    if (!recording) return t.diagnostic(notCompared(referenceName))
    const { cassettes } = recording
    const answered = new Set(
      cassettes.flatMap(({ cassette: { operation, status } }) => (status && status < 300 ? [operation] : [])),
    )
    assert.deepEqual([...answered].sort(), operations.map(({ id }) => id).sort())
    const text = JSON.stringify(cassettes)
    for (const code of ['ABDM-1027', 'ABDM-1134', 'ABDM-1207']) assert.ok(text.includes(code), code)
    assert.deepEqual(await differencesIn(cassettes, mode), [])
    assert.deepEqual(await replayedUnlike(cassettes), [])
    t.diagnostic(`${cassettes.length} exchanges`)
  })
}

const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const pathsIn = (value: unknown, before = ''): string[] =>
  isGroup(value)
    ? Object.entries(value).flatMap(([name, part]) => [before + name, ...pathsIn(part, `${before}${name}.`)])
    : []

test('what is said to be in every good answer of an operation is what all of them have in common', async (t) => {
  const recording = await walkOf('strict')
  if (!recording) return t.diagnostic(notCompared(referenceName))
  const common = new Map<string, string[]>()
  for (const { cassette } of recording.cassettes) {
    const { operation, status, responseBody } = cassette
    if (!status || status > 299 || !isGroup(responseBody)) continue
    const paths = pathsIn(responseBody)
    common.set(operation, common.get(operation)?.filter((path) => paths.includes(path)) ?? paths)
  }
  // Everybody of the walk has these, and not everybody else.
  const isOfSome = (path: string): boolean => /(^|\.)(abhaNumber|dateOfBirth)$/.test(path)
  for (const op of operations) {
    const inAll = (common.get(op.id) ?? []).filter((path) => !isOfSome(path))
    assert.deepEqual([...alwaysFilled(op)].sort(), inAll.sort(), op.id)
  }
})

test('what the lenient emulator opened with the other key is the whole table against the strict one', async (t) => {
  const recording = await walkOf('lenient')
  if (!recording) return t.diagnostic(notCompared(referenceName))
  const { cassettes, otherKey } = recording
  const rows = await differencesIn(cassettes, 'strict')
  assert.deepEqual(
    rows.map(({ cassette }) => numberOf(cassette)),
    [...otherKey],
  )
  for (const { operation, what, where, emulator, recorded } of rows) {
    const op = operations.find(({ id }) => id === operation)
    assert.deepEqual([what, emulator.slice(0, 3), recorded], ['status', '400', String(op?.status)], operation)
    assert.ok(
      where.split(' ').every((field) => op?.sealed.some((path) => path.endsWith(field))),
      `${operation} ${where}`,
    )
  }
})
