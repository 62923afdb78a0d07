/**
 * An OpenAPI document as plain lines, one fact a line, so that two documents can be compared without caring how they are
 * written: `$ref`s resolved, order gone, words for people left out. A keyword that this file does not know is an error,
 * because a fact that is not read is a fact that is not compared.
 */
type Json = { readonly [name: string]: unknown }
/** Operation (`POST /path`, or `POST event` for a webhook) → its facts. */
export type Facts = ReadonlyMap<string, ReadonlySet<string>>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const objectAt = (value: unknown, where: string): Json => {
  if (!isObject(value)) throw new Error(`${where} is not an object`)
  return value
}
const listAt = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const wordsForPeople = new Set(['description', 'examples', 'summary', 'title'])
const check = (value: Json, known: readonly string[], where: string): void => {
  for (const name of Object.keys(value)) {
    if (!known.includes(name) && !wordsForPeople.has(name) && !name.startsWith('x-'))
      throw new Error(`${where} says ${name}`)
  }
}

const methods = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'trace']

export const factsOf = (document: Json): Facts => {
  const resolved = (value: unknown, where: string): Json => {
    const found = objectAt(value, where)
    const { $ref } = found
    if (typeof $ref !== 'string') return found
    const target = $ref
      .replace(/^#\//, '')
      .split('/')
      .reduce<unknown>((at, name) => objectAt(at, $ref)[name], document)
    return resolved(target, $ref)
  }

  const shapeOf = (given: unknown, path: string): string[] => {
    const schema = resolved(given, path)
    check(schema, ['type', 'enum', 'format', 'properties', 'required', 'items', 'additionalProperties'], path)
    const types = [schema.type ?? []].flat().map(String).sort()
    const words = listAt(schema.enum).map((word) => JSON.stringify(word))
    const own = [
      `${path} ${types.join('|')}`,
      ...(words.length > 0 ? [`of ${words.sort().join(' ')}`] : []),
      ...(schema.format === undefined ? [] : [`as ${schema.format}`]),
    ]
    const required = listAt(schema.required)
    const properties = Object.entries(isObject(schema.properties) ? schema.properties : {})
    for (const name of required) {
      if (!properties.some(([known]) => known === name)) throw new Error(`${path} requires ${name} without a property`)
    }
    return [
      own.join(' '),
      ...properties.flatMap(([name, field]) => shapeOf(field, `${path}.${name}${required.includes(name) ? '*' : ''}`)),
      ...(schema.items === undefined ? [] : shapeOf(schema.items, `${path}[]`)),
      ...(isObject(schema.additionalProperties) ? shapeOf(schema.additionalProperties, `${path}{}`) : []),
      ...(schema.additionalProperties === false ? [`${path} closed`] : []),
    ]
  }

  const contentOf = (content: unknown, label: string): string[] =>
    Object.entries(isObject(content) ? content : {}).flatMap(([type, given]) => {
      const media = objectAt(given, label)
      check(media, ['schema'], label)
      return shapeOf(media.schema, `${label} ${type} $`)
    })

  const parameterFact = (given: unknown): string[] => {
    const parameter = resolved(given, 'a parameter')
    check(parameter, ['name', 'in', 'required', 'schema', 'deprecated'], String(parameter.name))
    // Header names are case-insensitive, the others are not.
    const name = parameter.in === 'header' ? String(parameter.name).toLowerCase() : String(parameter.name)
    const label = `${parameter.in} ${name}${parameter.required === true ? '*' : ''}`
    return [...shapeOf(parameter.schema, label), ...(parameter.deprecated === true ? [`${label} deprecated`] : [])]
  }

  const factsOfOperation = (operation: Json, shared: unknown, where: string): Set<string> => {
    const known = ['operationId', 'tags', 'parameters', 'requestBody', 'responses', 'security', 'deprecated']
    check(operation, known, where)
    const body = operation.requestBody === undefined ? undefined : resolved(operation.requestBody, `${where} body`)
    if (body) check(body, ['content', 'required'], `${where} body`)
    const security = operation.security ?? document.security ?? []
    return new Set([
      `operationId ${operation.operationId}`,
      ...(operation.deprecated === true ? ['deprecated'] : []),
      ...(operation['x-needs-user-session'] === true ? ['needs a user session'] : []),
      ...listAt(operation.tags).map((tag) => `tag ${tag}`),
      ...(listAt(security).length === 0 ? ['security none'] : []),
      ...listAt(security).map((one) => `security ${Object.keys(objectAt(one, where)).sort().join('+')}`),
      ...[...listAt(shared), ...listAt(operation.parameters)].flatMap(parameterFact),
      ...(body?.required === true ? ['body*'] : []),
      ...contentOf(body?.content, 'body'),
      ...Object.entries(objectAt(operation.responses, where)).flatMap(([status, given]) => {
        const answer = resolved(given, `${where} ${status}`)
        check(answer, ['content'], `${where} ${status}`)
        return [`answers ${status}`, ...contentOf(answer.content, status)]
      }),
    ])
  }

  return new Map(
    Object.entries({
      ...objectAt(document.paths, 'paths'),
      ...(isObject(document.webhooks) ? document.webhooks : {}),
    }).flatMap(([path, given]) => {
      const item = resolved(given, path)
      check(item, [...methods, 'parameters'], path)
      return methods
        .filter((method) => item[method] !== undefined)
        .map((method): [string, Set<string>] => {
          const operation = `${method.toUpperCase()} ${path}`
          return [operation, factsOfOperation(objectAt(item[method], operation), item.parameters, operation)]
        })
    }),
  )
}

/** What is said here and not there, and the other way round. */
export const differences = (served: Facts, wanted: Facts): string[] => [
  ...[...wanted.keys()].filter((operation) => !served.has(operation)).map((operation) => `${operation} is not served`),
  ...[...served].flatMap(([operation, facts]) => {
    const other = wanted.get(operation)
    if (!other) return [`${operation} is served and not in the contract`]
    return [
      ...[...facts].filter((fact) => !other.has(fact)).map((fact) => `${operation}: too much: ${fact}`),
      ...[...other].filter((fact) => !facts.has(fact)).map((fact) => `${operation}: missing: ${fact}`),
    ]
  }),
]

/** The bearer scheme and the like, which stand outside the operations. */
export const securitySchemesOf = (document: Json): unknown => {
  const { securitySchemes = {} } = isObject(document.components) ? document.components : {}
  return Object.fromEntries(
    Object.entries(objectAt(securitySchemes, 'securitySchemes')).map(([name, given]) => {
      const { description: _, ...scheme } = objectAt(given, name)
      return [name, scheme]
    }),
  )
}

const answerLine = /^([2-5][0-9X]{2}) (\S.*)$/

/** As text: an operation, then its facts indented; answers of one shape share a line (`4XX,5XX application/json $.code integer`). */
export const writeFacts = (facts: Facts): string =>
  [...facts]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([operation, lines]) => {
      const shared = new Map<string, string[]>()
      for (const line of [...lines].sort()) {
        const [, status, rest] = answerLine.exec(line) ?? []
        const key = status === undefined ? line : `answer ${rest}`
        shared.set(key, [...(shared.get(key) ?? []), ...(status === undefined ? [] : [status])])
      }
      const written = [...shared].map(([key, statuses]) =>
        statuses.length === 0 ? key : `${statuses.join(',')}${key.slice('answer'.length)}`,
      )
      return [operation, ...written.map((line) => `  ${line}`)].join('\n')
    })
    .join('\n\n')
    .concat('\n')

export const readFacts = (text: string): Facts =>
  new Map(
    text
      .trim()
      .split('\n\n')
      .map((block): [string, Set<string>] => {
        const [operation = '', ...lines] = block.split('\n').map((line) => line.trim())
        const facts = lines.flatMap((line) => {
          const [, statuses, rest] = /^([2-5][0-9X]{2}(?:,[2-5][0-9X]{2})*) (.+)$/.exec(line) ?? []
          return statuses === undefined ? [line] : statuses.split(',').map((status) => `${status} ${rest}`)
        })
        return [operation, new Set(facts)]
      }),
  )
