import { type WorldState, worldState } from '../emulator/world/state.ts'
import { error } from '../errors.ts'
import { type Static, type TSchema, Type } from '../schema.ts'
import { clockOffsets } from './clock.ts'
import { contradictionInFault, fault } from './faults.ts'
import { sandboxRoute } from './sandbox.ts'

/** The sandbox's world as one value, for a test suite that starts from a known one. */

const version = 1
type Parts = { properties?: Record<string, TSchema>; items?: TSchema; anyOf?: TSchema[] }

/** A key that is not known may mean something to whoever wrote it, so it is refused and not passed over, at every depth. */
const closed = <Schema extends TSchema>(schema: Schema): Schema => {
  const { properties, items, anyOf } = schema as Parts
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, closed(part)])),
      additionalProperties: false,
    }),
    ...(items && { items: closed(items) }),
    ...(anyOf && { anyOf: anyOf.map(closed) }),
  }
}

export const sandboxState = closed(
  Type.Object({ version: Type.Literal(version), clock: clockOffsets, faults: Type.Array(fault), world: worldState }),
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
    const { Compile } = await import('typebox/schema')
    const check = Compile(sandboxState)
    if (!check.Check(body)) throw error.invalidField({ message: problemOf(body, check.Errors(body)[1]) })
    const { clock, faults, world } = body as Static<typeof sandboxState>
    const wrong = faults.flatMap((one, index) => {
      const problem = contradictionInFault(one)
      return problem ? [`faults.${index}: ${problem}`] : []
    })
    const problem = wrong[0] ?? (await sandbox.load({ clock, faults, world: world as WorldState }))
    if (problem) throw error.invalidField({ message: problem })
    return undefined
  },
})
