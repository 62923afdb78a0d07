import type * as wire from '../../abdm/wire/abha-face.ts'
import { refuse } from '../refusal.ts'
import type { Answers } from './answer.ts'

/** abdm-v3 §15. What the person's phone does comes from the sandbox. */

const words = {
  PENDING: 'Awaiting PID capture',
  VERIFIED: 'QR code scanned',
  COMPLETE: 'PID captured successfully',
  FAILED: 'PID capture failed. Please regenarate the QR Code.',
} as const

export const abhaFace: Answers<typeof wire> = {
  init: async (_, { transactions }) => ({
    txnId: await transactions.open('abha.face', { capture: 'PENDING' }),
    message: 'Transaction Id generated Successfully',
  }),

  async capture({ body: { txnId } }, { transactions }) {
    const row = await transactions.live(txnId)
    const status = row?.body.flow === 'abha.face' ? row.body.capture : undefined
    if (!status) {
      throw refuse(400, 'wrapped', 'ABDM-1017', 'Invalid transaction, either the transaction is expired or not found')
    }
    return { status, message: words[status], txnId }
  },
}
