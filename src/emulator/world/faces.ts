import type { Transactions } from './transactions.ts'

/** What the person's phone does after the link was scanned (abdm-v3 §15); told by the sandbox or by the page. */

export type FaceResult = 'verified' | 'failed'
export type FaceOutcome = 'done' | 'over' | 'unknown'

export type Faces = ReturnType<typeof createFaces>

export const createFaces = (transactions: Transactions) => {
  const change = async (txnId: string, from: readonly string[], capture: 'VERIFIED' | 'COMPLETE' | 'FAILED') => {
    for (;;) {
      const row = await transactions.live(txnId)
      if (row?.body.flow !== 'abha.face' || !row.body.capture) return 'unknown'
      if (!from.includes(row.body.capture)) return 'over'
      if (await transactions.amend(row, { capture })) return 'done'
    }
  }

  return {
    scan: (txnId: string): Promise<FaceOutcome> => change(txnId, ['PENDING', 'VERIFIED'], 'VERIFIED'),
    decide: (txnId: string, result: FaceResult): Promise<FaceOutcome> =>
      change(txnId, ['PENDING', 'VERIFIED'], result === 'verified' ? 'COMPLETE' : 'FAILED'),
  }
}
