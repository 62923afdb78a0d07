import assert from 'node:assert/strict'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { type Product, startProduct } from '../../test/harness.ts'
import { addCitizen, kycAddress } from '../../test/people.ts'
import { type Received, type Receiver, startReceiver } from '../../test/receiver.ts'
import {
  assertRefused,
  type Client,
  details,
  freshAddress,
  freshMobile,
  prove,
  refusals,
  register,
} from '../../test/walks.ts'
import { jobRows } from '../outbox.ts'
import { endpointProblem, guardedLookup, mayReach } from './addresses.ts'
import { pauses } from './webhooks.ts'

/** Every created ABHA is reported, signed, until the receiver has taken it; and nothing of it can be turned against the operator. */

const key = 'a-signing-key-of-the-receiver'
const isGenuine = ({ headers, raw }: Received, nowSeconds: number): boolean => {
  const header = headers['eka-webhook-signature']
  const [, t = '', hex = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(header)) ?? []
  if (Math.abs(nowSeconds - Number(t)) > 180) return false
  const expected = createHmac('sha256', Buffer.from(key)).update(`${t}.`).update(raw).digest()
  return timingSafeEqual(expected, Buffer.from(hex, 'hex'))
}

let product: Product
let client: Client
let receiver: Receiver
before(async () => {
  product = await startProduct()
  client = await product.client()
})
beforeEach(async () => {
  receiver?.close()
  receiver = await startReceiver()
  const set = await product.send('PUT', '/sandbox/v1/webhooks/endpoint', {
    body: { url: receiver.url, signing_key: key },
  })
  assert.equal(set.status, 200, set.text)
})
after(async () => {
  receiver.close()
  await product.stop()
})

const nowSeconds = () => Math.floor(product.clock.now() / 1000)

test('a registration by mobile is reported once, with who it was and for whom', async () => {
  const headers = { 'X-Partner-Pt-Id': 'pt-42', 'X-Hip-Id': 'IN0000000001' }
  const { abhaAddress, oid } = await register(product, client, { headers })
  const [event] = await receiver.count(1)
  assert.ok(event && isGenuine(event, nowSeconds()))
  assert.match(String(event.headers['content-type']), /^application\/json/)
  const { event_time, timestamp, transaction_id, ...rest } = event.body
  assert.deepEqual(rest, {
    service: 'abdm',
    event: 'abha.created',
    business_id: 'openabha-dev',
    client_id: 'openabha-dev',
    data: { abha_address: abhaAddress, hip_id: 'IN0000000001', oid, partner_patient_id: 'pt-42' },
  })
  assert.ok(Number.isInteger(event_time) && Number.isInteger(timestamp) && timestamp >= event_time)
  assert.match(transaction_id, /^wh_/)
  // It is written down once the receiver has answered.
  const shown = async () => (await product.send('GET', '/sandbox/v1/webhooks')).body.deliveries[0]
  for (let turn = 0; turn < 100 && !(await shown()); turn++) await new Promise((resolve) => setTimeout(resolve, 10))
  const delivery = await shown()
  assert.deepEqual([delivery.url, delivery.status, delivery.attempt], [receiver.url, 200, 1])
  assert.equal(delivery.body, event.raw.toString('utf8'))
  assert.equal(delivery.headers['Eka-Webhook-Signature'], event.headers['eka-webhook-signature'])
  await product.advance(3_600)
  await client.relogin()
  await register(product, client)
  assert.equal((await receiver.count(2)).length, 2, 'what was taken is not sent again')
})

test('a registration by Aadhaar names the ABHA number; a log-in is no creation', async () => {
  const citizen = await addCitizen(product, kycAddress())
  const aadhaar = '/abdm/na/v1/registration/aadhaar'
  const begin = async () => {
    const headers = { 'X-Hip-Id': 'IN0000000002' }
    const init = await client.post(`${aadhaar}/init`, { aadhaar_number: citizen.aadhaar_number }, { headers })
    const { txn_id } = init.body
    const otp = await product.otpTo(citizen.mobile ?? '')
    await client.post(`${aadhaar}/verify`, { txn_id, otp, mobile: citizen.mobile })
    return txn_id
  }
  const logged = await client.post(`${aadhaar}/auto-login`, {
    txn_id: await begin(),
    abha_address: citizen.abha_addresses[0],
  })
  assert.equal(logged.status, 200, logged.text)
  const abha_address = freshAddress()
  const created = await client.post(`${aadhaar}/create-phr`, { txn_id: await begin(), abha_address })
  assert.equal(created.status, 200, created.text)
  const [event, ...more] = await receiver.count(1)
  const { oid } = created.body.eka
  const data = { abha_address, abha_number: citizen.abha_number, hip_id: 'IN0000000002', oid }
  assert.deepEqual(event?.body.data, data)
  assert.deepEqual(more, [])
})

test('what is not taken is sent again with growing pauses, a fresh signature and the same transaction_id, for a day', async () => {
  receiver.answers((response) => void response.writeHead(500).end('x'.repeat(100_000)))
  await register(product, client)
  await receiver.count(1)
  for (const [index, pause] of pauses.slice(0, 4).entries()) {
    await product.advance(pause - 1)
    await product.advance(1)
    await receiver.count(index + 2)
  }
  const bodies = receiver.received.map(({ body }) => body)
  assert.equal(new Set(bodies.map(({ transaction_id }) => transaction_id)).size, 1)
  assert.equal(new Set(bodies.map(({ event_time }) => event_time)).size, 1)
  assert.equal(new Set(bodies.map(({ timestamp }) => timestamp)).size, 5)
  assert.equal(new Set(receiver.received.map(({ headers }) => headers['eka-webhook-signature'])).size, 5)
  receiver.answers((response) => void response.writeHead(204).end())
  await product.advance(86_000)
  await receiver.count(6)
  const last = receiver.received.at(-1)
  assert.ok(last && isGenuine(last, nowSeconds()))
  assert.ok(
    receiver.received.slice(0, 1).every((early) => !isGenuine(early, nowSeconds())),
    'an old one is stale',
  )
  await client.relogin()
})

test('after a day it is given up', async () => {
  receiver.answers((response) => void response.writeHead(503).end())
  await client.relogin()
  await register(product, client)
  await receiver.count(1)
  await product.advance(86_400)
  await receiver.count(2)
  await product.advance(86_400)
  receiver.answers((response) => void response.writeHead(200).end())
  await client.relogin()
  await register(product, client)
  const [, , third] = await receiver.count(3)
  assert.notEqual(third?.body.transaction_id, receiver.received[0]?.body.transaction_id)
})

test('a redirect is an answer that is not taken, and nobody is followed', async () => {
  const elsewhere = await startReceiver()
  receiver.answers((response) => void response.writeHead(307, { location: elsewhere.url }).end())
  await register(product, client)
  await receiver.count(1)
  await product.advance(pauses[0])
  await receiver.count(2)
  assert.equal(elsewhere.received.length, 0)
  elsewhere.close()
  receiver.answers((response) => void response.writeHead(200).end())
  await product.advance(86_000)
  await receiver.count(3)
  await client.relogin()
})

test('an endpoint that never answers keeps no registration waiting', async () => {
  receiver.answers(() => undefined)
  const { oid } = await register(product, client)
  assert.ok(oid)
  await receiver.count(1)
  await register(product, client)
  await receiver.count(2)
  receiver.answers((response) => void response.writeHead(200).end())
  receiver.hangUp()
  await product.advance(3_600)
  await receiver.count(4)
  await client.relogin()
})

test('a reset of the sandbox takes the endpoints away, and the clients go on', async () => {
  assert.equal((await product.send('POST', '/sandbox/v1/reset')).status, 204)
  await register(product, client)
  await product.send('PUT', '/sandbox/v1/webhooks/endpoint', { body: { url: receiver.url } })
  const { oid } = await register(product, client)
  const [event] = await receiver.count(1)
  assert.equal(event?.body.data.oid, oid)
  assert.equal(event?.headers['eka-webhook-signature'], undefined)
})

test("an endpoint that never answers keeps no other client's events and shares waiting", async () => {
  receiver.answers(() => undefined)
  for (let round = 0; round < 5; round++) await Promise.all(Array.from({ length: 8 }, () => register(product, client)))
  await receiver.count(8)
  const other = await product.client('openabha-dev-2')
  const others = await startReceiver()
  await product.services.clients.setWebhook('openabha-dev-2', { url: others.url })
  const { oid } = await register(product, other)
  assert.equal((await others.count(1))[0]?.body.data.oid, oid)
  const shared = await other.post(
    '/abdm/v2/profile/share',
    { hip_id: 'IN0000000001', counter_id: '12345' },
    { headers: { 'X-Pt-Id': oid } },
  )
  const status = async () => (await other.get(`/abdm/v2/profile/share/${shared.body.request_id}`)).body.status
  while ((await status()) === 'processing') await new Promise((resolve) => setTimeout(resolve, 10))
  assert.equal(await status(), 'success')
  assert.ok(receiver.received.length < 40, 'the first events still hang')
  receiver.answers((response) => void response.writeHead(200).end())
  receiver.hangUp()
  await product.advance(pauses[0])
  await receiver.count(48)
  others.close()
})

test('nothing is told of somebody who was removed from this server', async () => {
  receiver.answers((response) => void response.writeHead(503).end())
  const removed = await register(product, client)
  await receiver.count(1)
  const gone = await client.call('DELETE', '/abdm/v1/profile', { headers: { 'X-Pt-Id': removed.oid } })
  assert.equal(gone.status, 204, gone.text)
  receiver.answers((response) => void response.writeHead(200).end())
  await product.advance(pauses[0])
  const { oid } = await register(product, client)
  await receiver.count(2)
  assert.deepEqual(
    receiver.received.map(({ body }) => body.data.oid),
    [removed.oid, oid],
  )
  assert.ok(!(await product.store.list(jobRows)).some(({ body }) => JSON.stringify(body).includes(removed.oid)))
})

test('sixteen creations at once are sixteen events, and none is lost or doubled', async () => {
  const made = await Promise.all(Array.from({ length: 16 }, () => register(product, client)))
  await receiver.count(16)
  const told = receiver.received.map(({ body }) => body.data.oid).sort()
  assert.deepEqual(told, made.map(({ oid }) => oid).sort())
})

test('a creation that is refused reports nothing', async () => {
  const taken = await register(product, client)
  await receiver.count(1)
  const txn_id = await prove(product, client, freshMobile())
  const refused = await client.post('/abdm/na/v1/registration/mobile/create-phr', {
    txn_id,
    abha_address: taken.abhaAddress,
    profile: details,
  })
  assertRefused(refused, refusals.addressTaken)
  await product.advance(120)
  await client.relogin()
  await register(product, client)
  assert.equal((await receiver.count(2)).length, 2)
})

test('an endpoint is https, or http on this machine; without user, and with a key that is no empty one', async () => {
  const put = (body: unknown) => product.send('PUT', '/sandbox/v1/webhooks/endpoint', { body })
  for (const url of [
    'http://example.org/x',
    'ftp://127.0.0.1/x',
    'https://10.0.0.1/',
    'https://user:x@example.org',
    'x',
  ]) {
    assertRefused(await put({ url, signing_key: key }), { ...refusals.field, message: /^url / }, url)
  }
  assertRefused(await put({ url: receiver.url, signing_key: '' }), { ...refusals.field, message: /^signing_key / })
  assertRefused(await put({ signing_key: key }), { ...refusals.field, message: /^url / })
  const unsigned = await put({ url: receiver.url })
  assert.equal(unsigned.body.is_signed, false)
  await register(product, client)
  const [event] = await receiver.count(1)
  assert.equal(event?.headers['eka-webhook-signature'], undefined)
})

test('addresses of inner networks are refused in every dress, and so are names that lead there', async () => {
  const strict = { allowLoopback: false, allowPrivate: false }
  const inner =
    '0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.168.1.1 198.18.0.1 224.0.0.1 255.255.255.255 :: ::1 ::ffff:10.0.0.1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 64:ff9b::a00:1 fc00::1 fd12::1 fe80::1 ff02::1 2002:a00:1:: 64:ff9b:1::a00:1 ::10.0.0.1 ::ffff:0:a00:1 fec0::1 2001::1 192.88.99.1 168.63.129.16 2001:2::1 2001:10::1 2001:2f:ffff::1 100::1 100:0:0:1::1 3fff::1 3fff:fff::1 5f00::1 2001:db8::1 192.0.0.192'
  for (const address of inner.split(' ')) assert.equal(mayReach(address, strict), false, address)
  for (const address of [
    '1.1.1.1',
    '172.32.0.1',
    '192.169.0.1',
    '168.63.129.17',
    '2606:4700::1111',
    '2001:4860::1',
    '3fff:1000::1',
  ]) {
    assert.equal(mayReach(address, strict), true, address)
  }
  assert.equal(mayReach('10.1.2.3', { allowLoopback: true, allowPrivate: false }), false)
  assert.equal(mayReach('10.1.2.3', { allowLoopback: false, allowPrivate: true }), true)
  for (const url of [
    'https://[::1]/',
    'https://[::ffff:a00:1]/',
    'https://0x7f000001/',
    'https://2130706433/',
    'http://localhost/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://receiver.localhost/',
  ]) {
    assert.notEqual(endpointProblem(url, strict), undefined, url)
    if (url.startsWith('https'))
      assert.equal(endpointProblem(url, { allowLoopback: false, allowPrivate: true }), undefined, url)
  }
  assert.equal(endpointProblem('http://localhost:3000/', { allowLoopback: true, allowPrivate: false }), undefined)
  assert.equal(endpointProblem('https://example.org/x', strict), undefined)
  const lookedUp = await new Promise<Error | null>((resolve) =>
    guardedLookup(strict)('localhost', { all: true }, (failure) => resolve(failure)),
  )
  assert.match(String(lookedUp?.message), /refused address/)
})
