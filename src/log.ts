import { type DestinationStream, destination, type Logger, pino } from 'pino'
import type { Clock } from './clock.ts'

/**
 * Log lines are made of named fields from an allow-list; there is no way to hand the logger a body, a header or a URL, so
 * no secret can slip in by a deeper path.
 */
export type RequestLine = {
  request: string
  method: string
  route: string
  status: number
  ms: number
  client?: string | undefined
  error?: string | undefined
  cause?: string | undefined
}
export type UpstreamLine = {
  operation: string
  status?: number | undefined
  code?: string | undefined
  ms: number
  failure?: string | undefined
}

export type Log = {
  request(line: RequestLine): void
  upstream(line: UpstreamLine): void
  /** Something that an operator should know; `about` holds no personal data. */
  note(message: string, about?: Readonly<Record<string, string | number | boolean>>): void
  problem(message: string, about?: Readonly<Record<string, string | number | boolean>>): void
  flush(): void
}

/** `ABDM-1035`, `900901`: what is no code was written by upstream into the place of one, and may be anything. */
const asCode = (code: string): string => (/^([A-Z]{2,5}-)?\d{3,6}$/.test(code) ? code : 'unreadable')

export const createLog = (level: string, clock: Clock, stream?: DestinationStream): Log => {
  const target = stream ?? destination({ dest: 1, minLength: 4096, sync: false, periodicFlush: 100 } as never)
  const logger: Logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    target,
  )
  return {
    request({ request, method, route, status, ms, client, error, cause }) {
      const line = { request, method, route, status, ms, client, error, cause }
      if (status >= 500) logger.error(line)
      else logger.info(line)
    },
    upstream({ operation, status, code, ms, failure }) {
      const line = { operation, status, code: code === undefined ? undefined : asCode(code), ms, failure }
      if (failure) logger.warn(line)
      else logger.debug(line)
    },
    note: (message, about = {}) => logger.info(about, message),
    problem: (message, about = {}) => logger.error(about, message),
    flush: () => logger.flush(),
  }
}

/** The name and code of an error and where it was thrown; never its message, which may quote what was being read. */
export const causeOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return typeof thrown
  const code = (thrown as NodeJS.ErrnoException).code
  const place = thrown.stack?.split('\n').find((line) => line.trimStart().startsWith('at '))
  const name = `${thrown.name}${code ? ` ${code}` : ''}${place ? ` ${place.trim()}` : ''}`
  return thrown.cause === undefined ? name : `${name} < ${causeOf(thrown.cause)}`
}
