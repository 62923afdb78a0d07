import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { baseSettings } from '../src/config-defaults.ts'
import { arePeersThere, type PeerName, startPeers } from './peers.ts'
import {
  answerOf,
  type Client,
  type Listening,
  launcher,
  login,
  type ProductSettings,
  root,
  sandboxClient,
  startCommand,
  startProduct,
  startWorker,
} from './processes.ts'

/** What a run measures, each in a process of its own, and how a token for it is had. */

export type Contender = {
  readonly port: number
  readonly pid: number
  readonly token: () => string | Promise<string>
  readonly stop: () => void | Promise<void>
}

const made = (scratch: string, name: string): string => {
  const folder = join(scratch, name)
  mkdirSync(folder)
  return folder
}

const key = () => randomBytes(32).toString('base64')

/** Of a product in front of the stub, with keys of its own. */
export const gatewaySettings = (upstreamPort: number): { [name: string]: string } => ({
  ABDM_ENV: 'sandbox',
  ABDM_CLIENT_ID: 'bench',
  ABDM_CLIENT_SECRET: 'bench',
  ENCRYPTION_KEY: key(),
  SIGNING_KEY: key(),
  ...Object.fromEntries(
    Object.entries(baseSettings).map(([service, name]) => [name, `http://127.0.0.1:${upstreamPort}/${service}`]),
  ),
})

/** Adds a client to the database that `env` names, as an operator does. */
export const addClient = (env: Readonly<Record<string, string>>): Client => {
  const added = execFileSync(process.execPath, [launcher, 'client', 'add', 'bench'], {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
  return { client_id: 'bench', client_secret: /client_secret\s+(\S+)/.exec(added)?.[1] ?? '' }
}

/** Started for the second time, as on every day but the first: keys and compile cache are there. */
const startAgain = async (settings: ProductSettings): Promise<Listening> => {
  await (await startProduct(settings)).stop()
  return startProduct(settings)
}

/** The stub, the floor in front of it, and the product in front of it. */
export const startGateway = async (scratch: string) => {
  const stub = startWorker('upstream.ts')
  const { port: upstreamPort } = await answerOf<{ port: number }>(stub)
  const floor = startWorker('floor.ts', String(upstreamPort))
  const { port, token } = await answerOf<{ port: number; token: string }>(floor)

  const folder = made(scratch, 'gateway')
  const env = gatewaySettings(upstreamPort)
  const client = addClient({ ...env, DATABASE_URL: `sqlite:${join(folder, 'openabha.db')}` })
  const product = await startAgain({ command: startCommand, folder, temporary: made(scratch, 'gateway-tmp'), env })
  return {
    upstreamPid: stub.pid,
    floor: { port, pid: floor.pid ?? 0, token: () => token, stop: () => void floor.kill() } satisfies Contender,
    gateway: {
      ...product,
      token: () => login(product.port, client),
      async stop() {
        await product.stop()
        stub.kill()
      },
    } satisfies Contender,
  }
}

/** The whole sandbox in one process. */
export const startSandbox = async (scratch: string, fixedOtp: string | undefined) => {
  const folder = made(scratch, 'sandbox')
  const product = await startAgain({ command: startCommand, folder, temporary: made(scratch, 'sandbox-tmp'), fixedOtp })
  return { folder, sandbox: { ...product, token: () => login(product.port, sandboxClient) } satisfies Contender }
}

/** Undefined where they are not installed. */
export const startPeerContenders = async (
  scratch: string,
): Promise<{ readonly [name in PeerName]: Contender } | undefined> => {
  if (!arePeersThere()) return undefined
  const { Prism, Mockoon } = await startPeers(scratch)
  // They ask for a bearer, and take any.
  const token = () => 'bench'
  return { Prism: { ...Prism, token }, Mockoon: { ...Mockoon, token } }
}
