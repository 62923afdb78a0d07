import assert from 'node:assert/strict'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { after, before, test } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { type Clock, movableClock, systemClock } from '../clock.ts'
import { type Bench, startBench } from '../emulator/testing.ts'
import { examined, realEnv, selfSigned } from './testing.ts'

/** The way to a base: its name, and the certificate there. PHR web stands for all, since one step alone builds on it. */

let bench: Bench
before(async () => {
  bench = await startBench({ clock: movableClock() })
})
after(() => bench.close())

const dayMs = 86_400_000
const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, resolve))
  return (server.address() as AddressInfo).port
}

const looked = async (server: Server, overrides: { authorities?: string; deadlineMs?: number; clock?: Clock } = {}) => {
  const base = `https://localhost:${await listening(server)}`
  try {
    const seen = await examined({ ...realEnv(bench.emulator.bases), ABDM_PHR_WEB_URL: base }, overrides)
    assert.deepEqual(
      seen.inState('failed').filter((step) => !['TLS phr-web', 'PHR web'].includes(step)),
      [],
    )
    assert.match(seen.of('DNS phr-web').says, /^localhost is /)
    return seen.of('TLS phr-web')
  } finally {
    server.close()
  }
}

test('a certificate that is trusted is in order; near its end it asks for attention', async () => {
  const now = systemClock.now()
  const young = selfSigned(now - dayMs, now + 90.5 * dayMs)
  const found = await looked(createTlsServer(young), { authorities: young.cert })
  assert.deepEqual([found.state, found.says], ['ok', 'localhost has a valid certificate, 90 days left'])
  const old = selfSigned(now - dayMs, now + 5.5 * dayMs)
  const near = await looked(createTlsServer(old), { authorities: old.cert })
  assert.deepEqual([near.state, near.says], ['attention', 'localhost has a valid certificate, 5 days left'])
  assert.match(near.todo.join(), /renew/)
})

test('a certificate that is over, or that nobody vouches for, is refused', async () => {
  const now = systemClock.now()
  const over = selfSigned(now - 9 * dayMs, now - dayMs)
  const expired = await looked(createTlsServer(over), { authorities: over.cert })
  assert.equal(expired.says, 'localhost shows a certificate that is not to be trusted (CERT_HAS_EXPIRED)')
  const own = await looked(createTlsServer(selfSigned(now - dayMs, now + dayMs)))
  assert.equal(own.says, 'localhost shows a certificate that is not to be trusted (DEPTH_ZERO_SELF_SIGNED_CERT)')
  assert.match(own.todo.join(), /ABDM_PHR_WEB_URL.*NODE_EXTRA_CA_CERTS/)
})

test('a port that speaks something else than TLS is told', async () => {
  const rubbish = createServer((socket) => socket.on('error', () => undefined).end('220 mail.example ready\r\n'))
  const found = await looked(rubbish)
  assert.equal(found.state, 'failed')
  assert.match(found.says, /does not speak TLS/)
})

test('a host that takes the connection and is silent is given up', async () => {
  const silent = createServer((socket) => void socket.on('error', () => undefined))
  const found = await looked(silent, { deadlineMs: 1_000 })
  assert.deepEqual([found.state, found.says], ['failed', 'no answer within 1 s'])
})

test('where nobody listens, and a name that leads nowhere, are told; the TLS of the name is skipped', async () => {
  const server = createServer()
  const port = await listening(server)
  await new Promise((resolve) => server.close(resolve))
  const env = realEnv(bench.emulator.bases)
  const closed = await examined({ ...env, ABDM_PHR_WEB_URL: `https://127.0.0.1:${port}` })
  assert.equal(closed.of('DNS phr-web').says, 'not needed: 127.0.0.1 is an address')
  assert.equal(closed.of('TLS phr-web').says, '127.0.0.1 is not reached (ECONNREFUSED)')
  const nowhere = await examined({ ...env, ABDM_PHR_WEB_URL: 'https://abdm.invalid/phr' })
  assert.match(nowhere.of('DNS phr-web').says, /^abdm\.invalid has no address/)
  assert.match(nowhere.of('DNS phr-web').todo.join(), /ABDM_PHR_WEB_URL/)
  assert.deepEqual(nowhere.inState('skipped'), ['TLS phr-web', 'PHR web'])
})
