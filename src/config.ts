import { readFileSync } from 'node:fs'
import type { KeyBits, KeyFamily, ServiceName } from './abdm/wire/operation.ts'
import { type DatabaseConfig, keyFileOf, readDatabase } from './config-database.ts'
import { baseSettings, keySettings, realBases, realFacePages } from './config-defaults.ts'
import { type Environment, settingsIn } from './config-reading.ts'

/** The only reader of the environment. Every problem is reported at once, in plain sentences. */

const environments = ['emulator', 'sandbox', 'production'] as const
export type AbdmEnvironment = (typeof environments)[number]

export type ListenConfig = {
  host: string
  port: number
  bodyBytesMax: number
  corsOrigins: readonly string[]
  /** Pages on loopback origins may call; sandbox only. */
  allowLoopbackOrigins: boolean
  trustProxy: boolean
}
/** Undefined keys are made once and kept beside the database; possible with the emulator only. */
export type KeyConfig = { encryption: Buffer | undefined; signing: Buffer | undefined; file: string | undefined }
export type UpstreamConfig = {
  /** Undefined: the embedded emulator's, known once it listens. */
  bases: Readonly<Record<ServiceName, string>> | undefined
  /** Where the face link leads; undefined: the embedded emulator's. */
  facePage: string | undefined
  clientId: string
  clientSecret: string
  cmId: string
  addressSuffix: string
  connectTimeoutMs: number
  answerTimeoutMs: number
  /** Failures in a row after which a service is left alone for a while; 0: never. */
  breakerFailures: number
  keyBits: Readonly<Record<KeyFamily, KeyBits>>
  /** False: the client id has no permission for the PHR app service; PHR web stands in where an ABHA address is proved by OTP. */
  hasPhrApp: boolean
  /** Sends a random password with each ABHA address, where otherwise one is sent only when ABDM refuses without. */
  enrolsWithPassword: boolean
}
export type OtpConfig = {
  lifetimeSeconds: number
  triesMax: number
  resendsMax: number
  resendWaitSeconds: number
  sendsPerIdentifierHour: number
  sendsPerIdentifierDay: number
  sendsPerClientHour: number
  sendsPerAddressHour: number
}
export type SandboxConfig = { fixedOtp: string | undefined; traceMax: number; emulatorPort: number }

export type Config = Readonly<{
  environment: AbdmEnvironment
  listen: ListenConfig
  database: DatabaseConfig
  keys: KeyConfig
  upstream: UpstreamConfig
  otp: OtpConfig
  txnLifetimeSeconds: number
  shareTimeoutSeconds: number
  /** Webhooks may go to addresses of the operator's own network. */
  webhookAllowPrivate: boolean
  /** Folder of the cassettes; undefined: nothing is recorded. */
  recordTo: string | undefined
  sandbox: SandboxConfig | undefined
  logLevel: string
  /** Check every reply against its schema before it is sent; the tests switch it on. */
  checksReplies: boolean
}>

export type { Environment }

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(
      `OpenABHA cannot start: ${problems.length === 1 ? 'one setting needs' : `${problems.length} settings need`} attention.\n${problems
        .map((problem) => `  - ${problem}`)
        .join('\n')}`,
    )
    this.problems = problems
  }
}

/** Random bytes have some 30 different ones among 32; a key that was typed or left at zero has not. */
const distinctBytesMin = 16

/** What differs where nothing is given. */
const usual = { port: 8080, databaseUrl: 'sqlite:./data/openabha.db' }

const readFromDisk = (path: string): string => readFileSync(path, 'utf8')

export const readConfig = (
  env: Environment = process.env,
  readFile = readFromDisk,
  { port, databaseUrl } = usual,
): Config => {
  const problems: string[] = []

  const { value, secret, count, flag } = settingsIn(env, readFile, problems)
  const key = (name: string): Buffer | undefined => {
    const given = secret(name)
    if (given === undefined) return undefined
    const isBase64 = /^[A-Za-z0-9+/_-]{43}=?$/.test(given)
    const bytes = Buffer.from(given, isBase64 ? 'base64' : 'hex')
    const isWhole = isBase64 || /^[0-9a-f]{64}$/i.test(given)
    if (isWhole && (isEmulated || new Set(bytes).size >= distinctBytesMin)) return bytes
    problems.push(`${name} must be 32 random bytes in hex or base64 (try: openssl rand -base64 32).`)
    return undefined
  }

  const wished = value('ABDM_ENV') ?? 'emulator'
  const environment = environments.find((one) => one === wished) ?? 'emulator'
  if (environment !== wished) problems.push('ABDM_ENV must be emulator, sandbox or production.')
  const isEmulated = environment === 'emulator'

  const database = readDatabase(secret('DATABASE_URL') ?? databaseUrl, {
    isEmulated,
    poolMax: count('DATABASE_POOL_MAX', 10, 1, 1000),
    problems,
  })

  const encryption = key('ENCRYPTION_KEY')
  const signing = key('SIGNING_KEY')

  const bases = (): UpstreamConfig['bases'] => {
    if (isEmulated) return undefined
    const chosen: Record<ServiceName, string> = { ...realBases[environment as 'sandbox' | 'production'] }
    for (const [service, name] of Object.entries(baseSettings)) {
      const given = value(name)
      if (given === undefined) continue
      if (!URL.canParse(given)) problems.push(`${name} must be an address.`)
      else if (
        new URL(given).protocol !== 'https:' &&
        !['localhost', '127.0.0.1', '[::1]'].includes(new URL(given).hostname)
      ) {
        problems.push(`${name} must begin with https://: secrets and personal data would travel in clear.`)
      } else chosen[service as ServiceName] = given.replace(/\/+$/, '')
    }
    return chosen
  }

  const keyBits = (): UpstreamConfig['keyBits'] => {
    const chosen = Object.entries(keySettings).map(([family, [name, usual]]) => {
      const given = value(name) ?? String(usual)
      if (given !== '2048' && given !== '4096') problems.push(`${name} must be 2048 or 4096.`)
      return [family, given === '2048' ? 2048 : 4096]
    })
    return Object.fromEntries(chosen)
  }

  const recordTo = value('ABDM_RECORD')
  if (recordTo && isEmulated)
    problems.push(
      'ABDM_RECORD is set: only exchanges with a real upstream are recorded, not the emulator’s. Remove it.',
    )

  const clientId = value('ABDM_CLIENT_ID')
  const clientSecret = secret('ABDM_CLIENT_SECRET')
  const fixedOtp = value('SANDBOX_OTP')
  if (isEmulated) {
    if (fixedOtp !== undefined && !/^[0-9]{6}$/.test(fixedOtp)) problems.push('SANDBOX_OTP must be six digits.')
  } else {
    if (!clientId) problems.push('ABDM_CLIENT_ID is missing: the client id that NHA gave you.')
    if (!clientSecret)
      problems.push('ABDM_CLIENT_SECRET (or ABDM_CLIENT_SECRET_FILE) is missing: the secret that NHA gave you.')
    if (!encryption && !problems.some((problem) => problem.startsWith('ENCRYPTION_KEY')))
      problems.push(
        'ENCRYPTION_KEY (or ENCRYPTION_KEY_FILE) is missing: 32 random bytes that encrypt what is stored (openssl rand -base64 32).',
      )
    if (!signing && !problems.some((problem) => problem.startsWith('SIGNING_KEY')))
      problems.push(
        'SIGNING_KEY (or SIGNING_KEY_FILE) is missing: 32 random bytes that sign access tokens (openssl rand -base64 32).',
      )
    if (encryption && signing?.equals(encryption)) problems.push('SIGNING_KEY and ENCRYPTION_KEY must differ.')
    if (fixedOtp !== undefined)
      problems.push('SANDBOX_OTP is set: a fixed OTP exists only with ABDM_ENV=emulator. Remove it.')
    if (value('SANDBOX_TRACE') !== undefined)
      problems.push(
        'SANDBOX_TRACE is set: the trace shows secrets in clear and exists only with ABDM_ENV=emulator. Remove it.',
      )
  }

  const corsOrigins = (value('CORS_ORIGINS') ?? '')
    .split(',')
    .map((origin) => origin.trim())
    .filter(Boolean)
  if (corsOrigins.includes('*'))
    problems.push('CORS_ORIGINS must list origins one by one; * would let every web page act with your tokens.')
  for (const origin of corsOrigins) {
    if (!['*', 'null', 'file://'].includes(origin) && !isOrigin(origin))
      problems.push(`CORS_ORIGINS: ${origin} is no origin; write it as https://host or https://host:port.`)
  }

  const logLevel = value('LOG_LEVEL') ?? 'info'
  if (!['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].includes(logLevel)) {
    problems.push('LOG_LEVEL must be fatal, error, warn, info, debug, trace or silent.')
  }

  const config: Config = {
    environment,
    listen: {
      host: value('HOST') ?? '127.0.0.1',
      port: count('PORT', port, 0, 65_535),
      bodyBytesMax: 65_536,
      corsOrigins,
      allowLoopbackOrigins: isEmulated,
      trustProxy: flag('TRUST_PROXY', false),
    },
    database,
    keys: {
      encryption,
      signing,
      file: isEmulated ? keyFileOf(database) : undefined,
    },
    upstream: {
      bases: bases(),
      facePage: realFacePages[environment],
      clientId: isEmulated ? 'SBXID_000001' : (clientId ?? ''),
      clientSecret: isEmulated ? 'openabha-emulator-secret' : (clientSecret ?? ''),
      cmId: value('ABDM_CM_ID') ?? (environment === 'production' ? 'abdm' : 'sbx'),
      addressSuffix: environment === 'production' ? 'abdm' : 'sbx',
      connectTimeoutMs: count('ABDM_CONNECT_TIMEOUT_MS', 3_000, 1, 60_000),
      answerTimeoutMs: count('ABDM_ANSWER_TIMEOUT_MS', 30_000, 1, 120_000),
      breakerFailures: count('ABDM_BREAKER_FAILURES', 5),
      keyBits: keyBits(),
      hasPhrApp: flag('ABDM_PHR_APP', true),
      enrolsWithPassword: flag('ABDM_ENROL_PASSWORD', false),
    },
    otp: {
      lifetimeSeconds: count('OTP_LIFETIME_SECONDS', 600, 1),
      triesMax: count('OTP_TRIES_MAX', 3, 1),
      resendsMax: count('OTP_RESENDS_MAX', 2),
      resendWaitSeconds: count('OTP_RESEND_WAIT_SECONDS', 60),
      sendsPerIdentifierHour: count('OTP_SENDS_PER_IDENTIFIER_HOUR', 5),
      sendsPerIdentifierDay: count('OTP_SENDS_PER_IDENTIFIER_DAY', 10),
      sendsPerClientHour: count('OTP_SENDS_PER_CLIENT_HOUR', 600),
      sendsPerAddressHour: count('OTP_SENDS_PER_ADDRESS_HOUR', 60),
    },
    txnLifetimeSeconds: count('TXN_LIFETIME_SECONDS', 1800, 1),
    shareTimeoutSeconds: count('SHARE_TIMEOUT_SECONDS', 20, 1, 60),
    webhookAllowPrivate: flag('WEBHOOK_ALLOW_PRIVATE', false),
    recordTo,
    sandbox: isEmulated
      ? {
          fixedOtp,
          traceMax: count('SANDBOX_TRACE', 1000, 0, 100_000),
          emulatorPort: count('EMULATOR_PORT', 0, 0, 65_535),
        }
      : undefined,
    logLevel,
    checksReplies: flag('CHECK_REPLIES', false),
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return frozen(config)
}

/** As browsers send it: scheme, host and port, nothing after them. Apps' web views send `file://` or `null`. */
const isOrigin = (text: string): boolean => !text.includes('*') && URL.canParse(text) && new URL(text).origin === text

const frozen = <Value>(value: Value): Value => {
  // Bytes cannot be frozen.
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  for (const part of Object.values(value)) frozen(part)
  return Object.freeze(value)
}

/**
 * Settings of `openabha emulator` and `replay`, which run beside a product of their own or somebody else's: in the environment
 * of one that records they record nothing.
 */
export const readEmulatorConfig = (env: Environment = process.env, readFile = readFromDisk): Config =>
  readConfig({ ...env, ABDM_ENV: 'emulator', ABDM_RECORD: undefined }, readFile, {
    port: 8090,
    databaseUrl: 'sqlite:./data/emulator.db',
  })
