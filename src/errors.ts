import { type ErrorRow, table } from './error-table.ts'

/** The errors of `error-table.ts` as things to throw, and the one renderer. */

export type ErrorName = keyof typeof table
export const errorTable: Readonly<Record<ErrorName, ErrorRow>> = table
export const errorNames = Object.keys(table) as ErrorName[]

export type SourceError = { readonly code: string; readonly message: string }
type Details = {
  /** Replaces the row's `source_error.message`; must be safe to show. */
  message?: string
  /** The upstream error behind it. */
  source?: SourceError | undefined
  retryAfterSeconds?: number
  /** Takes the place of what stands in angle brackets in the row's text; a mobile number only masked. */
  fill?: string
  /** For the log only. */
  cause?: unknown
}

/** An error that a caller may see. Made by `error.<name>()`; nobody writes a status or an error body elsewhere. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError'
  readonly kind: ErrorName
  readonly details: Details
  constructor(kind: ErrorName, details: Details) {
    super(kind, { cause: details.cause })
    this.kind = kind
    this.details = details
  }
}

export const error = Object.fromEntries(
  errorNames.map((kind) => [kind, (details: Details = {}) => new ConnectError(kind, details)]),
) as { readonly [Kind in ErrorName]: (details?: Details) => ConnectError }

export type ErrorBody = { code: number; error: string; source_error?: SourceError }

/** `withSource` is false on the account operations, whose published error body has no `source_error`. */
export const renderError = (
  thrown: ConnectError,
  withSource = true,
): { status: number; body: ErrorBody; retryAfterSeconds: number | undefined } => {
  const row = errorTable[thrown.kind]
  const { message, source = row.source, fill = '', retryAfterSeconds } = thrown.details
  const text = row.text.replace(/<\w+>/, fill)
  const body: ErrorBody = { code: row.status, error: text }
  if (source && withSource) body.source_error = { code: source.code, message: message ?? source.message }
  // The only place that is left to name the field.
  else if (source) body.error = `${text}: ${message ?? source.message}`
  return { status: row.status, body, retryAfterSeconds }
}

export const maskMobile = (mobile: string): string => `******${mobile.slice(-4)}`
