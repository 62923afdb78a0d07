import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../harness.ts'

/** The sandbox answers scripts and the pages of this machine, and no other page that a browser here has open. */

let product: Product
before(async () => {
  product = await startProduct({ CORS_ORIGINS: 'https://portal.example' })
})
after(() => product.stop())

const send = (
  method: string,
  path: string,
  headers: Record<string, string>,
  to: Product = product,
): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    request(to.origin + path, { method, headers }, (answer) => {
      let body = ''
      answer.on('data', (chunk) => {
        body += chunk
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
    })
      .on('error', reject)
      .end()
  })

const foreign: readonly Record<string, string>[] = [
  { Origin: 'https://evil.example' },
  { Origin: 'null' },
  { Origin: 'http://localhost.evil.example' },
  { Host: 'evil.example' },
  { Host: 'evil.example:8080' },
]
const own: readonly Record<string, string>[] = [
  {},
  { Origin: 'http://localhost:3000' },
  { Origin: 'https://portal.example' },
  { Host: 'localhost:8080' },
  { Host: '[::1]:8080' },
]

test('a page of another site, or a foreign name for this machine, is refused and changes nothing', async () => {
  const before = (await product.send('GET', '/sandbox/v1/clock')).body
  for (const headers of foreign) {
    for (const [method, path] of [
      ['GET', '/sandbox/v1/messages'],
      ['GET', '/sandbox/v1/citizens'],
      ['POST', '/sandbox/v1/rotate-keys'],
      ['POST', '/sandbox/v1/reset'],
      ['DELETE', '/sandbox/v1/messages'],
      ['GET', '/console'],
    ] as const) {
      const { status, body } = await send(method, path, headers)
      assert.equal(status, 403, `${method} ${path} ${JSON.stringify(headers)} ${body}`)
      assert.deepEqual(Object.keys(JSON.parse(body)).sort(), ['code', 'error'])
    }
  }
  assert.deepEqual((await product.send('GET', '/sandbox/v1/clock')).body, before)
})

test('on an address that others reach its own pages are served there, and no name that points here', async () => {
  const open = await startProduct({ HOST: '0.0.0.0' })
  try {
    for (const host of ['192.168.7.20:8080', '10.0.0.5', '[fd00::7]:8080', 'localhost:8080']) {
      const { status, body } = await send('GET', '/sandbox/v1/clock', { Host: host, Origin: `http://${host}` }, open)
      assert.equal(status, 200, `${host} ${body}`)
    }
    for (const [host, origin] of [
      ['rebound.example:8080', 'http://rebound.example:8080'],
      ['192.168.7.20.example', 'http://192.168.7.20.example'],
      ['192.168.7.20:8080', 'http://192.168.7.20:8081'],
      ['192.168.7.20:8080', 'http://192.168.7.21:8080'],
      ['192.168.7.20:8080', 'https://evil.example'],
      ['192.168.7.20:8080', 'null'],
    ] as const) {
      const { status } = await send('POST', '/sandbox/v1/reset', { Host: host, Origin: origin }, open)
      assert.equal(status, 403, `${host} ${origin}`)
    }
  } finally {
    await open.stop()
  }
  // While it listens on loopback nobody else's address leads here.
  const host = '192.168.7.20:8080'
  assert.equal((await send('GET', '/console', { Host: host, Origin: `http://${host}` })).status, 403)
})

test('scripts, pages of this machine and pages on the list are served', async () => {
  for (const headers of own) assert.equal((await send('GET', '/sandbox/v1/messages', headers)).status, 200)
})
