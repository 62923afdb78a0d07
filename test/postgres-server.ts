import { execFileSync, spawn } from 'node:child_process'
import {
  accessSync,
  chownSync,
  constants,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/**
 * A PostgreSQL server of one's own, on the system's binaries, in a folder of its own, on loopback. PostgreSQL refuses to run
 * as the superuser, so there it runs as nobody.
 */
export type PostgresServer = {
  readonly url: string
  /** By its socket, which costs a test less than the network does. */
  readonly socketUrl: string
  readonly port: number
  /** Ends the process as a crash does; `start` brings it back with what was on its disk. */
  kill(): Promise<void>
  stop(): Promise<void>
  start(): Promise<void>
  /** Stops it and removes its folder. */
  remove(): Promise<void>
}

const isRunnable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The newest of Debian's versions, or what is on the PATH. */
const findBinaries = (): string | undefined => {
  const versions = globSync('/usr/lib/postgresql/*/bin').sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
  const folders = [...versions, ...(process.env.PATH ?? '').split(delimiter)]
  return folders.find((folder) => isRunnable(join(folder, 'initdb')) && isRunnable(join(folder, 'postgres')))
}
const binaries = (): string => {
  const found = findBinaries()
  if (found) return found
  throw new Error('No PostgreSQL server here: install one (apt-get install postgresql), or set TEST_DATABASE_URL.')
}
/** For tests that need a server of their own also where TEST_DATABASE_URL names one. */
export const isPostgresHere = (): boolean => findBinaries() !== undefined

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

const nobody = 65_534

type Special = {
  /** False: commits are not waited for, where a test loses nothing by it. */
  readonly durable?: boolean
  readonly settings?: Readonly<Record<string, string>>
  /** Lines of pg_hba.conf that go before "everybody is let in". */
  readonly admission?: readonly string[]
  /** Texts for the folder that its settings' relative names are looked for in. */
  readonly files?: Readonly<Record<string, string>>
}

export const startPostgres = async ({
  durable = true,
  settings: more = {},
  admission = [],
  files = {},
}: Special = {}): Promise<PostgresServer> => {
  const bin = binaries()
  const folder = mkdtempSync(join(tmpdir(), 'openabha-postgres-'))
  const data = join(folder, 'data')
  mkdirSync(data, { mode: 0o700 })
  const owner = process.geteuid?.() === 0 ? { uid: nobody, gid: nobody } : {}
  if (owner.uid !== undefined) for (const one of [folder, data]) chownSync(one, nobody, nobody)
  const options = { ...owner, cwd: folder, env: { LC_ALL: 'C', PATH: process.env.PATH ?? '' } }
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'openabha', '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
    ...options,
    stdio: 'pipe',
  })
  const put = (file: string, text: string): void => {
    writeFileSync(file, text, { mode: 0o600 })
    if (owner.uid !== undefined) chownSync(file, nobody, nobody)
  }
  for (const [name, text] of Object.entries(files)) put(join(data, name), text)
  const admitted = join(data, 'pg_hba.conf')
  put(admitted, [...admission, readFileSync(admitted, 'utf8')].join('\n'))
  const port = await freePort()
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    max_connections: 600,
    log_min_messages: 'fatal',
    ...(!durable && { fsync: 'off', full_page_writes: 'off', autovacuum: 'off' }),
    ...more,
  }
  const given = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  let running: ReturnType<typeof spawn> | undefined

  const start = async (): Promise<void> => {
    const started = spawn(join(bin, 'postgres'), ['-D', data, ...given], { ...options, stdio: 'ignore' })
    running = started
    for (let left = 200; ; left--) {
      try {
        execFileSync(join(bin, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
        return
      } catch {
        if (left === 0 || started.exitCode !== null) throw new Error('PostgreSQL did not start')
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }
  const end = (signal: NodeJS.Signals): Promise<void> =>
    new Promise((resolve) => {
      if (!running || running.exitCode !== null || running.signalCode !== null) return resolve()
      running.once('exit', () => resolve())
      running.kill(signal)
    })
  await start()
  process.once('exit', () => {
    running?.kill('SIGQUIT')
    if (existsSync(folder)) rmSync(folder, { recursive: true, force: true })
  })
  return {
    url: `postgres://openabha@127.0.0.1:${port}/postgres`,
    socketUrl: `postgres://openabha@${encodeURIComponent(folder)}:${port}/postgres`,
    port,
    start,
    // SIGQUIT: at once and without a checkpoint, its children with it.
    kill: () => end('SIGQUIT'),
    stop: () => end('SIGINT'),
    async remove() {
      await end('SIGINT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
