import { sandboxRoute } from './sandbox.ts'

/** New RSA certificates upstream; what is sealed with the old ones is refused the way ABDM refuses it. */
export const rotateKeys = sandboxRoute({
  method: 'POST',
  path: '/sandbox/v1/rotate-keys',
  operationId: 'sandboxRotateKeys',
  tag: 'sandbox',
  summary: 'Publish new RSA certificates upstream',
  auth: 'none',
  status: 204,
  errors: [],
  async handle(_, { emulator }) {
    await emulator.rotateKeys()
    return undefined
  },
})
