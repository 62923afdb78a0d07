import { abhaFace } from '../../abdm/wire/index.ts'
import { Nullable, Text, TxnId } from '../../fields.ts'
import { route } from '../../route.ts'
import { Type } from '../../schema.ts'
import { Hint } from '../answers.ts'
import { faceAuth } from './flow.ts'

/**
 * Opens a registration by face and answers the link that the person opens on their phone, or scans when it is drawn as a QR
 * code. The link lives ten minutes. Opens face-auth at pending. Upstream: abha.face.init.
 */
export const init = route({
  method: 'POST',
  path: '/abdm/na/v1/face-auth/init',
  operationId: 'faceAuthInit',
  tag: 'face-auth',
  summary: 'Get a link for a face capture on the person’s phone',
  auth: 'client',
  names: 'headers',
  reply: Type.Object({
    txn_id: TxnId,
    url: Text('Link to open, or to draw as a QR code, on the person’s phone.'),
    hint: Type.Optional(Nullable(Hint)),
  }),
  errors: [],
  upstream: true,
  async handle({ caller, named }, { abdm, flows, facePage }) {
    const { txnId } = await abdm.call(abhaFace.init, { body: { scope: [...abhaFace.init.variants.face.scope] } })
    const txn = await flows.begin(faceAuth, caller, named, { state: 'pending', upstreamTxnId: txnId, data: {} })
    return { txn_id: txn.id, url: `${facePage}?${new URLSearchParams({ txnId })}` }
  },
})
