import type { IncomingMessage, RequestListener } from 'node:http'
import type { Operation, ServiceName } from '../abdm/wire/operation.ts'
import type { Cassette, Filed } from './cassette.ts'
import { operations, type Shape, shapeOf } from './shape.ts'

/** Serves cassettes on the four base paths: what a request was answered when it was recorded. */

/** Different at every call, or nobody's business: requests are compared without them. */
const passing = /^(clientId|clientSecret|timeStamp)$|token$/i
/** Came from an earlier answer of the tape, and says which of several alike is meant. */
const handedOut = /^(txnId|transactionId)$/
const bodyBytesMax = 4_194_304

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
  'base64',
)

/** What of a request tells it from another one of its operation; loosely, also without what is personal. */
const normal = (shape: Shape | undefined, value: unknown, isLoose: boolean): unknown => {
  if (Array.isArray(value)) return value.map((item) => normal(shape?.items, item, isLoose))
  if (typeof value !== 'object' || value === null) return value
  const parts = shape?.properties ?? {}
  return Object.entries(value)
    .filter(([name]) => Object.hasOwn(parts, name) && !parts[name]?.isSealed && !passing.test(name))
    .filter(([name]) => !isLoose || !parts[name]?.isPersonal || handedOut.test(name))
    .map(([name, part]) => [name, normal(parts[name], part, isLoose)] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1))
}

type Asked = { readonly query?: unknown; readonly body?: unknown; readonly txn?: string | undefined }

const keyOf = (op: Operation, { query, body, txn }: Asked, isLoose: boolean): string =>
  JSON.stringify([
    op.id,
    normal(op.query && shapeOf(op.query), query, isLoose),
    normal(op.body && shapeOf(op.body), body, isLoose),
    txn,
  ])

type Said = { readonly status: number; readonly type: string; readonly body: string | Buffer | undefined }

const saidBy = ({ status, responseHeaders, responseForm, responseBody }: Cassette): Said => {
  const type = responseHeaders['content-type'] ?? 'application/json'
  if (responseForm === 'png') return { status: status ?? 200, type: 'image/png', body: png }
  const body = responseForm === 'empty' ? undefined : responseForm === 'text' ? String(responseBody) : undefined
  return { status: status ?? 502, type, body: responseForm === 'json' ? JSON.stringify(responseBody) : body }
}

const readText = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bodyBytesMax) throw new Error('too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

export type ReplayParts = {
  readonly cassettes: readonly Filed[]
  readonly bases: Readonly<Record<ServiceName, string>>
  /** ABDM's own words for what is not there. */
  readonly notFound: (path: string) => Said
}

export const createReplay = ({ cassettes, bases, notFound }: ReplayParts): RequestListener => {
  const byId = new Map(operations.map((op) => [op.id, op]))
  const byRoute = new Map(operations.map((op) => [`${op.method} ${bases[op.service]}${op.path}`, op]))
  const tape = cassettes.flatMap(({ cassette }) => {
    const op = byId.get(cassette.operation)
    if (!op) return []
    const { query, requestBody: body, requestHeaders } = cassette
    const asked = { query, body, txn: requestHeaders.TRANSACTION_ID }
    return [{ cassette, exact: keyOf(op, asked, false), loose: keyOf(op, asked, true), isPlayed: false }]
  })

  /** In recorded order, the last one from then on. People of the caller's own are answered like the recorded ones. */
  const next = (op: Operation, asked: Asked): Cassette | undefined => {
    const exact = keyOf(op, asked, false)
    const loose = keyOf(op, asked, true)
    const same = tape.filter((one) => one.exact === exact)
    const alike = same.length > 0 ? same : tape.filter((one) => one.loose === loose)
    const chosen = alike.find(({ isPlayed }) => !isPlayed) ?? alike.at(-1)
    if (chosen) chosen.isPlayed = true
    return chosen?.cassette
  }

  const found = async (request: IncomingMessage, path: string, query: string): Promise<Cassette | undefined> => {
    const op = byRoute.get(`${request.method} ${path}`)
    if (!op) return undefined
    const text = op.body ? await readText(request) : ''
    const txn = op.headers.includes('TRANSACTION_ID') ? request.headers.transaction_id : undefined
    return next(op, {
      ...(op.query && { query: Object.fromEntries(new URLSearchParams(query)) }),
      ...(op.body && { body: JSON.parse(text) }),
      txn: typeof txn === 'string' ? txn : undefined,
    })
  }

  return (request, response) => {
    // Whatever a client sends as its target is a path that was recorded or not; a URL it need not be.
    const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s)
    void found(request, path, query)
      .catch(() => undefined)
      .then((cassette) => {
        request.resume()
        if (cassette?.status === null) {
          request.socket.destroy()
          return
        }
        const { status, type, body } = cassette ? saidBy(cassette) : notFound(path)
        const length = body === undefined ? 0 : Buffer.byteLength(body)
        response.writeHead(status, { ...(length > 0 && { 'content-type': type }), 'content-length': length })
        response.end(body)
      })
  }
}
