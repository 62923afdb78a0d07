import type { Dispatcher } from 'undici'
import Pool from 'undici/lib/dispatcher/pool.js'
import type { UpstreamConfig } from '../config.ts'
import { UpstreamFailure } from './failure.ts'
import type { Operation, ServiceName } from './wire/operation.ts'

/** One HTTP exchange with ABDM: a pool per base, two deadlines, a cap on the answer. */

export type Answer = {
  readonly status: number
  readonly date: string | undefined
  readonly type: string | undefined
  readonly body: Buffer
}

/** What a recorder is told of a call: as it was sent, and as it was before it was sealed. */
export type Exchanged = {
  readonly op: Operation
  readonly plain: unknown
  readonly query: unknown
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  /** Undefined: none came. */
  readonly answer: Answer | undefined
}

/** Takes exchanges without holding the call up. */
export type Recorder = { keep(exchanged: Exchanged): void; settled(): Promise<void> }

/** These happen before a byte of the request has left. */
const beforeSending = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

const codeOf = (thrown: unknown): string => String((thrown as { code?: unknown } | undefined)?.code ?? '')

export type Transport = ReturnType<typeof createTransport>

export const createTransport = (bases: Readonly<Record<ServiceName, string>>, settings: UpstreamConfig) => {
  const pools = new Map<string, Pool>()
  const targets = Object.fromEntries(
    Object.entries(bases).map(([service, base]) => {
      const { origin, pathname } = new URL(base)
      const pool =
        pools.get(origin) ??
        new Pool(origin, {
          connections: 128,
          connect: { timeout: settings.connectTimeoutMs },
          // The one deadline below covers head and body together.
          headersTimeout: 0,
          bodyTimeout: 0,
        })
      pools.set(origin, pool)
      return [service, { pool, prefix: pathname.replace(/\/$/, '') }]
    }),
  ) as Record<ServiceName, { pool: Pool; prefix: string }>

  return {
    send(op: Operation, path: string, headers: Record<string, string>, body: string | undefined): Promise<Answer> {
      const { pool, prefix } = targets[op.service]
      return new Promise((resolve, reject) => {
        const chunks: Buffer[] = []
        let controller: Dispatcher.DispatchController | undefined
        let status = 0
        let date: string | undefined
        let type: string | undefined
        let bytes = 0
        let isOver = false

        const fail = (failure: UpstreamFailure): void => {
          if (isOver) return
          isOver = true
          clearTimeout(deadline)
          reject(failure)
          controller?.abort(failure)
        }
        // Until it has a connection the call waits in the pool, and has certainly not been sent.
        const deadline = setTimeout(
          () => fail(new UpstreamFailure(op.id, 'tooSlow', { mayHaveActed: controller !== undefined })),
          settings.answerTimeoutMs,
        )

        pool.dispatch(
          { method: op.method, path: prefix + path, headers, body: body ?? null },
          {
            onRequestStart(started) {
              controller = started
              if (isOver) started.abort(new Error('nobody waits any more'))
            },
            onResponseStart(_controller, statusCode, answered) {
              status = statusCode
              // With an age it is a cache's copy, and the date that of another day.
              date = typeof answered.date === 'string' && answered.age === undefined ? answered.date : undefined
              const named = answered['content-type']
              type = typeof named === 'string' ? named : undefined
            },
            onResponseData(_controller, chunk) {
              bytes += chunk.length
              if (bytes > op.replyBytesMax) fail(new UpstreamFailure(op.id, 'unreadable', { mayHaveActed: true }))
              else chunks.push(chunk)
            },
            onResponseEnd() {
              if (isOver) return
              isOver = true
              clearTimeout(deadline)
              const [only] = chunks
              resolve({ status, date, type, body: chunks.length === 1 && only ? only : Buffer.concat(chunks) })
            },
            onResponseError(_controller, cause) {
              fail(
                new UpstreamFailure(op.id, 'unreachable', { mayHaveActed: !beforeSending.has(codeOf(cause)), cause }),
              )
            },
          },
        )
      })
    },

    async close(): Promise<void> {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()))
    },
  }
}
