import assert from 'node:assert/strict'
import { Agent, get } from 'node:http'
import { after, before, test } from 'node:test'
import { journeyOf, ok } from '../trouble/journey.ts'
import { cleanUp, clientOf, folderWithKeys, launch, newFolder, settingsFor, startServer } from './server.ts'

/** A server that is asked to stop finishes what it has begun, and does not outlive whoever started it. */

after(cleanUp)

const launcher = 'bin/openabha.mjs'
/** The machine's own Node, which may be older than the project's. */
const byLauncher = (settings: Record<string, string | undefined>) => launch('node', [launcher, 'start'], settings)

const open = async (run?: Parameters<typeof startServer>[1], settings = settingsFor('')) => {
  const placed = { ...settings, DATABASE_URL: settingsFor(await folderWithKeys()).DATABASE_URL }
  const server = await startServer(placed, run ?? undefined)
  const client = clientOf(() => server.base, 'openabha-dev', 'openabha-dev-secret')
  await client.login()
  const fault = async (body: object) =>
    assert.equal((await client.send('POST', '/sandbox/v1/faults', { body })).status, 200)
  return { server, client, fault, journey: journeyOf(client.product, client.caller) }
}
/** Whether anybody still listens. */
const answers = (base: string): Promise<boolean> =>
  fetch(`${base}/healthz`).then(
    () => true,
    () => false,
  )

/** A stream of messages that tells when it was ended in order. */
const openStream = async (base: string) => {
  const response = await fetch(`${base}/sandbox/v1/messages/stream`)
  const reader = response.body?.getReader()
  assert.ok(reader)
  const first = await reader.read()
  assert.match(Buffer.from(first.value ?? []).toString(), /connected/)
  return async (): Promise<void> => {
    while (!(await reader.read()).done);
  }
}

test('SIGTERM lets a request in flight end, also with a stream and idle connections open, and the exit is clean', async () => {
  const { server, client, fault, journey } = await open()
  const streamEnds = await openStream(server.base)
  ok(await journey.init())
  // The answer is late, and the first try of it is lost: the request is still in flight when the signal comes.
  await fault({ operation: 'phr.enrollment.is_exists', mode: 'drop_before', delay_ms: 400, times: 1 })
  const calls = async () => (await client.send('GET', '/sandbox/v1/faults')).body.faults.length
  const inFlight = journey.check()
  while ((await calls()) > 0);
  const ended = server.stop()
  assert.deepEqual(ok(await inFlight), { exists: false })
  await streamEnds()
  const { code, signal, stderr } = await ended
  assert.deepEqual([code, signal, stderr], [0, null, ''])
  assert.equal(await answers(server.base), false)
})

const askHealth = (base: string, agent: Agent) =>
  new Promise<{ status: number | undefined; connection: string | undefined; text: string }>((resolve, reject) => {
    const asked = get(`${base}/healthz`, { agent }, async (answer) => {
      const chunks = await answer.toArray()
      const { connection } = answer.headers
      resolve({ status: answer.statusCode, connection, text: Buffer.concat(chunks).toString() })
    })
    asked.on('error', reject)
  })

test('while a request is still in flight after SIGTERM, new ones get 503 and their connection is closed, be it a new or a kept one', async () => {
  const { server, client, fault, journey } = await open()
  ok(await journey.init())
  const kept = new Agent({ keepAlive: true, maxSockets: 1 })
  assert.equal((await askHealth(server.base, kept)).status, 200)
  await fault({ operation: 'phr.enrollment.is_exists', mode: 'drop_before', delay_ms: 2_000, times: 1 })
  const inFlight = journey.check()
  while ((await client.send('GET', '/sandbox/v1/faults')).body.faults.length > 0);
  const ended = server.stop()
  const onNew = () => askHealth(server.base, new Agent())
  let refused = await onNew()
  // Until the signal has come.
  while (refused.status === 200) refused = await onNew()
  for (const { status, connection, text } of [refused, await onNew(), await askHealth(server.base, kept)]) {
    assert.deepEqual([status, connection], [503, 'close'])
    assert.deepEqual(JSON.parse(text), { code: 503, error: 'The server is stopping; try again' })
  }
  assert.deepEqual(ok(await inFlight), { exists: false })
  const { code, signal, stderr } = await ended
  assert.deepEqual([code, signal, stderr], [0, null, ''])
})

/** Takes as long as the server waits for upstream when it stops, so it goes on beside the other tests. */
const stopWhileUpstreamHangs = async () => {
  const { server, client, fault, journey } = await open()
  ok(await journey.init())
  await fault({ operation: 'phr.enrollment.verify', mode: 'timeout', times: 1 })
  const inFlight = journey.verify()
  while ((await client.send('GET', '/sandbox/v1/faults')).body.faults.length > 0);
  const ended = server.stop()
  return { reply: await inFlight, ended: await ended }
}
let hanging: ReturnType<typeof stopWhileUpstreamHangs>
before(() => {
  hanging = stopWhileUpstreamHangs()
  hanging.catch(() => undefined)
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`the launcher under the machine’s own Node passes ${signal} on and ends as the server does`, async () => {
    const settings = settingsFor(await folderWithKeys())
    const server = await startServer(settings, () => byLauncher(settings))
    server.kill(signal)
    // Somebody impatient presses the keys again.
    server.kill('SIGINT')
    const { code, stderr } = await server.ended
    assert.deepEqual([code, stderr], [0, ''])
    assert.equal(await answers(server.base), false)
  })
}

test('the death of the launcher by SIGKILL ends the server too, and the database is whole', async () => {
  const settings = settingsFor(await folderWithKeys())
  const server = await startServer(settings, () => byLauncher(settings))
  const client = clientOf(() => server.base, 'openabha-dev', 'openabha-dev-secret')
  await client.login()
  const journey = journeyOf(client.product, client.caller)
  ok(await journey.init())
  const otp = await journey.otp()
  // Resolves when the output is closed by the last process that held it: the server itself.
  await server.crash()
  assert.equal(await answers(server.base), false)

  const next = await startServer(settings)
  const later = clientOf(() => next.base, 'openabha-dev', 'openabha-dev-secret')
  await later.login()
  const going = await later.caller.post('/abdm/na/v1/registration/mobile/verify', { txn_id: journey.txn_id, otp })
  assert.equal(ok(going).skip_state, 'abha_create')
  assert.equal((await next.stop()).code, 0)
})

test('a launcher that is killed during the first start leaves no server behind, and the next start goes through', async () => {
  const settings = settingsFor(newFolder())
  const starting = byLauncher(settings)
  await starting.says(/First start/)
  starting.kill('SIGKILL')
  await starting.ended
  const server = await startServer(settings)
  assert.equal((await server.stop()).code, 0)
})

test('SIGTERM ends cleanly although upstream never answers a request in flight, and the caller hears of it', async () => {
  const { reply, ended } = await hanging
  assert.equal(reply.status, 502)
  assert.match(reply.body.error, /^The connection to ABDM broke before it answered/)
  assert.deepEqual([ended.code, ended.stderr], [0, ''])
})
