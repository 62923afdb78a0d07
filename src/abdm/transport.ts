import { Pool } from 'undici'
import type { UpstreamConfig } from '../config.ts'
import { UpstreamFailure } from './failure.ts'
import type { Operation, ServiceName } from './wire/operation.ts'

/** One HTTP exchange with ABDM: a pool per base, two deadlines, a cap on the answer. */

export type Answer = { readonly status: number; readonly date: string | undefined; readonly body: Buffer }

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
    async send(
      op: Operation,
      path: string,
      headers: Record<string, string>,
      body: string | undefined,
    ): Promise<Answer> {
      const { pool, prefix } = targets[op.service]
      const deadline = new AbortController()
      const timer = setTimeout(() => deadline.abort(), settings.answerTimeoutMs)
      try {
        const answer = await pool.request({
          method: op.method,
          path: prefix + path,
          headers,
          body: body ?? null,
          signal: deadline.signal,
        })
        const chunks: Buffer[] = []
        let bytes = 0
        for await (const chunk of answer.body) {
          bytes += chunk.length
          if (bytes > op.replyBytesMax) {
            answer.body.destroy()
            throw new UpstreamFailure(op.id, 'unreadable', { mayHaveActed: true })
          }
          chunks.push(chunk)
        }
        const date = answer.headers.date
        return {
          status: answer.statusCode,
          date: typeof date === 'string' ? date : undefined,
          body: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks),
        }
      } catch (cause) {
        if (cause instanceof UpstreamFailure) throw cause
        if (deadline.signal.aborted) throw new UpstreamFailure(op.id, 'tooSlow', { mayHaveActed: true, cause })
        throw new UpstreamFailure(op.id, 'unreachable', { mayHaveActed: !beforeSending.has(codeOf(cause)), cause })
      } finally {
        clearTimeout(timer)
      }
    },

    async close(): Promise<void> {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()))
    },
  }
}
