import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { isPostgresHere, type PostgresServer, startPostgres } from '../../test/postgres-server.ts'
import { given, note, noteRows } from './contract/setting.ts'
import { openPostgres } from './postgres.ts'

/** A PostgreSQL database that cannot be opened is named in one sentence that says what to do, and never with its password. */

const password = 'Sesame-4711'
const options = { key: Buffer.alloc(32, 'test'), clock: { now: () => Date.UTC(2026, 0, 1) } }
const folder = mkdtempSync(join(tmpdir(), 'openabha-tls-'))
const inFolder = (name: string): string => join(folder, name)
const openssl = (...typed: readonly string[]): void =>
  void execFileSync('openssl', typed, { cwd: folder, stdio: 'pipe' })
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']

const isPossible = (): boolean => {
  try {
    openssl('version')
    return isPostgresHere()
  } catch {
    return false
  }
}
const needs = { skip: isPossible() ? false : 'needs PostgreSQL’s binaries and openssl here' }

let server: PostgresServer
before(async () => {
  if (needs.skip) return
  for (const name of ['ours', 'other'])
    openssl('req', '-x509', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.crt`, '-subj', `/CN=${name}`)
  writeFileSync(inFolder('names'), 'subjectAltName=DNS:db.invalid,IP:127.0.0.1')
  openssl('req', ...newKey, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=server')
  const signed = ['-CA', 'ours.crt', '-CAkey', 'ours.key', '-CAcreateserial', '-days', '2', '-extfile', 'names']
  openssl('x509', '-req', '-in', 'server.csr', '-out', 'server.crt', ...signed)
  const text = (name: string): string => readFileSync(inFolder(name), 'utf8')
  server = await startPostgres({
    durable: false,
    settings: { ssl: 'on', ssl_cert_file: 'server.crt', ssl_key_file: 'server.key' },
    files: { 'server.crt': text('server.crt'), 'server.key': text('server.key') },
    admission: ['host all guarded 127.0.0.1/32 scram-sha-256', 'hostnossl all tlsonly 127.0.0.1/32 reject'],
  })
  await asOwner(`CREATE ROLE guarded LOGIN PASSWORD '${password}'; CREATE ROLE tlsonly LOGIN IN ROLE guarded; CREATE ROLE served LOGIN;
    CREATE ROLE reader LOGIN; CREATE SCHEMA wide; GRANT ALL ON SCHEMA wide TO guarded`)
})
after(async () => {
  await server?.remove()
  rmSync(folder, { recursive: true, force: true })
})

const asOwner = async (sql: string): Promise<void> => {
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  await client.query(sql)
  await client.end()
}
const urlOf = (
  user: string,
  more = 'schema=wide',
  { port = server.port, host = '127.0.0.1', name = 'postgres' } = {},
) => `postgres://${user}@${host}:${port}/${name}?${more}`
const opens = async (url: string): Promise<void> => {
  const store = await openPostgres({ url, ...options })
  await given(store.insert(noteRows, crypto.randomUUID(), note('here')))
  await store.close()
}
const refused = async (url: string, words: RegExp): Promise<void> => {
  await assert.rejects(opens(url), ({ message }: Error) => {
    assert.match(message, words)
    assert.match(message, /^[^\n]+[.b]$/)
    assert.doesNotMatch(message, new RegExp(password))
    return true
  })
}

test('a wrong password is told, and the right one opens', needs, async () => {
  await opens(urlOf(`guarded:${password}`))
  process.env.PGPASSWORD = password
  await opens(urlOf('guarded')).finally(() => delete process.env.PGPASSWORD)
  await refused(
    urlOf('guarded:wrong'),
    /^The database postgres at 127\.0\.0\.1:\d+ refuses the user guarded: check the name and the password/,
  )
  await refused(urlOf('guarded'), /refuses the user guarded: check the name and the password/)
  await refused(urlOf('nobody'), /refuses the user nobody/)
})

test('a database that is not there is told, with how to make it', needs, async () => {
  await refused(
    urlOf(`guarded:${password}`, '', { name: 'nowhere' }),
    /^There is no database nowhere at 127\.0\.0\.1:\d+\. Make it: createdb/,
  )
})

test('a host that is not reached is told', needs, async () => {
  const words = /^The database postgres at \S+ cannot be reached: check host and port in DATABASE_URL/
  await refused(urlOf(`guarded:${password}`, '', { port: 1 }), words)
  await refused(urlOf(`guarded:${password}`, '', { host: 'db.invalid' }), words)
})

test('a user that may not make tables is told, and may serve what another has made', needs, async () => {
  await asOwner('CREATE SCHEMA served; GRANT USAGE ON SCHEMA served TO served, reader')
  await refused(
    urlOf('served', 'schema=served'),
    /^The user served may not make tables in the database postgres at .* openabha migrate as a user that may\.$/,
  )
  await refused(urlOf('served', 'schema=new'), /^The user served may not make tables/)
  await opens(urlOf('openabha', 'schema=served'))
  const notGranted = /its tables are not for this user: grant it SELECT, INSERT, UPDATE and DELETE on them\.$/
  await refused(urlOf('served', 'schema=served'), notGranted)
  await asOwner('GRANT SELECT ON ALL TABLES IN SCHEMA served TO served, reader')
  await refused(urlOf('reader', 'schema=served'), notGranted)
  await asOwner('GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA served TO served')
  await opens(urlOf('served', 'schema=served'))
})

test('a database that can only be read is told', needs, async () => {
  await opens(urlOf('openabha', 'schema=served'))
  const readOnly = `options=${encodeURIComponent('-c default_transaction_read_only=on')}`
  const words = /^The database postgres at \S+ can only be read: name its primary\.$/
  await refused(urlOf('openabha', `schema=served&${readOnly}`), words)
  await refused(urlOf('openabha', readOnly), words)
})

test(
  'TLS is spoken where it is asked for, and the server is held against the authority and the name',
  needs,
  async () => {
    const verified = (authority: string): string => `schema=wide&sslmode=verify-full&sslrootcert=${inFolder(authority)}`
    await opens(urlOf('tlsonly', verified('ours.crt')))
    await opens(urlOf('tlsonly', 'schema=wide&sslmode=require'))
    await refused(urlOf('tlsonly', 'schema=wide&sslmode=disable'), /refuses the user tlsonly.*TLS/)
    await refused(urlOf('tlsonly', verified('other.crt')), /certificate.*sslrootcert/)
    await refused(urlOf('tlsonly', 'schema=wide&sslmode=verify-full'), /certificate.*sslrootcert/)
    await refused(urlOf('tlsonly', verified('ours.crt'), { host: 'localhost' }), /certificate.*is for another host/)
    await opens(urlOf('tlsonly', verified('ours.crt').replace('verify-full', 'verify-ca'), { host: 'localhost' }))
    await refused(urlOf('tlsonly', verified('none.crt')), /none\.crt/)
  },
)

test('a server without TLS is told to who asks for it', needs, async () => {
  const plain = await startPostgres({ durable: false })
  try {
    await refused(urlOf('openabha', 'sslmode=require', { port: plain.port }), /speaks no TLS/)
  } finally {
    await plain.remove()
  }
})
