import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Received = { headers: IncomingHttpHeaders; raw: Buffer; body: any }

export type Receiver = Awaited<ReturnType<typeof startReceiver>>

/** A receiver written from connect §8 alone. */
export const startReceiver = async () => {
  const received: Received[] = []
  let answer: (response: ServerResponse) => void = (response) => void response.writeHead(200).end()
  let seen: () => void = () => undefined
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const raw = Buffer.concat(chunks)
      received.push({ headers: request.headers, raw, body: JSON.parse(raw.toString('utf8')) })
      answer(response)
      seen()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    received,
    answers: (next: typeof answer) => {
      answer = next
    },
    /** Waits until so many have come. */
    async count(wanted: number): Promise<Received[]> {
      const tooLate = Date.now() + 8_000
      while (received.length < wanted) {
        if (Date.now() > tooLate) throw new Error(`${received.length} of ${wanted} deliveries came`)
        await Promise.race([
          new Promise<void>((resolve) => {
            seen = resolve
          }),
          new Promise((resolve) => setTimeout(resolve, 250)),
        ])
      }
      return received
    },
    hangUp: () => server.closeAllConnections(),
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
