import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { type Product, type Reply, startProduct } from '../harness.ts'
import {
  assertRefused,
  begin,
  type Client,
  details,
  freshMobile,
  paths,
  prove,
  refusals,
  register,
  sendingNothing,
} from '../walks.ts'

/** Whatever bytes arrive, the answer is JSON of the one error shape with the right status, and costs nobody anything. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

const posts = [
  paths.init,
  paths.resend,
  paths.verify,
  paths.create,
  paths.check,
  paths.sessionInit,
  paths.sessionVerify,
]
const raw = (path: string, body: string | Uint8Array, type: string | undefined = 'application/json') =>
  fetch(product.origin + path, {
    method: 'POST',
    headers: { Authorization: `Bearer ${client.token}`, ...(type !== undefined && { 'Content-Type': type }) },
    body: body as never,
  }).then(async (response): Promise<Reply> => {
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) }
  })

test('a body that is not a JSON object is 400 in every operation, and nothing of it is echoed', async () => {
  const bodies = [
    '{',
    '}',
    '{"mobile_number":"98765secret"',
    "{'mobile_number':'98765secret'}",
    '{"a":1}{"b":2}',
    '{"a":1,}',
    '[]',
    '[{"mobile_number":"9876543210"}]',
    '"98765secret"',
    '98765',
    'true',
    'false',
    'null',
    'NaN',
    'undefined',
    'mobile_number=9876543210',
    '<mobile_number>98765secret</mobile_number>',
    '\u0000',
    '   ',
    '\n',
    '// 98765secret',
    '{"mobile_number":"98765\nsecret"}',
    '['.repeat(30_000),
    `${'['.repeat(30_000)}${']'.repeat(30_000)}`,
    `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
  ]
  await sendingNothing(product, async () => {
    for (const path of posts) {
      for (const body of bodies) {
        const about = `${path} ${body.slice(0, 40)}`
        const reply = await raw(path, body)
        assertRefused(reply, refusals.field, about)
        assert.ok(!reply.text.includes('98765'), about)
      }
    }
  })
})

test('an empty body counts as none, whatever type it claims: the first required field is missed', async () => {
  for (const path of posts) {
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded', undefined]) {
      const reply = await product.send('POST', path, {
        headers: { Authorization: `Bearer ${client.token}`, ...(type && { 'Content-Type': type }) },
      })
      assertRefused(reply, { ...refusals.field, message: /^\w+ is required$/ }, `${path} ${type}`)
    }
  }
})

test('a GET with a JSON content type and no body is a GET like any other', async () => {
  const { oid } = await register(product, client)
  for (const path of [`${paths.pincode}/834001`, paths.suggest, `${paths.profile}?oid=${oid}`]) {
    const reply = await client.get(path, { headers: { 'Content-Type': 'application/json' } })
    assert.equal(reply.status, 200, reply.text)
  }
})

test('deep nesting in a field that nobody asked for does no harm', async () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  const reply = await raw(paths.init, `{"mobile_number":"${freshMobile()}","deep":${deep}}`)
  assert.equal(reply.status, 200, reply.text)
})

test('64 KiB are taken, one byte more is refused, with a length and in chunks', async () => {
  const bodyOf = (bytes: number) => {
    const start = `{"mobile_number":"${freshMobile()}","filler":"`
    return `${start}${'x'.repeat(bytes - start.length - 2)}"}`
  }
  assert.equal((await raw(paths.init, bodyOf(65_536))).status, 200)
  await sendingNothing(product, async () => {
    for (const bytes of [65_537, 1_000_000]) {
      const large = bodyOf(bytes)
      assertRefused(await raw(paths.init, large), { ...refusals.field, message: /64 KiB/ })
      const chunked = await fetch(product.origin + paths.init, {
        method: 'POST',
        headers: { Authorization: `Bearer ${client.token}`, 'Content-Type': 'application/json' },
        body: new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode(large))
            controller.close()
          },
        }),
        duplex: 'half',
      } as RequestInit)
      assert.equal(chunked.status, 400)
      assert.match(((await chunked.json()) as { source_error: { message: string } }).source_error.message, /64 KiB/)
    }
  })
})

test('another content type is refused with a body, JSON types are taken in any spelling', async () => {
  const body = () => JSON.stringify({ mobile_number: freshMobile() })
  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'APPLICATION/JSON;CHARSET=UTF-8',
    'application/vnd.api+json',
    'application/problem+json',
  ]) {
    const reply = await raw(paths.init, body(), type)
    assert.equal(reply.status, 200, `${type} ${reply.text}`)
  }
  await sendingNothing(product, async () => {
    for (const type of [
      'text/plain',
      'text/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/octet-stream',
      'application/xml',
      'application/jsonx',
      'garbage',
      '/',
      'application/',
    ]) {
      assertRefused(await raw(paths.init, body(), type), { ...refusals.field, message: /content type/i }, type)
    }
  })
})

test('broken UTF-8 is no JSON, wherever it stands; a byte order mark is passed over', async () => {
  const withBytes = (bytes: number[]) =>
    Buffer.concat([Buffer.from(`{"mobile_number":"${freshMobile()}","more":"`), Buffer.from(bytes), Buffer.from('"}')])
  await sendingNothing(product, async () => {
    for (const bytes of [
      [0xff],
      [0xc3, 0x28],
      [0xe2, 0x82],
      // As many bytes as the sign that would stand for them.
      [0xf0, 0x9f, 0x98],
      [0xc0, 0xaf],
      [0xed, 0xa0, 0x80],
      [0x80],
    ]) {
      assertRefused(await raw(paths.init, withBytes(bytes)), refusals.field, bytes.join())
    }
    const utf16 = Buffer.from(`{"mobile_number":"${freshMobile()}"}`, 'utf16le')
    assertRefused(await raw(paths.init, utf16), refusals.field)
  })
  assert.equal((await raw(paths.init, withBytes([0xe0, 0xa4, 0x86]))).status, 200)
  const marked = Buffer.from(`\ufeff{"mobile_number":"${freshMobile()}"}`)
  assert.equal((await raw(paths.init, marked)).status, 200)
})

test('a refused body leaves the transaction as it was', async () => {
  const mobile = freshMobile()
  const txn_id = await begin(client, mobile)
  const otp = await product.otpTo(mobile)
  for (const body of ['{', '[]', `{"txn_id":"${txn_id}"`, `{"txn_id":"${txn_id}","otp":123456}`]) {
    for (let count = 0; count < 3; count++) assert.equal((await raw(paths.verify, body)).status, 400)
  }
  assert.equal((await client.post(paths.verify, { txn_id, otp })).status, 200)
})

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

test('a URL that cannot be decoded is no operation, and is not echoed', async () => {
  for (const path of [`${paths.pincode}/%E0%A4%A`, `${paths.pincode}/%zz`, `${paths.init}%`, '/%', '/%00%ff']) {
    const reply = await product.send('GET', path, { token: client.token })
    assertRefused(reply, { status: 404 }, path)
    assert.ok(!reply.text.includes('%'))
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
