import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { type Config, ConfigError, type Environment } from './config.ts'
import { keySettings } from './config-defaults.ts'
import { encryption, problemsOf, production, read, real, signing } from './config-testing.ts'

/** Settings are read once, from names that are written down; what is missing or unsafe is said all at once, before anything starts. */

test('without any setting everything is the sandbox’s', () => {
  const times = { lifetimeSeconds: 600, triesMax: 3, resendsMax: 2, resendWaitSeconds: 60 }
  const perIdentifier = { sendsPerIdentifierHour: 5, sendsPerIdentifierDay: 10 }
  const budgets = { ...perIdentifier, sendsPerClientHour: 600, sendsPerAddressHour: 60 }
  assert.deepEqual(read(), {
    environment: 'emulator',
    listen: {
      host: '127.0.0.1',
      port: 8080,
      bodyBytesMax: 65_536,
      corsOrigins: [],
      allowLoopbackOrigins: true,
      trustProxy: false,
    },
    database: { kind: 'sqlite', file: './data/openabha.db' },
    keys: { encryption: undefined, signing: undefined, file: './data/openabha.db.keys.json' },
    upstream: {
      bases: undefined,
      facePage: undefined,
      clientId: 'SBXID_000001',
      clientSecret: 'openabha-emulator-secret',
      cmId: 'sbx',
      addressSuffix: 'sbx',
      connectTimeoutMs: 3_000,
      answerTimeoutMs: 30_000,
      breakerFailures: 5,
      keyBits: { abha: 4096, 'phr-address': 2048, 'phr-login': 4096, 'phr-login-otp': 4096, 'phr-web': 4096 },
      hasPhrApp: true,
      enrolsWithPassword: false,
    },
    otp: { ...times, ...budgets },
    txnLifetimeSeconds: 1800,
    shareTimeoutSeconds: 20,
    webhookAllowPrivate: false,
    recordTo: undefined,
    sandbox: { fixedOtp: undefined, traceMax: 1000, emulatorPort: 0 },
    logLevel: 'info',
    checksReplies: false,
  } satisfies Config)
})

test('each real environment has its own hosts, domain and no sandbox', () => {
  const sandbox = read({ ...real, ABDM_ENV: 'sandbox' })
  assert.equal(sandbox.sandbox, undefined)
  assert.equal(sandbox.listen.allowLoopbackOrigins, false)
  assert.deepEqual([sandbox.upstream.cmId, sandbox.upstream.addressSuffix], ['sbx', 'sbx'])
  assert.deepEqual(sandbox.upstream.bases, {
    gateway: 'https://dev.abdm.gov.in/api/hiecm/gateway/v3',
    abha: 'https://abhasbx.abdm.gov.in/abha/api/v3',
    'phr-app': 'https://abhasbx.abdm.gov.in/abha/api/v3/phr/app',
    'phr-web': 'https://abhasbx.abdm.gov.in/abha/api/v3/phr/web',
  })
  const { upstream, sandbox: none, keys } = read(production)
  assert.equal(none, undefined)
  assert.deepEqual([upstream.cmId, upstream.addressSuffix, upstream.clientId], ['abdm', 'abdm', 'SBXID_000009'])
  assert.deepEqual(upstream.bases, {
    gateway: 'https://apis.abdm.gov.in/api/hiecm/gateway/v3',
    abha: 'https://abha.abdm.gov.in/api/abha/v3',
    'phr-app': 'https://phr.abdm.gov.in/api/phr/app/v3',
    'phr-web': 'https://phr.abdm.gov.in/api/phr/web/v3',
  })
  assert.deepEqual(keys, {
    encryption: Buffer.from(encryption, 'hex'),
    signing: Buffer.from(signing, 'base64'),
    file: undefined,
  })
})

/** Name, a value, where it lands, what it becomes there. */
const settings: readonly (readonly [name: string, given: string, at: string, wanted: unknown])[] = [
  ['HOST', '0.0.0.0', 'listen.host', '0.0.0.0'],
  ['PORT', '0', 'listen.port', 0],
  [
    'CORS_ORIGINS',
    ' https://a.example , http://localhost:3000,null,',
    'listen.corsOrigins',
    ['https://a.example', 'http://localhost:3000', 'null'],
  ],
  ['TRUST_PROXY', 'Yes', 'listen.trustProxy', true],
  ['DATABASE_URL', 'sqlite:/var/lib/openabha/db', 'database.file', '/var/lib/openabha/db'],
  ['DATABASE_URL', 'sqlite::memory:', 'keys.file', undefined],
  ['DATABASE_URL', 'postgres://db/abha', 'database.url', 'postgres://db/abha'],
  ['DATABASE_URL', 'postgresql://u:p%40ss@db:5433/abha?schema=a_1', 'database.kind', 'postgres'],
  ['ENCRYPTION_KEY', encryption.toUpperCase(), 'keys.encryption', Buffer.from(encryption, 'hex')],
  ['SIGNING_KEY', signing, 'keys.signing', Buffer.from(signing, 'base64')],
  [
    'SIGNING_KEY',
    signing.replaceAll('+', '-').replaceAll('/', '_').replace('=', ''),
    'keys.signing',
    Buffer.from(signing, 'base64'),
  ],
  ['ABDM_CM_ID', 'sbx2', 'upstream.cmId', 'sbx2'],
  ['ABDM_CONNECT_TIMEOUT_MS', '50', 'upstream.connectTimeoutMs', 50],
  ['ABDM_ANSWER_TIMEOUT_MS', '1500', 'upstream.answerTimeoutMs', 1500],
  ['ABDM_ABHA_KEY_BITS', '2048', 'upstream.keyBits.abha', 2048],
  ['ABDM_PHR_KEY_BITS', '4096', 'upstream.keyBits.phr-address', 4096],
  ['ABDM_PHR_LOGIN_KEY_BITS', '2048', 'upstream.keyBits.phr-login', 2048],
  ['ABDM_PHR_LOGIN_OTP_KEY_BITS', '2048', 'upstream.keyBits.phr-login-otp', 2048],
  ['ABDM_WEB_KEY_BITS', '2048', 'upstream.keyBits.phr-web', 2048],
  ['ABDM_PHR_APP', 'off', 'upstream.hasPhrApp', false],
  ['ABDM_ENROL_PASSWORD', 'true', 'upstream.enrolsWithPassword', true],
  ['OTP_LIFETIME_SECONDS', '1', 'otp.lifetimeSeconds', 1],
  ['OTP_TRIES_MAX', '5', 'otp.triesMax', 5],
  ['OTP_RESENDS_MAX', '0', 'otp.resendsMax', 0],
  ['OTP_RESEND_WAIT_SECONDS', '0', 'otp.resendWaitSeconds', 0],
  ['OTP_SENDS_PER_IDENTIFIER_HOUR', '7', 'otp.sendsPerIdentifierHour', 7],
  ['OTP_SENDS_PER_IDENTIFIER_DAY', '8', 'otp.sendsPerIdentifierDay', 8],
  ['OTP_SENDS_PER_CLIENT_HOUR', '9', 'otp.sendsPerClientHour', 9],
  ['OTP_SENDS_PER_ADDRESS_HOUR', '0', 'otp.sendsPerAddressHour', 0],
  ['TXN_LIFETIME_SECONDS', '60', 'txnLifetimeSeconds', 60],
  ['SHARE_TIMEOUT_SECONDS', '5', 'shareTimeoutSeconds', 5],
  ['WEBHOOK_ALLOW_PRIVATE', 'true', 'webhookAllowPrivate', true],
  ['SANDBOX_OTP', '123456', 'sandbox.fixedOtp', '123456'],
  ['SANDBOX_TRACE', '0', 'sandbox.traceMax', 0],
  ['EMULATOR_PORT', '8090', 'sandbox.emulatorPort', 8090],
  ['LOG_LEVEL', 'silent', 'logLevel', 'silent'],
  ['CHECK_REPLIES', '1', 'checksReplies', true],
]

const valueAt = (config: unknown, path: string): unknown =>
  path.split('.').reduce((at, name) => (at as Record<string, unknown> | undefined)?.[name], config)

for (const [name, given, at, wanted] of settings) {
  test(`${name}=${given} is taken, and empty or blank it means not given`, () => {
    assert.deepEqual(valueAt(read({ [name]: ` ${given} ` }), at), wanted)
    for (const blank of ['', '  ']) assert.deepEqual(read({ [name]: blank }), read())
  })
}

const services = [
  ['ABDM_GATEWAY_URL', 'gateway'],
  ['ABDM_ABHA_URL', 'abha'],
  ['ABDM_PHR_APP_URL', 'phr-app'],
  ['ABDM_PHR_WEB_URL', 'phr-web'],
] as const

test('each upstream base can be set by itself; a slash at its end does not matter', () => {
  for (const [name, service] of services) {
    const { bases } = read({ ...production, [name]: 'https://proxy.example/abdm/' }).upstream
    assert.deepEqual(bases, { ...read(production).upstream.bases, [service]: 'https://proxy.example/abdm' })
    assert.equal(
      read({ ...production, [name]: 'http://127.0.0.1:9000' }).upstream.bases?.[service],
      'http://127.0.0.1:9000',
    )
    for (const wrong of ['http://proxy.example', 'ftp://proxy.example', 'proxy.example', 'http://localhost.example']) {
      assert.deepEqual(
        problemsOf({ ...production, [name]: wrong }).map((problem) => problem.split(' ')[0]),
        [name],
        wrong,
      )
    }
  }
})

test('in both real environments everything that NHA decides can be set to something else', () => {
  const elsewhere = Object.fromEntries(services.map(([name, service]) => [name, `https://abdm.example/${service}`]))
  const keyBits = Object.values(keySettings).map(([name, usual]) => [name, usual === 4096 ? '2048' : '4096'])
  const more = { ABDM_CM_ID: 'nha', ABDM_PHR_APP: 'false', ABDM_CLIENT_ID: 'SBXID_000077' }
  const others = { ...more, ...Object.fromEntries(keyBits) }
  for (const ABDM_ENV of ['sandbox', 'production']) {
    const usual = read({ ...real, ABDM_ENV }).upstream
    assert.equal(usual.hasPhrApp, true)
    assert.deepEqual(read({ ...real, ...elsewhere, ...others, ABDM_ENV }).upstream, {
      ...usual,
      bases: Object.fromEntries(services.map(([, service]) => [service, `https://abdm.example/${service}`])),
      cmId: 'nha',
      keyBits: { abha: 2048, 'phr-address': 4096, 'phr-login': 2048, 'phr-login-otp': 2048, 'phr-web': 2048 },
      hasPhrApp: false,
      clientId: 'SBXID_000077',
    })
  }
})

test('every setting that the code reads is tried in this file', () => {
  const text = readFileSync('src/config.ts', 'utf8')
  const names = new Set(
    [...text.matchAll(/(?:value|secret|count|flag|key)\('([A-Z_]+)'/g)].map(([, name = '']) => name),
  )
  for (const [name] of [...services, ...Object.values(keySettings)]) names.add(name)
  const tried = ['config', 'config-database'].map((name) => readFileSync(`src/${name}.test.ts`, 'utf8')).join('\n')
  for (const name of names) assert.ok(tried.includes(name), `${name} is tried`)
  assert.ok(names.size >= 30)
})

test('every problem is reported at once', () => {
  const env = {
    ABDM_ENV: 'production',
    DATABASE_URL: 'mysql://db',
    PORT: '99999',
    TRUST_PROXY: 'maybe',
    ABDM_WEB_KEY_BITS: '1024',
    ABDM_GATEWAY_URL: 'http://gateway.example',
    ABDM_ABHA_URL: 'abha',
    OTP_TRIES_MAX: '0',
    OTP_RESENDS_MAX: '-1',
    TXN_LIFETIME_SECONDS: '1.5',
    CORS_ORIGINS: '*',
    LOG_LEVEL: 'loud',
    SANDBOX_OTP: '123456',
    SANDBOX_TRACE: '10',
    ENCRYPTION_KEY: 'short',
    SIGNING_KEY_FILE: '/run/nothing',
  }
  const named = problemsOf(env).map((problem) => problem.replace(/[ :].*/, ''))
  const wanted = [...Object.keys(env).slice(1), 'ABDM_CLIENT_ID', 'ABDM_CLIENT_SECRET']
  assert.deepEqual(named.toSorted(), wanted.toSorted())
})

test('an environment that does not exist is one problem among the others', () => {
  const named = problemsOf({ ABDM_ENV: 'prod', PORT: 'x' }).map((problem) => problem.split(' ')[0])
  assert.deepEqual(named, ['ABDM_ENV', 'PORT'])
})

test('what is no number, no switch, no level or no origin is refused with its name', () => {
  const refused: readonly (readonly [string, readonly string[]])[] = [
    ['PORT', ['-1', '65536', '80.5', '0x50', '1e3', '８０', 'http']],
    ['OTP_LIFETIME_SECONDS', ['0', '1000000001', 'ten']],
    ['ABDM_ANSWER_TIMEOUT_MS', ['0', '120001']],
    ['ABDM_BREAKER_FAILURES', ['-1', 'some']],
    ['ABDM_CONNECT_TIMEOUT_MS', ['0', '60001']],
    ['EMULATOR_PORT', ['65536']],
    ['SANDBOX_TRACE', ['100001', '-5']],
    // The emulator's exchanges are nobody's, and are not recorded.
    ['ABDM_RECORD', ['cassettes']],
    ['SANDBOX_OTP', ['12345', '1234567', 'abcdef', '12 34 56']],
    ['ABDM_PHR_APP', ['2', 'ja']],
    ['CHECK_REPLIES', ['enabled']],
    ['LOG_LEVEL', ['verbose']],
    [
      'DATABASE_URL',
      [
        'postgres://db',
        'postgres://',
        'postgres://u:p@ss word@[db/x',
        'postgres://db/x?schema=A b',
        './file.db',
        'sqlite:',
      ],
    ],
    ['DATABASE_POOL_MAX', ['0', '1001', 'many']],
    ['CORS_ORIGINS', ['https://a.example/', 'https://a.example/app', 'a.example', '*.example', 'https://*.example']],
    ['ENCRYPTION_KEY', ['x', 'a'.repeat(63), 'a'.repeat(65), `${encryption} ${encryption}`, 'A'.repeat(42)]],
    ['SIGNING_KEY', ['correct horse battery staple correct horse battery', `${signing.slice(0, 42)}!=`]],
  ]
  for (const [name, values] of refused) {
    for (const value of values) {
      const problems = problemsOf({ [name]: value })
      assert.equal(problems.length, 1, `${name}=${value}: ${problems.join(' ')}`)
      assert.ok(problems[0]?.startsWith(name), problems[0])
    }
  }
})

test('with a real upstream nothing that makes it unsafe is passed over', () => {
  for (const ABDM_ENV of ['sandbox', 'production']) {
    const env = { ...real, ABDM_ENV }
    assert.deepEqual(problemsOf(env), [])
    for (const name of Object.keys(real)) {
      assert.deepEqual(
        problemsOf({ ...env, [name]: undefined }).map((problem) => problem.split(' ')[0]),
        [name],
      )
    }
    const unsafe: readonly (readonly [Environment, RegExp])[] = [
      [{ SIGNING_KEY: encryption }, /must differ/],
      [{ SANDBOX_OTP: '123456' }, /SANDBOX_OTP/],
      [{ SANDBOX_TRACE: '0' }, /SANDBOX_TRACE/],
      [{ CORS_ORIGINS: 'https://a.example,*' }, /CORS_ORIGINS/],
      [{ DATABASE_URL: 'sqlite::memory:' }, /DATABASE_URL/],
      [{ DATABASE_URL: 'postgres://u:secret@db.example/abha' }, /^(?!.*secret).*DATABASE_URL says nothing of TLS/],
      [{ ABDM_PHR_WEB_URL: 'http://phr.abdm.gov.in' }, /ABDM_PHR_WEB_URL must begin with https/],
    ]
    for (const [more, problem] of unsafe) {
      const problems = problemsOf({ ...env, ...more })
      assert.equal(problems.length, 1, problems.join('\n'))
      assert.match(problems[0] ?? '', problem)
    }
  }
})

test('off the emulator a key must look random', () => {
  for (const key of ['00'.repeat(32), 'ab'.repeat(32), Buffer.alloc(32, 'openabha').toString('base64')]) {
    for (const ABDM_ENV of ['sandbox', 'production']) {
      for (const name of ['ENCRYPTION_KEY', 'SIGNING_KEY'])
        assert.match(
          problemsOf({ ...real, ABDM_ENV, [name]: key }).join('\n'),
          new RegExp(`^${name} must be 32 random bytes.*$`),
        )
    }
    assert.deepEqual(problemsOf({ ENCRYPTION_KEY: key }), [])
  }
})

test('the message is a list in plain sentences and repeats no secret', () => {
  const wrong = { ENCRYPTION_KEY: 'my-encryption-key', SIGNING_KEY: 'my-signing-key', SANDBOX_OTP: '918273' }
  const { message } = new ConfigError(problemsOf({ ABDM_ENV: 'production', ...wrong }))
  const [first, ...lines] = message.split('\n')
  assert.equal(first, 'OpenABHA cannot start: 5 settings need attention.')
  for (const line of lines) assert.match(line, /^ {2}- \S.*[.)]$/)
  for (const secret of Object.values(wrong)) assert.ok(!message.includes(secret))
  assert.throws(() => read({ PORT: 'x' }), /one setting needs attention/)
})

test('settings cannot be changed once they are read', () => {
  const config = read(production)
  assert.throws(() => Object.assign(config, { environment: 'emulator' }))
  assert.throws(() => Object.assign(config.otp, { triesMax: 1000 }))
  assert.throws(() => Object.assign(config.upstream.bases ?? {}, { gateway: 'http://elsewhere' }))
  assert.throws(() => (config.listen.corsOrigins as string[]).push('*'))
})
