import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { copyDatabase, databaseIn } from '../database.ts'
import type { Product, Reply } from '../harness.ts'
import type { Caller } from '../trouble/journey.ts'

/** The real server as a child process, with a folder of its own; killed, stopped and started again by the tests. */

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
/** As `npm start` runs it; the project's own Node, so there is no process between. */
const main = join(root, 'bin', 'openabha.mjs')

/** `undefined` takes a setting away. */
export type Settings = Record<string, string | undefined>

export type Ended = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }

const alive = new Set<ChildProcess>()

/** A process of ours: what it says, and how it ends. `ended` waits until nothing holds its output any more, children included. */
export const launch = (command: string, args: readonly string[], settings: Settings, cwd = root) => {
  const env: NodeJS.ProcessEnv = { PATH: process.env.PATH, HOME: process.env.HOME }
  for (const [name, value] of Object.entries(settings)) if (value !== undefined) env[name] = value
  const child: ChildProcess = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  alive.add(child)
  child.once('exit', () => alive.delete(child))
  let stdout = ''
  let stderr = ''
  const waiting = new Set<() => void>()
  const heard = () => {
    for (const look of waiting) look()
  }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    heard()
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    heard()
  })
  const ended: Promise<Ended> = once(child, 'close').then(([code, signal]) => {
    heard()
    return { code, signal, stdout, stderr }
  })
  return {
    child,
    ended,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** The first words of its output that look like this. */
    async says(pattern: RegExp): Promise<RegExpExecArray> {
      const found = Promise.withResolvers<RegExpExecArray>()
      const look = () => {
        const match = pattern.exec(stdout)
        if (match) found.resolve(match)
      }
      waiting.add(look)
      look()
      void ended.then(() => found.reject(new Error(`It ended without saying ${pattern}:\n${stdout}\n${stderr}`)))
      try {
        return await found.promise
      } finally {
        waiting.delete(look)
      }
    },
  }
}

export const node = (args: readonly string[], settings: Settings, cwd = root) =>
  launch(process.execPath, [main, ...args], settings, cwd)

export const settingsFor = (folder: string, more: Settings = {}): Settings => ({
  ...databaseIn(folder),
  PORT: '0',
  LOG_LEVEL: 'silent',
  OTP_RESEND_WAIT_SECONDS: '0',
  OTP_SENDS_PER_ADDRESS_HOUR: '0',
  ...more,
})

const folders: string[] = []
export const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'openabha-crash-'))
  folders.push(folder)
  return folder
}
/** What a failed test has left behind would keep the run from ending. */
export const cleanUp = (): void => {
  for (const child of alive) child.kill('SIGKILL')
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

/** RSA keys take a second to make: one first start makes them for every folder of this run. */
let template: Promise<string> | undefined
const firstStart = async (): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'openabha-crash-keys-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const server = node([], settingsFor(folder))
  await server.says(/First start/)
  await server.says(/API\s+http/)
  server.kill('SIGTERM')
  assert.equal((await server.ended).code, 0)
  return folder
}
export const folderWithKeys = async (): Promise<string> => {
  template ??= firstStart()
  const folder = newFolder()
  cpSync(await template, folder, { recursive: true })
  await copyDatabase(await template, folder)
  return folder
}

export type Server = Awaited<ReturnType<typeof startServer>>

export const startServer = async (settings: Settings, run = () => node([], settings)) => {
  const running = run()
  const [, base = ''] = await running.says(/API\s+(http:\/\/\S+)/)
  return {
    ...running,
    base,
    /** Dies on the spot, as in a power cut. */
    async crash(): Promise<void> {
      running.kill('SIGKILL')
      await running.ended
    },
    async stop(): Promise<Ended> {
      running.kill('SIGTERM')
      return running.ended
    },
  }
}

/** One client of a server that comes and goes: keeps its token, and asks wherever the server is now. */
export const clientOf = (at: () => string, clientId: string, clientSecret: string) => {
  let token: string | undefined
  const send = async (
    method: string,
    path: string,
    given: { body?: unknown; headers?: Record<string, string> } = {},
  ) => {
    const { body, headers = {} } = given
    const response = await fetch(at() + path, {
      method,
      headers: {
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json') && text !== ''
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined }
  }
  const otpTo = async (mobile: string): Promise<string> =>
    (await send('GET', `/sandbox/v1/messages?to=${mobile}&limit=1`)).body.messages[0]?.otp ?? 'none'
  const caller = {
    get: (path: string, options = {}): Promise<Reply> => send('GET', path, options),
    post: (path: string, body?: unknown, options = {}): Promise<Reply> => send('POST', path, { ...options, body }),
    call: (method: string, path: string, options = {}): Promise<Reply> => send(method, path, options),
  } as unknown as Caller
  return {
    /** What the steps of a journey need of a product. */
    product: { send, otpTo } as unknown as Product,
    caller,
    send,
    async login(): Promise<void> {
      token = (
        await send('POST', '/connect-auth/v1/account/login', {
          body: { client_id: clientId, client_secret: clientSecret },
        })
      ).body.access_token
      assert.ok(token)
    },
  }
}
