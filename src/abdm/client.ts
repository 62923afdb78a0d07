import { type Clock, isoTime } from '../clock.ts'
import type { UpstreamConfig } from '../config.ts'
import { newUuid } from '../ids.ts'
import type { Log } from '../log.ts'
import { createBreaker } from './breaker.ts'
import { createCertificates, type SealingKey } from './certificates.ts'
import { UpstreamFailure } from './failure.ts'
import { createGateway } from './gateway.ts'
import { asDeclared, asRead, textOf } from './lenient.ts'
import { withoutSent } from './masking.ts'
import { createProbe } from './probe.ts'
import { blamesSealedValue, isOfApiGateway, mayBlameBearer, meaningOf, readError } from './reader.ts'
import { seal } from './sealing.ts'
import { createSkew } from './skew.ts'
import { type Answer, createTransport, type Recorder } from './transport.ts'
import { gateway as gatewayWire } from './wire/index.ts'
import {
  type BodyOf,
  type KeyBits,
  keyFamilyOf,
  type Operation,
  type QueryOf,
  type ReplyOf,
  type ServiceName,
} from './wire/operation.ts'

/** Calls ABDM: seals, sends, times out, checks, and reads every form of refusal. Tokens and bodies never reach a log. */

type Given<O> = {
  body?: BodyOf<O>
  query?: QueryOf<O>
  headers?: Readonly<Record<string, string>>
  /** The user token that the operation asks for, without "Bearer". */
  token?: string
  /** Told the ciphertexts that were sent, by dotted path: what has to be sent again may be kept only like that. */
  onSealed?: (sealed: Readonly<Record<string, string>>) => void
  /** Ciphertexts of an earlier call, sent in the place of these fields. */
  sealed?: Readonly<Record<string, string>>
}

const userTokenHeaders = { 'x-token': 'X-token', 't-token': 'T-token', 'r-token': 'R-token' } as const

/** A copy in which only the objects on the way to the field are new. */
const sealAt = (
  body: Record<string, unknown>,
  [name = '', ...rest]: readonly string[],
  sealText: (text: string) => string,
): Record<string, unknown> => {
  const value = body[name]
  if (typeof value === 'string' && rest.length === 0) return value === '' ? body : { ...body, [name]: sealText(value) }
  if (typeof value !== 'object' || value === null || rest.length === 0) return body
  return { ...body, [name]: sealAt(value as Record<string, unknown>, rest, sealText) }
}

/** Puts ciphertext in the place of the marked fields; an empty one stays empty (abdm-v3 §3.4). */
const sealFields = (body: unknown, paths: readonly string[], sealText: (text: string) => string): unknown => {
  let copy = body as Record<string, unknown>
  for (const path of paths) copy = sealAt(copy, path.split('.'), sealText)
  return copy
}

const putAt = (
  body: Record<string, unknown>,
  [name = '', ...rest]: readonly string[],
  text: string,
): Record<string, unknown> => ({
  ...body,
  [name]: rest.length === 0 ? text : putAt(body[name] as Record<string, unknown>, rest, text),
})

const valueAt = (body: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], body)

/** Without a token or a key nothing was sent, whatever became of asking for one. */
const asNotSent = (thrown: unknown): unknown => {
  if (!(thrown instanceof UpstreamFailure)) return thrown
  const { operation, kind, meaning, read } = thrown
  return new UpstreamFailure(operation, kind, { meaning, mayHaveActed: false, cause: thrown, ...(read && { read }) })
}

const sealedBody = (op: Operation, { body, sealed = {}, onSealed }: Given<Operation>, { key }: SealingKey): unknown => {
  const fresh = op.sealed.filter((path) => sealed[path] === undefined)
  let whole = sealFields(body, fresh, (text) => seal(key, text)) as Record<string, unknown>
  for (const [path, ciphertext] of Object.entries(sealed)) whole = putAt(whole, path.split('.'), ciphertext)
  onSealed?.(Object.fromEntries(op.sealed.map((path) => [path, String(valueAt(whole, path) ?? '')])))
  return whole
}

const pngStart = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

export type Abdm = ReturnType<typeof createAbdm>

export const createAbdm = (deps: {
  bases: Readonly<Record<ServiceName, string>>
  settings: UpstreamConfig
  clock: Clock
  log: Log
  recorder?: Recorder | undefined
}) => {
  const { bases, settings, clock, log, recorder } = deps
  const transport = createTransport(bases, settings)
  const breaker = createBreaker(clock, settings.breakerFailures)
  const skew = createSkew(clock, log)
  const checks = new Map<string, { Check(value: unknown): boolean }>()

  const checkOf = async (op: Operation) => {
    // Loaded with the first answer: it is much of what the process would otherwise read before it listens.
    const { Compile } = await import('typebox/schema')
    const check = Compile(asRead(op.reply))
    checks.set(op.id, check)
    return check
  }

  const readReply = async <O extends Operation>(
    op: O,
    given: Given<O>,
    { status, body }: Answer,
  ): Promise<ReplyOf<O>> => {
    if (status < 200 || status > 299) {
      const { message, ...rest } = readError(status, textOf(body))
      const meaning = meaningOf({ ...rest, ...(message && { message }) }, op.userToken !== undefined)
      const read = { ...rest, ...(message && { message: withoutSent(message, op, given) }) }
      throw new UpstreamFailure(op.id, 'refused', { meaning, mayHaveActed: !isOfApiGateway(read), read })
    }
    if (op.replyType === 'image/png') return body as ReplyOf<O>
    let value: unknown
    try {
      value = JSON.parse(textOf(body))
    } catch {
      throw new UpstreamFailure(op.id, 'unreadable', { mayHaveActed: true })
    }
    // 200 is not success (abdm-v3 §5): a wrong OTP says so in here.
    if ((value as { authResult?: unknown } | null)?.authResult === 'failed') {
      throw new UpstreamFailure(op.id, 'refused', { meaning: 'otpWrong', mayHaveActed: true, read: { http: status } })
    }
    const check = checks.get(op.id) ?? (await checkOf(op))
    if (check.Check(value)) return value as ReplyOf<O>
    const declared = asDeclared(op.reply, value)
    if (!check.Check(declared)) throw new UpstreamFailure(op.id, 'unreadable', { mayHaveActed: true })
    return declared as ReplyOf<O>
  }

  /** One exchange, unless the service is down; made again when it was refused for the clock. */
  const exchange = <O extends Operation>(
    op: O,
    given: Given<O>,
    bearer: string | undefined,
    key: SealingKey | undefined,
  ): Promise<ReplyOf<O>> =>
    skew.correcting(op.service, () => breaker.guard(op, () => exchangeOnce(op, given, bearer, key)))

  const exchangeOnce = async <O extends Operation>(
    op: O,
    given: Given<O>,
    bearer: string | undefined,
    key: SealingKey | undefined,
  ): Promise<ReplyOf<O>> => {
    const headers: Record<string, string> = {
      'REQUEST-ID': newUuid(),
      TIMESTAMP: isoTime(skew.now(op.service)),
      ...given.headers,
    }
    if (bearer) headers.Authorization = `Bearer ${bearer}`
    if (op.userToken && given.token) headers[userTokenHeaders[op.userToken]] = `Bearer ${given.token}`
    if (op.headers.includes('X-CM-ID')) headers['X-CM-ID'] = settings.cmId
    let body: string | undefined
    if (given.body !== undefined) {
      headers['Content-Type'] = 'application/json'
      body = JSON.stringify(key ? sealedBody(op, given, key) : given.body)
    }
    const path = given.query ? `${op.path}?${new URLSearchParams(given.query as Record<string, string>)}` : op.path
    const startedAt = performance.now()
    const sentAt = clock.now()
    const line = { operation: op.id, ms: 0 }
    let answer: Answer | undefined
    try {
      answer = await transport.send(op, path, headers, body)
      line.ms = Math.round(performance.now() - startedAt)
      // A GET may be answered from a cache that does not say so, unless it asked for no copy.
      if (op.method !== 'GET' || 'Cache-Control' in headers || answer.status >= 400)
        skew.hear(op.service, answer.date, sentAt)
      const reply = await readReply(op, given, answer)
      log.upstream({ ...line, status: answer.status })
      return reply
    } catch (thrown) {
      if (thrown instanceof UpstreamFailure) {
        const { read, kind, meaning } = thrown
        log.upstream({
          ...line,
          ms: Math.round(performance.now() - startedAt),
          status: read?.http,
          code: read?.code,
          failure: kind === 'refused' ? meaning : kind,
        })
      }
      throw thrown
    } finally {
      recorder?.keep({ op, plain: given.body, query: given.query, headers, body, answer })
    }
  }

  const bitsOf = (op: Operation, body: unknown): KeyBits | undefined => {
    return op.sealed.length === 0 ? undefined : settings.keyBits[keyFamilyOf(op, body)]
  }

  const gateway = createGateway(
    (body) => exchange(gatewayWire.session, { body }, undefined, undefined),
    clock,
    settings,
  )

  const call = async <O extends Operation>(op: O, given: Given<O> = {}): Promise<ReplyOf<O>> => {
    const bits = bitsOf(op, given.body)
    let isRenewed = false
    let isResealed = false
    let isRepeated = false
    let key = bits && (await sealingKey(bits))
    for (;;) {
      const bearer = await gateway.token()
      try {
        return await exchange(op, given, bearer, key)
      } catch (thrown) {
        if (!(thrown instanceof UpstreamFailure)) throw thrown
        const { read, kind } = thrown
        if (read && mayBlameBearer(read) && !isRenewed) {
          isRenewed = true
          const isDropped = gateway.drop(bearer, op.userToken !== undefined && !isOfApiGateway(read))
          // What did not reach the service may be asked for again, even an OTP; otherwise only what does nothing twice.
          if (isDropped && (isOfApiGateway(read) || op.isRepeatable)) continue
        }
        if (given.sealed && read && blamesSealedValue(read)) {
          throw new UpstreamFailure(op.id, kind, { meaning: 'sealOutdated', mayHaveActed: false, read, cause: thrown })
        }
        if (bits && key && read && !isResealed && blamesSealedValue(read)) {
          isResealed = true
          const replacement = await certificates.replacementOf(bits, key).catch((failed: unknown) => {
            throw asNotSent(failed)
          })
          if (replacement) {
            key = replacement
            continue
          }
        }
        if (
          op.isRepeatable &&
          !isRepeated &&
          (kind === 'unreachable' || (kind === 'refused' && (read?.http ?? 0) >= 502))
        ) {
          isRepeated = true
          continue
        }
        throw thrown
      }
    }
  }

  const certificates = createCertificates((op) => call(op, { headers: { 'Cache-Control': 'no-cache' } }), clock)

  const sealingKey = async (bits: KeyBits): Promise<SealingKey> => {
    try {
      return await certificates.key(bits)
    } catch (thrown) {
      throw asNotSent(thrown)
    }
  }

  const isReachable = createProbe(() =>
    certificates.renew(settings.keyBits[settings.hasPhrApp ? 'phr-address' : 'phr-web']),
  )

  return {
    call,

    /** A PNG; anything else that calls itself one is no answer. */
    async callForPng(op: Operation, given: Given<Operation> = {}): Promise<Buffer> {
      const bytes: unknown = await call(op, given)
      if (!Buffer.isBuffer(bytes) || !bytes.subarray(0, pngStart.length).equals(pngStart))
        throw new UpstreamFailure(op.id, 'unreadable', { mayHaveActed: true })
      return bytes
    },

    /** Whether ABDM takes calls now: our credentials, our clock and the certificate service, tried together. */
    isReachable,

    /** How far ABDM's clock is ahead of this server's; zero while they agree. */
    skewSeconds: skew.seconds,
    hasHeardClock: skew.hasHeard,

    /** Logs in at the gateway, unless that is done already. */
    logIn: async (): Promise<void> => void (await gateway.token()),

    close: () => transport.close(),
  }
}
