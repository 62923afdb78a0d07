import { UpstreamFailure } from '../../../abdm/failure.ts'
import { abhaLogin, abhaProfile, phrLogin } from '../../../abdm/wire/index.ts'
import type { Services } from '../../../app.ts'
import type { Caller, Named } from '../../../clients.ts'
import { error } from '../../../errors.ts'
import { allPublishedOptional, Otp, TxnId } from '../../../fields.ts'
import type { Txn } from '../../../flow.ts'
import { addressesOf } from '../../../people.ts'
import { route } from '../../../route.ts'
import { type Static, Type } from '../../../schema.ts'
import { AbhaProfile, abhaProfiles, EkaIds, Hint, LoginSkipState } from '../../answers.ts'
import { proveAddress } from '../../by-address.ts'
import { endAt } from '../../end.ts'
import { profilesOf } from '../../registration/aadhaar/known.ts'
import { accountFrom, finalTokens, tokensOf } from '../../verified.ts'
import { ConnectProfile, readProfile } from '../connect-profile.ts'
import { type LoginTxn, type loginByAddress, loginFlows } from './flow.ts'

export const LoginReply = Type.Object({
  txn_id: TxnId,
  skip_state: LoginSkipState,
  abha_profiles: Type.Array(AbhaProfile, { description: 'ABHA addresses the person may log in to.' }),
  profile: Type.Optional(ConnectProfile),
  eka: Type.Optional(EkaIds),
  // Published, never sent: nothing is on its way to anybody any more.
  hint: Type.Optional(Hint),
})
type LoginReply = Static<typeof LoginReply>

type Asking = { deps: Services; caller: Caller; named: Named; otp: string }

/**
 * Proves the identifier of a login. By ABHA address it ends the flow and opens the user's session; otherwise it lists the
 * addresses: always a choice, never a guess, also when there is only one. Needs otp_sent; leaves abha_end, abha_select (some
 * addresses) or abha_create (none, and always after an Aadhaar number). Three wrong OTPs close the transaction.
 * Upstream: phr.login.verify, web.login.verify or abha.login.verify.
 */
export const verify = route({
  method: 'POST',
  path: '/abdm/na/v1/profile/login/verify',
  operationId: 'loginVerify',
  tag: 'login',
  summary: 'Verify the OTP of a login',
  auth: 'client',
  names: 'headers',
  body: Type.Object({ txn_id: TxnId, otp: Otp }, allPublishedOptional),
  reply: LoginReply,
  errors: ['txnUnknown', 'stepNotAllowed', 'otpWrong', 'otpEnded', 'triesUsedUp', 'accountClaimed', 'mobileClaimed'],
  upstream: true,
  async handle({ body: { txn_id, otp }, caller, named }, deps) {
    const txn = await deps.flows.at(loginFlows, caller, txn_id, 'verify', named)
    const asking = { deps, caller, named: txn.named, otp }
    switch (txn.data.by) {
      case 'address':
        return atAddress(asking, txn as AddressTxn)
      case 'search':
        return atSearch(asking, txn, txn.data)
      default:
        return atList(asking, txn, txn.data)
    }
  },
})

type AddressTxn = Txn<typeof loginByAddress>

type Data<By extends LoginTxn['data']['by']> = Extract<LoginTxn['data'], { by: By }>

const atAddress = async ({ deps, caller, named, otp }: Asking, start: AddressTxn): Promise<LoginReply> => {
  const { abdm, flows, people } = deps
  const { abhaAddress, family, isByAadhaar } = start.data
  if (!abhaAddress) throw error.internal()
  const before = await people.destination(caller, named, { abhaAddress })
  const { txn, session, user } = await proveAddress(deps, start, { family, isByAadhaar, abhaAddress }, otp)
  const profile = await readProfile(abdm, session, before ? addressesOf(before.body) : []).catch((thrown: unknown) => {
    // The login has succeeded; what its answer says of the person stands in. A named user has to be compared, though.
    if (named.oid !== undefined || !(thrown instanceof UpstreamFailure) || !user) throw thrown
    return {
      abha_address: abhaAddress,
      abha_addresses: [abhaAddress],
      ...(user.fullName && { full_name: user.fullName }),
      ...(user.abhaNumber && { abha_number: user.abhaNumber }),
      kyc_verified: Boolean(user.abhaNumber),
    }
  })
  const person = {
    abhaAddress,
    isKycVerified: profile.kyc_verified ?? false,
    ...(profile.abha_number && { abhaNumber: profile.abha_number }),
    ...('mobile' in profile && profile.mobile && { mobile: profile.mobile }),
  }
  const eka = await endAt(deps, caller, named, { person, session, isCreated: false }, (writes) =>
    flows.move(txn, 'verify', 'abha_end', { data: { by: 'address', family, isByAadhaar } }, writes),
  )
  return { txn_id: txn.id, skip_state: 'abha_end', profile, eka, abha_profiles: [] }
}

const variantOf = (data: Data<'mobile'> | Data<'kyc'>): keyof typeof phrLogin.verify.variants => {
  if (data.by === 'mobile') return 'mobile'
  if (data.method === 'aadhaar_number') return 'aadhaar'
  return data.isByAadhaar ? 'abhaNumberAadhaar' : 'abhaNumber'
}

const atList = async (
  { deps, otp }: Asking,
  start: LoginTxn,
  data: Data<'mobile'> | Data<'kyc'>,
): Promise<LoginReply> => {
  const { abdm, flows, otps, clock } = deps
  const { scope } = phrLogin.verify.variants[variantOf(data)]
  const { answer, txn } = await otps.verify(start, 'verify', ({ upstreamTxnId }) =>
    abdm.call(phrLogin.verify, {
      body: { scope: [...scope], authData: { authMethods: ['otp'], otp: { txnId: upstreamTxnId, otpValue: otp } } },
    }),
  )
  const profiles = abhaProfiles(answer.users)
  const isCreating = profiles.length === 0 || (data.by === 'kyc' && data.method === 'aadhaar_number')
  const state = isCreating ? 'abha_create' : 'abha_select'
  const [account] = data.by === 'kyc' ? (answer.accounts ?? []) : []
  await flows.move(txn, 'verify', state, {
    ...(answer.txnId && { upstreamTxnId: answer.txnId }),
    data: {
      ...data,
      offered: profiles.map((profile) => profile.abha_address),
      ...(account && { account: accountFrom(account) }),
      ...tokensOf('phr-app', answer.tokens, clock.now()),
    },
  })
  return { txn_id: txn.id, skip_state: state, abha_profiles: profiles }
}

const atSearch = async ({ deps, otp }: Asking, start: LoginTxn, data: Data<'search'>): Promise<LoginReply> => {
  const { abdm, flows, otps, clock } = deps
  const { scope } = abhaLogin.verify.variants[data.isByAadhaar ? 'aadhaar' : 'mobile']
  const txn = await otps.prove(start, 'verify', {
    otp,
    markOf: (newest) => (newest.data.by === 'search' ? newest.data.proved?.otp : undefined),
    ask: async ({ upstreamTxnId }) => {
      const { token, expiresIn, ...answer } = await abdm.call(abhaLogin.verify, {
        body: { scope: [...scope], authData: { authMethods: ['otp'], otp: { txnId: upstreamTxnId, otpValue: otp } } },
      })
      if (!token) throw new UpstreamFailure(abhaLogin.verify.id, 'unreadable', { mayHaveActed: true })
      return { ...answer, final: finalTokens('abha', { ...answer, token, expiresIn: expiresIn ?? 0 }, clock.now()) }
    },
    keep: ({ txnId, final }, mark) => ({
      ...(txnId && { upstreamTxnId: txnId }),
      data: { ...data, proved: { otp: mark, final } },
    }),
  })
  const { final } = (txn.data as Data<'search'>).proved ?? {}
  if (!final) throw error.internal()
  const upstream = await abdm.call(abhaProfile.get, { token: final.token })
  const account = accountFrom(upstream)
  const { preferredAbhaAddress: preferred } = upstream
  const names = upstream.phrAddress ?? (preferred ? [preferred] : [])
  const byDefault = `${account.abhaNumber.replaceAll('-', '')}@`
  // The default address is nobody's choice: who has only that one creates an address.
  const chosen = names.map((name) => name.toLowerCase())
  const offered = chosen.some((name) => !name.startsWith(byDefault)) ? chosen : []
  const state = offered.length > 0 ? ('abha_select' as const) : ('abha_create' as const)
  const { proved: _, ...rest } = data
  await flows.move(txn, 'verify', state, { data: { ...rest, account, offered, final } })
  return { txn_id: txn.id, skip_state: state, abha_profiles: profilesOf(account, offered) }
}
