import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { clientSecret, clientId as upstreamClientId } from '../../src/emulator/testing.ts'
import { type Product, startProduct } from '../harness.ts'
import { startTroubled } from './journey.ts'

/** A product whose upstream is real to it: an emulator behind a proxy that passes calls on and then spoils their answers. */

/** What becomes of an answer after upstream has acted. */
export type Spoiling =
  | { kind: 'drop' | 'never' | 'truncate' | 'huge' }
  | { kind: 'replace'; status: number; type?: string; body?: string }
  /** Bytes instead of HTTP. */
  | { kind: 'raw'; bytes: Buffer }

type Planned = { path: string; spoiling: Spoiling; times: number }

const hugeBody = `{"message":"${'x'.repeat(8_388_608)}"}`

const startProxy = async (target: string) => {
  let planned: Planned[] = []
  const { hostname, port } = new URL(target)
  const server = createServer({ keepAliveTimeout: 75_000 }, (incoming, outgoing) => {
    const path = (incoming.url ?? '').split('?')[0] ?? ''
    const plan = planned.find((one) => path.endsWith(one.path))
    if (plan && --plan.times === 0) planned = planned.filter((one) => one !== plan)
    const forward = request(
      { hostname, port, path: incoming.url, method: incoming.method, headers: incoming.headers },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () => spoil(plan?.spoiling, answer.statusCode ?? 500, Buffer.concat(chunks)))
      },
    )
    forward.on('error', () => incoming.socket.destroy())
    incoming.pipe(forward)

    const spoil = (how: Spoiling | undefined, status: number, body: Buffer): void => {
      const answer = (code: number, type: string, text: Buffer | string) => {
        outgoing.writeHead(code, { 'content-type': type, 'content-length': Buffer.byteLength(text) })
        outgoing.end(text)
      }
      if (!how) answer(status, 'application/json', body)
      else if (how.kind === 'drop') incoming.socket.destroy()
      else if (how.kind === 'truncate')
        answer(status, 'application/json', body.subarray(0, Math.floor(body.length / 2)))
      else if (how.kind === 'huge') answer(status, 'application/json', hugeBody)
      else if (how.kind === 'raw') incoming.socket.end(how.bytes)
      else if (how.kind === 'replace') answer(how.status, how.type ?? 'application/json', how.body ?? '')
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The answers of the next calls whose path ends like this. */
    spoil: (path: string, spoiling: Spoiling, times = 1) => planned.push({ path, spoiling, times }),
    heal: () => {
      planned = []
    },
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type Lossy = Awaited<ReturnType<typeof startLossy>>

export const startLossy = async () => {
  const upstream = await startTroubled()
  const bases = upstream.emulator?.bases
  if (!bases) throw new Error('no emulator')
  const proxy = await startProxy(new URL(bases.gateway).origin)
  const through = (base: string) => proxy.origin + new URL(base).pathname
  const product: Product = await startProduct({
    ABDM_ENV: 'sandbox',
    ABDM_CLIENT_ID: upstreamClientId,
    ABDM_CLIENT_SECRET: clientSecret,
    ENCRYPTION_KEY: '11'.repeat(32),
    SIGNING_KEY: '22'.repeat(32),
    ABDM_GATEWAY_URL: through(bases.gateway),
    ABDM_ABHA_URL: through(bases.abha),
    ABDM_PHR_APP_URL: through(bases['phr-app']),
    ABDM_PHR_WEB_URL: through(bases['phr-web']),
    ABDM_ANSWER_TIMEOUT_MS: '400',
    OTP_RESEND_WAIT_SECONDS: '0',
    OTP_RESENDS_MAX: '9',
  })
  await product.services.clients.add('hospital', 'hospital-secret')
  const caller = await product.client('hospital')
  return {
    /** Where the sandbox's inbox, faults and clock are; the product itself has none. */
    upstream,
    product: { ...product, otpTo: upstream.otpTo, send: upstream.send },
    proxy,
    caller,
    /** Time passes on both sides. */
    async advance(seconds: number): Promise<void> {
      product.clock.moveTo(product.clock.offsetMs + seconds * 1000)
      await upstream.advance(seconds)
    },
    stop: async () => {
      await product.stop()
      await proxy.stop()
      await upstream.stop()
    },
  }
}
