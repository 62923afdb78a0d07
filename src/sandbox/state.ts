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
/** A key that is not known may mean something to whoever wrote it, so it is refused and not passed over. */
const nothingElse = { additionalProperties: false }
export const sandboxState = Type.Object(
  {
    version: Type.Literal(version),
    clock: Type.Object({ offset_ms: Type.Integer(), upstream_offset_ms: Type.Integer() }, nothingElse),
    faults: Type.Array(Type.Object({ ...fault.properties, form: Type.Union([form, Type.Null()]) }, nothingElse)),
    world: Type.Object(worldState.properties, nothingElse),
  },
  nothingElse,
)

type Mistake = { keyword: string; instancePath: string; params: object; message: string }

/** Names the key, in the words of a caller who looks into the file, and no value. */
const problemOf = (body: object, [mistake]: readonly Mistake[]): string => {
  const given = 'version' in body ? body.version : undefined
  if (typeof given === 'number' && given > version)
    return `version is ${given}, which a newer OpenABHA has saved; this one knows version ${version}`
  const keyOf = (path: string): string => path.slice(1, 100).replaceAll('/', '.')
  if (!mistake) return 'the body must be a state that GET /sandbox/v1/state answered'
  const { keyword, instancePath, params, message } = mistake
  if (keyword === 'boolean') return `${keyOf(instancePath)} is no key of a saved sandbox`
  if (keyword === 'required' && 'requiredProperties' in params)
    return `${[params.requiredProperties]
      .flat()
      .map((name) => keyOf(`${instancePath}/${name}`))
      .join(', ')} is missing`
  return `${keyOf(instancePath)} ${message}`
}

/** Some ten thousand people. */
const stateBytesMax = 33_554_432

export const saveState = sandboxRoute({
  method: 'GET',
  path: '/sandbox/v1/state',
  operationId: 'sandboxState',
  tag: 'sandbox',
  summary: 'People, addresses, inbox, locks, clock and faults as one value',
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
    const check = Compile(sandboxState)
    if (!check.Check(body)) throw error.invalidField({ message: problemOf(body, check.Errors(body)) })
    const { clock, faults, world } = body as Static<typeof sandboxState>
    if (!(await sandbox.load({ clock, faults, world: world as WorldState })))
      throw error.invalidField({
        message: 'two people or addresses of the state claim the same number or name, or a fault is of no operation',
      })
    return undefined
  },
})
