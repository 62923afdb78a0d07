import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../harness.ts'
import { assertRefused, paths } from '../walks.ts'

/** Pages on the operator's list may call the API from a browser, and no other page may. */

const listed = ['https://clinic.example', 'https://app.clinic.example:8443', 'file://', 'null']
let product: Product
before(async () => {
  product = await startProduct({ CORS_ORIGINS: listed.join(', ') })
})
after(() => product.stop())

const preflight = (
  origin: string,
  path: string = paths.init,
  method = 'POST',
  headers = 'authorization,content-type',
) =>
  product.send('OPTIONS', path, {
    headers: { Origin: origin, 'Access-Control-Request-Method': method, 'Access-Control-Request-Headers': headers },
  })
const wordsOf = (list: string | null): string[] => (list ?? '').split(',').map((word) => word.trim().toLowerCase())

test('a preflight of a listed origin, of file:// and null among them, allows the headers and methods of the contract', async () => {
  for (const origin of listed) {
    const reply = await preflight(origin)
    assert.equal(reply.status, 204, origin)
    assert.equal(reply.text, '')
    assert.equal(reply.headers.get('content-type'), null)
    assert.equal(reply.headers.get('access-control-allow-origin'), origin)
    const headers = wordsOf(reply.headers.get('access-control-allow-headers'))
    for (const header of [
      'authorization',
      'content-type',
      'client-id',
      'x-pt-id',
      'x-partner-pt-id',
      'x-hip-id',
      'x-abha-sdk-version',
      'auth',
    ]) {
      assert.ok(headers.includes(header), header)
    }
    const methods = wordsOf(reply.headers.get('access-control-allow-methods'))
    for (const method of ['get', 'post', 'patch', 'delete']) assert.ok(methods.includes(method), method)
    assert.match(reply.headers.get('vary') ?? '', /origin/i)
    assert.equal(reply.headers.get('access-control-allow-credentials'), null)
  }
})

test('every operation answers a preflight, before any token is asked for', async () => {
  for (const path of [...Object.values(paths), `${paths.pincode}/834001`, `${paths.profile}?oid=1`]) {
    for (const method of ['GET', 'POST', 'PATCH', 'DELETE']) {
      assert.equal((await preflight('https://clinic.example', path, method)).status, 204, path)
    }
  }
})

test('with the sandbox, pages on loopback origins may call without being listed', async () => {
  for (const origin of [
    'http://localhost',
    'http://localhost:3000',
    'http://127.0.0.1:5173',
    'https://localhost:8443',
    'http://[::1]:8080',
  ]) {
    assert.equal((await preflight(origin)).headers.get('access-control-allow-origin'), origin)
  }
})

test('an origin that is not listed gets no permission, however close it comes', async () => {
  for (const origin of [
    'https://evil.example',
    'http://clinic.example',
    'https://clinic.example.evil.example',
    'https://clinic.example:444',
    'https://sub.clinic.example',
    'https://CLINIC.example',
    'http://localhost.evil.example',
    'http://localhost:3000.evil.example',
    'http://127.0.0.1.evil.example',
    'http://localhost@evil.example',
    'file:///etc/passwd',
    '*',
    'https://clinic.example, https://app.clinic.example:8443',
  ]) {
    const reply = await preflight(origin)
    assert.equal(reply.headers.get('access-control-allow-origin'), null, origin)
    assert.equal(reply.headers.get('access-control-allow-methods'), null, origin)
    assertRefused(reply, { status: 404 }, origin)
  }
})

test('what is no preflight but OPTIONS all the same is answered in the product’s own form', async () => {
  for (const headers of [
    {},
    { Origin: 'https://evil.example' },
    { 'Access-Control-Request-Method': 'POST' },
    { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' },
  ]) {
    assertRefused(await product.send('OPTIONS', paths.init, { headers: headers as Record<string, string> }), {
      status: 404,
    })
  }
  for (const body of ['{', 'x'.repeat(70_000)]) {
    assertRefused(await product.send('OPTIONS', paths.init, { raw: body }), { status: 400 })
  }
  const listedOrigin = await product.send('OPTIONS', paths.init, { headers: { Origin: 'https://clinic.example' } })
  assert.equal(listedOrigin.status, 204, listedOrigin.text)
})

test('a page may read answers and errors of every kind, and their Retry-After', async () => {
  const headers = { Origin: 'https://clinic.example' }
  const client = await product.client()
  for (const reply of [
    await client.get(`${paths.pincode}/834001`, { headers }),
    await client.get(`${paths.pincode}/999999`, { headers }),
    await client.post(paths.init, {}, { headers }),
    await client.post(paths.init, {}, { headers, token: null }),
    await client.get('/no/such/path', { headers }),
    await product.send('POST', paths.login, { raw: '{', headers }),
  ]) {
    assert.equal(reply.headers.get('access-control-allow-origin'), headers.Origin, reply.text)
    assert.ok(wordsOf(reply.headers.get('access-control-expose-headers')).includes('retry-after'))
  }
})

test('a page that is not listed cannot read an answer, and a program without an origin can', async () => {
  const client = await product.client()
  const foreign = await client.get(`${paths.pincode}/834001`, { headers: { Origin: 'https://evil.example' } })
  assert.equal(foreign.headers.get('access-control-allow-origin'), null)
  const program = await client.get(`${paths.pincode}/834001`)
  assert.equal(program.status, 200)
  assert.equal(program.headers.get('access-control-allow-origin'), null)
})
