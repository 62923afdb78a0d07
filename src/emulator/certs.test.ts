import assert from 'node:assert/strict'
import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto'
import { after, test } from 'node:test'
import { at, startBench, textAt } from './testing.ts'

/** The gateway publishes the key that verifies its own tokens (abdm-v3 §2). */

const bench = await startBench()
after(() => bench.close())
const { caller } = bench
const certs = (headers: { [name: string]: string | undefined } = {}) =>
  caller.send('gateway', 'GET', '/certs', undefined, headers)

test('a token of a session verifies under the published key, and under no other', async () => {
  const { status, body } = await certs()
  assert.equal(status, 200)
  const [jwk, ...rest] = (body as { keys: { [name: string]: string }[] }).keys
  assert.ok(jwk && rest.length === 0)
  assert.deepEqual([jwk.kty, jwk.alg, jwk.use], ['RSA', 'RS256', 'sig'])
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  const [header, claims, signature = ''] = textAt(await caller.session(), 'accessToken').split('.')
  const isSigned = (content: string) =>
    verify('RSA-SHA256', Buffer.from(content), key, Buffer.from(signature, 'base64url'))
  assert.deepEqual([isSigned(`${header}.${claims}`), isSigned(`${header}.${claims}x`)], [true, false])
})

test('its certificate is the key’s own, and both thumbprints are the certificate’s', async () => {
  const [jwk] = ((await certs()).body as { keys: any[] }).keys
  const certificate = new X509Certificate(Buffer.from(jwk.x5c[0], 'base64'))
  assert.ok(certificate.verify(createPublicKey({ key: jwk, format: 'jwk' })))
  const { n, e } = certificate.publicKey.export({ format: 'jwk' })
  assert.deepEqual([n, e, jwk.x5c.length], [jwk.n, jwk.e, 1])
  const digest = (name: string) => createHash(name).update(certificate.raw).digest('base64url')
  assert.deepEqual([jwk.x5t, jwk.x5t2, jwk.kid], [digest('sha1'), digest('sha256'), digest('sha256')])
})

test('the published key stays over a restart and a rotation of the sealing keys', async () => {
  const { text } = await certs()
  const again = await startBench({ store: bench.store, clock: bench.clock })
  await again.emulator.rotateKeys()
  assert.equal((await again.caller.send('gateway', 'GET', '/certs')).text, text)
  await again.close()
})

test('the published keys need the bearer token and the gateway’s headers', async () => {
  const refusals = [
    await certs({ Authorization: undefined }),
    await certs({ Authorization: 'Bearer x' }),
    await certs({ 'REQUEST-ID': 'x' }),
    await certs({ TIMESTAMP: 'x' }),
    await certs({ 'X-CM-ID': undefined }),
    await certs({ 'X-CM-ID': 'abdm' }),
  ].map((answer) => [answer.status, at(answer, 'code') ?? at(answer, 'error.code')])
  assert.deepEqual(refusals, [
    [401, '900902'],
    [401, '900901'],
    [404, 'ABDM-1030: '],
    [404, 'ABDM-1016: '],
    [400, 'ABDM-2403'],
    [400, 'ABDM-2403'],
  ])
})
