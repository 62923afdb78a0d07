import { error } from '../errors.ts'
import { Handle, TxnId } from '../fields.ts'
import { txnRows } from '../flow.ts'
import { Type } from '../schema.ts'
import { sandboxRoute } from './sandbox.ts'

/** Does what the patient's phone would do with the face link: the capture passes or fails. The next poll of the client sees it. */
export const decideFace = sandboxRoute({
  method: 'POST',
  path: '/sandbox/v1/face-auth/{txn_id}',
  operationId: 'sandboxFaceAuth',
  tag: 'sandbox',
  summary: 'Let a face capture pass or fail',
  auth: 'none',
  params: Type.Object({ txn_id: Handle('The txn_id of face-auth/init, or an upstream txnId.') }),
  body: Type.Object({ result: Type.Union([Type.Literal('verified'), Type.Literal('failed')]) }),
  reply: Type.Object({ txn_id: TxnId, result: Type.String() }),
  errors: ['txnUnknown', 'stepNotAllowed'],
  async handle({ params: { txn_id }, body: { result } }, { emulator, store }) {
    const txn = await store.get(txnRows, txn_id)
    const outcome = await emulator.faces.decide(txn?.body.upstreamTxnIds.at(-1) ?? txn_id, result)
    if (outcome === 'unknown') throw error.txnUnknown()
    if (outcome === 'over') throw error.stepNotAllowed({ message: 'The capture has ended already' })
    return { txn_id, result }
  },
})
