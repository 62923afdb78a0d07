import assert from 'node:assert/strict'
import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { clientRows, createClients } from '../clients.ts'
import { systemClock } from '../clock.ts'
import type { Environment } from '../config.ts'
import { encryption, signing } from '../config-testing.ts'
import { sharedKeys } from '../emulator/testing-keys.ts'
import { openSqlite } from '../store/sqlite.ts'
import { examined, newFolder, realEnv } from './testing.ts'

/** Settings, keys, database and webhooks, with the embedded emulator as upstream. */

const embedded = (file = join(newFolder(), 'openabha.db')) => ({
  file,
  env: { DATABASE_URL: `sqlite:${file}`, ENCRYPTION_KEY: encryption, SIGNING_KEY: signing } as Environment,
})
const opened = (file: string) => openSqlite({ file, key: Buffer.from(encryption, 'hex'), clock: systemClock })
const examinedHere = async (env: Environment) => examined(env, { emulatorKeys: await sharedKeys })

test('before the first start all is in order, and the look at it leaves nothing behind', async () => {
  const { file } = embedded()
  const { of, findings, inState } = await examinedHere({ DATABASE_URL: `sqlite:${file}` })
  assert.equal(inState('ok').length, findings.length)
  assert.match(of('keys').says, /the first start makes them/)
  assert.match(of('database').says, /is not there yet, and can be made/)
  for (const step of ['DNS gateway', 'TLS phr-web']) assert.equal(of(step).says, 'not needed: embedded')
  assert.deepEqual(readdirSync(dirname(file)), [])
})

test('folders that the look at a new database needs are gone after it, and what was there stays', async () => {
  const folder = newFolder()
  const { of } = await examinedHere({ DATABASE_URL: `sqlite:${join(folder, 'data', 'deep', 'openabha.db')}` })
  assert.match(of('database').says, /is not there yet, and can be made/)
  assert.deepEqual(readdirSync(folder), [])
})

test('a database that is there is opened and written, and holds afterwards what it held', async () => {
  const { file, env } = embedded()
  await opened(file).close()
  const { of } = await examinedHere(env)
  assert.match(of('database').says, /opens and takes writes, and the key fits/)
  const store = opened(file)
  const left = await store.list({ name: 'doctor', body: clientRows.body })
  await store.close()
  assert.deepEqual(left, [])
})

test('settings that are missing are all listed, and nothing else is tried', async () => {
  const { of, findings, inState } = await examined({ ABDM_ENV: 'production' })
  assert.deepEqual(inState('failed'), ['settings'])
  assert.equal(inState('skipped').length, findings.length - 1)
  assert.ok(findings.length >= 16)
  const named = of('settings').todo.map((line) => line.split(' ')[0])
  assert.deepEqual(named, ['ABDM_CLIENT_ID', 'ABDM_CLIENT_SECRET', 'ENCRYPTION_KEY', 'SIGNING_KEY'])
})

test('keys that are the same, or a key file that holds none, are told', async () => {
  const { file, env } = embedded()
  const same = await examinedHere({ ...env, SIGNING_KEY: encryption })
  assert.deepEqual([same.of('keys').state, same.of('keys').says], ['failed', 'the two are the same'])
  writeFileSync(`${file}.keys.json`, '{"encryption":"rubbish-83kQ"}')
  const broken = await examinedHere({ DATABASE_URL: `sqlite:${file}` })
  assert.match(broken.of('keys').todo.join(), /bring it back from a backup/)
  assert.ok(!JSON.stringify(broken.findings).includes('rubbish-83kQ'))
  assert.deepEqual(broken.inState('skipped'), ['database', 'webhooks'])
  // The embedded ABDM does not depend on them.
  assert.equal(broken.of('session').state, 'ok')
})

test('a database written with another key, or none of ours, is told and left as it is', async () => {
  const { file, env } = embedded()
  await opened(file).close()
  const { of, inState } = await examinedHere({ ...env, ENCRYPTION_KEY: 'a7'.repeat(32) })
  assert.match(of('database').says, /written with another encryption key/)
  assert.match(of('database').todo.join(), /^Set ENCRYPTION_KEY/)
  assert.deepEqual(inState('failed'), ['database'])
  assert.ok(existsSync(file))
  const other = embedded()
  writeFileSync(other.file, 'no database at all, and longer than the head of one is'.repeat(40))
  assert.match((await examinedHere(other.env)).of('database').says, /is not a database/)
})

test('a database that was a sandbox’s is no database for a real upstream', async () => {
  const { file, env } = embedded()
  const store = opened(file)
  await createClients(store, systemClock, Buffer.alloc(32)).add('openabha-dev', 'openabha-dev-secret')
  await store.close()
  assert.deepEqual((await examinedHere(env)).inState('failed'), [])
  const nowhere = 'http://127.0.0.1:9'
  const { of } = await examined({
    ...realEnv({ gateway: nowhere, abha: nowhere, 'phr-app': nowhere, 'phr-web': nowhere }),
    DATABASE_URL: `sqlite:${file}`,
  })
  assert.equal(of('database').state, 'failed')
  assert.match(of('database').says, /holds the sandbox client openabha-dev/)
})

test('a database that cannot be written is told', async () => {
  if (process.platform === 'win32') return
  const { file, env } = embedded()
  await opened(file).close()
  chmodSync(file, 0o444)
  chmodSync(dirname(file), 0o555)
  const isRoot = process.geteuid?.() === 0
  // The superuser may write everywhere, so for this one look the test becomes nobody.
  if (isRoot) process.seteuid?.(65534)
  try {
    const { of } = await examinedHere(env)
    assert.match(of('database').says, /is read-only/)
    assert.match(of('database').todo.join(), /write the file and its folder/)
  } finally {
    if (isRoot) process.seteuid?.(0)
    chmodSync(dirname(file), 0o755)
  }
})

test('a database in a folder that cannot be made is told at once', async () => {
  if (process.platform !== 'linux') return
  const { env } = embedded()
  const { of, inState } = await examinedHere({ ...env, DATABASE_URL: 'sqlite:/proc/nope/deeper/x.db' })
  assert.match(of('database').says, /there is no such folder, or no permission/)
  assert.match(of('database').todo.join(), /name another file in DATABASE_URL/)
  assert.deepEqual(inState('failed'), ['database'])
})

test('a database that a server has open asks for attention and fails nothing', async () => {
  const { file, env } = embedded()
  const server = opened(file)
  const { of, inState } = await examinedHere(env)
  await server.close()
  assert.deepEqual(inState('attention'), ['database'])
  assert.match(of('database').todo.join(), /readyz/)
  assert.deepEqual(inState('skipped'), ['webhooks'])
  assert.deepEqual(inState('failed'), [])
})

test('each client’s endpoint is connected to, sent nothing, and named by its host alone', async () => {
  const { file, env } = embedded()
  let requests = 0
  const receiver = createServer((_, response) => {
    requests++
    response.end()
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const { port } = receiver.address() as AddressInfo
  const gone = createServer()
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
  const { port: closedPort } = gone.address() as AddressInfo
  await new Promise((resolve) => gone.close(resolve))

  const store = opened(file)
  const clients = createClients(store, systemClock, Buffer.alloc(32))
  const endpoints = {
    there: `http://127.0.0.1:${port}/hook-secret-83kQ?token=hook-secret-83kQ`,
    gone: `http://127.0.0.1:${closedPort}/hook-secret-83kQ`,
    inner: 'https://10.0.0.8/hook-secret-83kQ',
    silent: undefined,
  }
  for (const [clientId, url] of Object.entries(endpoints)) {
    await clients.add(clientId, 'secret')
    if (url) await clients.setWebhook(clientId, { url, signingKey: 'key-secret-83kQ' })
  }
  await store.close()
  const { of, findings, inState } = await examinedHere(env)
  receiver.closeAllConnections()
  await new Promise((resolve) => receiver.close(resolve))

  assert.equal(of('webhooks').says, '3 of 4 clients have an endpoint')
  assert.equal(of('webhook there').says, '127.0.0.1 is reached')
  assert.equal(requests, 0)
  assert.equal(of('webhook gone').says, '127.0.0.1 is not reached (ECONNREFUSED)')
  assert.equal(of('webhook inner').says, 'the address must not be a private address')
  assert.deepEqual(inState('failed').toSorted(), ['webhook gone', 'webhook inner'])
  assert.ok(!JSON.stringify(findings).includes('secret-83kQ'))
})
