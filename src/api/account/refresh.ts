import { route } from '../../route.ts'
import { refreshBody, tokenPair } from './tokens.ts'

/** The older form of `refresh-token`: the refresh token in the body alone decides. */
export const refresh = route({
  method: 'POST',
  path: '/connect-auth/v1/account/refresh',
  operationId: 'accountRefreshLegacy',
  tag: 'auth',
  summary: 'Refresh tokens (older form, body only)',
  deprecated: true,
  auth: 'none',
  body: refreshBody,
  reply: tokenPair,
  errors: ['refreshTokenInvalid'],
  handle: ({ body }, { clients }) => clients.refresh(body.refresh_token, undefined),
})
