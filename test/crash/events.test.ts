import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, afterEach, test } from 'node:test'
import { type Journey, journeyOf, ok } from '../trouble/journey.ts'
import { wayOf } from '../trouble/way.ts'
import { startMortal } from './mortal.ts'
import { cleanUp } from './server.ts'

/** An `abha.created` that was owed when the server was killed is delivered after its restart: none is lost, none is invented. */

type Event = { transaction_id: string; event_time: number; data: { abha_address: string; oid: string } }
type Receiver = Awaited<ReturnType<typeof startReceiver>>

const receivers: { close(): void }[] = []
afterEach(() => {
  for (const one of receivers.splice(0)) one.close()
})
after(cleanUp)

const startReceiver = async () => {
  const received: Event[] = []
  let answer = (response: ServerResponse): void => void response.writeHead(200).end()
  const waiting = new Set<() => void>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received.push(JSON.parse(Buffer.concat(chunks).toString('utf8')))
      answer(response)
      for (const look of waiting) look()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    received,
    /** Takes the connection and never says that it has the event. */
    falterUntil: () => {
      answer = () => undefined
      return () => {
        answer = (response) => void response.writeHead(200).end()
      }
    },
    /** Until events of so many addresses have come. */
    async addresses(wanted: number): Promise<Set<string>> {
      const seen = () => new Set(received.map(({ data }) => data.abha_address))
      const isTooLate = AbortSignal.timeout(20_000)
      while (seen().size < wanted) {
        await new Promise<void>((resolve, reject) => {
          waiting.add(resolve)
          isTooLate.addEventListener('abort', () => reject(new Error(`${seen().size} of ${wanted} events came`)))
        })
        waiting.clear()
      }
      return seen()
    },
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
  receivers.push(receiver)
  return receiver
}

const startTelling = async (receiver: Receiver) => {
  const mortal = await startMortal()
  const body = { url: receiver.url, signing_key: 'a-signing-key-of-the-receiver' }
  ok(await mortal.send('PUT', '/sandbox/v1/webhooks/endpoint', { body }))
  return mortal
}

/** One transaction_id for each address, and every repetition says the same. */
const assertOnePerAddress = (received: readonly Event[]): void => {
  const ids = new Map<string, string>()
  for (const { transaction_id, event_time, data } of received) {
    const said = JSON.stringify([transaction_id, event_time, data])
    assert.equal(ids.get(data.abha_address) ?? said, said)
    ids.set(data.abha_address, said)
  }
  assert.equal(new Set(received.map(({ transaction_id }) => transaction_id)).size, ids.size)
}

test('killed between the answer of create-phr and the delivery: the same event comes after the restart, and then no more', async () => {
  const receiver = await startReceiver()
  const recover = receiver.falterUntil()
  const mortal = await startTelling(receiver)
  const journey = await journeyOf(mortal.product, mortal.caller).register()
  await receiver.addresses(1)
  await mortal.dieAndReturn()
  recover()

  const way = await wayOf(mortal.product, mortal.caller, 'new')
  ok(await way.init())
  ok(await way.verify())
  ok(await way.create())
  await mortal.dieAndReturn()
  // The work of the dead process comes due again.
  await mortal.advance(91)
  assert.deepEqual(await receiver.addresses(2), new Set([journey.abha_address, way.abha_address]))
  const untilTold = async (transaction: string | undefined) => {
    for (let turn = 0; turn < 400; turn++) {
      const { deliveries } = ok(await mortal.send('GET', '/sandbox/v1/webhooks'))
      const isTaken = (one: { body: string; status: number }) =>
        one.status === 200 && JSON.parse(one.body).transaction_id === transaction
      if (deliveries.some(isTaken)) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    assert.fail('the event was never taken')
  }
  for (const address of [journey.abha_address, way.abha_address]) {
    await untilTold(receiver.received.find(({ data }) => data.abha_address === address)?.transaction_id)
  }
  const oids = new Map(receiver.received.map(({ data }) => [data.abha_address, data.oid]))
  assert.deepEqual([oids.get(journey.abha_address), oids.get(way.abha_address)], [journey.oid, way.oid])
  assertOnePerAddress(receiver.received)

  const told = receiver.received.length
  await mortal.dieAndReturn()
  await mortal.advance(1_000)
  const last = await journeyOf(mortal.product, mortal.caller).register()
  assert.ok((await receiver.addresses(3)).has(last.abha_address))
  // Taken, and the server killed before that was written down: it may come once more, as the same event (connect §8).
  const before = receiver.received.slice(0, told).map(({ transaction_id }) => transaction_id)
  const later = receiver.received.slice(told).map(({ transaction_id }) => transaction_id)
  assert.equal(new Set(later).size, later.length)
  assert.equal(later.filter((one) => !before.includes(one)).length, 1)
  assert.equal((await mortal.stop()).code, 0)
})

test('killed in the midst of many registrations: every address that was acknowledged is told of, under one transaction_id, and nothing that does not exist', async () => {
  const receiver = await startReceiver()
  const mortal = await startTelling(receiver)
  const people: Journey[] = Array.from({ length: 24 }, () => journeyOf(mortal.product, mortal.caller))
  const acknowledged = new Set<string>()
  let someEnded: () => void = () => undefined
  const enough = new Promise<void>((resolve) => {
    someEnded = resolve
  })
  const going = people.map(async (journey) => {
    try {
      await journey.register()
    } catch {
      return
    }
    acknowledged.add(journey.abha_address)
    if (acknowledged.size === 4) someEnded()
  })
  await enough
  await mortal.dieAndReturn()
  await Promise.all(going)

  await mortal.advance(91)
  for (const journey of people) {
    if (acknowledged.has(journey.abha_address)) continue
    // The flow goes on from where the server was killed; where it had come to an end, only the news of it died.
    const isCreated = (await journey.create()).status === 200
    if (!isCreated && ok(await journey.check()).exists) continue
    if (!isCreated) await journey.register()
    acknowledged.add(journey.abha_address)
  }
  const told = await receiver.addresses(acknowledged.size)
  const existing = new Set(people.map(({ abha_address }) => abha_address))
  // Some more may be owed to those whose answer died; none of the acknowledged may be missing.
  while ([...acknowledged].some((address) => !told.has(address))) {
    for (const one of await receiver.addresses(told.size + 1)) told.add(one)
  }
  for (const address of told) assert.ok(existing.has(address), 'invented')
  assertOnePerAddress(receiver.received)
  assert.equal((await mortal.stop()).code, 0)
})
