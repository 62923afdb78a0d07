import { type Static, Type } from 'typebox'
import { refusalForms } from '../emulator/refusal.ts'
import { type WorldState, worldState } from '../emulator/world/state.ts'
import { error } from '../errors.ts'
import { OneOf } from '../fields.ts'
import { fault } from './faults.ts'
import { sandboxRoute } from './sandbox.ts'

/** The sandbox's world as one value, for a test suite that starts from a known one. */

const version = 1
const form = OneOf(refusalForms)
export const sandboxState = Type.Object({
  version: Type.Literal(version),
  clock: Type.Object({ offset_ms: Type.Integer(), upstream_offset_ms: Type.Integer() }),
  faults: Type.Array(Type.Object({ ...fault.properties, form: Type.Union([form, Type.Null()]) })),
  world: worldState,
})

/** Some ten thousand people. */
const stateBytesMax = 33_554_432

export const saveState = sandboxRoute({
  method: 'GET',
  path: '/sandbox/v1/state',
  operationId: 'sandboxState',
  tag: 'sandbox',
  summary: 'People, addresses, inbox, clock and faults as one value',
  auth: 'none',
  reply: sandboxState,
  errors: [],
  async handle(_, { emulator, clock, upstreamClock }): Promise<Static<typeof sandboxState>> {
    return {
      version,
      clock: { offset_ms: clock.offsetMs, upstream_offset_ms: upstreamClock.offsetMs },
      faults: [...emulator.faults.list()],
      world: await emulator.state.save(),
    }
  },
})

export const loadState = sandboxRoute({
  method: 'PUT',
  path: '/sandbox/v1/state',
  operationId: 'sandboxStateLoad',
  tag: 'sandbox',
  summary: 'Replace the world by a saved one',
  auth: 'none',
  body: Type.Object({}, { description: 'What GET /sandbox/v1/state answered.', 'x-verbatim': true }),
  bodyBytesMax: stateBytesMax,
  status: 204,
  errors: [],
  async handle({ body }, sandbox) {
    const { Compile } = await import('typebox/compile')
    if (!Compile(sandboxState).Check(body))
      throw error.invalidField({ message: 'the body must be a state that GET /sandbox/v1/state answered' })
    const { clock, faults, world } = body as Static<typeof sandboxState>
    if (!(await sandbox.load({ clock, faults, world: world as WorldState })))
      throw error.invalidField({
        message: 'two people or addresses of the state claim the same number or name, or a fault is of no operation',
      })
    return undefined
  },
})
