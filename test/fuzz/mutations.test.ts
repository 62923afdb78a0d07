import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { Client } from 'undici'
import { connectRoutes } from '../../src/api/index.ts'
import { operationsRoutes } from '../../src/operations.ts'
import { assetTag } from '../../src/pages/assets.ts'
import type { Route } from '../../src/route.ts'
import { productRoutes, sandboxRoutes } from '../../src/sandbox/index.ts'
import { testDatabaseUrl } from '../database.ts'
import { type Product, startProduct } from '../harness.ts'
import { spoil } from './mutate.ts'
import { bytesOf, type Dice, type Draft, diceOf, draftFor, rightOtp, targetOf } from './requests.ts'
import { meetWorld } from './world.ts'

/**
 * Whatever a caller sends, the server answers in its own words: no 5xx, no secret repeated, nothing asked of ABDM for a
 * request that is wrong. A failure names its seed and index; `FUZZ_SEED=… FUZZ_ONLY=…` sends that one request alone.
 */

const seed = Number(process.env.FUZZ_SEED ?? 20_260_101)
const only = process.env.FUZZ_ONLY === undefined ? undefined : Number(process.env.FUZZ_ONLY)
const spoiltRequests = 10_400
/** On PostgreSQL a quarter of them: what is refused is refused before it meets a database. */
const sentHere = testDatabaseUrl ? spoiltRequests / 4 : spoiltRequests

const routes: readonly Route<never>[] = [...connectRoutes, ...operationsRoutes, ...sandboxRoutes, ...productRoutes]
/** Each use makes RSA keys, which takes a while: never picked by chance, tried below. */
const slow = 'sandboxRotateKeys'
/** They change the world under the other requests, which is then put right again: picked less often. */
const disruptive = ['sandboxReset', 'sandboxClockMove', 'sandboxFaultAdd']
const weightOf = ({ operationId, tag }: Route<never>): number => {
  if (operationId === slow) return 0
  if (disruptive.includes(operationId) || tag === assetTag) return 1
  return { sandbox: 10, operations: 4 }[tag] ?? 24
}
const weighted = routes.flatMap((declared) => Array<Route<never>>(weightOf(declared)).fill(declared))

let product: Product
let http: Client
before(async () => {
  // Reading a long trace would take most of the time.
  product = await startProduct({ SANDBOX_TRACE: '20', SANDBOX_OTP: rightOtp, OTP_RESEND_WAIT_SECONDS: '0' })
  http = new Client(product.origin, { pipelining: 1, headersTimeout: 10_000, bodyTimeout: 10_000 })
})
after(async () => {
  await http.destroy()
  await product.stop()
})

type Seen = { status: number; headers: Record<string, unknown>; text: string }

const statuses = [400, 401, 403, 404, 429, 491]

const problemsOf = (
  declared: Route<never>,
  draft: Draft,
  { status, headers, text }: Seen,
  canary: string,
  asked: number,
) => {
  const problems: string[] = []
  const isSuccess = status >= 200 && status < 300
  const isPreflight = draft.method === 'OPTIONS' && status === 204
  if (!isSuccess && !statuses.includes(status)) problems.push(`answers ${status}`)
  if (!isSuccess && draft.method !== 'HEAD') problems.push(...shapeProblems(status, headers, text))
  if (isSuccess && declared.operationId === 'registrationMobileCreate') {
    // A new profile repeats its address, which was asked for.
  } else if (!(isSuccess && declared.tag === 'sandbox') && repeats(text, canary)) problems.push('repeats the canary')
  if (repeats(JSON.stringify(headers), canary)) problems.push('repeats the canary in a header')
  if (headers['x-request-id'] === undefined) problems.push('has no X-Request-Id')
  if (!isPreflight && asked > 0 && isRefusedHere(status, text)) problems.push(`asked ABDM ${asked} times for nothing`)
  return problems
}

const repeats = (text: string, canary: string): boolean => text.toLowerCase().includes(canary.toLowerCase())

const shapeProblems = (status: number, headers: Record<string, unknown>, text: string): string[] => {
  if (headers['content-type'] !== 'application/json; charset=utf-8') return [`is ${headers['content-type']}: ${text}`]
  const { code, error, source_error: source, ...more } = JSON.parse(text)
  const isWhole =
    code === status &&
    typeof error === 'string' &&
    Object.keys(more).length === 0 &&
    (source === undefined || (typeof source.code === 'string' && typeof source.message === 'string'))
  return isWhole ? [] : [`has another shape: ${text}`]
}

/** The kinds of refusal that this server finds before it asks; a transaction that ABDM has forgotten is known after asking. */
const isRefusedHere = (status: number, text: string): boolean => {
  if ([401, 403, 404].includes(status)) return true
  const { code, message } = (status === 400 && JSON.parse(text || '{}').source_error) || {}
  return status === 400 && ['ABDM-1010', 'MIS-1026', undefined].includes(code) && !/^ABDM /.test(message)
}

const send = async (draft: Draft): Promise<Seen> => {
  const sent = bytesOf(draft)
  const answer = await http.request({
    method: draft.method as 'GET',
    path: targetOf(draft),
    headers: draft.headers,
    body: sent === undefined ? null : sent,
  })
  if (String(answer.headers['content-type']).startsWith('text/event-stream')) {
    answer.body.on('error', () => {}).destroy()
    return { status: answer.statusCode, headers: answer.headers, text: '' }
  }
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() }
}

let linesRead = 0
const upstreamCallsSince = (): number => {
  const fresh = product.lines.slice(linesRead)
  linesRead = product.lines.length
  return fresh.filter((line) => line.includes('"operation":')).length
}

test('thousands of spoilt requests: no 5xx, no echo, nothing asked of ABDM for nothing', async (t) => {
  let known = await meetWorld(product)
  const counts = new Map<number, number>()
  const answered = new Set<string>()
  const failures: string[] = []
  let askedInAll = 0
  for (let index = 0; index < sentHere; index++) {
    if (index % 400 === 399) known = await meetWorld(product)
    if (only !== undefined && index !== only) continue
    const dice = diceOf(seed, index)
    const declared = dice.pick(weighted)
    const draft = draftFor(declared, dice, known)
    const canary = `kq7-canary-${index.toString(36)}-z`
    spoil(draft, dice, canary)
    upstreamCallsSince()
    const seen = await send(draft)
    counts.set(seen.status, (counts.get(seen.status) ?? 0) + 1)
    if (seen.status < 300) answered.add(declared.operationId)
    const asked = upstreamCallsSince()
    askedInAll += asked
    const problems = problemsOf(declared, draft, seen, canary, asked)
    if (problems.length > 0 || only !== undefined) {
      const shown = `${draft.method} ${targetOf(draft).slice(0, 200)} ${JSON.stringify(draft.headers).slice(0, 300)} ${String(bytesOf(draft)).slice(0, 400)}`
      failures.push(
        `FUZZ_SEED=${seed} FUZZ_ONLY=${index}: ${problems.join(', ')}\n  ${shown}\n  ${seen.status} ${seen.text.slice(0, 300)}`,
      )
    }
    if (seen.status < 300 && disruptive.includes(declared.operationId)) {
      product.calm()
      if (declared.operationId !== 'sandboxFaultAdd') {
        await product.send('POST', '/sandbox/v1/reset')
        known = await meetWorld(product)
      }
    }
    if (failures.length > 20) break
  }
  assert.deepEqual(failures, [], failures.join('\n'))
  t.diagnostic(
    [...counts]
      .sort(([one], [other]) => one - other)
      .map(([status, count]) => `${status}: ${count}`)
      .join(', '),
  )
  if (only === undefined && sentHere === spoiltRequests) {
    const never = connectRoutes.map(({ operationId }) => operationId).filter((name) => !answered.has(name))
    // Some wait for a right OTP of the right transaction, which chance seldom finds.
    assert.ok(never.length < 10, `${never.join(', ')} were never answered`)
    assert.ok(askedInAll > 500, 'what is still right reaches ABDM')
    for (const status of [200, 204, 400, 401, 403, 404]) assert.ok((counts.get(status) ?? 0) > 20, `${status} is met`)
  }
})

test('a spoilt wish for new keys makes none', async () => {
  const declared = sandboxRoutes.find(({ operationId }) => operationId === slow) as Route<never> | undefined
  assert.ok(declared)
  for (const [method, path, body] of [
    ['GET', declared.path, undefined],
    ['POST', `${declared.path}/`, undefined],
    ['POST', declared.path, '{'],
    ['POST', declared.path, 'x'.repeat(70_000)],
  ] as const) {
    const reply = await product.send(method, path, body === undefined ? {} : { raw: body })
    assert.ok([400, 404].includes(reply.status), `${method} ${path} ${reply.status}`)
  }
})

/** Sends bytes, then ends; what comes back until the server closes. */
const sendBytes = (bytes: Buffer): Promise<string> =>
  new Promise((resolve) => {
    const { port } = new URL(product.origin)
    const socket = connect(Number(port), '127.0.0.1', () => socket.end(bytes))
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', () => {})
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('utf8')))
    socket.setTimeout(2_000, () => socket.destroy())
  })

const brokenHttp = (dice: Dice, canary: string): Buffer => {
  const path = '/abdm/na/v1/registration/mobile/init'
  const whole = `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nX-Pt-Id: ${canary}\r\nContent-Length: 2\r\n\r\n{}`
  const bytes = Buffer.from(
    dice.pick([
      whole,
      `${canary} ${path} HTTP/1.1\r\nHost: x\r\n\r\n`,
      `GET ${canary} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      `GET ${path} HTTP/9.9\r\nHost: x\r\n\r\n`,
      `GET ${path}\r\n\r\n`,
      `GET ${path} HTTP/1.1\r\nConnection: close\r\n\r\n`,
      `GET ${path} HTTP/1.1\r\nHost: x\r\n${canary}\r\n\r\n`,
      `GET ${path} HTTP/1.1\r\nHost: x\r\nX-Pt-Id: ${'x'.repeat(20_000)}\r\n\r\n`,
      `POST ${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
      `POST ${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
      `POST ${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: ${canary}\r\n\r\n{}`,
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${canary}\r\n\r\n{}`,
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n{}`,
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}`,
      `POST ${path} HTTP/1.1\r\nHost: x\r\nExpect: ${canary}\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}`,
      `OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      `CONNECT ${canary}:443 HTTP/1.1\r\nHost: x\r\n\r\n`,
      `GET http://${canary}/healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      `\u0016\u0003\u0001${canary}`,
    ]),
    'latin1',
  )
  for (let count = dice.below(3); count > 0; count--) bytes[dice.below(bytes.length)] = dice.below(256)
  return bytes
}

test('bytes that are hardly HTTP get an answer without an echo or none at all, and the server goes on', async () => {
  for (let index = 0; index < 300; index += 20) {
    await Promise.all(
      Array.from({ length: 20 }, async (_, offset) => {
        const canary = `kq7-canary-${(index + offset).toString(36)}-z`
        const dice = diceOf(seed + 1, index + offset)
        const bytes = brokenHttp(dice, canary)
        const text = await sendBytes(bytes)
        const about = `FUZZ_SEED=${seed} bytes ${index + offset}: ${bytes.toString('latin1').slice(0, 200)}\n${text.slice(0, 400)}`
        assert.ok(!repeats(text, canary), about)
        assert.ok(text === '' || /^HTTP\/1\.1 [1-4]\d\d /.test(text), about)
      }),
    )
  }
  assert.equal((await product.send('GET', '/healthz')).status, 200)
  await meetWorld(product)
})
