import { randomBytes, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSigner, createVerifier } from 'fast-jwt'

/**
 * The least that could answer POST mobile/init: bare `node:http`, the token check that the product makes, JSON parsed
 * and a canned reply. No framework, no validation, no upstream, no storage.
 */

const key = randomBytes(32)
const verify = createVerifier({ key, algorithms: ['HS256'], ignoreExpiration: true, cache: 10_000 })
const now = Math.floor(Date.now() / 1000)
const token = createSigner({ key, algorithm: 'HS256', noTimestamp: true })({
  typ: 'access',
  sub: 'bench',
  cid: 'bench',
  ws: 'bench',
  iat: now,
  exp: now + 86_400,
  jti: randomUUID(),
})

const send = (response: ServerResponse, status: number, body: unknown): void => {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
  })
  response.end(text)
}

const isAllowed = (request: IncomingMessage): boolean => {
  try {
    const { exp } = verify(request.headers.authorization?.slice('Bearer '.length) ?? '') as { exp: number }
    return exp > Date.now() / 1000
  } catch {
    return false
  }
}

const server = createServer((request, response) => {
  if (request.method !== 'POST' || request.url !== '/abdm/na/v1/registration/mobile/init')
    return send(response, 404, { error: 'unknown' })
  if (!isAllowed(request)) return send(response, 401, { error: 'token' })
  let text = ''
  request.setEncoding('utf8')
  request.on('data', (chunk: string) => {
    text += chunk
  })
  request.on('end', () => {
    const { mobile_number: mobile } = JSON.parse(text) as { mobile_number: string }
    send(response, 200, {
      txn_id: '0199f0a2-7c1e-7b55-9d5a-0d4d6a1f2b3c',
      hint: `OTP is sent to Mobile number ending with ******${mobile.slice(-4)}`,
    })
  })
})

server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port, token })
})
