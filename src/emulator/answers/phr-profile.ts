import type * as wire from '../../abdm/wire/phr-profile.ts'
import { refuse } from '../refusal.ts'
import type { AddressRow } from '../world/people.ts'
import { profileOf } from '../world/profiles.ts'
import type { Answers, Call, World } from './answer.ts'
import { tokenSubject } from './phr-login.ts'

/** abdm-v3 §4, §13. */

/** The address of the token; a token whose address is gone is worth nothing any more. */
export const signedIn = async (call: Call, { register }: World): Promise<AddressRow> => {
  const row = await register.address(call.user().claims.sub)
  if (!row) throw refuse(401, 'empty')
  return row
}

export const linkedTo = async ({ body }: AddressRow, { register }: World): Promise<number> =>
  body.personId === null ? 1 : (await register.addressesOf(body.personId)).length

export const phrProfile: Answers<typeof wire> = {
  async get(call, world) {
    const row = await signedIn(call, world)
    return profileOf(row.body, await linkedTo(row, world))
  },

  async refresh(call, world) {
    const row = await signedIn(call, world)
    const { token, claims } = call.user()
    const subject = tokenSubject(row, claims.txnId, claims.loginSubject)
    return { tokens: await world.tokens.renewed('phr-app', subject, { token, claims }, call.now) }
  },
}
