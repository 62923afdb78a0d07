import { error } from '../errors.ts'
import { PersonalHandle, Secret } from '../fields.ts'
import { Type } from '../schema.ts'
import { deliveryRows } from './deliveries.ts'
import { productRoute, sandboxClients } from './sandbox.ts'

/** Every delivery attempted so far, with what was sent, so that a receiver can be built without an operator. */

const shownMax = 200

export const listWebhooks = productRoute({
  method: 'GET',
  path: '/sandbox/v1/webhooks',
  operationId: 'sandboxWebhooks',
  tag: 'sandbox',
  summary: 'Webhook deliveries, newest first',
  auth: 'none',
  reply: Type.Object({ deliveries: Type.Array(deliveryRows.body) }),
  errors: [],
  async handle(_, { store }) {
    return { deliveries: (await store.list(deliveryRows, { limit: shownMax })).map(({ body }) => body) }
  },
})

/** Sets where the events of the sandbox client go: https, or http on this machine. Without a key they go unsigned. */
export const setWebhook = productRoute({
  method: 'PUT',
  path: '/sandbox/v1/webhooks/endpoint',
  operationId: 'sandboxWebhookEndpoint',
  tag: 'sandbox',
  summary: 'Choose where webhooks go',
  auth: 'none',
  body: Type.Object({
    url: PersonalHandle('Where events are posted.'),
    signing_key: Type.Optional({ ...Secret, 'x-empty-is-wrong': true }),
  }),
  reply: Type.Object({ client_id: Type.String(), is_signed: Type.Boolean() }),
  errors: [],
  async handle({ body: { url, signing_key } }, { clients, webhooks }) {
    const problem = webhooks.problemWith(url)
    if (problem) throw error.invalidField({ message: `url ${problem}` })
    const [{ clientId }] = sandboxClients
    await clients.setWebhook(clientId, { url, ...(signing_key && { signingKey: signing_key }) })
    return { client_id: clientId, is_signed: signing_key !== undefined }
  },
})
