import { Type } from 'typebox'
import { operation, text } from './operation.ts'

/** §2: what every other call needs first. */
export const session = operation({
  id: 'gateway.session',
  source: '§2',
  service: 'gateway',
  method: 'POST',
  path: '/sessions',
  needsGatewayToken: false,
  headers: ['X-CM-ID'],
  body: Type.Object({
    clientId: text({ minLength: 1, refusal: ['1921', 'Invalid client id'] }),
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
