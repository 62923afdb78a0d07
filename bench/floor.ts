import { randomBytes, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSigner, createVerifier } from 'fast-jwt'
import { Pool } from 'undici'
import { readPublicKey, seal } from '../src/abdm/sealing.ts'
import { certificates, gateway, phrEnrollment } from '../src/abdm/wire/index.ts'
import type { Operation } from '../src/abdm/wire/operation.ts'

/**
 * The least that could stand between a client and ABDM and answer POST mobile/init truly: bare `node:http`, a token check,
 * JSON in and out, one value sealed with RSA-2048, one call over a pool. No validation, no storage, no log, no error handling.
 */

const upstream = new Pool(`http://127.0.0.1:${process.argv[2]}`, { connections: 128 })
const ask = async ({ method, service, path }: Operation, headers = {}, body?: object) => {
  const answer = await upstream.request({
    method,
    path: `/${service}${path}`,
    headers: {
      ...headers,
      'REQUEST-ID': randomUUID(),
      TIMESTAMP: new Date().toISOString(),
      ...(body && { 'Content-Type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  return (await answer.body.json()) as Record<string, string>
}
const { accessToken } = await ask(gateway.session, {}, { clientId: 'bench', clientSecret: 'bench' })
const authorization = { Authorization: `Bearer ${accessToken}` }
const { publicKey = '' } = await ask(certificates.phrCertificate, authorization)
const sealingKey = readPublicKey(publicKey)
const { scope, loginHint, otpSystem } = phrEnrollment.requestOtp.variants.mobile

const key = randomBytes(32)
const verify = createVerifier({ key, algorithms: ['HS256'], ignoreExpiration: true })
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
/** A token that was right once is remembered, as the product does. */
const remembered = new Map<string, { exp: number }>()

const isAllowed = ({ headers }: IncomingMessage): boolean => {
  const bearer = headers.authorization?.slice('Bearer '.length) ?? ''
  try {
    const claims = remembered.get(bearer) ?? (verify(bearer) as { exp: number })
    remembered.set(bearer, claims)
    return claims.exp > Date.now() / 1000
  } catch {
    return false
  }
}

const send = (response: ServerResponse, status: number, body: unknown): void => {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
  })
  response.end(text)
}

const init = async (text: string, response: ServerResponse): Promise<void> => {
  const { mobile_number: mobile } = JSON.parse(text) as { mobile_number: string }
  const { message } = await ask(phrEnrollment.requestOtp, authorization, {
    scope,
    loginHint,
    otpSystem,
    loginId: seal(sealingKey, mobile),
  })
  send(response, 200, { txn_id: randomUUID(), hint: message })
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
  request.on('end', () => void init(text, response))
})

server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port, token })
})
