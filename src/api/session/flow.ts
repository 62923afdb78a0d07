import { flow } from '../../flow.ts'
import { Type } from '../../schema.ts'
import { OtpProof } from '../verified.ts'

/**
 * Opening a user session at ABDM for an ABHA address.
 *
 *   otp_sent ──verify──▶ session_end
 */
export const userSession = flow('session', {
  data: Type.Object({
    abhaAddress: Type.Optional(Type.String({ 'x-redact': true })),
    family: Type.Union([Type.Literal('phr-app'), Type.Literal('phr-web')]),
    proved: Type.Optional(OtpProof),
  }),
  moves: { otp_sent: { verify: ['session_end'] }, session_end: {} },
})
