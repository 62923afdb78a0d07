import { Handle, Secret } from '../../fields.ts'
import { route } from '../../route.ts'
import { Type } from '../../schema.ts'
import { tokenPair } from './tokens.ts'

/**
 * Exchanges a client's id and secret for an access token (30 minutes) and a refresh token (30 days). With a `sharing_key`
 * the tokens act in the workspace whose owner made the key. A wrong id, secret or key are not told apart.
 */
export const login = route({
  method: 'POST',
  path: '/connect-auth/v1/account/login',
  operationId: 'accountLogin',
  tag: 'auth',
  summary: 'Exchange client credentials for tokens',
  auth: 'none',
  body: Type.Object({
    client_id: Handle('The client id that the operator gave you.'),
    client_secret: Secret,
    sharing_key: Type.Optional(Secret),
  }),
  reply: tokenPair,
  errors: ['clientUnknown'],
  handle: ({ body }, { clients }) => clients.login(body.client_id, body.client_secret, body.sharing_key),
})
