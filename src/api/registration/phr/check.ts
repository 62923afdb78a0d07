import { phrEnrollment } from '../../../abdm/wire/index.ts'
import { AbhaAddress } from '../../../fields.ts'
import { route } from '../../../route.ts'
import { Type } from '../../../schema.ts'

/** Whether an ABHA address is taken. Upstream: phr.enrollment.is_exists. */
export const check = route({
  method: 'POST',
  path: '/abdm/na/v1/registration/phr/check',
  operationId: 'abhaAddressExists',
  tag: 'helpers',
  summary: 'Is an ABHA address taken?',
  auth: 'client',
  names: 'headers',
  body: Type.Object({ abha_address: AbhaAddress }),
  reply: Type.Object({ exists: Type.Boolean({ description: 'true when taken.' }) }),
  errors: [],
  upstream: true,
  handle: async ({ body }, { abdm }) => ({
    exists: await abdm.call(phrEnrollment.isExists, { query: { abhaAddress: body.abha_address } }),
  }),
})
