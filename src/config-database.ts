/** DATABASE_URL: one file for one process, or PostgreSQL for many. */

export type DatabaseConfig = { kind: 'sqlite'; file: string } | { kind: 'postgres'; url: string; poolMax: number }

/** What people call it: nothing of it is secret. */
export const nameOf = (database: { kind: 'sqlite'; file: string } | { kind: 'postgres'; url: string }): string => {
  if (database.kind === 'sqlite') return database.file
  const { host, pathname } = new URL(database.url)
  return `${decodeURIComponent(pathname.slice(1))} at ${decodeURIComponent(host) || 'the local socket'}`
}

type Reading = { isEmulated: boolean; poolMax: number; problems: string[] }

export const readDatabase = (given: string, { isEmulated, poolMax, problems }: Reading): DatabaseConfig => {
  if (/^postgres(ql)?:\/\//.test(given)) {
    const problem = postgresProblem(given, isEmulated)
    if (problem) problems.push(problem)
    return { kind: 'postgres', url: given, poolMax }
  }
  const file = /^sqlite:(.+)$/.exec(given)?.[1]
  if (!file) problems.push('DATABASE_URL must be sqlite:<file> or postgres://<user>:<password>@<host>/<database>.')
  if (file === ':memory:' && !isEmulated)
    problems.push(
      'DATABASE_URL is sqlite::memory:, which forgets every user and session at the next start: name a file.',
    )
  return { kind: 'sqlite', file: file ?? ':memory:' }
}

/** Says nothing of what was given: it may hold a password. */
const postgresProblem = (given: string, isEmulated: boolean): string | undefined => {
  if (!URL.canParse(given))
    return 'DATABASE_URL is no address of a PostgreSQL database: postgres://<user>:<password>@<host>:<port>/<database>. Special characters of the password are written as %40 and the like.'
  const { hostname, pathname, searchParams } = new URL(given)
  if (pathname.length < 2) return 'DATABASE_URL names no database: postgres://<user>:<password>@<host>/<database>.'
  const schema = searchParams.get('schema')
  if (schema !== null && !/^[a-z_][a-z0-9_]{0,62}$/.test(schema))
    return 'DATABASE_URL: the schema must be small letters, digits and underscores.'
  const host = searchParams.get('host') ?? decodeURIComponent(hostname)
  const isHere = host === '' || host.startsWith('/') || /^(localhost|127(\.\d+){3}|\[?::1\]?)$/.test(host)
  if (!isEmulated && !isHere && !searchParams.has('sslmode'))
    return 'DATABASE_URL says nothing of TLS: add ?sslmode=verify-full (with &sslrootcert=<file> for an authority of your own), or ?sslmode=disable on a network that is yours alone.'
  return undefined
}

/** Where the sandbox keeps keys that it made by itself. Instances on several machines have no file in common: they are given the keys. */
export const keyFileOf = (database: DatabaseConfig): string | undefined => {
  if (database.kind === 'postgres') return './data/postgres.keys.json'
  return database.file === ':memory:' ? undefined : `${database.file}.keys.json`
}
