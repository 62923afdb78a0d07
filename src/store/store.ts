import type { TSchema } from 'typebox'

/**
 * Where everything that must survive lives. Eight verbs (and `clear` for the sandbox), each named by what it
 * guarantees; what rows mean is the business of the modules above. `contract.ts` is this page as a test.
 *
 * Rows live in named collections. A body is encrypted before it is written; a lookup value is hashed with a key, so
 * neither personal data nor secrets stand in the database in clear. Ids are written as given: whoever makes one of a
 * secret or of personal data hashes it first. Expiry uses the `now` of the injected clock: from the millisecond at
 * which it expires a row is gone for every verb, whether or not `sweep` has met it. Whatever a promise here resolves
 * to has been on disk before it resolves.
 */
export type Collection<Body> = {
  /** Short and unchanging: it is written beside every row. */
  readonly name: string
  /** Checked when a row is written in tests, and documentation of what a row holds. */
  readonly body: TSchema
  /** Secondary keys, each computed from a body. `undefined` or an empty list: not findable that way. */
  readonly lookups?: { readonly [lookup: string]: Lookup<Body> }
}

export type Lookup<Body> = {
  /** Two live rows of the collection never share a value of a unique lookup. */
  readonly unique: boolean
  values(body: Body): string | readonly string[] | undefined
}

/** A row as read. `revision` starts at 1 and grows with each update; it is the guard of every later write. */
export type Row<Body> = {
  readonly id: string
  readonly revision: number
  readonly body: Body
  /** Milliseconds on the injected clock; undefined: lives until taken. */
  readonly expiresAt: number | undefined
}

/** One guarded change. Made by `inserting`, `updating` and `taking`; several go through `also` and stand or fall together: one after another, the call's own write first. */
export type Write =
  | { readonly kind: 'insert'; readonly collection: Collection<never>; readonly row: Row<unknown> }
  | {
      readonly kind: 'update'
      readonly collection: Collection<never>
      readonly before: Row<unknown>
      readonly row: Row<unknown>
    }
  | { readonly kind: 'take'; readonly collection: Collection<never>; readonly before: Row<unknown> }

/** One budget: at most `max` per `windowSeconds`, counted under `key` (hashed before it is written); a key has a counter for each window. `max` 0: not counted. */
export type Limit = { readonly key: string; readonly max: number; readonly windowSeconds: number }
export type HitResult =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly key: string; readonly retryAfterSeconds: number }

export type Store = {
  /** Writes a new row. `undefined` when the id, or a value of a unique lookup, is held by a live row, or a guard in `also` fails; then nothing is written. */
  insert<Body>(
    collection: Collection<Body>,
    id: string,
    body: Body,
    options?: { expiresAt?: number | undefined; also?: readonly Write[] },
  ): Promise<Row<Body> | undefined>

  /** The live row, or undefined. */
  get<Body>(collection: Collection<Body>, id: string): Promise<Row<Body> | undefined>

  /** Live rows whose lookup has this value, oldest id first (ids compare byte by byte), at most `limit` (default 100). */
  find<Body>(
    collection: Collection<Body>,
    lookup: string,
    value: string,
    options?: { limit?: number },
  ): Promise<Row<Body>[]>

  /** Replaces the body if the stored revision still equals `row.revision`, and keeps the expiry unless a new one is given. `undefined` when the row has moved, expired or gone, a unique value is taken, or a guard in `also` fails; then nothing is written. Of any number of callers holding the same revision exactly one wins. */
  update<Body>(
    collection: Collection<Body>,
    row: Row<Body>,
    body: Body,
    options?: { expiresAt?: number | undefined; also?: readonly Write[] },
  ): Promise<Row<Body> | undefined>

  /** Removes the row and hands it to exactly one of any number of callers; the others get undefined. `revision`: only if it is still that one. */
  take<Body>(
    collection: Collection<Body>,
    id: string,
    options?: { revision?: number; also?: readonly Write[] },
  ): Promise<Row<Body> | undefined>

  /** Counts one use against every limit, or, when one of them is used up, against none. `by: -1` gives back a use that turned out not to have happened. A window begins with its first use. */
  hit(limits: readonly Limit[], by?: 1 | -1): Promise<HitResult>

  /** Deletes up to `batch` expired rows and counters; returns how many. Short by design: call it again while it returns `batch`. */
  sweep(batch?: number): Promise<number>

  /** Every live row of a collection, newest id first: for the sandbox's lists and its reset, never on a request's path. */
  list<Body>(collection: Collection<Body>, options?: { limit?: number }): Promise<Row<Body>[]>

  /** Removes every row of the named collections, and every counter. Sandbox only. */
  clear(collections: readonly Collection<never>[]): Promise<void>

  /** Waits for what is being written, then closes. Every later call rejects. */
  close(): Promise<void>

  /** True when no second process can be using this database: a claim of another process is then a dead one's. */
  readonly isExclusive: boolean
}

/**
 * The store cannot write or read now (full disk, locked or lost database). Nothing of the call was written, or, where the
 * connection broke between the commit and its answer, all of it, as when a process dies there: whoever repeats reads the row
 * first, and the guard of the first write lets none be done twice.
 */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
}

export const inserting = <Body>(collection: Collection<Body>, id: string, body: Body, expiresAt?: number): Write => ({
  kind: 'insert',
  collection: collection as Collection<never>,
  row: { id, revision: 1, body, expiresAt },
})

export const updating = <Body>(
  collection: Collection<Body>,
  before: Row<Body>,
  body: Body,
  expiresAt: number | undefined = before.expiresAt,
): Write => ({
  kind: 'update',
  collection: collection as Collection<never>,
  before,
  row: { id: before.id, revision: before.revision + 1, body, expiresAt },
})

export const taking = <Body>(collection: Collection<Body>, before: Row<Body>): Write => ({
  kind: 'take',
  collection: collection as Collection<never>,
  before,
})
