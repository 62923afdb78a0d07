import type { DatabaseConfig } from '../config-database.ts'
import type { SealedWrite } from './vault.ts'

/**
 * A database as a whole, for `openabha db move` and `migrate` alone: everything in it as it lies there, sealed, in order and
 * in parts. It is beside the store and not in it, so that nothing that serves a request can reach for it.
 */
export type RawStore = {
  /** The version of the schema that opening it found; it is up to date now. 0: it was made now. */
  readonly versionFound: number
  readonly version: number
  /** Short texts about the database itself. `moving` stands in one that is filled only in part: no server opens it. */
  mark(name: Mark): Promise<string | undefined>
  /** `undefined` takes it away. */
  setMark(name: Mark, text: string | undefined): Promise<void>
  /** Rows that are live now and come after that place, in the order of their places. */
  rowsAfter(place: RowPlace | undefined, now: number, most: number): Promise<RawRow[]>
  countersAfter(key: Buffer | undefined, now: number, most: number): Promise<RawCounter[]>
  /** All or none, on disk when it resolves. Rejects where one of them is there already. */
  addRows(rows: readonly RawRow[]): Promise<void>
  addCounters(counters: readonly RawCounter[]): Promise<void>
  lastRow(): Promise<RowPlace | undefined>
  lastCounter(): Promise<Buffer | undefined>
  /** How many rows and counters there are, expired ones included. */
  count(): Promise<number>
  /** Removes every row and counter. */
  empty(): Promise<void>
  close(): Promise<void>
}

export type Mark = 'id' | 'moving' | 'moved'
export type RawRow = Extract<SealedWrite, { kind: 'insert' }>
export type RawCounter = { readonly key: Buffer; readonly count: number; readonly endsAt: number }
export type RowPlace = { readonly collection: string; readonly id: string }

export const rowTaken = 'a row of the source, or one of its unique values, is in the destination already'
/** Before every row. */
export const noPlace: RowPlace = { collection: '', id: '' }

/** `mayBeUnfinished`: also one with the mark `moving`. A count of millions of rows is waited for. */
export const openRaw = async (
  database: DatabaseConfig,
  options: { key: Buffer; mayBeUnfinished?: boolean },
): Promise<RawStore> => {
  if (database.kind === 'sqlite') return (await import('./sqlite-raw.ts')).openRawSqlite(database.file, options)
  return (await import('./postgres-raw.ts')).openRawPostgres(database.url, options)
}
