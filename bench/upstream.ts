import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { certificates, gateway, phrEnrollment } from '../src/abdm/wire/index.ts'
import type { Operation } from '../src/abdm/wire/operation.ts'

/**
 * An ABDM that costs next to nothing: canned answers to a login, to the question for the certificate and to the three
 * calls of a registration by mobile, in a process of its own. It opens nothing and keeps nothing, so what is measured in front of it is the server's.
 */

const { publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'der' },
})

/** As long as ABDM's tokens are: what is kept of them is most of a row. */
const tokenOf = (length: number): string => randomBytes(length).toString('base64url').slice(0, length)

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
  canned(phrEnrollment.verify, {
    txnId: '2f0a8a1e-3b0c-4b7e-9c55-3d1f6f4f1a01',
    authResult: 'success',
    users: [],
    tokens: { token: tokenOf(760), expiresIn: 300 },
  }),
  canned(phrEnrollment.enrol, {
    txnId: '2f0a8a1e-3b0c-4b7e-9c55-3d1f6f4f1a01',
    phrDetails: { abhaAddress: ['bench@sbx'], firstName: 'Asha', lastName: 'Rao', gender: 'F', pinCode: '834001' },
    tokens: { token: tokenOf(1_160), expiresIn: 1_800, refreshToken: tokenOf(800), refreshExpiresIn: 1_296_000 },
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
