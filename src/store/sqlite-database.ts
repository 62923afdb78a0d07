import { closeSync, existsSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { makeFolder } from '../folder.ts'
import { sqliteMigrations } from './migrations/sqlite/index.ts'

/** The only file that knows Node's SQLite. Opens a database safely and hands out prepared statements. */
export type Database = {
  prepare<Columns extends readonly unknown[]>(sql: string): Statement<Columns>
  begin(): void
  commit(): void
  rollback(): void
  /** A transaction of its own that does not wait for the disk: the next commit takes it there. For what may be done twice. */
  unhurried<Result>(write: () => Result): Result
  /** Moves the log into the file, so that no commit that somebody waits for has to. */
  emptyLog(): void
  close(): void
  /** The version of the schema that opening it found; 0: there was nothing. */
  readonly versionFound: number
}

export type Statement<Columns> = {
  get(...values: SQLInputValue[]): Columns | undefined
  all(...values: SQLInputValue[]): Columns[]
  run(...values: SQLInputValue[]): { changes: number | bigint; lastInsertRowid: number | bigint }
}

export type DatabaseOptions = {
  /** A path, or `:memory:`. */
  readonly file: string
  /** How long to wait for another process to let go of the database (default 5000). */
  readonly busyTimeoutMs?: number
  /** The file never grows beyond this; writes are then refused as on a full disk. */
  readonly maxBytes?: number
  /** True for the move alone: a database that is filled only in part is served by nobody. */
  readonly mayBeUnfinished?: boolean
}

// "OABH": tells our databases from those of other programs.
const applicationId = 0x4f414248
const pageBytes = 4096

export const openDatabase = (options: DatabaseOptions, keyCheck: Uint8Array): Database => {
  const { file } = options
  let database: DatabaseSync | undefined
  try {
    createFile(file)
    database = new DatabaseSync(file, {
      timeout: options.busyTimeoutMs ?? 5000,
      enableForeignKeyConstraints: false,
    })
    // Exclusive before anything is read: no second process can then use the file, and reads need no locks.
    database.exec('PRAGMA locking_mode = EXCLUSIVE')
    const version = schemaVersion(database, file)
    database.exec(`
      PRAGMA page_size = ${pageBytes};
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = 1000;
      PRAGMA cache_size = -32768;
      PRAGMA temp_store = MEMORY;
    `)
    if (options.maxBytes) database.exec(`PRAGMA max_page_count = ${Math.floor(options.maxBytes / pageBytes)}`)
    if (version > 0) checkMeta(database, options, keyCheck)
    migrate(database, version, keyCheck)
    return wrap(database, version)
  } catch (cause) {
    database?.close()
    throw refusal(file, cause)
  }
}

const createFile = (file: string): void => {
  if (file === ':memory:' || existsSync(file)) return
  makeFolder(dirname(file))
  // SQLite gives its side files the mode of the main one.
  closeSync(openSync(file, 'a', 0o600))
}

const schemaVersion = (database: DatabaseSync, file: string): number => {
  const version = pragma(database, 'user_version')
  const isOurs = pragma(database, 'application_id') === applicationId
  const isEmpty = database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
  if (!isOurs && !isEmpty) throw new Refusal(`${file} is the database of another program.`)
  if (version > sqliteMigrations.length)
    throw new Refusal(
      `The database ${file} has schema version ${version}, and this OpenABHA knows ${sqliteMigrations.length}: it was last used by a newer one.`,
    )
  return version
}

const pragma = (database: DatabaseSync, name: string): number =>
  Number(database.prepare(`PRAGMA ${name}`).get()?.[name])

const checkMeta = (
  database: DatabaseSync,
  { file, mayBeUnfinished = false }: DatabaseOptions,
  keyCheck: Uint8Array,
): void => {
  const marked = database.prepare('SELECT value FROM meta WHERE name = ?')
  const stored = marked.get('key_check')?.value
  if (!(stored instanceof Uint8Array) || Buffer.compare(stored, keyCheck) !== 0)
    throw new Refusal(`The database ${file} was written with another encryption key.`)
  if (marked.get('moving') && !mayBeUnfinished)
    throw new Refusal(
      `Only a part of another database has been moved into ${file}: run openabha db move again, it goes on.`,
    )
}

const migrate = (database: DatabaseSync, from: number, keyCheck: Uint8Array): void => {
  for (const [index, sql] of sqliteMigrations.entries()) {
    const version = index + 1
    if (version <= from) continue
    database.exec('BEGIN IMMEDIATE')
    database.exec(sql)
    if (version === 1) {
      database.exec(`PRAGMA application_id = ${applicationId}`)
      database.prepare(`INSERT INTO meta VALUES ('key_check', ?)`).run(keyCheck)
    }
    database.exec(`PRAGMA user_version = ${version}`)
    database.exec('COMMIT')
  }
  // Also when nothing was to do: a read-only file must be found now, not by the first caller.
  database.exec(`BEGIN IMMEDIATE; PRAGMA user_version = ${sqliteMigrations.length}; COMMIT`)
}

const wrap = (database: DatabaseSync, versionFound: number): Database => {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')
  const rollback = (): void => {
    // After some errors SQLite has rolled back by itself.
    if (!database.isTransaction) return
    try {
      database.exec('ROLLBACK')
    } catch {
      // Tried again before the next transaction.
    }
  }
  let isHurried = true
  /** Not prepared: SQLite sets this when it reads the words, not when it runs them. Asked before every commit that counts, in case it failed. */
  const hurry = (): void => {
    if (isHurried) return
    database.exec('PRAGMA synchronous = FULL')
    isHurried = true
  }
  return {
    versionFound,
    prepare<Columns extends readonly unknown[]>(sql: string): Statement<Columns> {
      const statement = database.prepare(sql)
      statement.setReturnArrays(true)
      return statement as unknown as Statement<Columns>
    },
    begin() {
      rollback()
      hurry()
      begin.run()
    },
    commit() {
      commit.run()
    },
    rollback,
    unhurried(write) {
      rollback()
      isHurried = false
      database.exec('PRAGMA synchronous = NORMAL')
      try {
        begin.run()
        const result = write()
        commit.run()
        return result
      } finally {
        rollback()
        hurry()
      }
    },
    emptyLog() {
      checkpoint.run()
    },
    close: () => database.close(),
  }
}

/** Why a database was not opened, in one sentence for whoever starts the server. */
class Refusal extends Error {}

const sqliteReasons: { readonly [code: number]: (file: string) => string } = {
  5: (file) =>
    `The database ${file} is in use by another process, and only one may use it at a time: stop that one first.`,
  8: (file) => `The database ${file} cannot be written: the file or its folder is read-only.`,
  14: (file) => `The database ${file} cannot be opened: there is no such folder, or no permission to use it.`,
  26: (file) => `${file} is not a database.`,
}

const isWritable = (file: string): boolean => {
  try {
    closeSync(openSync(file, 'r+'))
    return true
  } catch {
    return false
  }
}

const refusal = (file: string, cause: unknown): Error => {
  if (cause instanceof Refusal) return cause
  let code = cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) & 0xff : -1
  // A read-only file cannot be locked either, and that is what SQLite meets first.
  if (code === 10 && !isWritable(file)) code = 8
  // The folder or the file could not be made.
  if (/^E(NOENT|ACCES|PERM|NOTDIR)$/.test((cause as NodeJS.ErrnoException).code ?? '')) code = 14
  const reason = sqliteReasons[code]?.(file)
  return new Refusal(reason ?? `The database ${file} cannot be opened: ${(cause as Error).message}.`, { cause })
}
