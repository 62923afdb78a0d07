import type { Connection, Submittable } from 'pg'

/** A statement and what a call of it binds. `text` is parsed once a connection, under `name`. */
export type Statement = { readonly name: string; readonly text: string }
export type Step = { readonly statement: Statement; readonly values: readonly Value[] }
export type Value = string | number | Uint8Array | readonly Uint8Array[] | readonly number[] | null
/** The columns of one row, as PostgreSQL writes them. */
export type Columns = readonly (string | null)[]

type Settled = (error: Error | undefined, rows: Columns[][]) => void

/** What of the driver's connection is used here. */
type Wire = {
  parse(statement: Statement): void
  bind(bound: { statement: string; values: readonly Value[]; valueMapper: (value: Value) => unknown }): void
  execute(options: object): void
  sync(): void
  readonly stream: { cork(): void; uncork(): void }
}

/**
 * Several statements in one round trip and one transaction: PostgreSQL takes everything up to one Sync for a transaction
 * and skips what follows a failure. The driver sends a Sync with every statement, so this speaks the protocol itself.
 * Nothing is described: each statement's columns are known to who calls it.
 */
export class Batch implements Submittable {
  readonly #steps: readonly Step[]
  readonly #parsed: Set<string>
  readonly #settled: Settled
  readonly #rows: Columns[][]
  #at = 0
  #error: Error | undefined

  /** `parsed`: the statements that this connection knows. */
  constructor(steps: readonly Step[], parsed: Set<string>, settled: Settled) {
    this.#steps = steps
    this.#parsed = parsed
    this.#settled = settled
    this.#rows = steps.map(() => [])
  }

  submit(connection: Connection): void {
    const wire = connection as unknown as Wire
    wire.stream.cork()
    // All parsing first: it does not fail, and what fails after it leaves every statement known.
    for (const { statement } of this.#steps) {
      if (this.#parsed.has(statement.name)) continue
      wire.parse(statement)
      this.#parsed.add(statement.name)
    }
    for (const { statement, values } of this.#steps) {
      wire.bind({ statement: statement.name, values, valueMapper: asText })
      wire.execute({})
    }
    wire.sync()
    wire.stream.uncork()
  }

  handleDataRow({ fields }: { fields: Columns }): void {
    this.#rows[this.#at]?.push(fields)
  }

  handleCommandComplete(): void {
    this.#at++
  }

  handleError(error: Error): void {
    this.#error ??= error
    // The driver forgets who asked: it tells of no end after an error.
    this.#settled(this.#error, this.#rows)
  }

  handleReadyForQuery(): void {
    if (!this.#error) this.#settled(undefined, this.#rows)
  }
}

/** Bytes travel as they are, a list as PostgreSQL writes arrays. */
const asText = (value: Value): Buffer | string | null => {
  if (value === null || typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (value instanceof Uint8Array) return asBuffer(value)
  return `{${value.map((one) => (typeof one === 'number' ? one : `"\\\\x${asBuffer(one).toString('hex')}"`)).join(',')}}`
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

export const bytesOf = (column: string | null | undefined): Buffer => Buffer.from(column?.slice(2) ?? '', 'hex')
export const numberOf = (column: string | null | undefined): number => Number(column ?? 0)
export const numberOrNull = (column: string | null | undefined): number | null =>
  column === null || column === undefined ? null : Number(column)
