import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, type Reply, startProduct } from '../harness.ts'
import { assertRefused, begin, type Client, freshMobile, paths, refusals, register, sendingNothing } from '../walks.ts'

/** Whatever body arrives, it is a JSON object of at most 64 KiB in UTF-8 or a plain 400 that costs nobody anything. */

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
