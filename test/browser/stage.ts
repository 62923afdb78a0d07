import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build } from '../../src/app.ts'
import { type Environment, readConfig } from '../../src/config.ts'
import { sharedKeys } from '../../src/emulator/testing-keys.ts'
import { databaseIn } from '../database.ts'

/** The product in this process and a real Chromium in front of it. */

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

const findChromium = (): string => {
  const places = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  const found = [process.env.CHROMIUM_PATH, ...places].find((file) => file && existsSync(file))
  if (found) return found
  throw new Error(
    'The browser tests need Chromium and found none on the PATH. Install it (Debian: apt-get install -y chromium) or name it: CHROMIUM_PATH=/path/to/chromium npm run test:browser',
  )
}

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const calm: Environment = {
  LOG_LEVEL: 'silent',
  OTP_SENDS_PER_IDENTIFIER_HOUR: '0',
  OTP_SENDS_PER_IDENTIFIER_DAY: '0',
}

export const startServer = async (folder: string, port = 0) => {
  const config = readConfig({ ...calm, ...databaseIn(folder) })
  const product = await build(config, { emulatorKeys: await sharedKeys })
  const origin = await product.app.listen({ host: '127.0.0.1', port })
  return { origin, close: product.close }
}

const openWindow = async (browser: Browser, javaScriptEnabled: boolean): Promise<Page> => {
  const context = await browser.newContext({
    javaScriptEnabled,
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  return context.newPage()
}

/** From now on: what should not happen on a page. */
const watch = (page: Page, origin: string): string[] => {
  const problems: string[] = []
  for (const event of ['console', 'pageerror', 'request', 'response']) page.removeAllListeners(event)
  // Chromium reports a breach of the content security policy as an error of the console.
  page.on('console', (line) => {
    if (['error', 'warning'].includes(line.type())) problems.push(`console ${line.type()}: ${line.text()}`)
  })
  page.on('pageerror', (thrown) => problems.push(`page error: ${thrown.message}`))
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) problems.push(`request to ${request.url()}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} for ${response.url()}`)
  })
  return problems
}

type Look = { width?: number; height?: number; dark?: boolean; javaScript?: boolean }

export type Stage = Awaited<ReturnType<typeof openStage>>

export const openStage = async () => {
  const browser: Browser = await chromium.launch({ executablePath: findChromium(), args: flags })
  const folder = mkdtempSync(join(tmpdir(), 'openabha-browser-'))
  let server = await startServer(folder)
  const { origin } = server

  /** Whoever loads a page into a window that has shown one pays half of what a new window costs. */
  const windows = new Map<boolean, Promise<Page>>()
  const pageFor = (javaScriptEnabled: boolean): Promise<Page> => {
    const window = windows.get(javaScriptEnabled) ?? openWindow(browser, javaScriptEnabled)
    windows.set(javaScriptEnabled, window)
    return window
  }

  const call = async (method: string, path: string, body?: unknown, token?: string): Promise<any> => {
    const response = await fetch(origin + path, {
      method,
      headers: {
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(token && { Authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  const login = async (): Promise<string> =>
    (
      await call('POST', '/connect-auth/v1/account/login', {
        client_id: 'openabha-dev',
        client_secret: 'openabha-dev-secret',
      })
    ).access_token

  return {
    origin,
    call,
    login,

    /** Asks for an OTP as a client would; answers the transaction and what the inbox got. */
    async sendOtp(mobile: string): Promise<{ txnId: string; otp: string; token: string }> {
      const token = await login()
      const { txn_id: txnId } = await call(
        'POST',
        '/abdm/na/v1/registration/mobile/init',
        { mobile_number: mobile },
        token,
      )
      const { messages } = await call('GET', `/sandbox/v1/messages?to=${mobile}&limit=1`)
      return { txnId, otp: messages[0].otp, token }
    },

    /** A page of ours, freshly loaded, and everything on it that should not have happened. One is open at a time. */
    async open(
      path: string,
      look: Look = {},
    ): Promise<{ page: Page; problems: string[]; close: () => Promise<unknown> }> {
      const page = await pageFor(look.javaScript ?? true)
      await page.setViewportSize({ width: look.width ?? 1280, height: look.height ?? 900 })
      await page.emulateMedia({ colorScheme: look.dark ? 'dark' : 'light' })
      const address = new URL(path, origin)
      const problems = watch(page, address.origin)
      await page.goto(address.href)
      return { page, problems, close: () => page.goto('about:blank') }
    },

    /** The console, once it is connected and filled. */
    async openConsole(look: Look = {}) {
      const opened = await this.open('/console', look)
      await opened.page.locator('#connection[data-state="live"]').waitFor()
      await opened.page.locator('.person').first().waitFor()
      return opened
    },

    async restartServer(whileDown: () => Promise<void>): Promise<void> {
      await server.close()
      await whileDown()
      server = await startServer(folder, Number(new URL(origin).port))
    },

    async close(): Promise<void> {
      await browser.close()
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Runs commands of a page as a reader would who pastes them into a shell. The server is in this process: never wait in sync. */
export const runInShell = async (commands: string): Promise<string> => {
  try {
    return (await promisify(execFile)('bash', ['-c', commands], { timeout: 60_000 })).stdout
  } catch (thrown) {
    throw new Error(`A command of the page failed (it needs bash, curl and sed):\n${commands}`, { cause: thrown })
  }
}
