import { ConnectError, error } from '../../errors.ts'
import { Text } from '../../fields.ts'
import { route } from '../../route.ts'
import { Type } from '../../schema.ts'

/**
 * Whether the user has a live session here; one that can be renewed counts and is renewed. Never 491. A user that does
 * not exist and one of another client are both "not logged in".
 */
export const status = route({
  method: 'GET',
  path: '/abdm/v1/session/status',
  operationId: 'sessionStatus',
  tag: 'session',
  summary: 'Does this user have a live session?',
  auth: 'client-or-user',
  names: 'headers',
  reply: Type.Object({
    logged_in: Type.Boolean(),
    kyc_verified: Type.Boolean(),
    hpr_id: Type.Optional(Text('Only for health professionals.')),
  }),
  errors: ['userNotNamed'],
  upstream: true,
  async handle({ caller, named }, { people }) {
    if (named.oid === undefined && named.partnerPtId === undefined) throw error.userNotNamed()
    const user = await people.named(caller, named).catch((thrown: unknown) => {
      if (thrown instanceof ConnectError && thrown.kind === 'userUnknown') return undefined
      throw thrown
    })
    return {
      logged_in: user !== undefined && (await people.isLoggedIn(user)),
      kyc_verified: user?.body.isKycVerified ?? false,
    }
  },
})
