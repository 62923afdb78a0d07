import { UpstreamFailure } from '../../abdm/failure.ts'
import { abhaProfile, phrProfile } from '../../abdm/wire/index.ts'
import { error } from '../../errors.ts'
import { publishedRequired } from '../../fields.ts'
import { type AbhaSession, addressesOf } from '../../people.ts'
import { route } from '../../route.ts'
import { Type } from '../../schema.ts'
import { changeable, changedProfile, checkedChange } from './change.ts'
import { ConnectProfile, readProfile } from './connect-profile.ts'
import { forgetShares } from './sharing.ts'

/**
 * The ABHA profile of the user as ABDM has it now. Without a live session, and when it cannot be renewed: 491.
 * Upstream: abha.profile.get, phr.profile.get or web.profile.get, by the family of the session's token.
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
    return people.asUser(user, (session) => readProfile(abdm, session, addressesOf(user.body)))
  },
})

/**
 * Changes what the body names and leaves the rest as it is; null clears. Names, gender and birth date of a KYC verified profile
 * may be repeated, not changed; what cannot be changed at all is ignored. ABDM wants a first name, a gender of M, F or O, a birth
 * year and a pincode with every change: one that it has none of must be given too, and 400 names it. A session that came from
 * Aadhaar or from PHR web cannot change anything: 400 says how to get one that can.
 * Changes at once are made one after another. Upstream: phr.profile.get, then phr.profile.update.
 */
export const updateProfile = route({
  method: 'PATCH',
  path: '/abdm/v1/profile',
  operationId: 'profileUpdate',
  tag: 'profile',
  summary: 'Change parts of the ABHA profile',
  auth: 'client-or-user',
  names: 'headers-and-oid',
  needsUserSession: true,
  body: Type.Object(
    changeable,
    publishedRequired('first_name', 'gender', 'year_of_birth', 'month_of_birth', 'day_of_birth', 'pincode'),
  ),
  status: 204,
  errors: ['userNotNamed', 'userUnknown', 'otherSessionNeeded'],
  upstream: true,
  async handle({ body, caller, named }, { abdm, people, clock, turns }) {
    const change = checkedChange(body, clock.now())
    const user = await people.required(caller, named)
    await people.asUser(user, async ({ family, token, abhaAddress }) => {
      if (family !== 'phr-app') throw error.otherSessionNeeded()
      // ABDM takes whole profiles only: of two changes that begin with the same one the later would undo the earlier.
      await turns.inTurn(`profile/${abhaAddress}`, async () => {
        const current = await abdm.call(phrProfile.get, { token })
        await abdm.call(phrProfile.update, { token, body: changedProfile(current, change, clock.now()) })
      })
    })
    return undefined
  },
})

/**
 * Removes the user, the session and what is stored about them from this server; the ABHA stays with ABDM. Tokens of the user end
 * with it, and a later login makes a new one. Repeated: 404. Upstream: the logout of the session's family, as far as it goes.
 */
export const deleteProfile = route({
  method: 'DELETE',
  path: '/abdm/v1/profile',
  operationId: 'profileDelete',
  tag: 'profile',
  summary: 'Remove the user from this server',
  auth: 'client-or-user',
  names: 'headers-and-oid',
  needsUserSession: true,
  status: 204,
  errors: ['userNotNamed', 'userUnknown'],
  upstream: true,
  async handle({ caller, named }, deps) {
    const { abdm, people } = deps
    const user = await people.required(caller, named)
    const logout = async ({ family, token }: AbhaSession): Promise<void> => {
      if (family === 'abha') await abdm.call(abhaProfile.logout, { token })
      if (family === 'phr-app') await abdm.call(phrProfile.logout, { token })
    }
    await people.asUser(user, logout).catch((thrown: unknown) => {
      // ABDM ends the session by itself in time; the person is not kept waiting for it.
      if (!(thrown instanceof UpstreamFailure)) throw thrown
    })
    // Before, as nobody could ask again after a crash; and after, for what was queued meanwhile.
    await forgetShares(deps, user.id)
    await people.remove(user)
    await forgetShares(deps, user.id)
    return undefined
  },
})
