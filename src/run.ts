import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { type CommandName, readCommandLine } from './command-line.ts'
import type { Config } from './config.ts'

/** The process: what the command line asks for, signals, and the words on the screen. Each command loads only what it needs. */

const version: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version

/** A reader that has gone (`| head`) wants no more: what is under way is still finished and cleaned up, and the status is true. */
const outliveReader = (): void =>
  void process.stdout.on('error', (thrown: NodeJS.ErrnoException) => {
    if (thrown.code !== 'EPIPE') throw thrown
  })

export const run = async (typed: readonly string[]): Promise<void> => {
  outliveReader()
  const line = readCommandLine(typed)
  if ('help' in line) return console.log(line.help)
  if ('problem' in line) {
    console.error(`${line.problem}\n\n${line.usage}`)
    process.exitCode = 2
    return
  }
  try {
    await runCommand(line.command, line.given, line.options)
  } catch (thrown) {
    console.error(await wordsFor(thrown as Error, line.command, line.given))
    process.exitCode = 1
    process.exit()
  }
}

const runCommand = async (
  command: CommandName,
  given: readonly string[],
  options: readonly string[],
): Promise<void> => {
  const [first = '', second] = given
  switch (command) {
    case 'start':
      return start()
    case 'emulator':
      return startEmulatorAlone(options)
    case 'doctor': {
      const { runDoctor } = await import('./doctor/doctor.ts')
      // A look-up that hangs in the system keeps nobody waiting.
      return process.exit(await runDoctor(options.includes('--json')))
    }
    case 'replay':
      return replay(first, options)
    case 'sandbox save':
      return (await import('./sandbox-state.ts')).saveSandbox(first, second)
    case 'sandbox load':
      return (await import('./sandbox-state.ts')).loadSandbox(first, second)
    case 'migrate':
      return (await import('./database-commands.ts')).migrateDatabase()
    case 'db move':
      return (await import('./database-commands.ts')).moveDatabase(first, second ?? '')
    case 'version':
      return console.log(version)
    case 'help':
      return
    default:
      process.exitCode = await (await import('./operator.ts')).runClientCommand(command, first, second)
  }
}

const wordsFor = async (thrown: Error, command: CommandName, given: readonly string[]): Promise<string> => {
  if (thrown.name === 'ConfigError') return thrown.message
  const { code, syscall } = thrown as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return portInUse(thrown as never, command, given)
  if (command === 'start' || command === 'emulator') return `OpenABHA cannot start: ${thrown.message}`
  const next = syscall === 'listen' ? '. Choose another HOST or PORT.' : ''
  return `openabha ${command}: ${thrown.message}${next}`
}

/** The embedded emulator listens too, on a port of its own. */
const portInUse = async (
  { port }: { port: number },
  command: CommandName,
  given: readonly string[],
): Promise<string> => {
  const { readConfig } = await import('./config.ts')
  const isEmulators = command === 'start' && port !== readConfig().listen.port
  const again = { start: 'npm start', emulator: 'npm run emulator' }[command as string]
  const other = `${isEmulators ? 'EMULATOR_PORT' : 'PORT'}=${port + 1} ${again ?? ['openabha', command, ...given].join(' ')}`
  const what = again ? 'OpenABHA cannot start' : `openabha ${command}`
  return `${what}: port ${port} is in use. Stop what listens there, or choose another: ${other}`
}

const firstKeysNotice = 'First start: making the sandbox’s RSA keys, this takes a second or two …'

/** A stop that hangs would leave the port taken, and ABDM may take longer with an answer than anybody waits for a stop. */
const stopWithinMs = 10_000
const giveUpUpstreamMs = 7_000

const start = async (): Promise<void> => {
  const [{ build }, { readConfig }] = await Promise.all([import('./app.ts'), import('./config.ts')])
  const config = readConfig()
  const stopping = stopOnSignals()
  const product = await build(config, {
    onFirstKeys: () => console.log(firstKeysNotice),
  })
  const { host, port } = config.listen
  await product.app.listen({ host, port })

  stopping.by(async () => {
    setTimeout(() => void product.giveUp(), giveUpUpstreamMs).unref()
    await product.close()
  })
  const address = product.app.server.address() as AddressInfo | null
  console.log(banner(originOf(host, address?.port ?? port), config.sandbox !== undefined, config.environment))
  if (config.sandbox && !isLoopbackHost(host)) console.log(openSandboxNotice(host))
}

const startEmulatorAlone = async (options: readonly string[]): Promise<void> => {
  const [{ serveEmulatorAlone }, { readEmulatorConfig }] = await Promise.all([
    import('./alone.ts'),
    import('./config.ts'),
  ])
  const config = readEmulatorConfig()
  const stopping = stopOnSignals()
  const alone = await serveEmulatorAlone(config, {
    lenientKeys: options.includes('--lenient'),
    withoutPhrApp: options.includes('--without-phr-app'),
    onFirstKeys: () => console.log(firstKeysNotice),
  })
  stopping.by(() => alone.close())
  const base = originOf(config.listen.host, Number(new URL(alone.bases.gateway).port))
  console.log(emulatorBanner(base, alone.bases, config))
  if (!isLoopbackHost(config.listen.host)) console.log(openSandboxNotice(config.listen.host))
}

const isLoopbackHost = (host: string): boolean => /^(localhost|127(\.\d+){3}|::1)$/.test(host)

const openSandboxNotice = (host: string): string =>
  `  Warning: the sandbox listens on ${host} and asks for no token. Whoever reaches this address can read its OTPs: for trusted networks only.\n`

const replay = async (folder: string, options: readonly string[]): Promise<void> => {
  const { printDifferences, serveReplay } = await import('./replay.ts')
  if (options.includes('--compare')) {
    process.exitCode = await printDifferences(folder, options.includes('--lenient') ? 'lenient' : 'strict')
    return
  }
  const { listen } = (await import('./config.ts')).readEmulatorConfig()
  const stopping = stopOnSignals()
  const running = await serveReplay(folder, listen)
  stopping.by(() => running.close())
  const base = originOf(listen.host, running.port)
  const lines = Object.entries(running.bases).map(([service, path]) => `  ${service.padEnd(9)}${base}${path}`)
  console.log(
    `\n  ${bold('OpenABHA replay')} ${version} ${dim(`· ${running.count} exchanges`)}\n\n${lines.join('\n')}\n`,
  )
}

const originOf = (host: string, port: number): string => {
  const shown = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `http://${shown}:${port}`
}

/** From the first moment on: whoever starts the server may be gone before it listens. Until `by` there is nothing to close. */
const stopOnSignals = () => {
  let close = async (): Promise<void> => undefined
  let isStopping = false
  const stop = async (): Promise<void> => {
    if (isStopping) return
    isStopping = true
    setTimeout(() => process.exit(1), stopWithinMs).unref()
    await close()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop())
  // Started by the launcher under another Node: end with it, also when it was killed.
  process.on('disconnect', () => void stop())
  process.channel?.unref()
  if (process.connected === false) void stop()
  return {
    by(closes: () => Promise<void>): void {
      close = closes
    },
  }
}

const isTerminal = process.stdout.isTTY === true
const bold = (text: string) => (isTerminal ? `\u001b[1m${text}\u001b[22m` : text)
const dim = (text: string) => (isTerminal ? `\u001b[2m${text}\u001b[22m` : text)

const emulatorBanner = (base: string, bases: Readonly<Record<string, string>>, { upstream }: Config): string => `
  ${bold('OpenABHA emulator')} ${version} ${dim('· ABDM V3 with synthetic people')}

  gateway  ${base}${new URL(bases.gateway ?? '').pathname}
  abha     ${base}${new URL(bases.abha ?? '').pathname}
  phr-app  ${base}${new URL(bases['phr-app'] ?? '').pathname}
  phr-web  ${base}${new URL(bases['phr-web'] ?? '').pathname}
  Client   ${upstream.clientId} ${dim('/')} ${upstream.clientSecret}   X-CM-ID ${upstream.cmId}
  Console  ${base}/console
  OTPs     ${base}/sandbox/v1/messages
`

const banner = (base: string, isSandbox: boolean, environment: string): string => {
  if (!isSandbox)
    return `\n  ${bold('OpenABHA')} ${version} ${dim(`· ABDM ${environment}`)}\n\n  API  ${base}\n  Docs ${base}/docs\n`
  return `
  ${bold('OpenABHA')} ${version} ${dim('· sandbox: the embedded ABDM, nothing leaves this machine')}

  API      ${bold(base)}
  Docs     ${base}/docs
  Console  ${base}/console   ${dim('OTPs, people, clock, faults, trace')}
  OTPs     ${base}/sandbox/v1/messages
  Client   openabha-dev ${dim('/')} openabha-dev-secret

  ${dim('Try it:')}
  curl -s ${base}/connect-auth/v1/account/login -H 'Content-Type: application/json' -d '{"client_id":"openabha-dev","client_secret":"openabha-dev-secret"}'
`
}
