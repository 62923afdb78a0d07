import { abhaProfile, phrProfile, web } from '../../../abdm/wire/index.ts'
import { route } from '../../../route.ts'
import { Type } from '../../../schema.ts'

const cards = { abha: abhaProfile.card, 'phr-app': phrProfile.card, 'phr-web': web.card } as const

/**
 * The ABHA card as a PNG, as ABDM draws it. Errors are JSON with their status.
 * Upstream: abha.profile.card, phr.profile.card or web.profile.card, by the family of the session's token.
 */
export const card = route({
  method: 'GET',
  path: '/abdm/v1/profile/asset/card',
  operationId: 'profileCard',
  tag: 'profile',
  summary: 'Get the ABHA card as a picture',
  auth: 'client-or-user',
  names: 'headers-and-oid',
  needsUserSession: true,
  replyType: 'image/png',
  reply: Type.Unsafe<Buffer>({ type: 'string', format: 'binary' }),
  errors: ['userNotNamed', 'userUnknown'],
  upstream: true,
  async handle({ caller, named }, { abdm, people }) {
    const user = await people.required(caller, named)
    return people.asUser(user, ({ family, token }) => abdm.callForPng(cards[family], { token }))
  },
})
