import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:net'
import { after, afterEach, before, test } from 'node:test'
import fc from 'fast-check'
import { certificate, type Said, type Scripted, startScripted } from '../../test/trouble/scripted-upstream.ts'
import { systemClock } from '../clock.ts'
import { readConfig } from '../config.ts'
import { createLog } from '../log.ts'
import { type Abdm, createAbdm } from './client.ts'
import { UpstreamFailure } from './failure.ts'
import { certificates, phrEnrollment, phrLogin, phrProfile, web } from './wire/index.ts'

/** Whatever bytes come from upstream: a value that is as written, or an UpstreamFailure; nothing else, and never a hang. */

let upstream: Scripted
const lines: string[] = []
const opened: Abdm[] = []
before(async () => {
  upstream = await startScripted()
})
afterEach(() => upstream.forget())
after(async () => {
  await Promise.all(opened.map((abdm) => abdm.close()))
  await upstream.stop()
})

const open = (bases: Parameters<typeof createAbdm>[0]['bases'] = upstream.bases): Abdm => {
  const settings = { ...readConfig({ ABDM_WEB_KEY_BITS: '2048' }).upstream, answerTimeoutMs: 300 }
  const log = createLog('debug', systemClock, { write: (line: string) => void lines.push(line) })
  const abdm = createAbdm({ bases, settings, clock: systemClock, log })
  opened.push(abdm)
  return abdm
}

const otpBody = {
  scope: [...phrEnrollment.requestOtp.variants.mobile.scope],
  loginHint: 'mobile-number',
  otpSystem: 'abdm' as const,
  loginId: '9876543210',
}
const loginBody = { ...otpBody, scope: [...phrLogin.requestOtp.variants.abhaAddress.scope], loginHint: 'abha-address' }
const txnId = '0b7a4c1e-2f3d-4a5b-8c6d-7e8f90a1b2c3'
const otp = { authMethods: ['otp' as const], otp: { txnId, otpValue: '123456' } }

/** Every upstream operation of the first flow, as its step calls it. */
const calls: readonly (readonly [path: string, call: (abdm: Abdm) => Promise<unknown>])[] = [
  ['/enrollment/request/otp', (abdm) => abdm.call(phrEnrollment.requestOtp, { body: otpBody })],
  ['/enrollment/verify', (abdm) => abdm.call(phrEnrollment.verify, { body: { scope: otpBody.scope, authData: otp } })],
  ['/enrollment/isExists', (abdm) => abdm.call(phrEnrollment.isExists, { query: { abhaAddress: 'asha.rao@sbx' } })],
  [
    '/enrollment/suggestion',
    (abdm) => abdm.call(phrEnrollment.suggestion, { body: { txnId, firstName: 'A', yearOfBirth: '1990' } }),
  ],
  ['/login/request/otp', (abdm) => abdm.call(phrLogin.requestOtp, { body: loginBody })],
  ['/login/verify', (abdm) => abdm.call(phrLogin.verify, { body: { scope: loginBody.scope, authData: otp } })],
  [
    '/login/verify/user',
    (abdm) => abdm.call(phrLogin.verifyUser, { token: 't', body: { abhaAddress: 'asha.rao@sbx', txnId } }),
  ],
  ['/login/profile', (abdm) => abdm.call(phrProfile.get, { token: 't' })],
  ['/login/profile/request/token', (abdm) => abdm.call(phrProfile.refresh, { token: 't' })],
  ['/login/abha/request/otp', (abdm) => abdm.call(web.requestOtp, { body: loginBody })],
  ['/login/abha/verify', (abdm) => abdm.call(web.verify, { body: { scope: loginBody.scope, authData: otp } })],
  ['/login/profile/abha-profile', (abdm) => abdm.call(web.profile, { token: 't' })],
  ['/login/public/certificate', (abdm) => abdm.call(certificates.phrCertificate)],
  ['/sessions', (abdm) => abdm.call(phrProfile.get, { token: 't' })],
]

/** Fulfils or fails in the one way that is allowed. */
const settles = async (call: Promise<unknown>): Promise<UpstreamFailure | undefined> => {
  try {
    await call
    return undefined
  } catch (thrown) {
    assert.ok(thrown instanceof UpstreamFailure, `${(thrown as Error).name}: ${(thrown as Error).stack}`)
    return thrown
  }
}

const marker = 'Ghazal-7'
/** Replies that are nearly right: known field names with values of any kind. */
const nearly = fc.dictionary(
  fc.constantFrom(
    'txnId',
    'message',
    'authResult',
    'users',
    'tokens',
    'token',
    'expiresIn',
    'error',
    'code',
    'abhaAddressList',
    'phrDetails',
    'publicKey',
    'accessToken',
    '__proto__',
    'constructor',
    'toString',
  ),
  fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom<unknown>(txnId, 'success', 'failed', marker, -1, 1e308, [], {}, [[]], null),
  ),
)
const anyBody: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .oneof(nearly, fc.array(nearly, { maxLength: 3 }), fc.jsonValue())
    .map((value) => Buffer.from(JSON.stringify(value))),
  fc
    .constantFrom('', 'null', 'true', '"', '[', '{"error":', `<html>${marker}</html>`, '\ufeff{}', '[[[[[[]]]]]]')
    .map((text) => Buffer.from(text)),
)
const anyStatus = fc.oneof(
  fc.constantFrom(200, 201, 202, 204, 301, 304, 400, 401, 403, 404, 422, 429, 500, 502, 503),
  fc.integer({ min: 200, max: 599 }),
)
const anyType = fc.constantFrom(
  'application/json',
  'text/html',
  'application/octet-stream',
  'text/plain; charset=utf-16',
  'x',
)

test('3.9 any body under any status ends every call in a value or an UpstreamFailure', async () => {
  for (const [path, call] of calls) {
    const abdm = open()
    await fc.assert(
      fc.asyncProperty(anyStatus, anyType, anyBody, async (status, type, body) => {
        upstream.say(path, { status, type, body })
        await settles(call(abdm))
      }),
      { numRuns: 60 },
    )
  }
})

test('3.9 bytes that are no HTTP, or stop in the middle of it, end every call in an UpstreamFailure', async () => {
  const heads = [
    '',
    'HTTP/1.1',
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"txn',
    'HTTP/1.1 999 ?\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
    'HTTP/1.1 103 Early Hints\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
  ]
  const raw = fc.oneof(
    fc.constantFrom(...heads).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    fc
      .tuple(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 40 }))
      .map(([head, bytes]) => Buffer.concat([Buffer.from(head), Buffer.from(bytes)])),
  )
  let next: Buffer = Buffer.alloc(0)
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(next))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const broken = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  try {
    const abdm = open({ ...upstream.bases, 'phr-app': broken })
    await fc.assert(
      fc.asyncProperty(raw, async (bytes) => {
        next = bytes
        assert.ok(await settles(abdm.call(phrProfile.get, { token: 't' })))
      }),
      { numRuns: 150 },
    )
  } finally {
    server.close()
  }
})

test('no word of upstream’s replies, no token and no value that was sealed reaches the log', async () => {
  const abdm = open()
  lines.length = 0
  for (const [path, call] of calls) {
    for (const said of [
      { status: 400, body: { code: marker.repeat(9), message: marker } },
      { status: 500, body: [{ code: `${marker} x`, message: `${marker} 9876543210` }] },
      { status: 200, body: { message: marker, token: marker } },
      { status: 502, type: 'text/html', body: `<html>${marker}</html>` },
    ] satisfies Said[]) {
      upstream.say(path, said)
      await settles(call(abdm))
    }
  }
  assert.ok(lines.length > 20)
  assert.doesNotMatch(lines.join('\n'), new RegExp(`${marker}|9876543210|gateway-token|123456|asha\\.rao`))
})

test('a certificate that cannot seal is unreadable, and nothing is sent', async () => {
  const der = (pair: { publicKey: unknown }) => (pair.publicKey as Buffer).toString('base64')
  const encoding = {
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  } as const
  const useless = [
    'not a key',
    '',
    certificate.publicKey.slice(0, 100),
    der(generateKeyPairSync('ec', { namedCurve: 'P-256', ...encoding })),
    der(generateKeyPairSync('rsa', { modulusLength: 1024, ...encoding })),
  ]
  const abdm = open()
  for (const publicKey of useless) {
    upstream.say('/login/public/certificate', { body: { ...certificate, publicKey } })
    const failure = await settles(abdm.call(phrEnrollment.requestOtp, { body: otpBody }))
    assert.deepEqual([failure?.kind, failure?.mayHaveActed], ['unreadable', false], publicKey)
  }
  assert.equal(upstream.callsOf('/enrollment/request/otp'), 0)
  upstream.say('/login/public/certificate', {
    body: {
      ...certificate,
      publicKey: `-----BEGIN PUBLIC KEY-----\n${certificate.publicKey}\n-----END PUBLIC KEY-----\n`,
    },
  })
  upstream.say('/enrollment/request/otp', { body: { txnId, message: 'sent' } })
  assert.equal(await settles(abdm.call(phrEnrollment.requestOtp, { body: otpBody })), undefined)
})

test('a repeated call is a new request with the token of the new session, and sends no user token in the wrong place', async () => {
  const abdm = open()
  let sessions = 0
  upstream.say('/sessions', () => ({ status: 202, body: { accessToken: `token-${++sessions}`, expiresIn: 1200 } }))
  upstream.say(
    '/login/profile',
    { status: 401, body: { code: '900901', message: 'Invalid Credentials' } },
    { body: { abhaAddress: 'asha.rao@sbx' } },
  )
  await abdm.call(phrProfile.get, { token: 'user-token' })
  const [first, second] = upstream.seen.filter(({ path }) => path === '/login/profile')
  assert.equal(first?.headers.authorization, 'Bearer token-1')
  assert.equal(second?.headers.authorization, 'Bearer token-2')
  assert.notEqual(first?.headers['request-id'], second?.headers['request-id'])
  for (const { path, headers } of upstream.seen) {
    assert.match(
      String(headers['request-id']),
      /^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    )
    assert.match(String(headers.timestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    assert.equal(headers['x-cm-id'], path === '/sessions' ? 'sbx' : undefined)
    assert.equal(headers['x-token'], path === '/login/profile' ? 'Bearer user-token' : undefined)
  }
})

test('a session whose life makes no sense does not stop the calls', async () => {
  for (const expiresIn of [0, -5, 1, 2_000_000_000]) {
    const abdm = open()
    upstream.say('/sessions', { body: { accessToken: 'gateway-token', expiresIn } })
    upstream.say('/login/profile', { body: { abhaAddress: 'asha.rao@sbx' } })
    for (const _ of [1, 2]) assert.equal(await settles(abdm.call(phrProfile.get, { token: 't' })), undefined)
  }
})

test('an upstream that takes the connection and says nothing is given up, and so is one that stops half way', async () => {
  const abdm = open()
  upstream.say('/login/profile', 'never')
  assert.equal((await settles(abdm.call(phrProfile.get, { token: 't' })))?.kind, 'tooSlow')
  const stuck = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"abha'))
  })
  await new Promise<void>((resolve) => stuck.listen(0, '127.0.0.1', resolve))
  const slow = open({ ...upstream.bases, 'phr-app': `http://127.0.0.1:${(stuck.address() as { port: number }).port}` })
  assert.equal((await settles(slow.call(phrProfile.get, { token: 't' })))?.kind, 'tooSlow')
  stuck.close()
})

test('an upstream that is not there was certainly not reached', async () => {
  const gone = createServer()
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
  const { port } = gone.address() as { port: number }
  await new Promise((resolve) => gone.close(resolve))
  const abdm = open({ ...upstream.bases, 'phr-app': `http://127.0.0.1:${port}` })
  const failure = await settles(abdm.call(phrProfile.get, { token: 't' }))
  assert.deepEqual([failure?.kind, failure?.mayHaveActed], ['unreachable', false])
})
