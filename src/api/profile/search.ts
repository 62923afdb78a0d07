import { hasMeaning } from '../../abdm/failure.ts'
import { abhaAccount } from '../../abdm/wire/index.ts'
import type { ReplyOf } from '../../abdm/wire/operation.ts'
import { Mobile, Nullable, PersonalText, Text, TxnId } from '../../fields.ts'
import { route } from '../../route.ts'
import { Type } from '../../schema.ts'
import { loginBySearch } from './login/flow.ts'
import { masked } from './login/methods.ts'

const FoundProfile = Type.Object({
  index: Type.Integer({ description: 'ABDM’s number for it in this result; what login/init names it by.' }),
  name: Type.Optional(PersonalText('Masked as ABDM masks it.')),
  abha_number: Type.Optional(PersonalText('Masked: the last four digits.')),
  gender: Type.Optional(Text('M, F or O.')),
  age: Type.Optional(Type.Integer()),
  kyc_verified: Type.Optional(Text('"true" or "false": text, not a boolean.')),
  abha_address: Type.Optional(PersonalText('When ABDM tells it.')),
  internal: Type.Optional(Type.Boolean({ description: 'Whether this client has the user already.' })),
})

type Found = ReplyOf<typeof abhaAccount.search>[number]

/**
 * Finds the ABHA numbers on a mobile; only people with KYC are found, and nothing is sent to anybody. An empty list says that
 * nobody was. The result lives ten minutes: log in with method search, the index and this txn_id.
 * Opens profile.login.search at found. Upstream: abha.account.search.
 */
export const search = route({
  method: 'POST',
  path: '/abdm/v1/profile/search',
  operationId: 'profileSearch',
  tag: 'search',
  summary: 'Find ABHA numbers by mobile',
  auth: 'client',
  body: Type.Object({ mobile: Mobile }),
  reply: Type.Object({ txn_id: TxnId, profiles: Nullable(Type.Array(FoundProfile)) }),
  errors: [],
  upstream: true,
  async handle({ body: { mobile }, caller, named }, { abdm, flows, people }) {
    const answer = await abdm
      .call(abhaAccount.search, { body: { scope: [...abhaAccount.search.variants.mobile.scope], mobile } })
      .catch((thrown: unknown): Found[] => {
        if (hasMeaning(thrown, 'notFound')) return []
        throw thrown
      })
    const [found] = answer
    const listed = found?.ABHA ?? []
    const txn = await flows.begin(loginBySearch, caller, named, {
      state: 'found',
      upstreamTxnId: found?.txnId ?? '',
      data: { by: 'search', found: listed.length, indexes: listed.map(({ index }) => index), searched: mobile },
    })
    const known = listed.length > 0 ? await people.abhaNumbersOn(caller, mobile) : []
    const profiles = listed.map(({ index, ABHANumber, name, gender, kycVerified }) => ({
      index,
      ...(name && { name }),
      ...(ABHANumber && { abha_number: masked(ABHANumber) }),
      ...(gender && { gender }),
      kyc_verified: String(kycVerified ?? true),
      internal: known.some((number) => number.slice(-4) === ABHANumber?.slice(-4)),
    }))
    return { txn_id: txn.id, profiles }
  },
})
