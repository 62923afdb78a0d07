import type { Operation } from '../abdm/wire/operation.ts'
import { checkBody, checkQuery, loadCompiler } from './checks.ts'
import { Refusal } from './refusal.ts'

/** What the emulator would say to a request as far as that can be told without a world: what its own checks decide. */

const codeOf = ({ entries: [first] }: Refusal): string => first?.code.replace(/[:\s]+$/, '') ?? ''

export type WouldRefuse = { readonly status: number; readonly code: string }

export const wouldRefuse = async (op: Operation, query: unknown, body: unknown): Promise<WouldRefuse | undefined> => {
  await loadCompiler()
  try {
    checkQuery(op, query)
    checkBody(op, body)
    return undefined
  } catch (thrown) {
    if (thrown instanceof Refusal) return { status: thrown.status, code: codeOf(thrown) }
    throw thrown
  }
}

/** Every code that it answers with; some stand without `ABDM-`. */
export const emulatorCodes: ReadonlySet<string> = new Set(
  [
    ...'1006 1015 1016 1017 1024 1030 1043 1100 1101 1111 1113 1114 1115 1124 1134 1135 1160'.split(' '),
    ...'1204 1211 1219 1228 2403 9999'.split(' '),
  ]
    .map((number) => `ABDM-${number}`)
    .concat('900901', '900902', '1921', '1922', '404'),
)

const fillsMessage: ReadonlySet<string> = new Set([
  'abha.enrollment.by_aadhaar',
  'abha.enrollment.by_abdm',
  'abha.login.verify',
  'phr.enrollment.verify',
  'phr.enrollment.enrol',
  'phr.login.verify',
  'web.login.verify',
])

/** Fields that a client must do without and that the emulator always fills. */
export const alwaysFilled = (op: Operation): readonly string[] =>
  op.sendsOtp || fillsMessage.has(op.id) ? ['message'] : []
