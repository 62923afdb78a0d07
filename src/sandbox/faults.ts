import { Type } from 'typebox'
import { faultModes, UnknownFaultOperation } from '../emulator/faults.ts'
import { refusalForms } from '../emulator/refusal.ts'
import { error } from '../errors.ts'
import { Handle, OneOf } from '../fields.ts'
import { sandboxRoute } from './sandbox.ts'

/** Failures on request: the next calls of an upstream operation go wrong in a chosen way. */

const text = Type.String()
const mode = OneOf(faultModes)
export const fault = Type.Object({
  operation: text,
  mode,
  status: Type.Integer(),
  code: text,
  message: text,
  form: Type.Union([text, Type.Null()]),
  delay_ms: Type.Integer(),
  times: Type.Union([Type.Integer(), Type.Null()]),
  probability: Type.Union([Type.Number(), Type.Null()]),
})
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
    status: Type.Optional(Type.Integer({ minimum: 200, maximum: 599 })),
    code: Type.Optional(Handle('Such as ABDM-1004.')),
    message: Type.Optional(Handle('What upstream says.')),
    form: Type.Optional(
      OneOf(refusalForms, 'Of the body in mode error; by default the form that the operation’s errors usually have.'),
    ),
    delay_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: 600_000 })),
    times: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    probability: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Instead of times: stays until cleared.' }),
    ),
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
