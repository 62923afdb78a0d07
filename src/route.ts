import type { Readable } from 'node:stream'
import type { Static, TSchema } from 'typebox'
import type { Services } from './app.ts'
import type { Caller, Named } from './clients.ts'
import { type ErrorName, errorNames, errorTable } from './errors.ts'

/** What a handler is given: cleaned input, and who calls for whom. */
export type Call<Body extends TSchema, Query extends TSchema, Params extends TSchema> = {
  readonly body: Static<Body>
  readonly query: Static<Query>
  readonly params: Static<Params>
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly caller: Caller
  readonly named: Named
  readonly remoteAddress: string
}

export type Auth =
  /** Nobody is asked. */
  | 'none'
  /** A client's access or long-lived token. */
  | 'client'
  /** The same, or a user-scoped token for its own user. */
  | 'client-or-user'

export type Route<
  Deps = never,
  Body extends TSchema = TSchema,
  Query extends TSchema = TSchema,
  Params extends TSchema = TSchema,
  Reply extends TSchema = TSchema,
> = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** As published, with `{name}` for a part that varies. The path is the file (test/paths.test.ts). */
  readonly path: string
  readonly operationId: string
  readonly tag: string
  readonly summary: string
  readonly auth: Auth
  /** Which of the published carriers of the user the operation takes (connect §4). */
  readonly names?: 'headers' | 'headers-and-oid'
  /** Answers 491 when the person has no live ABHA session. */
  readonly needsUserSession?: true
  readonly deprecated?: true
  readonly publishedHeaders?: readonly {
    readonly name: string
    readonly description: string
    readonly required: boolean
  }[]
  readonly body?: Body
  /** Absent: the server's usual limit. */
  readonly bodyBytesMax?: number
  readonly query?: Query
  readonly params?: Params
  readonly reply?: Reply
  readonly status?: 200 | 201 | 202 | 204
  /** Anything but JSON: the handler returns bytes or a stream of this type. */
  readonly replyType?: string
  /** Errors of its own; those that every operation of its kind can have are added by `errorsOf`. */
  readonly errors: readonly ErrorName[]
  /** Asks ABDM, so the published mapping of upstream codes applies. */
  readonly upstream?: true
  readonly handle: (
    call: Call<Body, Query, Params>,
    deps: Deps,
  ) => Promise<Static<Reply> | Buffer | Readable | undefined> | Static<Reply>
}

/** The only way to declare an endpoint: contract and handler in one value, so that neither can drift from the other. */
export const declareFor =
  <Deps>() =>
  <Body extends TSchema, Query extends TSchema, Params extends TSchema, Reply extends TSchema>(
    declared: Route<Deps, Body, Query, Params, Reply>,
  ): Route<Deps> =>
    declared as unknown as Route<Deps>

export const route = declareFor<Services>()

const upstreamErrors = errorNames.filter(
  (name) => 'abdm' in errorTable[name] || (name.startsWith('upstream') && errorTable[name].status >= 400),
)

/** Every error that an operation can answer; in tests any other one fails the request. */
export const errorsOf = (declared: Route<never>): ReadonlySet<ErrorName> =>
  new Set<ErrorName>([
    ...declared.errors,
    'bodyUnreadable',
    'invalidField',
    'internal',
    'storeUnavailable',
    'stopping',
    ...(declared.auth === 'none' ? [] : (['tokenInvalid', 'notForThisUser'] as const)),
    ...(declared.tag === 'sandbox' ? (['foreignPage'] as const) : []),
    ...(declared.needsUserSession ? (['sessionEnded'] as const) : []),
    ...(declared.upstream ? upstreamErrors : []),
  ])

/** The account operations publish an error body without `source_error`. */
export const hasSourceError = (declared: Route<never>): boolean => declared.tag !== 'auth'
