import type { TSchema } from 'typebox'
import { Compile } from 'typebox/schema'

/** Loaded in tests only: there every reply is held against its schema, undeclared fields refused, before it is serialised. */

const closed = (schema: TSchema): TSchema => {
  const { properties, items, anyOf } = schema as {
    properties?: Record<string, TSchema>
    items?: TSchema
    anyOf?: TSchema[]
  }
  return {
    ...schema,
    ...(properties && {
      additionalProperties: false,
      properties: Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, closed(field)])),
    }),
    ...(items && { items: closed(items) }),
    ...(anyOf && { anyOf: anyOf.map(closed) }),
  } as TSchema
}

const compiled = new Map<
  string,
  { Errors(value: unknown): [boolean, { instancePath: string; message: string }[]]; Check(value: unknown): boolean }
>()

export const checkReply = (operationId: string, schema: TSchema, reply: unknown): void => {
  let check = compiled.get(operationId)
  if (!check) {
    check = Compile(closed(schema))
    compiled.set(operationId, check)
  }
  // As it will be on the wire: undefined fields are not there.
  const wire: unknown = JSON.parse(JSON.stringify(reply ?? null))
  if (check.Check(wire)) return
  const problems = check.Errors(wire)[1].map(({ instancePath, message }) => `${instancePath} ${message}`)
  throw new Error(`${operationId} answers against its contract: ${problems.join('; ')}`)
}
