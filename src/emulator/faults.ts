import type { Operation } from '../abdm/wire/operation.ts'
import { happens } from '../ids.ts'
import { Refusal, type RefusalForm } from './refusal.ts'

/** Failures on request (sandbox.md): the next calls of an operation go wrong in a chosen way. */

export const faultModes = [
  'error',
  'timeout',
  'drop_before',
  'drop_after',
  'empty',
  'html',
  'truncated',
  'huge',
] as const
export type FaultMode = (typeof faultModes)[number]

export type FaultWish = {
  /** An operation id, or `*` for every operation. */
  readonly operation: string
  readonly mode?: FaultMode | undefined
  readonly status?: number | undefined
  readonly code?: string | undefined
  readonly message?: string | undefined
  /** Body form of mode `error`; the operation's usual one when absent. */
  readonly form?: RefusalForm | undefined
  readonly delay_ms?: number | undefined
  readonly times?: number | undefined
  /** Instead of `times`: stays until cleared and strikes this often. */
  readonly probability?: number | undefined
}

/** `times` is what remains; null with a probability. */
export type Fault = {
  readonly operation: string
  readonly mode: FaultMode
  readonly status: number
  readonly code: string
  readonly message: string
  readonly form: RefusalForm | null
  readonly delay_ms: number
  readonly times: number | null
  readonly probability: number | null
}

export class UnknownFaultOperation extends Error {
  override readonly name = 'UnknownFaultOperation'
}

const statusOf: { readonly [mode in FaultMode]: number } = {
  error: 500,
  timeout: 0,
  drop_before: 0,
  drop_after: 0,
  empty: 500,
  html: 502,
  truncated: 200,
  huge: 200,
}

export const hasAnswer = (mode: FaultMode): boolean => statusOf[mode] !== 0

export type Faults = ReturnType<typeof createFaults>

export const createFaults = (operations: ReadonlySet<string>) => {
  let faults: Fault[] = []
  return {
    add(wish: FaultWish): Fault {
      if (wish.operation !== '*' && !operations.has(wish.operation)) {
        throw new UnknownFaultOperation(`The emulator has no operation "${wish.operation}".`)
      }
      const mode = wish.mode ?? 'error'
      const fault: Fault = {
        operation: wish.operation,
        mode,
        status: wish.status ?? statusOf[mode],
        code: wish.code ?? 'ABDM-9999',
        message: wish.message ?? 'Unknown exception',
        form: wish.form ?? null,
        delay_ms: wish.delay_ms ?? 0,
        times: wish.probability === undefined ? (wish.times ?? 1) : null,
        probability: wish.probability ?? null,
      }
      faults.push(fault)
      return fault
    },

    list: (): readonly Fault[] => faults,

    clear(): void {
      faults = []
    },

    /** The fault that strikes this call, if any; the oldest first. */
    draw(operation: string): Fault | undefined {
      if (faults.length === 0) return undefined
      const struck = faults.find(
        (fault) =>
          (fault.operation === '*' || fault.operation === operation) &&
          (fault.probability === null ? (fault.times ?? 0) > 0 : happens(fault.probability)),
      )
      if (!struck || struck.times === null) return struck
      const remains = struck.times - 1
      faults = faults.flatMap((fault) =>
        fault !== struck ? [fault] : remains > 0 ? [{ ...struck, times: remains }] : [],
      )
      return struck
    },
  }
}

export const refusalOf = (fault: Fault, op: Operation) =>
  new Refusal<string>(fault.status, fault.form ?? (isOfApiGateway(fault.code) ? 'flat' : op.errorForm), [
    { code: fault.code, message: fault.message },
  ])

/** It answers before the service does, and never in the service's form. */
const isOfApiGateway = (code: string): boolean => code.startsWith('9009')

const hugeBytes = 8_388_608
let hugeBody: string | undefined

/** What goes out in the modes that answer something unreadable. */
export const brokenBody = (mode: 'html' | 'truncated' | 'huge'): { readonly type: string; readonly body: string } => {
  if (mode === 'html') {
    return {
      type: 'text/html',
      body: '<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>',
    }
  }
  if (mode === 'truncated')
    return { type: 'application/json', body: '{"txnId":"0b7a4c1e-2f3d-4a5b-8c6d-7e8f90a1b2c3","mess' }
  hugeBody ??= `{"message":"${'x'.repeat(hugeBytes - 14)}"}`
  return { type: 'application/json', body: hugeBody }
}
