import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { connect, type Socket } from 'node:net'
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

/** Connections that somebody opened and has not asked for anything, or not for the whole of it. */
const halfAsked = (base: string, words: readonly string[]): Promise<Socket[]> =>
  Promise.all(
    words.map(async (said) => {
      const socket = connect(Number(new URL(base).port), '127.0.0.1')
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      socket.write(said)
      return socket
    }),
  )

test('connections that have carried no whole request hold up no stop', async () => {
  const { server } = await open()
  const sockets = await halfAsked(server.base, ['', 'GET /healthz HT', 'GET /healthz HTTP/1.1\r\nHost: x\r\n'])
  // Not before the server has all of them.
  assert.equal(await answers(server.base), true)
  // In order or by a reset, where the server had not read everything.
  const closed = Promise.all(sockets.map((socket) => new Promise((resolve) => socket.resume().once('close', resolve))))
  const { code, signal, stderr } = await server.stop()
  assert.deepEqual([code, signal, stderr], [0, null, ''])
  await closed
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
/** The same for a facility that never answers, beside a body that never comes. */
const stopWhileFacilityHangs = async () => {
  const { server, client, journey } = await open()
  await journey.register()
  await halfAsked(server.base, [
    'POST /connect-auth/v1/account/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
  ])
  const { facilities } = (await client.send('GET', '/sandbox/v1/facilities')).body
  const { hip_id, counter_id } = facilities.find(({ notes }: { notes: string }) => notes.startsWith('Never answers'))
  const reads = async (): Promise<number> =>
    (await client.send('GET', '/sandbox/v1/trace')).text.split('phr.profile.get').length
  const before = await reads()
  const inFlight = client.caller.post('/abdm/v1/profile/share', { hip_id, counter_id }, journey.asUser())
  // Its profile has been read: nothing but the facility is waited for.
  while ((await reads()) === before);
  const ended = server.stop()
  return { reply: await inFlight, ended: await ended }
}

let hanging: ReturnType<typeof stopWhileUpstreamHangs>
let silent: ReturnType<typeof stopWhileFacilityHangs>
before(() => {
  hanging = stopWhileUpstreamHangs()
  hanging.catch(() => undefined)
  silent = stopWhileFacilityHangs()
  silent.catch(() => undefined)
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

test('SIGTERM ends cleanly although a facility never answers and a body never comes, and the caller hears of it', async () => {
  const { reply, ended } = await silent
  assert.deepEqual(reply.body, { code: 503, error: 'The server is stopping; try again' })
  assert.deepEqual([ended.code, ended.stderr], [0, ''])
})
