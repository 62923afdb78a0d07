import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'undici'
import { build } from '../src/app.ts'
import { type Clock, type MovableClock, movableClock } from '../src/clock.ts'
import { type Environment, readConfig } from '../src/config.ts'
import { sharedKeys } from '../src/emulator/testing-keys.ts'
import { createLog } from '../src/log.ts'
import { checkedStore } from '../src/store/checked.ts'
import { databaseIn, testDatabaseUrl } from './database.ts'

/** The whole product in one process: emulator, movable clock, a database of its own, and every log line it writes. */

export type Reply = { status: number; headers: Headers; text: string; body: any }
type Send = { body?: unknown; headers?: Record<string, string>; token?: string | null; raw?: string }

export type Product = Awaited<ReturnType<typeof startProduct>>

/** How many instances of the product share the database, and take turns in answering; more than one on PostgreSQL only. */
const instances = testDatabaseUrl === undefined ? 1 : Number(process.env.TEST_INSTANCES ?? 1)

/** Budgets of sends are off unless a test is about them. */
const calmBudgets = {
  OTP_SENDS_PER_IDENTIFIER_HOUR: '0',
  OTP_SENDS_PER_IDENTIFIER_DAY: '0',
  OTP_SENDS_PER_CLIENT_HOUR: '0',
  OTP_SENDS_PER_ADDRESS_HOUR: '0',
}

export const startProduct = async (env: Environment = {}, place?: { folder: string; clock: MovableClock }) => {
  const folder = place?.folder ?? mkdtempSync(join(tmpdir(), 'openabha-test-'))
  const clock = place?.clock ?? movableClock(stillClock())
  const config = readConfig({
    ...databaseIn(folder),
    ABDM_ANSWER_TIMEOUT_MS: '10000',
    CHECK_REPLIES: 'true',
    LOG_LEVEL: 'debug',
    ...calmBudgets,
    ...env,
  })
  const lines: string[] = []
  const log = createLog('debug', clock, { write: (line: string) => void lines.push(line) })
  const overrides = { clock, log, emulatorKeys: await sharedKeys, wrapStore: checkedStore }
  const product = await build(config, overrides)
  const origin = await product.app.listen({ host: '127.0.0.1', port: 0 })
  const others = await Promise.all(
    Array.from({ length: instances - 1 }, async () => {
      const other = await build(config, { ...overrides, emulator: product.sandboxUpstream })
      return { origin: await other.app.listen({ host: '127.0.0.1', port: 0 }), close: other.close }
    }),
  )
  let turn = 0
  let isAlone = false
  // Half as dear as `fetch`, which is a tenth of what the tests take.
  const first = new Pool(origin)
  const rest = others.map((other) => new Pool(other.origin))
  /** Each request meets another instance; what only one emulator has is asked of the first. */
  const poolFor = (path: string): Pool => {
    if (isAlone || !/^\/(abdm|connect-auth)\//.test(path)) return first
    turn = (turn + 1) % instances
    return rest[turn] ?? first
  }

  const send = async (method: string, path: string, { body, headers = {}, token, raw }: Send = {}): Promise<Reply> => {
    const response = await poolFor(path).request({
      path,
      method: method as 'GET',
      headers: {
        ...(body !== undefined || raw !== undefined ? { 'Content-Type': 'application/json' } : {}),
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
        ...headers,
      },
      ...(raw !== undefined ? { body: raw } : body !== undefined ? { body: JSON.stringify(body) } : {}),
    })
    const text = await response.body.text()
    const found = new Headers()
    for (const [name, value] of Object.entries(response.headers))
      for (const one of [value].flat()) if (one !== undefined) found.append(name, one)
    const isJson = found.get('content-type')?.startsWith('application/json') && text !== ''
    return { status: response.statusCode, headers: found, text, body: isJson ? JSON.parse(text) : undefined }
  }

  const login = async (id = 'openabha-dev'): Promise<string> =>
    (await send('POST', '/connect-auth/v1/account/login', { body: { client_id: id, client_secret: `${id}-secret` } }))
      .body.access_token

  /** A client of the API, logged in; its token is renewed by logging in again when a test moves the clock. */
  const client = async (id?: string) => {
    let token = await login(id)
    const call = (method: string, path: string, options: Send = {}) =>
      send(method, path, { ...options, token: options.token === undefined ? token : options.token })
    return {
      get token() {
        return token
      },
      relogin: async () => {
        token = await login(id)
      },
      get: (path: string, options?: Send) => call('GET', path, options),
      post: (path: string, body?: unknown, options: Send = {}) => call('POST', path, { ...options, body }),
      call,
    }
  }

  /** The newest OTP that went to a mobile: out of the inbox itself, which every test reads, without a request. */
  const otpTo = async (mobile: string): Promise<string> => {
    const [newest] = (await product.emulator?.inbox.list({ to: mobile, limit: 1 })) ?? []
    return newest?.otp ?? 'none'
  }

  return {
    ...product,
    origin,
    folder,
    clock: product.clock,
    baseClock: clock,
    lines,
    send,
    client,
    otpTo,
    /** How many messages went to a mobile. */
    messagesTo: async (mobile: string): Promise<number> =>
      (await product.emulator?.inbox.list({ to: mobile, limit: 100 }))?.length ?? 0,
    advance: (seconds: number) => send('POST', '/sandbox/v1/clock', { body: { advance_seconds: seconds } }),
    fault: async (fault: Record<string, unknown>) => {
      const reply = await send('POST', '/sandbox/v1/faults', { body: fault })
      if (reply.status !== 200) throw new Error(reply.text)
    },
    /** No fault is left. */
    calm: () => product.emulator?.faults.clear(),
    /** From now on the first instance answers alone: for tests that reach into it. */
    beAlone: () => {
      isAlone = true
    },
    /** How many upstream calls of an operation (or of any) the emulator has seen. */
    upstreamCalls: (operation?: string): number => product.emulator?.trace.count(operation) ?? 0,
    stop: async () => {
      await Promise.all(others.map(({ close }) => close()))
      await product.close()
      // Only now: a server has to end also when its clients keep their connections.
      await Promise.all([first, ...rest].map((pool) => pool.destroy()))
      if (!place) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Moves only when a test moves it. */
const stillClock = (): Clock => {
  const at = Date.now()
  return { now: () => at }
}
