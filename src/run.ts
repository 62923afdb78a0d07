import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { serveEmulatorAlone } from './alone.ts'
import { build } from './app.ts'
import { type Config, ConfigError, readConfig, readEmulatorConfig } from './config.ts'
import { runClientCommand } from './operator.ts'

/** The process: what the command line asks for, signals, and the words on the screen. */

const version: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version

const usage = `Usage: openabha [start | emulator [--lenient] | doctor [--json] | replay <folder> | sandbox save|load <file> [address] | client add <id> | client token <id> | client sharing-key <id> | client webhook <id> <url> | version]

  start               serve the API (the default; settings come from the environment, see README.md)
  emulator            serve only the ABDM V3 emulator, for other V3 clients (PORT, default 8090); with --lenient: a field
                      sealed with the other of ABDM's two keys is opened too
  doctor              say step by step whether everything is in order, and what to do; exit status 1 when something is not
  replay              serve recorded exchanges with ABDM offline (PORT, default 8090); with --compare: print where the
                      emulator would have answered differently, exit status 1 if anywhere
  sandbox save|load   keep the world of a running sandbox in a file, or bring it back (http://127.0.0.1:8080 by default)
  client add          make an API client; its secret is shown once
  client token        make a long-lived token for a client; it is shown once
  client sharing-key  make a key with which other clients act in this client's workspace; it is shown once
  client webhook      set where a client's events go (https), with a fresh signing key; "none" takes it away`

export const run = async ([command = 'start', ...rest]: readonly string[]): Promise<void> => {
  try {
    if (command === 'start') await start()
    else if (command === 'emulator') await startEmulatorAlone(rest)
    else if (command === 'doctor') {
      const { runDoctor } = await import('./doctor/doctor.ts')
      // A look-up that hangs in the system keeps nobody waiting.
      process.exit(await runDoctor(rest, usage))
    } else if (command === 'replay') await replay(rest)
    else if (command === 'sandbox') {
      const { runSandboxCommand } = await import('./sandbox-state.ts')
      process.exitCode = await runSandboxCommand(rest, usage)
    } else if (command === 'client') process.exitCode = await runClientCommand(rest, usage)
    else if (command === 'version') console.log(version)
    else {
      console.log(usage)
      process.exitCode = command === 'help' || command === '--help' ? 0 : 2
    }
  } catch (thrown) {
    if (thrown instanceof ConfigError) console.error(thrown.message)
    else if ((thrown as NodeJS.ErrnoException).code === 'EADDRINUSE') console.error(portInUse(thrown as never, command))
    else console.error(`OpenABHA cannot start: ${(thrown as Error).message}`)
    process.exitCode = 1
    process.exit()
  }
}

/** The embedded emulator listens too, on a port of its own. */
const portInUse = ({ port }: { port: number }, command: string): string => {
  const isEmulators = command === 'start' && port !== readConfig().listen.port
  const other = `${isEmulators ? 'EMULATOR_PORT' : 'PORT'}=${port + 1} npm ${command === 'start' ? 'start' : `run ${command}`}`
  return `OpenABHA cannot start: port ${port} is in use. Stop what listens there, or choose another: ${other}`
}

const firstKeysNotice = 'First start: making the sandbox’s RSA keys, this takes a few seconds …'

/** A stop that hangs would leave the port taken, and ABDM may take longer with an answer than anybody waits for a stop. */
const stopWithinMs = 10_000
const giveUpUpstreamMs = 7_000

const start = async (): Promise<void> => {
  const config = readConfig()
  const stopping = stopOnSignals()
  const product = await build(config, {
    onFirstKeys: () => console.log(firstKeysNotice),
  })
  const { host, port } = config.listen
  await product.app.listen({ host, port })

  stopping.by(async () => {
    setTimeout(() => void product.services.abdm.close(), giveUpUpstreamMs).unref()
    await product.close()
  })
  const address = product.app.server.address() as AddressInfo | null
  console.log(banner(originOf(host, address?.port ?? port), config.sandbox !== undefined, config.environment))
  if (config.sandbox && !isLoopbackHost(host)) console.log(openSandboxNotice(host))
}

const startEmulatorAlone = async (options: readonly string[]): Promise<void> => {
  if (options.some((one) => one !== '--lenient')) {
    console.log(usage)
    process.exitCode = 2
    return
  }
  const config = readEmulatorConfig()
  const stopping = stopOnSignals()
  const alone = await serveEmulatorAlone(config, {
    lenientKeys: options.length > 0,
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

const replay = async (given: readonly string[]): Promise<void> => {
  const folder = given.find((one) => !one.startsWith('-'))
  const options = given.filter((one) => one.startsWith('-'))
  if (!folder || given.length !== options.length + 1 || options.some((one) => one !== '--compare')) {
    console.log(usage)
    process.exitCode = 2
    return
  }
  const { printDifferences, serveReplay } = await import('./replay.ts')
  if (options.length > 0) {
    process.exitCode = await printDifferences(folder)
    return
  }
  const { listen } = readEmulatorConfig()
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
