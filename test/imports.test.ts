import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'

/** Data flows one way, and so do imports. */

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => /(?<!\.test|\.pg)\.ts$/.test(name))
  .map((name) => {
    const text = readFileSync(join('src', name), 'utf8')
    const imports = [...text.matchAll(/^(?:import|export)\s+(type\s)?[^'"]*?from '(\.[^']+)'/gms)].map(
      ([, isType, path = '']) => ({
        path: normalize(join(dirname(name), path)),
        isType: isType !== undefined,
      }),
    )
    return { name, text, imports }
  })

const importers = (from: RegExp) => sources.filter(({ name }) => from.test(name))
const offending = (from: RegExp, isWrong: (path: string, isType: boolean) => boolean): string[] =>
  importers(from).flatMap(({ name, imports }) =>
    imports.filter(({ path, isType }) => isWrong(path, isType)).map(({ path }) => `${name} imports ${path}`),
  )

test('the emulator never sees our API side or the client that talks to it', () => {
  const allowed = /^(emulator\/|abdm\/wire\/|abdm\/sealing\.ts|store\/store\.ts|clock\.ts|ids\.ts|schema\.ts)/
  assert.deepEqual(
    offending(/^emulator\/(?!testing)/, (path) => !allowed.test(path)),
    [],
  )
})

test('our side reaches the emulator only over HTTP', () => {
  assert.deepEqual(
    offending(/^(?!emulator\/|sandbox\/|app\.ts|alone\.ts|replay\.ts|doctor\/(?:doctor|testing)\.ts)/, (path) =>
      path.startsWith('emulator/'),
    ),
    [],
  )
})

test('the upstream client never sees the API', () => {
  assert.deepEqual(
    offending(/^abdm\//, (path) => path.startsWith('api/') || path.startsWith('sandbox/')),
    [],
  )
})

test('only app.ts and the other entries name a concrete store', () => {
  assert.deepEqual(
    offending(
      /^(?!store\/|app\.ts|alone\.ts|operator\.ts|database-commands\.ts|doctor\/doctor\.ts|emulator\/testing\.ts)/,
      (path) => /^store\/(?!store\.ts)/.test(path),
    ),
    [],
  )
})

test('handlers know no HTTP server and no SQL', () => {
  const wrong = importers(/^api\//).filter(({ text }) => /fastify|reply\.code|SELECT |INSERT |node:http/.test(text))
  assert.deepEqual(
    wrong.map(({ name }) => name),
    [],
  )
})

test('time, randomness and the environment are read in one place each', () => {
  const wrong = sources.flatMap(({ name, text }) => [
    ...(/Date\.now\(|new Date\(\)/.test(text) && name !== 'clock.ts' ? [`${name} reads the time`] : []),
    ...(/Math\.random\(/.test(text) ? [`${name} uses Math.random`] : []),
    ...(/process\.env/.test(text) && name !== 'config.ts' ? [`${name} reads the environment`] : []),
  ])
  assert.deepEqual(wrong, [])
})
