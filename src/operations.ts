import type { Abdm } from './abdm/client.ts'
import { connectRoutes } from './api/index.ts'
import { error } from './errors.ts'
import { openApiDocument } from './openapi.ts'
import { assetRoutes } from './pages/assets.ts'
import { declareFor } from './route.ts'
import { Type } from './schema.ts'
import type { Store } from './store/store.ts'

/** What operators and their tools ask: liveness, readiness, the API's own documents. */

export type OperationsDeps = { store: Store; abdm: Abdm; docsPage: () => Promise<string> }
const operationsRoute = declareFor<OperationsDeps>()

export const livenessRoute = declareFor<unknown>()({
  method: 'GET',
  path: '/healthz',
  operationId: 'health',
  tag: 'operations',
  summary: 'Is the process alive?',
  auth: 'none',
  reply: Type.Object({ status: Type.Literal('ok') }),
  errors: [],
  handle: () => ({ status: 'ok' as const }),
})

/** What is in the way of writing, if anything: a full or read-only database can still be read. One counter, the same for ever. */
const writeFailure = (store: Store): Promise<unknown> =>
  store.hit([{ key: 'readiness', max: 1_000_000_000, windowSeconds: 60 }]).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )

const readiness = operationsRoute({
  method: 'GET',
  path: '/readyz',
  operationId: 'readiness',
  tag: 'operations',
  summary: 'Can it serve? 503 names the failing part',
  auth: 'none',
  reply: Type.Object({
    status: Type.Literal('ok'),
    clock_skew_seconds: Type.Optional(
      Type.Integer({
        description: 'How far ABDM’s clock is ahead of this server’s. TIMESTAMP is corrected; set the clock.',
      }),
    ),
  }),
  errors: ['notReady'],
  async handle(_, { store, abdm }) {
    const [lost, hasUpstream] = await Promise.all([writeFailure(store), abdm.isReachable()])
    const failing = [...(lost ? ['database'] : []), ...(hasUpstream ? [] : ['upstream'])]
    if (failing.length > 0) throw error.notReady({ fill: failing.join(', '), cause: lost })
    const clock_skew_seconds = abdm.skewSeconds()
    return { status: 'ok' as const, ...(clock_skew_seconds !== 0 && { clock_skew_seconds }) }
  },
})

const openApi = operationsRoute({
  method: 'GET',
  path: '/openapi.json',
  operationId: 'openapi',
  tag: 'operations',
  summary: 'This API as an OpenAPI 3.1 document',
  auth: 'none',
  errors: [],
  replyType: 'application/json; charset=utf-8',
  handle: async () => Buffer.from(JSON.stringify(openApiDocument(connectRoutes))),
})

const docs = operationsRoute({
  method: 'GET',
  path: '/docs',
  operationId: 'docs',
  tag: 'operations',
  summary: 'This API for people to read',
  auth: 'none',
  errors: [],
  replyType: 'text/html; charset=utf-8',
  handle: async (_, { docsPage }) => Buffer.from(await docsPage()),
})

const docsFiles = assetRoutes(operationsRoute, '/docs', [
  {
    folder: import.meta.resolve('./pages/'),
    names: ['base.css', 'controls.css', 'docs.css', 'guide.css', 'reference.css', 'base.js', 'docs.js'],
  },
])

export const operationsRoutes = [livenessRoute, readiness, openApi, docs, ...docsFiles]
