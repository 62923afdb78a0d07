import { createHash, type KeyObject, sign } from 'node:crypto'
import { der, integer, sequence } from './der.ts'

/** The key that the gateway signs with, as it publishes it (abdm-v3 §2): a JWK with a certificate that the key itself has signed. */

const time = (text: string): Buffer => der(0x17, Buffer.from(text))
const bits = (content: Buffer): Buffer => der(0x03, Buffer.from([0]), content)

/** sha256WithRSAEncryption, 1.2.840.113549.1.1.11 */
const signedWith = sequence(der(0x06, Buffer.from('2a864886f70d01010b', 'hex')), der(0x05))
/** commonName, 2.5.4.3 */
const commonName = der(0x06, Buffer.from('550403', 'hex'))
const name = sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from('ABDM emulator gateway')))))
/** Fixed, so that one key always has one certificate. */
const validity = sequence(time('200101000000Z'), time('491231235959Z'))

const certificateOf = (secret: KeyObject, open: KeyObject): Buffer => {
  const version = der(0xa0, integer(2n))
  const spki = open.export({ format: 'der', type: 'spki' })
  const content = sequence(version, integer(1n), signedWith, name, validity, name, spki)
  return sequence(content, signedWith, bits(sign('RSA-SHA256', content, secret)))
}

export type GatewayJwk = {
  kid: string
  kty: string
  alg: string
  use: string
  n: string
  e: string
  x5c: string[]
  x5t: string
  x5t2: string
}

export const gatewayJwk = (secret: KeyObject, open: KeyObject): GatewayJwk => {
  const certificate = certificateOf(secret, open)
  const { n = '', e = '' } = open.export({ format: 'jwk' })
  const sha256 = createHash('sha256').update(certificate).digest('base64url')
  return {
    kid: sha256,
    kty: 'RSA',
    alg: 'RS256',
    use: 'sig',
    n,
    e,
    x5c: [certificate.toString('base64')],
    x5t: createHash('sha1').update(certificate).digest('base64url'),
    x5t2: sha256,
  }
}
