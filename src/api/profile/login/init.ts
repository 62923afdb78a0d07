import { isOutcomeUnknown } from '../../../abdm/failure.ts'
import { abhaLogin, phrLogin } from '../../../abdm/wire/index.ts'
import type { Services } from '../../../app.ts'
import type { Caller, Named } from '../../../clients.ts'
import { error } from '../../../errors.ts'
import { allPublishedOptional, type FormName, forms, Handle, OneOf, PersonalHandle, TxnId } from '../../../fields.ts'
import type { Sender } from '../../../otp.ts'
import type { Family } from '../../../people.ts'
import { route } from '../../../route.ts'
import { type Static, Type } from '../../../schema.ts'
import { Hint } from '../../answers.ts'
import { requestAddressOtp } from '../../by-address.ts'
import { loginByAddress, loginByKyc, loginByMobile, loginBySearch } from './flow.ts'

const Method = OneOf(
  ['mobile', 'phr_address', 'abha_number', 'aadhaar_number', 'search'],
  'What the identifier is.',
  // The prose of the documentation spells some of them otherwise (connect §11 no. 2).
  { abha_address: 'phr_address', 'abha-number': 'abha_number', aadhaar: 'aadhaar_number' },
)
type Method = Static<typeof Method>

/** What is known of a login when its OTP goes out. */
type Ask = {
  readonly deps: Services
  readonly identifier: string
  readonly isByAadhaar: boolean
  readonly caller: Caller
  readonly named: Named
  readonly sender: Sender
  readonly txnId: string | undefined
}
type Asked = { readonly id: string; readonly message: string | null | undefined }

/**
 * Sends an OTP to log in by an ABHA address, a mobile, an ABHA number, an Aadhaar number, or one of the accounts that a search
 * has found. There is no resend: call it again, for a new transaction. After a search whose OTP may have gone out although
 * ABDM's answer was lost, the call may be repeated when the pause of a resend is over; before that it is 429. Opens
 * profile.login.* at otp_sent; with method search it needs `found` of that search and keeps its txn_id. Upstream:
 * phr.login.request_otp, web.login.request_otp for OTPs by Aadhaar to an address, abha.login.request_otp after a search.
 */
export const init = route({
  method: 'POST',
  path: '/abdm/na/v1/profile/login/init',
  operationId: 'loginInit',
  tag: 'login',
  summary: 'Send an OTP to log in',
  auth: 'client',
  names: 'headers',
  body: Type.Object(
    {
      method: Method,
      identifier: PersonalHandle('Value for the method; for method search, the index of a search result as text.', [
        '9876543210',
      ]),
      otp_system: Type.Optional(OneOf(['abdm', 'aadhaar'], 'Who sends the OTP.')),
      txn_id: Type.Optional(Handle('Only for method search: the handle from profile/search.')),
    },
    allPublishedOptional,
  ),
  reply: Type.Object({ txn_id: TxnId, hint: Type.Optional(Hint) }),
  errors: ['txnUnknown', 'stepNotAllowed', 'tooManyRequests', 'accountClaimed', 'mobileClaimed'],
  upstream: true,
  async handle({ body, caller, named, remoteAddress }, deps) {
    const { method, identifier, otp_system, txn_id } = body
    const form = formOf[method]
    const clean = form ? forms[form].clean(identifier, deps) : identifier
    if (clean === undefined) throw error.invalidField({ message: `identifier must be ${form && forms[form].rule}` })
    const { id, message } = await ways[method]({
      deps,
      identifier: clean,
      isByAadhaar: method === 'aadhaar_number' || (method !== 'mobile' && otp_system === 'aadhaar'),
      caller,
      named,
      sender: { caller, remoteAddress },
      txnId: txn_id,
    })
    return { txn_id: id, ...(message && { hint: message }) }
  },
})

const formOf: { readonly [method in Method]: FormName | undefined } = {
  phr_address: 'abhaAddress',
  mobile: 'mobile',
  abha_number: 'abhaNumber',
  aadhaar_number: 'aadhaar',
  search: undefined,
}

const byAddress = async ({ deps, identifier, isByAadhaar, caller, named, sender }: Ask): Promise<Asked> => {
  await deps.people.destination(caller, named, { abhaAddress: identifier })
  let family: Family = 'phr-app'
  const sent = await deps.otps.send(identifier, sender, async () => {
    const asked = await requestAddressOtp(deps, identifier, isByAadhaar)
    family = asked.family
    return asked
  })
  const data = { by: 'address', abhaAddress: identifier, family, isByAadhaar } as const
  const start = { state: 'otp_sent', upstreamTxnId: sent.txnId, otp: sent.otp, data } as const
  return { id: (await deps.flows.begin(loginByAddress, caller, named, start)).id, message: sent.message }
}

type Variant = keyof typeof phrLogin.requestOtp.variants

const sendByPhrApp = ({ abdm }: Services, variant: Variant, loginId: string) => {
  const { scope, loginHint, otpSystem } = phrLogin.requestOtp.variants[variant]
  return abdm.call(phrLogin.requestOtp, { body: { scope: [...scope], loginHint, otpSystem, loginId } })
}

const byMobile = async ({ deps, identifier, caller, named, sender }: Ask): Promise<Asked> => {
  const sent = await deps.otps.send(identifier, sender, () => sendByPhrApp(deps, 'mobile', identifier))
  const data = { by: 'mobile', mobile: identifier } as const
  const start = { state: 'otp_sent', upstreamTxnId: sent.txnId, otp: sent.otp, data } as const
  return { id: (await deps.flows.begin(loginByMobile, caller, named, start)).id, message: sent.message }
}

const byKyc = async (
  { deps, identifier, isByAadhaar, caller, named, sender }: Ask,
  method: 'abha_number' | 'aadhaar_number',
): Promise<Asked> => {
  const isNumber = method === 'abha_number'
  const receiver = deps.otps.conceal(`${isNumber ? 'abha' : 'aadhaar'}/${identifier}`)
  const variant = isNumber ? (isByAadhaar ? 'abhaNumberAadhaar' : 'abhaNumber') : 'aadhaar'
  const sent = await deps.otps.send(receiver, sender, () => sendByPhrApp(deps, variant, identifier))
  const data = { by: 'kyc', method, isByAadhaar } as const
  const start = { state: 'otp_sent', upstreamTxnId: sent.txnId, otp: sent.otp, data } as const
  return { id: (await deps.flows.begin(loginByKyc, caller, named, start)).id, message: sent.message }
}

/** Longer than a send can take. */
const sendingMs = 120_000
/** Searches whose OTP is being sent by this process. */
const sending = new Set<string>()

/** The search's transaction goes on, so whoever keeps the first txn_id and whoever keeps the last are both right. */
const bySearch = async ({ deps, identifier, isByAadhaar, caller, named, sender, txnId }: Ask): Promise<Asked> => {
  const { abdm, flows, otps, clock, instances } = deps
  if (!txnId) throw error.invalidField({ message: 'txn_id is required with method search' })
  const txn = await flows.at(loginBySearch, caller, txnId, 'init', named)
  const { found, indexes = Array.from({ length: found }, (_, place) => place + 1) } = txn.data
  const { searched, sendingUntil = 0, sendingBy, perhapsSentAt } = txn.data
  if (!indexes.map(String).includes(identifier))
    throw error.invalidField({ message: 'identifier must be the index of a profile of the search' })
  if (sending.has(txn.id)) throw error.stepNotAllowed()
  sending.add(txn.id)
  try {
    // A process that died has left its mark; then only the pause holds.
    if (sendingBy !== undefined && clock.now() < sendingUntil && (await instances.mayBeAtWork(sendingBy)))
      throw error.stepNotAllowed()
    if (perhapsSentAt !== undefined) otps.refuseInPause(perhapsSentAt)
    const sentAt = clock.now()
    const claim = { sendingUntil: sentAt + sendingMs, sendingBy: instances.id, perhapsSentAt: sentAt }
    const claimed = await flows.amend(txn, { data: { ...txn.data, ...claim } })
    if (!claimed) throw error.stepNotAllowed()
    const { scope, loginHint, otpSystem } = abhaLogin.requestOtp.variants[isByAadhaar ? 'indexAadhaar' : 'index']
    const body = { scope: [...scope], loginHint, otpSystem, loginId: identifier, txnId: txn.upstreamTxnId }
    const sent = await otps
      .send(searched ?? otps.conceal(`search/${txn.id}`), sender, () => abdm.call(abhaLogin.requestOtp, { body }))
      .catch(async (thrown: unknown) => {
        const { sendingUntil: _, sendingBy: __, perhapsSentAt: ___, ...before } = txn.data
        // Lost on the way back, the OTP may be there: the pause goes on for it.
        await flows.amend(claimed, {
          data: isOutcomeUnknown(thrown) ? { ...before, perhapsSentAt: sentAt } : before,
        })
        throw thrown
      })
    const data = { by: 'search', found, isByAadhaar } as const
    await flows.move(claimed, 'init', 'otp_sent', { upstreamTxnId: sent.txnId, otp: sent.otp, data })
    return { id: txn.id, message: sent.message }
  } finally {
    sending.delete(txn.id)
  }
}

const ways: { readonly [method in Method]: (ask: Ask) => Promise<Asked> } = {
  phr_address: byAddress,
  mobile: byMobile,
  abha_number: (ask) => byKyc(ask, 'abha_number'),
  aadhaar_number: (ask) => byKyc(ask, 'aadhaar_number'),
  search: bySearch,
}
