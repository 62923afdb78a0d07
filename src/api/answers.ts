import type { Static } from 'typebox'
import type { phrUser } from '../abdm/wire/parts.ts'
import type { Caller, Clients } from '../clients.ts'
import { Nullable, PersonalText, Text } from '../fields.ts'
import { Type } from '../schema.ts'
import { isKycVerified } from './profile/connect-profile.ts'

/** Pieces that the answers of several flows share. */

export const SkipState = Type.Union(
  [
    Type.Literal('abha_end'),
    Type.Literal('confirm_mobile_otp'),
    Type.Literal('abha_select'),
    Type.Literal('abha_create'),
  ],
  { description: 'Which screen comes next.' },
)

/** A login never asks for a second OTP. */
export const LoginSkipState = Type.Union(
  [Type.Literal('abha_select'), Type.Literal('abha_end'), Type.Literal('abha_create')],
  { description: 'Which screen comes next.' },
)

export const EkaIds = Type.Object({
  min_token: Type.String({ description: 'User-scoped token of small reach.', 'x-redact': true }),
  oid: Nullable(Text('User identifier, the value for X-Pt-Id.')),
  uuid: Nullable(Text('Account identifier.')),
})

export const Hint = Text('Text to show to the person; it names the masked receiver.')
export const AbhaToken = Type.String({ description: 'ABHA user token, issued upstream.', 'x-redact': true })
export const AbhaRefreshToken = Type.String({ description: 'Token to renew the other one.', 'x-redact': true })

/** One ABHA address that the verified person may log in to. `kyc_verified` is text here. */
export const AbhaProfile = Type.Object({
  abha_address: PersonalText('An ABHA address.'),
  kyc_verified: Text('"true" or "false": text, not a boolean.'),
  name: PersonalText('Name as ABDM knows it.'),
})
export type AbhaProfile = Static<typeof AbhaProfile>

export const abhaProfiles = (users: readonly Static<typeof phrUser>[] | null | undefined): AbhaProfile[] =>
  (users ?? []).map((user) => ({
    abha_address: user.abhaAddress.toLowerCase(),
    kyc_verified: String(isKycVerified(user)),
    name: user.fullName ?? '',
  }))

export const ekaIds = (clients: Clients, caller: Caller, oid: string, uuid: string): Static<typeof EkaIds> => ({
  oid,
  uuid,
  min_token: clients.userToken(caller, oid),
})
