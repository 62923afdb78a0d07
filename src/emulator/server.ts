import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Operation, ServiceName } from '../abdm/wire/operation.ts'
import type { Clock } from '../clock.ts'
import { newUuid } from '../ids.ts'
import { StoreUnavailable } from '../store/store.ts'
import type { Answer, Call, World } from './answers/answer.ts'
import { answered } from './answers/index.ts'
import { checkBody, checkQuery, fits, loadCompiler, unreadableBody, unsupportedMediaType } from './checks.ts'
import { facePagePath, serveFacePage } from './face-page.ts'
import { brokenBody, type Fault, type Faults, refusalOf } from './faults.ts'
import { dependencyDown, noBase, noResource, Refusal, refuse, render, unknownException } from './refusal.ts'
import type { Trace } from './trace.ts'
import { type Opened, type SealedField, sealedFieldsOf, type UnsealSettings, unseal } from './unseal.ts'
import type { Faces } from './world/faces.ts'

/** Serves the wire values: the checks of abdm-v3 §20 no. 3 in their order, then one answer function. */

/** The sandbox's four bases (abdm-v3 §1.1), on one origin. */
export const basePaths: { readonly [service in ServiceName]: string } = {
  gateway: '/api/hiecm/gateway/v3',
  abha: '/abha/api/v3',
  'phr-app': '/abha/api/v3/phr/app',
  'phr-web': '/abha/api/v3/phr/web',
}

type Route = { readonly op: Operation; readonly answer: Answer; readonly sealed: readonly SealedField[] }

const routes: ReadonlyMap<string, Route> = new Map(
  answered.map(({ op, answer }) => [
    `${op.method} ${basePaths[op.service]}${op.path}`,
    { op, answer, sealed: sealedFieldsOf(op) },
  ]),
)

export const operationIds: ReadonlySet<string> = new Set(answered.map(({ op }) => op.id))

/** In any case, and with or without parameters. */
const jsonType = /^\s*application\/json\s*(;|$)/i

/** A profile photo is the largest thing that anybody sends. */
const bodyBytesMax = 4_194_304

type Reply = {
  readonly status: number
  readonly type: string
  readonly body: string | Buffer | undefined
  readonly headers?: readonly string[]
}
/** Not every call gets an answer: some connections are closed, some are left open. */
type Outcome = Reply | 'dropped' | 'unanswered'

/** What the trace wants to know and only the inside of a call learns. */
type Notes = { requestText?: string; opened?: Opened; userTxnId?: string }

/** The caller went away before its body was complete. */
class CallerGone extends Error {}

const readText = (request: IncomingMessage): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes <= bodyBytesMax) return
      request.removeAllListeners('data').resume()
      reject(refuse(413, 'empty'))
    })
    request.on('end', () => {
      const [only] = chunks
      resolve((chunks.length === 1 && only ? only : Buffer.concat(chunks)).toString('utf8'))
    })
    request.on('close', () => {
      if (!request.complete) reject(new CallerGone())
    })
  })

const parse = (op: Operation, text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw unreadableBody(op)
  }
}

const queryOf = (url: string): { [name: string]: string } => {
  const cut = url.indexOf('?')
  return cut < 0 ? {} : Object.fromEntries(new URLSearchParams(url.slice(cut + 1)))
}

export type Beside = { readonly serve: RequestListener; readonly takes: (path: string) => boolean }

export type ServerParts = {
  readonly world: World
  readonly clock: Clock
  readonly faults: Faults
  readonly trace: Trace
  readonly settings: UnsealSettings
  /** What else is served on this origin: by the stand-alone emulator its sandbox. */
  readonly beside?: Beside | undefined
  readonly faces: Faces
  /** Ends waits when the emulator closes. */
  readonly closing: AbortSignal
}

export const createListener = (parts: ServerParts) => {
  const { world, clock, faults, trace, settings, beside, faces, closing } = parts
  const suffer = async (fault: Fault, op: Operation): Promise<Outcome> => {
    switch (fault.mode) {
      case 'timeout':
        return 'unanswered'
      case 'drop_before':
        return 'dropped'
      case 'empty':
        return { status: fault.status, type: '', body: undefined }
      case 'html':
      case 'truncated':
      case 'huge':
        return { status: fault.status, ...brokenBody(fault.mode) }
      default:
        throw refusalOf(fault, op)
    }
  }

  const act = async (
    route: Route,
    request: IncomingMessage,
    body: unknown,
    now: number,
    notes: Notes,
  ): Promise<Reply> => {
    const { op } = route
    const user = op.userToken && (await world.tokens.read(op, request.headers, now))
    if (user) notes.userTxnId = user.claims.txnId
    await loadCompiler()
    const query = op.query && queryOf(request.url ?? '')
    checkQuery(op, query)
    const variant = checkBody(op, body)
    const opened: Opened = {}
    if (route.sealed.length > 0) {
      notes.opened = opened
      await unseal({ op, body, variant }, route.sealed, world.keys, settings, opened)
    }
    const call: Call = {
      op,
      body,
      query,
      variant,
      headers: request.headers,
      now,
      opened: (path) => opened[path] ?? '',
      user: () => {
        if (!user) throw new Error(`${op.id} declares no user token`)
        return user
      },
    }
    const reply = await route.answer(call, world)
    if (Buffer.isBuffer(reply)) return { status: op.status, type: op.replyType, body: reply }
    if (!fits(op.reply, reply)) throw unknownException(op, 'the emulator made a reply that its own contract refuses')
    return { status: op.status, type: op.replyType, body: JSON.stringify(reply) }
  }

  const handle = async (route: Route, request: IncomingMessage, now: number, notes: Notes): Promise<Outcome> => {
    const { op } = route
    world.gate.check(op, request.headers, now)
    let body: unknown
    if (op.body) {
      const type = request.headers['content-type'] ?? ''
      if (!jsonType.test(type)) throw unsupportedMediaType(op, type)
      notes.requestText = await readText(request)
      body = parse(op, notes.requestText)
    }
    const fault = faults.draw(op.id)
    if (fault && fault.delay_ms > 0) await pause(fault.delay_ms, undefined, { signal: closing })
    if (!fault) return act(route, request, body, now, notes)
    if (fault.mode !== 'drop_after') return suffer(fault, op)
    await act(route, request, body, now, notes).catch(() => undefined)
    return 'dropped'
  }

  const failed = (thrown: unknown, request: IncomingMessage, now: number, op?: Operation): Outcome => {
    if (thrown instanceof CallerGone || closing.aborted) return 'dropped'
    const refusal =
      thrown instanceof Refusal
        ? thrown
        : thrown instanceof StoreUnavailable
          ? dependencyDown()
          : op
            ? unknownException(op, thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : '')
            : noBase()
    const path = request.url ?? '/'
    return { ...render(refusal, { now, path, requestId: newUuid() }), headers: refusal.headers }
  }

  const send = (outcome: Outcome, request: IncomingMessage, response: ServerResponse, now: number): void => {
    if (outcome === 'unanswered') return
    if (outcome === 'dropped') {
      request.socket.destroy()
      return
    }
    const { status, type, body, headers = [] } = outcome
    const length = body === undefined ? 0 : Buffer.byteLength(body)
    const named = type ? ['content-type', type, 'content-length', String(length)] : ['content-length', '0']
    try {
      // The clock of this ABDM, by which a client can set its own.
      response.writeHead(status, ['date', new Date(now).toUTCString(), ...named, ...headers])
      response.end(body)
    } catch {
      // A fault may ask for a status that HTTP does not have.
      request.socket.destroy()
    }
  }

  const serve = async (
    route: Route | undefined,
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const startedAt = trace.isOn ? performance.now() : 0
    const now = clock.now()
    const notes: Notes = {}
    let outcome: Outcome
    try {
      if (!route) throw isUnderBase(path) ? noResource() : noBase()
      outcome = await handle(route, request, now, notes)
    } catch (thrown) {
      outcome = failed(thrown, request, now, route?.op)
    }
    send(outcome, request, response, now)
    if (!trace.isOn) return
    const reply = typeof outcome === 'string' ? undefined : outcome
    trace.record({
      at: now,
      operation: route?.op.id,
      method: request.method ?? '',
      path: request.url ?? '',
      rawHeaders: request.rawHeaders,
      requestText: notes.requestText,
      status: reply?.status,
      responseText: typeof reply?.body === 'string' ? reply.body : undefined,
      milliseconds: Math.round((performance.now() - startedAt) * 100) / 100,
      opened: notes.opened,
      userTxnId: notes.userTxnId,
    })
  }

  const running = new Set<Promise<void>>()

  const listener: RequestListener = (request, response) => {
    const url = request.url ?? '/'
    const cut = url.indexOf('?')
    const path = cut < 0 ? url : url.slice(0, cut)
    const route = routes.get(`${request.method} ${path}`)
    if (path === facePagePath) {
      const served = serveFacePage(request, response, faces)
        .catch(() => void request.socket.destroy())
        .finally(() => running.delete(served))
      running.add(served)
      return
    }
    if (!route && beside?.takes(path)) {
      beside.serve(request, response)
      return
    }
    const served = serve(route, path, request, response).finally(() => running.delete(served))
    running.add(served)
  }

  return {
    listener,
    /** Resolves when no call is being worked on, so that the store may close. */
    async settled(): Promise<void> {
      while (running.size > 0) await Promise.all(running)
    },
  }
}

const isUnderBase = (path: string): boolean =>
  path.startsWith(`${basePaths.abha}/`) || path.startsWith(`${basePaths.gateway}/`)
