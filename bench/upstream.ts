import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { certificates, gateway, phrEnrollment } from '../src/abdm/wire/index.ts'
import type { Operation } from '../src/abdm/wire/operation.ts'

/**
 * An ABDM that costs next to nothing: canned answers to a login, to the question for the certificate and to an OTP for a
 * mobile, in a process of its own. It opens nothing and keeps nothing, so what is measured in front of it is the server's.
 */

const { publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'der' },
})

/** Each service lies below its name. */
const canned = ({ method, service, path, status }: Operation, reply: object) =>
  [`${method} /${service}${path}`, { status, body: JSON.stringify(reply) }] as const

const answers = new Map<string, { status: number; body: string }>([
  canned(gateway.session, { accessToken: 'bench', expiresIn: 1200, tokenType: 'bearer' }),
  canned(certificates.phrCertificate, { publicKey: publicKey.toString('base64') }),
  canned(phrEnrollment.requestOtp, {
    txnId: '2f0a8a1e-3b0c-4b7e-9c55-3d1f6f4f1a01',
    message: 'OTP is sent to Mobile number ending with ******3210',
  }),
])

const server = createServer((request, response) => {
  const answer = answers.get(`${request.method} ${request.url}`)
  request.resume()
  request.on('end', () => {
    const { status, body } = answer ?? { status: 404, body: '{}' }
    response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': body.length })
    response.end(body)
  })
})
// Longer than anybody in a run keeps a connection.
server.keepAliveTimeout = 600_000

server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
