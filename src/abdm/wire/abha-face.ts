import { Type } from '../../schema.ts'
import { absent, operation } from './operation.ts'
import { txnId } from './parts.ts'

/** §15: a face capture on the person's phone. What follows it is `abha.enrollment.by_aadhaar`. */

const scope = Type.Array(Type.String(), { 'x-refusal': ['ABDM-1006', 'Invalid Scope'] })

export const init = operation({
  id: 'abha.face.init',
  source: '§15',
  service: 'abha',
  method: 'POST',
  path: '/enrollment/enrol/auth/init',
  body: Type.Object({ scope }),
  variants: { face: { scope: ['abha-enrol', 'face-auth'] } },
  reply: Type.Object({ txnId: txnId(), message: absent(Type.String()) }),
  errorForm: 'wrapped',
})

export const capture = operation({
  id: 'abha.face.capture',
  source: '§15',
  service: 'abha',
  method: 'POST',
  path: '/enrollment/enrol/capturePID',
  body: Type.Object({ scope, txnId: txnId(['ABDM-1006', 'Invalid Transaction Id']) }),
  variants: { face: { scope: ['abha-enrol', 'face-verify'] } },
  reply: Type.Object({ status: Type.String(), message: absent(Type.String()), txnId: absent(txnId()) }),
  errorForm: 'wrapped',
  isRepeatable: true,
})
