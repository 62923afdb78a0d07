import { route } from '../../route.ts'
import { refreshBody, tokenPair } from './tokens.ts'

/**
 * A new pair of tokens for a refresh token. The old one stays good for a minute, so that two processes that share it do
 * not lock each other out. `Authorization` and `access_token` are not judged: to renew them is the purpose (connect §3).
 */
export const refreshToken = route({
  method: 'POST',
  path: '/connect-auth/v1/account/refresh-token',
  operationId: 'accountRefresh',
  tag: 'auth',
  summary: 'Refresh tokens (current form)',
  auth: 'none',
  // Published as required; clients in the field leave both out and are served all the same.
  publishedHeaders: [
    {
      name: 'Authorization',
      description: 'Bearer and the access token to renew. Not judged; calls without it are accepted.',
      required: true,
    },
    {
      name: 'Client-Id',
      description: 'Must be the owner of the refresh token when present; calls without it are accepted.',
      required: true,
    },
  ],
  body: refreshBody,
  reply: tokenPair,
  errors: ['refreshTokenInvalid'],
  handle: ({ body, headers }, { clients }) => clients.refresh(body.refresh_token, headers['client-id'] || undefined),
})
