import { abhaFace } from '../../abdm/wire/index.ts'
import { allPublishedOptional, Text, TxnId } from '../../fields.ts'
import { route } from '../../route.ts'
import { Type } from '../../schema.ts'
import { faceAuth } from './flow.ts'

/** ABDM's VERIFIED means that the link was scanned; only COMPLETE is what clients wait for as `Verified` (abdm-v3 §21). */
const states = {
  PENDING: 'pending',
  VERIFIED: 'pending',
  COMPLETE: 'verified',
  FAILED: 'failed',
} as const

const shown = {
  pending: { status: 'Pending', message: 'Waiting for the face capture on the person’s phone' },
  verified: { status: 'Verified', message: 'The face capture is done' },
  failed: { status: 'Failed', message: 'The face capture failed; begin again for a new link' },
} as const

/**
 * Tells at once how far the capture is: `Pending`, `Verified` or `Failed`. Ask every five to ten seconds. Needs pending,
 * verified or failed and leaves the one that it answers. Upstream: abha.face.capture.
 */
export const capture = route({
  method: 'POST',
  path: '/abdm/na/v1/face-auth/capture',
  operationId: 'faceAuthCapture',
  tag: 'face-auth',
  summary: 'Poll the face capture',
  auth: 'client',
  names: 'headers',
  body: Type.Object({ txn_id: TxnId }, allPublishedOptional),
  reply: Type.Object({
    txn_id: TxnId,
    status: Text('Pending until the capture has been done, then Verified; Failed when it did not succeed.'),
    message: Text('The same for people.'),
  }),
  errors: ['txnUnknown', 'stepNotAllowed'],
  upstream: true,
  async handle({ body, caller, named }, { abdm, flows }) {
    const txn = await flows.at(faceAuth, caller, body.txn_id, 'capture', named)
    // What has ended does not change any more.
    if (txn.state !== 'pending') return { txn_id: txn.id, ...shown[txn.state === 'failed' ? 'failed' : 'verified'] }
    const { status } = await abdm.call(abhaFace.capture, {
      body: { scope: [...abhaFace.capture.variants.face.scope], txnId: txn.upstreamTxnId },
    })
    const state = isKnown(status) ? states[status] : 'pending'
    if (state !== 'pending') await flows.move(txn, 'capture', state)
    return { txn_id: txn.id, ...shown[state] }
  },
})

const isKnown = (status: string): status is keyof typeof states => Object.hasOwn(states, status)
