import { isIP } from 'node:net'
import cors from '@fastify/cors'
import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { UpstreamFailure } from './abdm/failure.ts'
import { translate } from './abdm/translate.ts'
import type { Caller, Clients, Named } from './clients.ts'
import type { ListenConfig } from './config.ts'
import { createDraining } from './draining.ts'
import { ConnectError, type ErrorName, error, renderError } from './errors.ts'
import type { FormSettings } from './fields.ts'
import { forms } from './fields.ts'
import { newSecret } from './ids.ts'
import { causeOf, type Log } from './log.ts'
import { readValue } from './read.ts'
import { errorsOf, hasSourceError, type Route } from './route.ts'
import { StoreUnavailable } from './store/store.ts'

/** The HTTP server: what every request goes through before and after its handler, in the order of `serve`. */

type Settings = ListenConfig & FormSettings & { checksReplies: boolean }
/** With what tests check replies by, where they do. */
type Serving = Settings & { checkReply: typeof import('./reply-check.ts').checkReply | undefined }

/** Refuses what is no UTF-8 and passes over a byte order mark. */
const utf8 = new TextDecoder('utf-8', { fatal: true })

const nobody: Caller = { clientId: '', workspace: '' }
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined

/** The bearer, from `Authorization` or, without that, from `auth` with or without the scheme (connect §3). */
const tokenOf = ({ headers }: FastifyRequest): string | undefined => {
  const authorization = textOf(headers.authorization)
  if (authorization) return /^bearer\s+(\S+)$/i.exec(authorization)?.[1]
  return textOf(headers.auth)?.replace(/^bearer\s+/i, '')
}

const wrongContentType = () => error.bodyUnreadable({ message: 'The content type must be application/json' })
const notHttp = () => error.bodyUnreadable({ message: 'The request is not readable HTTP' })

/** Every way in which something thrown becomes an error of the table; `listed` are those of the operation. */
const asConnectError = (thrown: unknown, listed?: ReadonlySet<ErrorName>): ConnectError => {
  if (thrown instanceof ConnectError) return thrown
  if (thrown instanceof UpstreamFailure) return translate(thrown, listed)
  if (thrown instanceof StoreUnavailable) return error.storeUnavailable({ cause: thrown })
  const { code, statusCode = 500 } = thrown as FastifyError
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return error.bodyUnreadable({ message: 'The body is larger than 64 KiB' })
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return wrongContentType()
  if (statusCode >= 400 && statusCode < 500) return error.bodyUnreadable({ cause: thrown })
  return error.internal({ cause: thrown })
}

type Carried = { caller?: Caller; kind?: string; cause?: unknown; startedAt: number }
const carriedBy = new WeakMap<FastifyRequest, Carried>()

/** Node hands over a header as one character for each byte. Clients write identifiers in UTF-8; what is no UTF-8 stays as it is. */
const headerText = (value: string | string[] | undefined): unknown => {
  if (typeof value !== 'string') return value
  try {
    return utf8.decode(Buffer.from(value, 'latin1'))
  } catch {
    return value
  }
}

const namedBy = (request: FastifyRequest, { names }: Route<never>, { onlyOid }: Caller): Named => {
  if (!names) return {}
  const { headers } = request
  const handle = (value: unknown, name: string): string | undefined => {
    if (value === undefined || (typeof value === 'string' && value.trim() === '')) return undefined
    const read = typeof value === 'string' ? forms.handle.clean(value) : undefined
    if (read === undefined) throw error.invalidField({ message: `${name} must be ${forms.handle.rule}` })
    return read
  }
  const query = names === 'headers-and-oid' ? handle((request.query as Record<string, unknown>).oid, 'oid') : undefined
  const header = handle(headerText(headers['x-pt-id']), 'X-Pt-Id')
  const partnerPtId = handle(headerText(headers['x-partner-pt-id']), 'X-Partner-Pt-Id')
  if (onlyOid !== undefined && [query, header].some((oid) => oid !== undefined && oid !== onlyOid))
    throw error.notForThisUser()
  return {
    oid: onlyOid ?? query ?? header,
    // The client's own identifiers are the client's to bind; a user's bearer names its user by itself.
    partnerPtId: onlyOid === undefined ? partnerPtId : undefined,
    hipId: handle(headerText(headers['x-hip-id']), 'X-Hip-Id'),
  }
}

const addRoute = <Deps>(
  app: FastifyInstance,
  declared: Route<Deps>,
  deps: Deps,
  clients: Clients | undefined,
  settings: Serving,
): void => {
  const { auth, method, body, query, params, status = 200, replyType } = declared
  const allowed = errorsOf(declared as Route<never>)

  const input = (schema: Route<never>['body'], given: unknown): unknown => {
    if (!schema) return undefined
    const read = readValue(schema, given, '', settings)
    if ('problem' in read) throw error.invalidField({ message: read.problem })
    return read.value
  }

  const authenticate = async (request: FastifyRequest): Promise<void> => {
    const token = tokenOf(request)
    if (!token || !clients) throw error.tokenInvalid()
    const caller = await clients.authenticate(token)
    if (caller.onlyOid !== undefined && auth !== 'client-or-user') throw error.notForThisUser()
    const carried = carriedBy.get(request)
    if (carried) carried.caller = caller
  }

  app.route({
    method,
    url: declared.path.replace(/\{(\w+)\}/g, ':$1'),
    ...(declared.bodyBytesMax && { bodyLimit: declared.bodyBytesMax }),
    ...(auth !== 'none' && { onRequest: authenticate }),
    ...(declared.tag === 'sandbox' && {
      onRequest: (request, _reply, next) => next(isOfForeignPage(request, settings) ? error.foreignPage() : undefined),
    }),
    handler: async (request, reply) => {
      const caller = carriedBy.get(request)?.caller ?? nobody
      const answer = await declared.handle(
        {
          params: input(params, request.params) as never,
          query: input(query, request.query) as never,
          body: input(body, request.body ?? (body ? {} : undefined)) as never,
          headers: request.headers as Record<string, string | undefined>,
          caller,
          named: namedBy(request, declared as Route<never>, caller),
          remoteAddress: request.ip,
        },
        deps,
      )
      reply.code(status)
      if (status === 204) return reply.removeHeader('content-type').send()
      if (replyType) return reply.type(replyType).send(answer)
      if (declared.reply) settings.checkReply?.(declared.operationId, declared.reply, answer)
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer))
    },
    errorHandler: (thrown, request, reply) => {
      const shown = asConnectError(thrown, allowed)
      if (settings.checkReply && !allowed.has(shown.kind)) {
        return sendError(
          request,
          reply,
          error.internal({ cause: new Error(`${declared.operationId} does not list ${shown.kind}`) }),
        )
      }
      return sendError(request, reply, shown, hasSourceError(declared as Route<never>))
    },
  })
}

const sendError = (request: FastifyRequest, reply: FastifyReply, shown: ConnectError, withSource = true) => {
  const carried = carriedBy.get(request)
  if (carried) {
    carried.kind = shown.kind
    carried.cause = shown.details.cause
  }
  const { status, body, retryAfterSeconds } = renderError(shown, withSource)
  if (retryAfterSeconds !== undefined) reply.header('Retry-After', String(retryAfterSeconds))
  return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(body))
}

/** Of every answer, errors included. */
const headersOf = ({ id }: FastifyRequest) => ({
  'X-Request-Id': id,
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
})

const passesAll = (() => () => () => true) as never
const plainJson = (() => () => JSON.stringify) as never

const isLoopback = (origin: string): boolean => /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(origin)

const mayCall = (origin: string, { corsOrigins, allowLoopbackOrigins }: Settings): boolean =>
  corsOrigins.includes(origin) || (allowLoopbackOrigins && isLoopback(origin))

/** A page of this very server, by address. A name may have been pointed here by the page's own site. */
const isOwnPage = (origin: string, host = ''): boolean => {
  const bare = host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
  return /^https?:\/\/(.*)$/.exec(origin)?.[1] === host && (bare === 'localhost' || isIP(bare) !== 0)
}

/** The sandbox asks for no token: without this any page that a developer has open could empty it, or read OTPs by a name that points here. */
const isOfForeignPage = ({ headers: { origin, host } }: FastifyRequest, settings: Settings): boolean =>
  (origin !== undefined && !mayCall(origin, settings) && !isOwnPage(origin, host)) ||
  (isLoopback(`http://${settings.host}`) && host !== undefined && !isLoopback(`http://${host}`))

export const createServer = async (settings: Settings, log: Log) => {
  const checkReply = settings.checksReplies ? (await import('./reply-check.ts')).checkReply : undefined
  const serving: Serving = { ...settings, checkReply }
  const bootId = newSecret().slice(0, 6)
  let requests = 0
  const writeLine = (request: FastifyRequest, { statusCode }: FastifyReply): void => {
    const carried = carriedBy.get(request)
    log.request({
      request: request.id,
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: statusCode,
      ms: Math.round(performance.now() - (carried?.startedAt ?? 0)),
      client: carried?.caller?.clientId,
      error: carried?.kind,
      cause: carried?.cause === undefined ? undefined : causeOf(carried.cause),
    })
  }
  const app = fastify({
    logger: false,
    http: { requireHostHeader: false },
    bodyLimit: settings.bodyBytesMax,
    // The entry that the proxy itself made, the last one: those before it are the caller's own words.
    trustProxy: settings.trustProxy && ((_address: string, hop: number) => hop === 0),
    exposeHeadRoutes: false,
    // read.ts reads and JSON.stringify writes; Fastify's own compilers would be loaded at start-up and never used.
    schemaController: { compilersFactory: { buildValidator: passesAll, buildSerializer: plainJson } },
    requestTimeout: 60_000,
    keepAliveTimeout: 72_000,
    return503OnClosing: false,
    // No limit of its own: a value that is too long is refused by its field, like any other malformed one.
    routerOptions: { maxParamLength: 65_536 },
    genReqId: () => `${bootId}-${(++requests).toString(36)}`,
    frameworkErrors: (_thrown, request, reply) => {
      // No hook runs for these.
      carriedBy.set(request, { startedAt: performance.now() })
      void sendError(request, reply.headers(headersOf(request)), error.pathUnknown())
      writeLine(request, reply)
    },
    clientErrorHandler: (_thrown, socket) => {
      if (!socket.writable) return
      const text = JSON.stringify(renderError(notHttp()).body)
      socket.end(
        `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
      )
    },
  })

  const draining = createDraining(app)
  // An expectation that nobody knows is a header that nobody knows: ignored (connect §1).
  app.server.on('checkExpectation', (request, answer) => app.server.emit('request', request, answer))

  app.addHook('onRequest', (request, reply, next) => {
    carriedBy.set(request, { startedAt: performance.now() })
    reply.headers(headersOf(request))
    // Judged here and not by Node, which would answer without a body.
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1') return next(notHttp())
    next(draining.takes(reply) ? undefined : error.stopping())
  })
  app.addHook('onResponse', (request, reply, next) => {
    writeLine(request, reply)
    next()
  })

  // Before the first route, so that those of the plugins fail in the product's form too.
  app.setErrorHandler((thrown, request, reply) => sendError(request, reply, asConnectError(thrown)))
  app.setNotFoundHandler((request, reply) => sendError(request, reply, error.pathUnknown()))

  await app.register(cors, {
    origin: (origin, decide) => decide(null, origin !== undefined && mayCall(origin, settings)),
    methods: ['GET', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'client-id',
      'X-Pt-Id',
      'X-Partner-Pt-Id',
      'X-Hip-Id',
      'x-abha-sdk-version',
      'auth',
    ],
    exposedHeaders: ['Retry-After', 'X-Request-Id'],
    // The plugin would answer an OPTIONS that is no preflight in words of its own.
    strictPreflight: false,
    maxAge: 600,
  })

  // Before the body is looked at, and after the headers that let a page read the answer.
  app.addHook('onRequest', (request, _reply, next) => next(request.is404 ? error.pathUnknown() : undefined))

  // No body is fine under any content type: clients in the field send a JSON type on every call (connect §1).
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    if (bytes.length === 0) return done(null, undefined)
    const type = textOf(request.headers['content-type'])
    if (type && !/^application\/([\w.+-]+\+)?json\b/i.test(type)) {
      return done(wrongContentType())
    }
    try {
      done(null, JSON.parse(utf8.decode(bytes)))
    } catch {
      // The parsers' messages quote the body, so they go no further.
      done(error.bodyUnreadable())
    }
  })

  return {
    app,
    /** Declares the routes of one kind with the dependencies that their handlers get. */
    serve<Deps>(routes: readonly Route<Deps>[], deps: Deps, clients?: Clients): void {
      for (const declared of routes) addRoute(app, declared, deps, clients, serving)
    },
    stopTaking: draining.stop,
    close: draining.close,
  }
}

export type Server = Awaited<ReturnType<typeof createServer>>
