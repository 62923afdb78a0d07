import type * as wire from '../../abdm/wire/gateway.ts'
import type { Answers } from './answer.ts'

export const gateway: Answers<typeof wire> = {
  session: ({ body, now }, { gate }) => gate.session(body, now),
  certs: async (_call, { keys }) => ({ keys: [keys.gatewayJwk()] }),
}
