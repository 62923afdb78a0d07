import { faultModes, hasAnswer, UnknownFaultOperation } from '../emulator/faults.ts'
import { refusalForms } from '../emulator/refusal.ts'
import { error } from '../errors.ts'
import { Handle, OneOf } from '../fields.ts'
import { type Static, Type } from '../schema.ts'
import { sandboxRoute } from './sandbox.ts'

/** Failures on request: the next calls of an upstream operation go wrong in a chosen way. */

const text = Type.String()
const mode = OneOf(faultModes)
const status = Type.Integer({ minimum: 200, maximum: 599 })
const delayMs = Type.Integer({ minimum: 0, maximum: 600_000 })
const times = Type.Integer({ minimum: 1, maximum: 1_000_000 })
const probability = { minimum: 0, maximum: 1 }
export const fault = Type.Object({
  operation: text,
  mode,
  status: Type.Union([status, Type.Literal(0)]),
  code: text,
  message: text,
  form: Type.Union([OneOf(refusalForms), Type.Null()]),
  delay_ms: delayMs,
  times: Type.Union([times, Type.Null()]),
  probability: Type.Union([Type.Number(probability), Type.Null()]),
})

/** What the schema of a fault cannot say; undefined when a wish could have made it. */
export const contradictionInFault = ({
  mode,
  status,
  times,
  probability,
}: Static<typeof fault>): string | undefined => {
  if (status === 0 && hasAnswer(mode)) return `status must be 200 to 599 in mode ${mode}`
  if ((times === null) === (probability === null)) return 'either times or probability must be null'
  return undefined
}
const faults = Type.Object({ faults: Type.Array(fault) })

export const listFaults = sandboxRoute({
  method: 'GET',
  path: '/sandbox/v1/faults',
  operationId: 'sandboxFaults',
  tag: 'sandbox',
  summary: 'The failures that wait to happen',
  auth: 'none',
  reply: faults,
  errors: [],
  handle: (_, { emulator }) => ({ faults: [...emulator.faults.list()] }),
})

export const addFault = sandboxRoute({
  method: 'POST',
  path: '/sandbox/v1/faults',
  operationId: 'sandboxFaultAdd',
  tag: 'sandbox',
  summary: 'Make the next calls of an upstream operation fail',
  auth: 'none',
  body: Type.Object({
    operation: Handle('An upstream operation such as phr.enrollment.request_otp, or * for every one.'),
    mode: Type.Optional(mode),
    status: Type.Optional(status),
    code: Type.Optional(Handle('Such as ABDM-1004.')),
    message: Type.Optional(Handle('What upstream says.')),
    form: Type.Optional(
      OneOf(
        refusalForms,
        'Of the body in mode error; by default the form that the operation’s errors usually have, or the API gateway’s for a code of its own (9009xx).',
      ),
    ),
    delay_ms: Type.Optional(delayMs),
    times: Type.Optional(times),
    probability: Type.Optional(Type.Number({ ...probability, description: 'Instead of times: stays until cleared.' })),
  }),
  reply: faults,
  errors: [],
  handle({ body }, { emulator }) {
    try {
      emulator.faults.add(body)
    } catch (thrown) {
      if (!(thrown instanceof UnknownFaultOperation)) throw thrown
      throw error.invalidField({ message: 'operation must be an upstream operation of this emulator, or *' })
    }
    return { faults: [...emulator.faults.list()] }
  },
})

export const clearFaults = sandboxRoute({
  method: 'DELETE',
  path: '/sandbox/v1/faults',
  operationId: 'sandboxFaultsClear',
  tag: 'sandbox',
  summary: 'No more failures',
  auth: 'none',
  status: 204,
  errors: [],
  handle(_, { emulator }) {
    emulator.faults.clear()
    return undefined
  },
})
