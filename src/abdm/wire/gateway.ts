import { Type } from '../../schema.ts'
import { absent, operation, text } from './operation.ts'

/** §2: the gateway. */

/** What every other call needs first. */
export const session = operation({
  id: 'gateway.session',
  source: '§2',
  service: 'gateway',
  method: 'POST',
  path: '/sessions',
  needsGatewayToken: false,
  headers: ['X-CM-ID'],
  body: Type.Object({
    clientId: text({ minLength: 1, redact: true, refusal: ['1921', 'Invalid client id'] }),
    clientSecret: text({ minLength: 1, redact: true, refusal: ['1922', 'Invalid client secret'] }),
    grantType: Type.Literal('client_credentials', { 'x-refusal': ['ABDM-1015', 'Invalid grant type'] }),
  }),
  reply: Type.Object({
    accessToken: Type.String({ minLength: 1, 'x-redact': true }),
    expiresIn: Type.Integer(),
    refreshExpiresIn: Type.Optional(Type.Integer()),
    refreshToken: Type.Optional(Type.String({ 'x-redact': true })),
    tokenType: Type.Optional(Type.String()),
  }),
  status: 202,
  errorForm: 'wrapped',
})

/** What verifies the gateway's own tokens; only callbacks need it. */
export const certs = operation({
  id: 'gateway.certs',
  source: '§2',
  service: 'gateway',
  method: 'GET',
  path: '/certs',
  headers: ['X-CM-ID'],
  reply: Type.Object({
    keys: Type.Array(
      Type.Object({
        kid: Type.String({ minLength: 1 }),
        kty: Type.String(),
        alg: Type.String(),
        use: Type.String(),
        n: Type.String({ minLength: 1 }),
        e: Type.String({ minLength: 1 }),
        x5c: absent(Type.Array(Type.String())),
        x5t: absent(Type.String()),
        x5t2: absent(Type.String()),
      }),
    ),
  }),
  errorForm: 'wrapped',
  isRepeatable: true,
})
