import type { Operation } from '../abdm/wire/operation.ts'
import { checkBody, checkQuery, loadCompiler } from './checks.ts'
import { Refusal, refusalCodes } from './refusal.ts'
import { refuseUnopenable, type Seal } from './unseal.ts'

/** What the emulator would say to a request as far as that can be told without a world: what its own checks decide. */

const codeOf = ({ entries: [first] }: Refusal): string => first?.code.replace(/[:\s]+$/, '') ?? ''

/** `fields`: what is refused, where that is told by field. */
export type WouldRefuse = { readonly status: number; readonly code: string; readonly fields: readonly string[] }
type Asked = {
  readonly query: unknown
  readonly body: unknown
  /** Undefined: it cannot be told. */
  readonly sealOf: (text: string) => Seal | undefined
}

export const wouldRefuse = async (
  op: Operation,
  { query, body, sealOf }: Asked,
  isLenient: boolean,
): Promise<WouldRefuse | undefined> => {
  await loadCompiler()
  try {
    checkQuery(op, query)
    const variant = checkBody(op, body)
    refuseUnopenable({ op, body, variant }, sealOf, isLenient)
    return undefined
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown
    const fields = thrown.entries.flatMap(({ field }) => field ?? [])
    return { status: thrown.status, code: codeOf(thrown), fields }
  }
}

/** Every code that it answers with. */
export const emulatorCodes: ReadonlySet<string> = new Set(refusalCodes)

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
