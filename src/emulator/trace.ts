import { isoTime } from '../clock.ts'

/** The latest exchanges, kept by reference as they happen and made readable only when somebody looks. */

/** What the server hands over; nothing is copied. */
export type Happened = {
  readonly at: number
  readonly operation: string | undefined
  readonly method: string
  readonly path: string
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[]
  readonly requestText: string | undefined
  readonly status: number | undefined
  readonly responseText: string | undefined
  readonly milliseconds: number
  /** Plaintexts of sealed fields by dotted path. */
  readonly opened: { readonly [path: string]: string } | undefined
  readonly userTxnId: string | undefined
}

export type Exchange = {
  readonly at: string
  readonly operation: string | null
  readonly method: string
  readonly path: string
  readonly headers: { readonly [name: string]: string }
  readonly request_body: unknown
  /** Null: the connection was closed or left open without an answer. */
  readonly status: number | null
  readonly response_body: unknown
  readonly milliseconds: number
  readonly decrypted: { readonly [path: string]: string }
  readonly upstream_txn_ids: readonly string[]
}

const keptTextMax = 65_536
const transactionIds = /"(?:txnId|transactionId)"\s*:\s*"([^"\s]+)"/g

const readable = (text: string | undefined): unknown => {
  if (text === undefined) return null
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const headersOf = (raw: readonly string[]): { [name: string]: string } => {
  const headers: { [name: string]: string } = {}
  for (let index = 0; index < raw.length; index += 2) headers[raw[index] ?? ''] = raw[index + 1] ?? ''
  return headers
}

const concerns = (happened: Happened): string[] => {
  const texts = `${happened.requestText ?? ''}\n${happened.responseText ?? ''}`
  const found = new Set([...texts.matchAll(transactionIds)].map((match) => match[1] ?? ''))
  if (happened.userTxnId) found.add(happened.userTxnId)
  const sent = happened.rawHeaders.findIndex((name) => name.toLowerCase() === 'transaction_id')
  if (sent >= 0) found.add(happened.rawHeaders[sent + 1] ?? '')
  found.delete('')
  return [...found]
}

/** Copied, because a slice of a string keeps the whole of it in memory. */
const clipped = (text: string | undefined): string | undefined =>
  text !== undefined && text.length > keptTextMax
    ? `${Buffer.from(text.slice(0, keptTextMax)).toString()}… (${text.length} characters)`
    : text

export type Trace = ReturnType<typeof createTrace>

export const createTrace = (max: number) => {
  let ring: Happened[] = []
  let next = 0
  return {
    isOn: max > 0,

    record(happened: Happened): void {
      ring[next % max] = {
        ...happened,
        requestText: clipped(happened.requestText),
        responseText: clipped(happened.responseText),
      }
      next++
    },

    /** Oldest first; with `upstreamTxnIds` only what concerns one of them. */
    list({ upstreamTxnIds }: { upstreamTxnIds?: readonly string[] | undefined } = {}): Exchange[] {
      const inOrder = next <= max ? ring : [...ring.slice(next % max), ...ring.slice(0, next % max)]
      return inOrder.flatMap((happened) => {
        const ids = concerns(happened)
        if (upstreamTxnIds && !upstreamTxnIds.some((id) => ids.includes(id))) return []
        const { at, operation, method, path, rawHeaders, requestText, status, responseText, milliseconds, opened } =
          happened
        return {
          at: isoTime(at),
          operation: operation ?? null,
          method,
          path,
          headers: headersOf(rawHeaders),
          request_body: readable(requestText),
          status: status ?? null,
          response_body: readable(responseText),
          milliseconds,
          decrypted: opened ?? {},
          upstream_txn_ids: ids,
        }
      })
    },

    /** How many of an operation, or of any, are kept: nothing is made readable for it. */
    count(operation?: string): number {
      return operation === undefined ? ring.length : ring.filter((happened) => happened.operation === operation).length
    },

    clear(): void {
      ring = []
      next = 0
    },
  }
}
