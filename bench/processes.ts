import { type ChildProcess, fork, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** Starts, asks and stops the processes of a run; none outlives it. */

export const root = join(import.meta.dirname, '..')

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

const tracked = (child: ChildProcess): ChildProcess => {
  running.add(child)
  child.on('exit', () => running.delete(child))
  return child
}

/** A program of this folder, with a channel to ask it. */
export const startWorker = (name: string, ...args: string[]): ChildProcess =>
  tracked(fork(join(import.meta.dirname, name), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }))

/** The next message of a worker, after sending it a job if there is one. */
export const answerOf = <Answer>(worker: ChildProcess, job?: object): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const ended = () => reject(new Error('a process of the benchmark ended'))
    worker.once('exit', ended)
    worker.once('message', (message: Answer & { failed?: string }) => {
      worker.off('exit', ended)
      if (message.failed === undefined) resolve(message)
      else reject(new Error(message.failed))
    })
    if (job) worker.send(job)
  })

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

export type Listening = { readonly port: number; readonly pid: number; readonly startMs: number; stop(): Promise<void> }

type Program = {
  readonly command: readonly [string, ...string[]]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
}

const giveUpMs = 120_000

/** Any server, told its port; resolves as soon as it takes connections. */
export const startListening = async (programOn: (port: number) => Program): Promise<Listening> => {
  const port = await freePort()
  const { command, env, cwd = root } = programOn(port)
  const [program, ...args] = command
  const startedAt = performance.now()
  const child = tracked(
    spawn(program, args, {
      cwd,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    }),
  )
  let hasEnded = false
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      hasEnded = true
      resolve()
    }
    child.once('exit', end)
    child.once('error', end)
  })
  while (!(await isListening(port))) {
    if (hasEnded || performance.now() - startedAt > giveUpMs) throw new Error(`${command.join(' ')} did not start`)
    await pause(1)
  }
  return {
    port,
    pid: child.pid ?? 0,
    startMs: performance.now() - startedAt,
    async stop() {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 15_000)
      await ended
      clearTimeout(timer)
    },
  }
}

export type ProductSettings = {
  /** The program and what comes before `start`. */
  readonly command: readonly [string, ...string[]]
  readonly folder: string
  readonly fixedOtp?: string | undefined
  /** Node's compile cache lives below it. */
  readonly temporary: string
  readonly env?: Readonly<Record<string, string>>
}

export const launcher = join(root, 'bin', 'openabha.mjs')

/** As `npm start` runs it, under this Node. */
export const startCommand: readonly [string, ...string[]] = [
  process.execPath,
  ...JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    .scripts.start.split(' ')
    .slice(1, -2),
  launcher,
]

/** Counted as by default, and never used up. */
const budgets = {
  OTP_SENDS_PER_IDENTIFIER_HOUR: '1000000000',
  OTP_SENDS_PER_IDENTIFIER_DAY: '1000000000',
  OTP_SENDS_PER_CLIENT_HOUR: '1000000000',
  OTP_SENDS_PER_ADDRESS_HOUR: '1000000000',
}

/** The product in one process: the whole sandbox, unless `env` names another upstream. */
export const startProduct = async (settings: ProductSettings): Promise<Listening> => {
  const product = await startListening((port) => ({
    command: [...settings.command, 'start'],
    env: {
      TMPDIR: settings.temporary,
      PORT: String(port),
      DATABASE_URL: `sqlite:${join(settings.folder, 'openabha.db')}`,
      ...budgets,
      ...(settings.fixedOtp && { SANDBOX_OTP: settings.fixedOtp }),
      ...settings.env,
    },
  }))
  // Once it answers it also knows how to stop in order, which writes the compile cache.
  const alive = await fetch(`http://127.0.0.1:${product.port}/healthz`)
  if (alive.status !== 200) throw new Error(`/healthz: ${alive.status}`)
  return product
}

export type Client = { readonly client_id: string; readonly client_secret: string }

/** The sandbox's, as published. */
export const sandboxClient: Client = { client_id: 'openabha-dev', client_secret: 'openabha-dev-secret' }

export const login = async (port: number, client = sandboxClient): Promise<string> => {
  const response = await fetch(`http://127.0.0.1:${port}/connect-auth/v1/account/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(client),
  })
  if (response.status !== 200) throw new Error(`login: ${response.status} ${await response.text()}`)
  return ((await response.json()) as { access_token: string }).access_token
}

const procFile = (name: string): string | undefined => {
  try {
    return readFileSync(`/proc/${name}`, 'utf8')
  } catch {
    return undefined
  }
}

/** Memory that a process holds, in MB (10^6 bytes); NaN where there is no /proc. */
export const rssOf = (pid: number): number =>
  (Number(/VmRSS:\s+(\d+) kB/.exec(procFile(`${pid}/status`) ?? '')?.[1] ?? Number.NaN) * 1024) / 1e6

const tickMs = 10
/** Processor time that a process has used so far on all its threads, in milliseconds. */
export const cpuMsOf = (pid: number): number => {
  const fields = procFile(`${pid}/stat`)?.split(') ')[1]?.split(' ')
  return fields ? (Number(fields[11]) + Number(fields[12])) * tickMs : Number.NaN
}

/** What the children of a process used that are gone. */
export const goneCpuMsOf = (pid: number): number => {
  const fields = procFile(`${pid}/stat`)?.split(') ')[1]?.split(' ')
  return fields ? (Number(fields[13]) + Number(fields[14])) * tickMs : Number.NaN
}

/** Processor time that everything on the machine has used so far, in milliseconds. */
export const machineCpuMs = (): number => {
  const [user, nice, system, , , irq, softirq, steal] = (procFile('stat')?.split('\n')[0] ?? '')
    .split(/\s+/)
    .slice(1)
    .map(Number)
  return (
    [user, nice, system, irq, softirq, steal].reduce<number>((sum, ticks) => sum + (ticks ?? Number.NaN), 0) * tickMs
  )
}
