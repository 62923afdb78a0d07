import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { keys } from '../../src/config-testing.ts'
import { testDatabaseUrl } from '../database.ts'
import { cleanUp, folderWithKeys, newFolder, node, type Settings, settingsFor, startServer } from './server.ts'

/** A server that cannot start says in plain words what is in its way, everything at once, and exits with 1. */

after(cleanUp)

/** Starts, fails, and returns what was said: to the error output, in words for people, and nothing of the inside. */
const refusal = async (settings: Settings, args: readonly string[] = []): Promise<string> => {
  const { code, signal, stdout, stderr } = await node(args, settings).ended
  assert.deepEqual([code, signal], [1, null], stderr)
  assert.equal(stdout.replace(/^First start.*\n/, ''), '')
  assert.match(stderr, /^OpenABHA cannot start: /)
  assert.doesNotMatch(stderr, /\bat .+:\d+:\d+|node:internal|Error:/)
  return stderr.trim()
}
const assertOneSentence = (said: string): void => {
  assert.equal(said.split('\n').length, 1, said)
}

const keyFileOf = (folder: string): string => join(folder, 'openabha.db.keys.json')
/** Beside a database file the keys are in a file, too; another database's are settings anyway. */
const keysOf = (folder: string): Settings => {
  if (testDatabaseUrl) return {}
  const { encryption, signing } = JSON.parse(readFileSync(keyFileOf(folder), 'utf8'))
  return { ENCRYPTION_KEY: encryption, SIGNING_KEY: signing }
}
/** For what only a database in a file has. */
const skip = testDatabaseUrl !== undefined && 'the database is no file'

test('a port that is taken is named, with a way out', async () => {
  const holder = createServer()
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
  const { port } = holder.address() as AddressInfo
  try {
    const said = await refusal(settingsFor(await folderWithKeys(), { PORT: String(port) }))
    assertOneSentence(said)
    assert.match(said, new RegExp(`port ${port} is in use`))
  } finally {
    holder.close()
  }
})

test('a port of the emulator that is taken is named as that one', async () => {
  const holder = createServer()
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
  const { port } = holder.address() as AddressInfo
  try {
    const said = await refusal(settingsFor(await folderWithKeys(), { EMULATOR_PORT: String(port) }))
    assertOneSentence(said)
    assert.match(said, new RegExp(`port ${port} is in use`))
  } finally {
    holder.close()
  }
})

test('a key file that cannot be read is named, and nothing of it is shown', { skip }, async () => {
  const secret = 'c2VjcmV0LWtleS1ieXRlcw'
  const broken = ['', secret, `{"encryption":"${secret}","signing":7}`]
  const folder = await folderWithKeys()
  for (const text of broken) {
    writeFileSync(keyFileOf(folder), text)
    const said = await refusal(settingsFor(folder))
    assert.match(said, /openabha\.db\.keys\.json/)
    assert.doesNotMatch(said, new RegExp(secret.slice(0, 6)), said)
  }
})

test('a database that was written with another key is not opened', async () => {
  const folder = await folderWithKeys()
  const other = { ENCRYPTION_KEY: '77'.repeat(32), SIGNING_KEY: '88'.repeat(32) }
  const said = await refusal(settingsFor(folder, other))
  assertOneSentence(said)
  assert.match(said, /was written with another encryption key/)

  // With the right key all is as it was.
  const server = await startServer(settingsFor(folder))
  assert.equal((await server.stop()).code, 0)
})

test('a file that is no database, and a folder that cannot be written, are named', { skip }, async () => {
  const folder = await folderWithKeys()
  writeFileSync(join(folder, 'openabha.db'), 'a letter to a friend, long enough to be no header of anything'.repeat(9))
  const said = await refusal(settingsFor(folder))
  assertOneSentence(said)
  assert.match(said, /openabha\.db is not a database/)

  const blocked = newFolder()
  writeFileSync(join(blocked, 'file'), '')
  assert.match(
    await refusal(settingsFor(join(blocked, 'file'))),
    /openabha\.db\.keys\.json .* cannot be read \(ENOTDIR\)/,
  )
  // Root may write anywhere, so this refusal is for everybody else to meet.
  if (process.getuid?.() !== 0) {
    chmodSync(blocked, 0o500)
    assert.match(await refusal(settingsFor(join(blocked, 'data'))), /EACCES|read-only|permission/)
    chmodSync(blocked, 0o700)
  }
})

test('a real upstream without its settings lists everything that is missing, in one go', async () => {
  const unset = { ENCRYPTION_KEY: undefined, SIGNING_KEY: undefined }
  const said = await refusal(settingsFor(newFolder(), { ABDM_ENV: 'sandbox', ...unset }))
  for (const name of ['ABDM_CLIENT_ID', 'ABDM_CLIENT_SECRET', 'ENCRYPTION_KEY', 'SIGNING_KEY']) {
    assert.match(said, new RegExp(`- ${name}\\b`))
  }
  assert.match(said, /4 settings need attention/)
})

test('unsafe settings with a real upstream are all listed beside the missing ones', async () => {
  const said = await refusal(
    settingsFor(newFolder(), {
      ABDM_ENV: 'production',
      ABDM_CLIENT_ID: 'a-client',
      ENCRYPTION_KEY: 'too short',
      SIGNING_KEY: createHash('sha256').update('a signing key').digest('hex'),
      SANDBOX_OTP: '123456',
      SANDBOX_TRACE: '10',
      ABDM_GATEWAY_URL: 'http://gateway.example',
      ABDM_PHR_APP_URL: 'nonsense',
      CORS_ORIGINS: '*',
      PORT: 'eighty',
      OTP_TRIES_MAX: '0',
    }),
  )
  const lines = said.split('\n').slice(1)
  for (const name of [
    'ABDM_CLIENT_SECRET',
    'ENCRYPTION_KEY',
    'SANDBOX_OTP',
    'SANDBOX_TRACE',
    'ABDM_GATEWAY_URL',
    'ABDM_PHR_APP_URL',
    'CORS_ORIGINS',
    'PORT',
    'OTP_TRIES_MAX',
  ]) {
    assert.equal(lines.filter((line) => line.startsWith(`  - ${name}`)).length, 1, `${name}\n${said}`)
  }
  assert.equal(lines.length, 9, said)
  assert.doesNotMatch(said, /too short|123456/)
})

test('a sandbox’s database is refused to a real upstream, because its client’s secret is public', async () => {
  const folder = await folderWithKeys()
  const said = await refusal(
    settingsFor(folder, {
      ...keysOf(folder),
      ABDM_ENV: 'sandbox',
      ABDM_CLIENT_ID: 'a-client',
      ABDM_CLIENT_SECRET: 'a-secret',
    }),
  )
  assert.match(said, /sandbox client openabha-dev/)
})

test('with a real upstream the server starts without it, says that it is not ready, and has no sandbox', async () => {
  const gone = createServer()
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(gone.address() as AddressInfo).port}/x`
  await new Promise((resolve) => gone.close(resolve))
  const server = await startServer(
    settingsFor(newFolder(), {
      ABDM_ENV: 'sandbox',
      ABDM_CLIENT_ID: 'a-client',
      ABDM_CLIENT_SECRET: 'a-secret',
      ...keys,
      ABDM_GATEWAY_URL: url,
      ABDM_ABHA_URL: url,
      ABDM_PHR_APP_URL: url,
      ABDM_PHR_WEB_URL: url,
    }),
  )
  const status = async (path: string, method = 'GET') => {
    const response = await fetch(server.base + path, { method })
    return [response.status, await response.text()] as const
  }
  assert.equal((await status('/healthz'))[0], 200)
  const [ready, said] = await status('/readyz')
  assert.deepEqual([ready, JSON.parse(said).error], [503, 'Not ready: upstream'])
  for (const [path, method] of [
    ['/sandbox/v1/messages', 'GET'],
    ['/sandbox/v1/citizens', 'GET'],
    ['/sandbox/v1/clock', 'POST'],
    ['/sandbox/v1/faults', 'POST'],
    ['/sandbox/v1/reset', 'POST'],
    ['/sandbox/v1/trace', 'GET'],
  ] as const) {
    assert.equal((await status(path, method))[0], 404, path)
  }
  assert.equal((await server.stop()).code, 0)
})

test('a sandbox that others can reach says at its start what they can read there, and one on loopback does not', async () => {
  for (const [HOST, isWarned] of [
    ['0.0.0.0', true],
    ['127.0.0.1', false],
  ] as const) {
    const server = await startServer(settingsFor(await folderWithKeys(), { HOST }))
    if (isWarned) await server.says(/Warning: .*can read its OTPs/)
    server.kill('SIGTERM')
    const { stdout } = await server.ended
    assert.equal(stdout.match(/^ *Warning:/gm)?.length ?? 0, isWarned ? 1 : 0, HOST)
  }
})
