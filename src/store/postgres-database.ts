import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { nameOf } from '../config-database.ts'
import { prepare, SchemaBehind } from './migrations/postgres/migrate.ts'
import { Batch, type Columns, type Step } from './postgres-batch.ts'

/** The only file that knows the driver. Keeps connections to one database and carries out batches on them. */
export type Database = {
  /** All steps in one round trip and one transaction; what each step gave, in order. */
  run(steps: readonly Step[]): Promise<Columns[][]>
  /** The version of the schema that opening it found; 0: there were no tables. */
  readonly versionFound: number
  close(): Promise<void>
}

export type PostgresOptions = {
  /** `postgres://user:password@host:port/database?…`, with libpq's parameters. */
  readonly url: string
  /** Connections at most (default 10). */
  readonly poolMax?: number
  /** False: a schema that is not there or not up to date is refused, not made. */
  readonly mayMigrate?: boolean
  readonly mayBeUnfinished?: boolean
  /** How long a statement may take (default: 6 s). */
  readonly answerWithinMs?: number
  /** Told of each round trip: the names of its statements. For tests and measuring. */
  readonly onRoundTrip?: (statements: readonly string[]) => void
}

const poolMaxDefault = 10
/** Also how long a call waits for a connection that others have. */
const connectWithinMs = 3_000
/** A server that starts, on a busy machine or beside a database that starts too, has more time. */
const openWithinMs = 10_000
/** No statement of ours takes a second; a database that does not answer for so long is lost. */
const answerWithinMsDefault = 6_000
/** Whoever stops has waited for every answer; the goodbye of a database that is lost never comes. */
const closeWithinMs = 1_000

export const openDatabase = async (options: PostgresOptions, keyCheck: Buffer): Promise<Database> => {
  const { connectionString, schema } = connectionTo(options.url)
  const { mayMigrate = true, mayBeUnfinished = false, answerWithinMs = answerWithinMsDefault } = options
  const versionFound = await whenOpening(options.url, () => {
    // Whoever waits for an answer is told; the process would end if nobody listened here.
    const opening = new pg.Client({ connectionString, connectionTimeoutMillis: openWithinMs }).on(
      'error',
      () => undefined,
    )
    return prepare(opening, { keyCheck, schema, mayMigrate, mayBeUnfinished })
  })
  const pool = new pg.Pool({
    connectionString,
    connectionTimeoutMillis: connectWithinMs,
    max: options.poolMax ?? poolMaxDefault,
    keepAlive: true,
    // Ends what a lost connection left running, and waits for no lock for ever.
    statement_timeout: answerWithinMs,
    idleTimeoutMillis: 60_000,
  })
  // An idle connection that breaks is replaced when it is wanted; whoever wants it hears when that fails.
  pool.on('error', () => undefined)
  // So is one that breaks under a batch, which is told.
  pool.on('connect', (client) => client.on('error', () => undefined))
  const parsedOn = new WeakMap<pg.PoolClient, Set<string>>()

  const runOn = (client: pg.PoolClient, steps: readonly Step[]): Promise<Columns[][]> =>
    new Promise((resolve, reject) => {
      let parsed = parsedOn.get(client)
      if (!parsed) {
        parsed = new Set()
        parsedOn.set(client, parsed)
      }
      let isOver = false
      const settle = (error: Error | undefined, rows: Columns[][]): void => {
        if (isOver) return
        isOver = true
        clearTimeout(timer)
        client.release(error !== undefined && !isRefusal(error))
        if (error) reject(error)
        else resolve(rows)
      }
      const timer = setTimeout(() => settle(new Error('the database does not answer'), []), answerWithinMs)
      client.query(new Batch(steps, parsed, settle))
    })

  return {
    versionFound,
    async run(steps) {
      options.onRoundTrip?.(steps.map(({ statement }) => statement.name))
      return runOn(await pool.connect(), steps)
    },
    async close() {
      await Promise.race([pool.end(), pause(closeWithinMs, undefined, { ref: false })])
    },
  }
}

/** `?schema=` is ours: where the tables are, if not where the user's own are. */
const connectionTo = (url: string): { connectionString: string; schema: string | undefined } => {
  const address = new URL(url)
  const schema = address.searchParams.get('schema') ?? undefined
  address.searchParams.delete('schema')
  if (schema !== undefined) {
    const others = address.searchParams.getAll('options')
    address.searchParams.set('options', [...others, `-c search_path=${schema}`].join(' '))
  }
  // The driver's own reading of `sslmode` differs from everybody else's.
  address.searchParams.set('uselibpqcompat', 'true')
  // A plus sign is a space to URLs only.
  return { connectionString: address.href.replaceAll('+', '%20'), schema }
}

const stateOf = (thrown: unknown): string =>
  thrown instanceof pg.DatabaseError && thrown.code !== undefined ? thrown.code : ''

/** A guard that failed (a division by nothing), or a value that is held already. */
export const isGuardFailed = (thrown: unknown): boolean => ['22012', '23505'].includes(stateOf(thrown))
/** Two transactions in each other's way: PostgreSQL has undone this one, and it may be made again. */
export const isInTheWay = (thrown: unknown): boolean => ['40001', '40P01'].includes(stateOf(thrown))
/** The connection is as good as before. */
const isRefusal = (thrown: unknown): boolean => isGuardFailed(thrown) || isInTheWay(thrown)

/** Why a database was not opened, in one sentence for whoever starts the server; without the password. */
const whenOpening = async <Result>(url: string, open: () => Promise<Result>): Promise<Result> => {
  try {
    return await open()
  } catch (thrown) {
    if (thrown instanceof SchemaBehind) throw thrown
    const user = decodeURIComponent(new URL(url).username)
    throw new Error(reason(thrown, nameOf({ kind: 'postgres', url }), user), { cause: thrown })
  }
}

const reason = (thrown: unknown, place: string, user: string): string => {
  const message = (thrown as Error).message || String((thrown as NodeJS.ErrnoException).code)
  const state = stateOf(thrown)
  const code = state || String((thrown as NodeJS.ErrnoException).code ?? '')
  if (state === '3D000') return `There is no database ${place}. Make it: createdb`
  if (state === '28P01' || state === '28000' || /password must be/.test(message)) {
    const tls = /no encryption/.test(message) ? ', and whether it wants TLS (?sslmode=verify-full)' : ''
    return `The database ${place} refuses the user ${user || '(none)'}: check the name and the password in DATABASE_URL${tls}.`
  }
  if (state === '42501')
    return `The user ${user} may not make tables in the database ${place}: grant it CREATE there, or run openabha migrate as a user that may.`
  if (state === '25006') return `The database ${place} can only be read: name its primary.`
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `The certificate of the database ${place} is for another host: write the name that stands in it into DATABASE_URL.`
  if (/CERT|UNABLE_TO_VERIFY|UNABLE_TO_GET/.test(code))
    return `The certificate of the database ${place} is not to be trusted (${message}): name its authority in DATABASE_URL, &sslrootcert=<file>.`
  if (/not support SSL/.test(message))
    return `The database ${place} speaks no TLS: switch it on there, or write ?sslmode=disable on a network that is yours alone.`
  if (thrown instanceof AggregateError || /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|timeout/i.test(message))
    return `The database ${place} cannot be reached: check host and port in DATABASE_URL, and whether PostgreSQL runs.`
  return `The database ${place} cannot be opened: ${message.replace(/\.$/, '')}.`
}
