import { Type } from 'typebox'
import { absent, operation } from './operation.ts'
import { abhaProfile, userTokens } from './parts.ts'

/** §4, §12: the profile of an ABHA number, for a logged-in user of the ABHA service. */

export const get = operation({
  id: 'abha.profile.get',
  source: '§12.1',
  service: 'abha',
  method: 'GET',
  path: '/profile/account',
  userToken: 'x-token',
  reply: abhaProfile,
  errorForm: 'message',
  isRepeatable: true,
})

/** At the top level, unlike the PHR app's; an empty refreshToken means: keep the old one. */
export const refresh = operation({
  id: 'abha.profile.refresh',
  source: '§4',
  service: 'abha',
  method: 'GET',
  path: '/profile/account/request/token',
  userToken: 'r-token',
  reply: Type.Object(userTokens),
  errorForm: 'message',
})

export const logout = operation({
  id: 'abha.profile.logout',
  source: '§4',
  service: 'abha',
  method: 'GET',
  path: '/profile/account/request/logout',
  userToken: 'x-token',
  reply: Type.Object({ message: absent(Type.String()) }),
  errorForm: 'message',
})

export const card = operation({
  id: 'abha.profile.card',
  source: '§12.2',
  service: 'abha',
  method: 'GET',
  path: '/profile/account/abha-card',
  userToken: 'x-token',
  reply: Type.Unknown(),
  status: 202,
  replyType: 'image/png',
  replyBytesMax: 5_242_880,
  errorForm: 'message',
  isRepeatable: true,
})

export const qr = operation({
  id: 'abha.profile.qr',
  source: '§12.2',
  service: 'abha',
  method: 'GET',
  path: '/profile/account/qrCode',
  userToken: 'x-token',
  reply: Type.Unknown(),
  replyType: 'image/png',
  replyBytesMax: 5_242_880,
  errorForm: 'message',
  isRepeatable: true,
})
