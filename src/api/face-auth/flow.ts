import { flow } from '../../flow.ts'
import { Type } from '../../schema.ts'
import { aadhaarData, afterKyc } from '../registration/aadhaar/flow.ts'

/**
 * Registration by a face capture on the person's phone; it goes on as a registration by Aadhaar.
 *
 *   pending ──capture──▶ pending | verified | failed      verified ──capture──▶ verified      failed ──capture──▶ failed
 *   verified ──verify──▶ abha_create | confirm_mobile_otp
 */
export const faceAuth = flow('face-auth', {
  data: Type.Object({
    ...aadhaarData,
    /** The enrolment that is under way: ABDM takes a captured face once. */
    enrollingNow: Type.Optional(Type.Object({ by: Type.String(), until: Type.Integer() })),
    /** An answer was lost: the face may have been taken already. */
    mayBeUsed: Type.Optional(Type.Boolean()),
  }),
  livesSeconds: { pending: 600, verified: 600, failed: 600 },
  moves: {
    pending: { capture: ['pending', 'verified', 'failed'] },
    verified: { capture: ['verified'], verify: ['abha_create', 'confirm_mobile_otp'] },
    failed: { capture: ['failed'] },
    ...afterKyc,
  },
})
