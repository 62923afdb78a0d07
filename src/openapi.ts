import type { TSchema } from 'typebox'
import { errorsOf, hasSourceError, type Route } from './route.ts'
import { AbhaCreated, signatureHeader } from './webhooks/event.ts'

/** The OpenAPI 3.1 document, made from the routes that are served and from nothing else. */

type Json = { [name: string]: unknown }

/** Ranges are checked and stand in the descriptions; the contract publishes none. */
const unpublished = (name: string): boolean => /^(x-|~|minimum$|maximum$)/.test(name)

/** A schema as published: marks of our own off, `X or null` as a list of types, literals as an enum. */
const published = (schema: TSchema, isReply: boolean): Json => {
  const {
    anyOf,
    properties,
    items,
    required,
    const: constant,
    ...rest
  } = schema as Json & {
    anyOf?: TSchema[]
    properties?: Record<string, TSchema>
    items?: TSchema
    required?: string[]
  }
  const asked = (rest['x-publishes-required'] as string[] | undefined) ?? required
  const plain = Object.fromEntries(Object.entries(rest).filter(([name]) => !unpublished(name)))
  if (anyOf) {
    const choices = anyOf.filter((one) => (one as Json).type !== 'null')
    const only = choices.length === 1 ? choices[0] : undefined
    if (only) {
      const one = published(only, isReply)
      return { ...one, ...plain, ...(choices.length < anyOf.length && { type: ['null', one.type] }) }
    }
    return { ...plain, type: (choices[0] as Json | undefined)?.type, enum: choices.map((one) => (one as Json).const) }
  }
  return {
    ...plain,
    ...(constant !== undefined && { enum: [constant] }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties)
          .filter(([, field]) => !('x-unpublished' in field))
          .map(([name, field]) => [name, published(field, isReply)]),
      ),
    }),
    // The contract marks nothing in an answer as required; what is always there is said in its prose.
    ...(asked && asked.length > 0 && !isReply && { required: asked }),
    ...(items && { items: published(items, isReply) }),
  }
}

const carriers = [
  { name: 'X-Pt-Id', in: 'header', description: 'User identifier on this server (OID).', schema: { type: 'string' } },
  {
    name: 'X-Partner-Pt-Id',
    in: 'header',
    description: "The client's own identifier for the user.",
    schema: { type: 'string' },
  },
  {
    name: 'X-Hip-Id',
    in: 'header',
    description: 'Facility on whose behalf the call is made.',
    schema: { type: 'string' },
  },
]
const oid = {
  name: 'oid',
  in: 'query',
  description: 'User identifier (OID), as a query parameter.',
  schema: { type: 'string' },
}

const fieldsIn = (place: 'query' | 'path', schema: TSchema | undefined): Json[] => {
  const { properties = {}, required = [] } = (schema ?? {}) as {
    properties?: Record<string, TSchema>
    required?: string[]
  }
  return Object.entries(properties)
    .filter(([, field]) => !('x-unpublished' in field))
    .map(([name, field]) => {
      const { description, ...rest } = published(field, false)
      return {
        name,
        in: place,
        description,
        ...((place === 'path' || required.includes(name)) && { required: true }),
        schema: rest,
      }
    })
}

const errorSchema = (withSource: boolean): Json => ({
  type: 'object',
  properties: {
    code: { type: 'integer', description: 'HTTP status as a number.' },
    error: { type: 'string', description: 'Message for people.' },
    ...(withSource && {
      source_error: {
        type: 'object',
        description: 'The upstream error, as text; absent when there is none.',
        properties: { code: { type: 'string' }, message: { type: 'string' } },
      },
    }),
  },
})

const operationOf = (declared: Route<never>): Json => {
  const {
    operationId,
    tag,
    summary,
    deprecated,
    auth,
    names,
    publishedHeaders = [],
    params,
    query,
    body,
    reply,
    needsUserSession,
  } = declared
  const error = {
    content: {
      'application/json': {
        schema: { $ref: `#/components/schemas/${hasSourceError(declared) ? 'Error' : 'AccountError'}` },
      },
    },
  }
  const parameters = [
    ...publishedHeaders.map(({ name, description, required }) => ({
      name,
      in: 'header',
      required,
      description,
      schema: { type: 'string' },
    })),
    ...(names ? carriers : []),
    ...(names === 'headers-and-oid' ? [oid] : []),
    ...fieldsIn('query', query),
    ...fieldsIn('path', params),
  ]
  return {
    operationId,
    tags: [tag],
    summary,
    ...(deprecated && { deprecated }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { content: { 'application/json': { schema: published(body, false) } } } }),
    responses: {
      [declared.status ?? 200]: reply
        ? {
            description: 'Success',
            content: { [declared.replyType ?? 'application/json']: { schema: published(reply, true) } },
          }
        : { description: 'Done, no body' },
      '4XX': { description: 'Client error', ...error },
      ...(needsUserSession && {
        491: { description: "The user's ABHA gateway session has ended; open a new one", ...error },
      }),
      '5XX': { description: 'Server error', ...error },
    },
    'x-errors': [...errorsOf(declared)].sort(),
    ...(needsUserSession && { 'x-needs-user-session': true }),
    security: auth === 'none' ? [] : [{ bearerAuth: [] }],
  }
}

const webhooks = {
  'abha.created': {
    post: {
      operationId: 'onAbhaCreated',
      tags: ['webhooks'],
      summary: 'Sent to the endpoint of the client after an ABHA address was created',
      parameters: [
        {
          name: signatureHeader,
          in: 'header',
          required: false,
          description: 't=<Unix seconds>,v1=<hex HMAC-SHA256>; left out while no signing key is set.',
          schema: { type: 'string' },
        },
      ],
      requestBody: { required: true, content: { 'application/json': { schema: published(AbhaCreated, true) } } },
      responses: { '2XX': { description: 'Taken; anything else is sent again for a day' } },
      security: [],
    },
  },
}

export const openApiDocument = (routes: readonly Route<never>[]): Json => {
  const paths: Record<string, Json> = {}
  for (const declared of routes) {
    paths[declared.path] = { ...paths[declared.path], [declared.method.toLowerCase()]: operationOf(declared) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'OpenABHA',
      version: '1.0.0',
      description:
        'ABHA registration, login, session and profile: the interface of ABDM Connect, self-hosted. Errors: docs/errors.md.',
    },
    servers: [{ url: '/' }],
    paths,
    webhooks,
    components: {
      schemas: { Error: errorSchema(true), AccountError: errorSchema(false) },
      securitySchemes: {
        bearerAuth: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'Access token from account login, a long-lived token, or a user-scoped token.',
        },
      },
    },
  }
}
