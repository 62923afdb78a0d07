import { Type } from 'typebox'
import { operation } from './operation.ts'
import { phrProfile, userTokens } from './parts.ts'

/** §4, §13: the profile of an ABHA address, for a logged-in user of the PHR app service. */

export const get = operation({
  id: 'phr.profile.get',
  source: '§13',
  service: 'phr-app',
  method: 'GET',
  path: '/login/profile',
  userToken: 'x-token',
  reply: phrProfile,
  errorForm: 'array',
  isRepeatable: true,
})

/** Wrapped in `tokens`, unlike the ABHA service's; an empty refreshToken means: keep the old one. */
export const refresh = operation({
  id: 'phr.profile.refresh',
  source: '§4',
  service: 'phr-app',
  method: 'GET',
  path: '/login/profile/request/token',
  userToken: 'r-token',
  reply: Type.Object({ tokens: Type.Object(userTokens) }),
  errorForm: 'array',
})
