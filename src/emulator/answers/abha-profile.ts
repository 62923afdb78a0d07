import type * as wire from '../../abdm/wire/abha-profile.ts'
import { refuse } from '../refusal.ts'
import type { PersonRow } from '../world/people.ts'
import { accountOf } from '../world/profiles.ts'
import { addressesOf, personSubject } from './abha-otp.ts'
import type { Answers, Call, World } from './answer.ts'
import { personCard, personCode } from './pictures.ts'

/** abdm-v3 §4, §12. */

/** The person of the token; a token whose person is gone is worth nothing any more. */
const signedIn = async (call: Call, { register }: World): Promise<PersonRow> => {
  const row = await register.person(call.user().claims.sub)
  if (!row) throw refuse(400, 'message', '', 'Invalid X-token')
  return row
}

export const abhaProfile: Answers<typeof wire> = {
  async get(call, world) {
    const row = await signedIn(call, world)
    return accountOf(
      row.body,
      (await addressesOf(row, world)).map(({ body }) => body),
    )
  },

  async refresh(call, world) {
    const row = await signedIn(call, world)
    const { token, claims } = call.user()
    const subject = await personSubject(row, claims.txnId, claims.loginSubject, world)
    return world.tokens.renewed('abha', subject, { token, claims }, call.now)
  },

  async logout(call, world) {
    await world.tokens.end(call.user())
    return { message: 'You have been logged out' }
  },

  card: async (call, world) => personCard(await signedIn(call, world), world),
  qr: async (call, world) => personCode(await signedIn(call, world), world),
}
