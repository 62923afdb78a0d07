import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Environment } from '../../src/config.ts'
import { keys } from '../../src/config-testing.ts'
import { startProduct } from '../harness.ts'

/** An upstream that says exactly what a test tells it, byte for byte. Gateway session and certificate are in order unless told otherwise. */

export type Said = { status?: number; type?: string; body?: unknown } | { raw: Buffer } | 'drop' | 'never'
type Script = Said | ((request: IncomingMessage, text: string) => Said)

const { publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'der' },
})
export const certificate = { publicKey: publicKey.toString('base64'), encryptionAlgorithm: 'RSA' }
const session = { accessToken: 'gateway-token', expiresIn: 1200, tokenType: 'bearer' }

export const startScripted = async () => {
  const scripts = new Map<string, Script[]>()
  const seen: { path: string; headers: IncomingMessage['headers']; text: string }[] = []
  const usual: Record<string, Said> = {
    '/sessions': { status: 202, body: session },
    '/login/public/certificate': { body: certificate },
  }

  const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const path = (request.url ?? '').split('?')[0] ?? ''
      const text = Buffer.concat(chunks).toString('utf8')
      seen.push({ path, headers: request.headers, text })
      const queue = scripts.get(path)
      const script = (queue && queue.length > 1 ? queue.shift() : queue?.[0]) ?? usual[path] ?? { status: 404 }
      const said = typeof script === 'function' ? script(request, text) : script
      if (said === 'never') return
      if (said === 'drop') {
        request.socket.destroy()
        return
      }
      if ('raw' in said) {
        request.socket.end(said.raw)
        return
      }
      const { status = 200, type = 'application/json', body = '' } = said
      const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
      const hasBody = status !== 204 && status !== 304
      response.writeHead(status, { 'content-type': type, ...(hasBody && { 'content-length': bytes.length }) })
      response.end(hasBody ? bytes : undefined)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    origin,
    bases: { gateway: origin, abha: origin, 'phr-app': origin, 'phr-web': origin },
    seen,
    /** What a path answers: one after another, the last one from then on. */
    say: (path: string, ...said: Script[]) => void scripts.set(path, said),
    forget: () => {
      scripts.clear()
      seen.length = 0
    },
    callsOf: (path: string): number => seen.filter((one) => one.path === path).length,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
export type Scripted = Awaited<ReturnType<typeof startScripted>>

/** A product in front of a scripted upstream, and a client of it. */
export const startBeforeScripted = async (env: Environment = {}) => {
  const upstream = await startScripted()
  const product = await startProduct({
    ABDM_ENV: 'sandbox',
    ABDM_CLIENT_ID: 'SBXID_000009',
    ABDM_CLIENT_SECRET: 'a-secret',
    ...keys,
    ABDM_GATEWAY_URL: upstream.origin,
    ABDM_ABHA_URL: upstream.origin,
    ABDM_PHR_APP_URL: upstream.origin,
    ABDM_PHR_WEB_URL: upstream.origin,
    ABDM_ANSWER_TIMEOUT_MS: '1000',
    OTP_RESEND_WAIT_SECONDS: '0',
    ...env,
  })
  await product.services.clients.add('hospital', 'hospital-secret')
  const caller = await product.client('hospital')
  const stop = async () => {
    await product.stop()
    await upstream.stop()
  }
  return { upstream, product, caller, stop }
}

/** What ABDM says when all is well. */
export const txnId = '0b7a4c1e-2f3d-4a5b-8c6d-7e8f90a1b2c3'
export const said = {
  sent: { txnId, message: 'OTP is sent to Mobile number ending with ******3210' },
  user: { abhaAddress: 'asha.rao1990@sbx', fullName: 'Asha Rao', kycStatus: 'PENDING' },
  final: { token: 'x-token', expiresIn: 1800, refreshToken: 'r-token', refreshExpiresIn: 1_296_000 },
  transfer: { token: 't-token', expiresIn: 300, switchProfileEnabled: false },
} as const
