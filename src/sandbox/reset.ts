import { sandboxRoute } from './sandbox.ts'

/** Everything back to the fresh sandbox, webhook endpoints too; clients, their tokens and the RSA keys stay. */
export const reset = sandboxRoute({
  method: 'POST',
  path: '/sandbox/v1/reset',
  operationId: 'sandboxReset',
  tag: 'sandbox',
  summary: 'Back to the fresh sandbox',
  auth: 'none',
  status: 204,
  errors: [],
  async handle(_, sandbox) {
    await sandbox.reset()
    return undefined
  },
})
