import { phrProfile, web } from '../../abdm/wire/index.ts'
import { route } from '../../route.ts'
import { ConnectProfile, fromPhr } from './connect-profile.ts'

/**
 * The ABHA profile of the user as ABDM has it now. Without a live session, and when it cannot be renewed: 491.
 * Upstream: phr.profile.get or web.profile.get, by the family of the session's token.
 */
export const getProfile = route({
  method: 'GET',
  path: '/abdm/v1/profile',
  operationId: 'profileGet',
  tag: 'profile',
  summary: 'Read the ABHA profile',
  auth: 'client-or-user',
  names: 'headers-and-oid',
  needsUserSession: true,
  reply: ConnectProfile,
  errors: ['userNotNamed', 'userUnknown'],
  upstream: true,
  async handle({ caller, named }, { abdm, people }) {
    const user = await people.required(caller, named)
    const upstream = await people.asUser(user, ({ family, token }) =>
      abdm.call(family === 'phr-web' ? web.profile : phrProfile.get, { token }),
    )
    const { preferredAddress, abhaAddresses } = user.body
    return fromPhr(upstream, preferredAddress, abhaAddresses)
  },
})
