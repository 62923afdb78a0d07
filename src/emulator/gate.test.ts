import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startEmulator } from './emulator.ts'
import { type Answer, at, type Bench, clientId, startBench } from './testing.ts'

/** Whoever reaches a service has passed the checks of abdm-v3 §20 no. 3 in their order, each refused in NHA's words. */

const bench = await startBench()
after(() => bench.close())
const { caller } = bench

const certificate = (headers: { [name: string]: string | undefined }) =>
  caller.send('abha', 'GET', '/profile/public/certificate', undefined, headers)
const isExists = (headers: { [name: string]: string | undefined }) =>
  caller.send('phr-app', 'GET', '/enrollment/isExists?abhaAddress=nobody.there%40sbx', undefined, headers)
const shows = (answer: Answer, status: number, body: unknown) =>
  assert.deepEqual([answer.status, answer.body], [status, body])

test('an unknown path is refused by the API gateway under a base, and by Spring elsewhere', async () => {
  const known = await caller.send('phr-app', 'GET', '/no/such/thing', undefined, { Authorization: undefined })
  shows(known, 404, {
    code: '404',
    type: 'Status report',
    message: 'Runtime Error',
    description: 'No matching resource found for given API Request',
  })
  const method = await caller.send('phr-app', 'POST', '/enrollment/isExists', {})
  assert.equal(at(method, 'message'), 'Runtime Error')
  const origin = new URL(bench.emulator.bases.abha).origin
  const foreign = await fetch(`${origin}/abha/api/v2/profile`)
  const body = (await foreign.json()) as { [name: string]: unknown }
  assert.equal(foreign.status, 404)
  assert.deepEqual(Object.keys(body), ['timestamp', 'path', 'status', 'error', 'requestId'])
  assert.deepEqual([body.path, body.status, body.error], ['/abha/api/v2/profile', 404, 'Not Found'])
})

test('the bearer token is looked at before the request id, and that before the timestamp', async () => {
  const all = { Authorization: undefined, 'REQUEST-ID': undefined, TIMESTAMP: undefined }
  const missing = await certificate(all)
  assert.equal(missing.status, 401)
  assert.deepEqual([at(missing, 'code'), at(missing, 'message')], ['900902', 'Missing Credentials'])
  assert.match(String(at(missing, 'description')), /Authorization : Bearer/)
  assert.match(String(missing.headers['www-authenticate']), /realm="WSO2 API Manager"/)

  const wrong = await certificate({ ...all, Authorization: 'Bearer not.a.token' })
  assert.equal(wrong.status, 401)
  assert.deepEqual([at(wrong, 'code'), at(wrong, 'message')], ['900901', 'Invalid Credentials'])
  assert.match(String(wrong.headers['www-authenticate']), /realm="WSO2 API Manager"/)

  shows(await certificate({ 'REQUEST-ID': undefined, TIMESTAMP: undefined }), 404, {
    error: { code: 'ABDM-1030: ', message: 'Invalid request ID' },
  })
  shows(await certificate({ TIMESTAMP: undefined }), 404, {
    error: { code: 'ABDM-1016: ', message: 'Invalid Timestamp' },
  })
})

test('PHR services say the same things flat', async () => {
  shows(await isExists({ 'REQUEST-ID': 'x' }), 404, { code: 'ABDM-1030: ', message: 'Invalid request ID' })
  shows(await isExists({ TIMESTAMP: 'x' }), 404, { code: 'ABDM-1016: ', message: 'Invalid Timestamp' })
})

test('a request id is a lower-case UUID', async () => {
  for (const id of ['', '0B7A4C1E-2F3D-4A5B-8C6D-7E8F90A1B2C3', '0b7a4c1e2f3d4a5b8c6d7e8f90a1b2c3'])
    assert.equal((await isExists({ 'REQUEST-ID': id })).status, 404)
  assert.equal((await isExists({ 'REQUEST-ID': '0b7a4c1e-2f3d-4a5b-8c6d-7e8f90a1b2c3' })).status, 200)
})

test('a timestamp is UTC with milliseconds and at most five minutes off', async () => {
  const shifted = (ms: number) => isExists({ TIMESTAMP: new Date(bench.clock.now() + ms).toISOString() })
  for (const ms of [-300_000, 300_000]) assert.equal((await shifted(ms)).status, 200)
  for (const ms of [-300_001, 300_001]) assert.equal((await shifted(ms)).status, 404)
  for (const text of [
    '2026-01-02T03:04:05Z',
    '2026-01-02 03:04:05.678',
    '2026-01-02T08:34:05.678+05:30',
    '2026-99-02T03:04:05.678Z',
  ])
    assert.equal((await isExists({ TIMESTAMP: text })).status, 404)
})

test('the gateway wants X-CM-ID, and the right one', async () => {
  for (const id of [undefined, 'abdm'])
    shows(await caller.session(undefined, undefined, { 'X-CM-ID': id }), 400, {
      error: { code: 'ABDM-2403', message: 'Invalid X-CM-ID' },
    })
})

test('a session tells a missing content type, a broken body and wrong credentials apart', async () => {
  const noType = await caller.session(undefined, undefined, { 'Content-Type': 'text/plain' })
  assert.equal(noType.status, 400)
  assert.equal(at(noType, 'error.code'), 'ABDM-9999: ')
  assert.match(String(at(noType, 'error.message')), /^415 UNSUPPORTED_MEDIA_TYPE/)
  assert.equal(at(await caller.send('gateway', 'POST', '/sessions', '{"clientId"'), 'error.code'), 'ABDM-1015: ')
  shows(
    await caller.send('gateway', 'POST', '/sessions', { clientSecret: 'x', grantType: 'client_credentials' }),
    400,
    {
      error: { code: '1921', message: 'Invalid client id' },
    },
  )
  shows(await caller.session(clientId, 'wrong'), 400, {
    error: { code: 'ABDM-9999: ', message: 'Invalid user credentials' },
  })
  assert.equal((await caller.session()).status, 202)
})

test('a face capture without a JSON content type is a 401, as seen live', async () => {
  const noType = await caller.send('abha', 'POST', '/enrollment/enrol/capturePID')
  assert.equal(noType.status, 401)
  assert.equal(at(noType, 'error.code'), 'ABDM-1006: ')
  assert.match(String(at(noType, 'error.message')), /^415 UNSUPPORTED_MEDIA_TYPE/)
})

test('PHR bodies without a JSON content type or without JSON are refused in an array', async () => {
  const path = '/enrollment/request/otp'
  const noType = await caller.send('phr-app', 'POST', path, '{}', { 'Content-Type': undefined })
  assert.equal(noType.status, 400)
  assert.match(String(at(noType, '0.message')), /^415 UNSUPPORTED_MEDIA_TYPE/)
  shows(await caller.send('phr-app', 'POST', path, 'not json'), 400, [
    { code: 'ABDM-1006: ', message: 'Bad request, invalid request' },
  ])
})

test('a body of more than four megabytes is refused and the service goes on', async () => {
  const answer = await caller.send('phr-app', 'POST', '/enrollment/enrol', 'x'.repeat(4_300_000))
  assert.deepEqual([answer.status, answer.text], [413, ''])
  assert.equal((await isExists({})).status, 200)
})

const withOwn = async (act: (own: Bench) => Promise<void>): Promise<void> => {
  const own = await startBench()
  try {
    await act(own)
  } finally {
    await own.close()
  }
}

test('eight refusals in a row lock the client for eight minutes, right credentials included', () =>
  withOwn(async (own) => {
    for (let turn = 0; turn < 7; turn++) assert.equal((await own.caller.session(clientId, 'wrong')).status, 400)
    assert.equal((await own.caller.session()).status, 202)
    for (let turn = 0; turn < 8; turn++) assert.equal((await own.caller.session(clientId, 'wrong')).status, 400)
    shows(await own.caller.session(), 400, { error: { code: 'ABDM-9999: ', message: 'Invalid user credentials' } })
    own.advance(479)
    assert.equal((await own.caller.session()).status, 400)
    own.advance(1)
    assert.equal((await own.caller.session()).status, 202)
  }))

test('a gateway token ends after twenty minutes by the clock', () =>
  withOwn(async (own) => {
    const path = '/login/public/certificate'
    own.advance(1199)
    assert.equal((await own.caller.send('phr-app', 'GET', path)).status, 200)
    own.advance(1)
    const over = await own.caller.send('phr-app', 'GET', path)
    assert.deepEqual([over.status, at(over, 'code')], [401, '900901'])
  }))

test('the refresh token of a session is no bearer token', async () => {
  const session = await caller.session()
  const answer = await certificate({ Authorization: `Bearer ${at(session, 'refreshToken')}` })
  assert.deepEqual([answer.status, at(answer, 'code')], [401, '900901'])
})

test('a gateway token outlives a restart', () =>
  withOwn(async (own) => {
    const session = await own.caller.session()
    const again = await startBench({ store: own.store, clock: own.clock })
    const answer = await again.caller.send('abha', 'GET', '/profile/public/certificate', undefined, {
      Authorization: `Bearer ${at(session, 'accessToken')}`,
    })
    assert.equal(answer.status, 200)
    await again.close()
  }))

test('header names may have an underscore', async () => {
  assert.equal((await isExists({ TRANSACTION_ID: '0b7a4c1e-2f3d-4a5b-8c6d-7e8f90a1b2c3' })).status, 200)
})

test('requests beside the four bases go to whoever was put there', async () => {
  const settings = { clientId, clientSecret: 'x', cmId: 'sbx', addressSuffix: 'sbx', traceMax: 0 }
  const own = await startEmulator({
    store: bench.store,
    clock: bench.clock,
    settings,
    beside: {
      serve: (request, response) => response.end(`beside ${request.url}`),
      takes: (path) => path === '/healthz',
    },
  })
  const { origin } = new URL(own.bases.abha)
  assert.equal(await (await fetch(`${origin}/healthz`)).text(), 'beside /healthz')
  assert.equal((await fetch(`${origin}/nowhere`)).status, 404)
  assert.equal((await fetch(`${own.bases.abha}/healthz`)).status, 404)
  await own.close()
})
