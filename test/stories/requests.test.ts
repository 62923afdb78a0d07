import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../harness.ts'
import { assertRefused, type Client, details, freshMobile, paths, prove, refusals, sendingNothing } from '../walks.ts'

/** Whatever path, method, header or byte arrives, the answer has the one error shape and the right status. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

test('paths are exact: another spelling, a trailing slash and another method are no operation, and nothing redirects', async () => {
  await sendingNothing(product, async () => {
    const wrong: [string, string][] = [
      ['POST', `${paths.init}/`],
      ['POST', `/${paths.init}`],
      ['POST', paths.init.toUpperCase()],
      ['POST', paths.init.replace('/abdm', '')],
      ['POST', `/prefix${paths.init}`],
      ['POST', paths.init.replace('/mobile', '//mobile')],
      ['POST', `${paths.init}%20`],
      ['POST', `${paths.init};a=b`],
      ['GET', `${paths.profile}/`],
      ['GET', '/abdm'],
      ['GET', paths.init],
      ['PUT', paths.init],
      ['PATCH', paths.init],
      ['DELETE', paths.init],
      ['POST', paths.profile],
      ['POST', paths.status],
      ['POST', `${paths.pincode}/834001`],
      ['GET', paths.login],
      ['GET', paths.sessionInit],
    ]
    for (const [method, path] of wrong) {
      for (const token of [client.token, null]) {
        const reply = await product.send(method, path, { token })
        assertRefused(reply, { status: 404, error: 'There is no such operation' }, `${method} ${path}`)
        assert.equal(reply.headers.get('location'), null)
      }
      // Whatever is sent there: the path comes first.
      if (method === 'GET') continue
      for (const headers of [{}, { 'Content-Type': 'text/plain' }]) {
        const reply = await product.send(method, path, { raw: '{', headers: headers as Record<string, string> })
        assertRefused(reply, { status: 404, error: 'There is no such operation' }, `${method} ${path}`)
      }
    }
  })
})

test('HEAD is no operation and has no body', async () => {
  for (const path of [paths.profile, paths.status, `${paths.pincode}/834001`, paths.init]) {
    const reply = await product.send('HEAD', path, { token: client.token })
    assert.equal(reply.status, 404)
    assert.equal(reply.text, '')
  }
})

test('an answer without a body has no content type, so that nobody tries to parse it', async () => {
  for (const path of ['/sandbox/v1/messages', '/sandbox/v1/faults']) {
    const reply = await product.send('DELETE', path, { headers: { 'Content-Type': 'application/json' } })
    assert.equal(reply.status, 204)
    assert.equal(reply.text, '')
    assert.equal(reply.headers.get('content-type'), null)
  }
})

test('a URL that cannot be decoded is no operation, and is not echoed', async () => {
  for (const path of [`${paths.pincode}/%E0%A4%A`, `${paths.pincode}/%zz`, `${paths.init}%`, '/%', '/%00%ff']) {
    const reply = await product.send('GET', path, { token: client.token })
    assertRefused(reply, { status: 404 }, path)
    assert.ok(!reply.text.includes('%'))
    assert.ok(reply.headers.get('x-request-id'))
  }
})

test('a query that cannot be decoded, repeats or nests does no harm', async () => {
  for (const query of [
    '?%',
    '?oid=%E0%A4%A',
    '?=',
    '?&&&',
    '?a[b][c]=1',
    `?${'a=1&'.repeat(2000)}`,
    '??',
    '?__proto__=1',
  ]) {
    const reply = await client.get(`${paths.pincode}/834001${query}`)
    assert.equal(reply.status, 200, `${query.slice(0, 20)} ${reply.text}`)
  }
  assertRefused(await client.get(`${paths.profile}?oid=%E0%A4%A`), refusals.unknown)
})

/** One exchange over a bare socket: what comes back until the server closes or has answered. */
const exchange = async (text: string): Promise<string> => {
  const { port, hostname } = new URL(product.origin)
  const socket = connect(Number(port), hostname)
  let answer = ''
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    answer += chunk
  })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(text, 'latin1')
  await once(socket, 'close')
  return answer
}

const assertRawRefusal = (answer: string, status: number, about: string) => {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  assert.match(head, new RegExp(`^HTTP/1\\.1 ${status} `), `${about}: ${answer}`)
  assert.match(head, /content-type: application\/json/i, about)
  const { code, error, source_error, ...rest } = JSON.parse(body)
  assert.deepEqual([code, typeof error, rest], [status, 'string', {}], about)
  if (source_error) assert.deepEqual(Object.keys(source_error).sort(), ['code', 'message'], about)
}

test('what is not HTTP is answered as a bad request in the same shape, and the connection is closed', async () => {
  for (const text of [
    'hello\r\n\r\n',
    'GET\r\n\r\n',
    'GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n',
    'GET /healthz HTTP/1.1\r\nHost: x\r\nBad Header: x\r\n\r\n',
    'GET /healthz HTTP/1.1\r\nHost: x\r\n: empty\r\n\r\n',
    'NONSENSE /healthz HTTP/1.1\r\nHost: x\r\n\r\n',
    `GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
    `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    'POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: nonsense\r\n\r\n',
    'POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    'POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    '\u0016\u0003\u0001\u0002\u0000', // somebody speaks TLS here
  ]) {
    assertRawRefusal(await exchange(text), 400, JSON.stringify(text.slice(0, 60)))
  }
})

test('a request without a Host, one with an odd expectation, and methods that this API does not have, are answered in the same shape', async () => {
  const close = 'Connection: close\r\n\r\n'
  assertRawRefusal(await exchange(`GET /no/such HTTP/1.1\r\n${close}`), 400, 'no host')
  assertRawRefusal(await exchange(`GET /no/such HTTP/1.1\r\nHost: x\r\nExpect: a-miracle\r\n${close}`), 404, 'expect')
  for (const method of ['PROPFIND', 'TRACE', 'MKCOL', 'QUERY', 'PURGE', 'SEARCH']) {
    assertRawRefusal(await exchange(`${method} ${paths.init} HTTP/1.1\r\nHost: x\r\n${close}`), 404, method)
  }
  assertRawRefusal(await exchange(`OPTIONS * HTTP/1.1\r\nHost: x\r\n${close}`), 404, 'OPTIONS *')
})

test('a body that ends before its time is nobody’s transaction', async () => {
  const before = product.upstreamCalls()
  const { port, hostname } = new URL(product.origin)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.write(
    `POST ${paths.init} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${client.token}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"mobile_number":"9876543210"}`,
  )
  socket.destroy()
  await once(socket, 'close')
  assert.equal((await client.get(`${paths.pincode}/834001`)).status, 200)
  assert.equal(product.upstreamCalls(), before)
})

test('headers may be many, long, odd and repeated', async () => {
  const txn_id = await prove(product, client, freshMobile())
  const headers = {
    'X-Hip-Id': 'IN0000000001',
    'x-forwarded-for': 'not an address, at all',
    'X-Request-Id': 'mine',
    'User-Agent': 'eka-sdk-go/1.0.0',
    'Accept-Encoding': 'identity',
    Accept: 'application/xml',
    'If-None-Match': '*',
    Range: 'bytes=0-1',
    'X-HTTP-Method-Override': 'DELETE',
    'X-Long': 'x'.repeat(6_000),
  }
  const created = await client.post(
    paths.create,
    { txn_id, abha_address: 'odd.headers1', profile: details },
    { headers },
  )
  assert.equal(created.status, 200, created.text)
  assert.notEqual(created.headers.get('x-request-id'), 'mine')
})
