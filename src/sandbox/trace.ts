import { Handle } from '../fields.ts'
import { txnRows } from '../flow.ts'
import { type Static, Type } from '../schema.ts'
import { sandboxRoute } from './sandbox.ts'

const exchange = Type.Object({
  at: Type.String(),
  operation: Type.Union([Type.String(), Type.Null()]),
  method: Type.String(),
  path: Type.String(),
  headers: Type.Record(Type.String(), Type.String()),
  request_body: Type.Unknown(),
  status: Type.Union([Type.Integer(), Type.Null()]),
  response_body: Type.Unknown(),
  milliseconds: Type.Number(),
  decrypted: Type.Record(Type.String(), Type.String()),
  upstream_txn_ids: Type.Array(Type.String()),
})

/**
 * What went over the wire to the emulator for one transaction, oldest first, sealed fields with their plaintext beside
 * them; calls made with the user tokens that the transaction gave are among them. Without a txn_id: the latest of all.
 */
export const readTrace = sandboxRoute({
  method: 'GET',
  path: '/sandbox/v1/trace',
  operationId: 'sandboxTrace',
  tag: 'sandbox',
  summary: 'The upstream calls of a transaction, decrypted',
  auth: 'none',
  query: Type.Object({ txn_id: Type.Optional(Handle('A txn_id that this server answered, or an upstream txnId.')) }),
  reply: Type.Object({ exchanges: Type.Array(exchange) }),
  errors: [],
  async handle({ query }, { emulator, store }) {
    const { txn_id: id } = query
    const txn = id === undefined ? undefined : await store.get(txnRows, id)
    const filter = id === undefined ? {} : { upstreamTxnIds: txn?.body.upstreamTxnIds ?? [id] }
    return { exchanges: emulator.trace.list(filter) as Static<typeof exchange>[] }
  },
})
