import { UpstreamFailure } from '../../../abdm/failure.ts'
import type { Services } from '../../../app.ts'
import { twoDigits } from '../../../clock.ts'
import { error } from '../../../errors.ts'
import { isGender, NewAbhaAddress, Nullable, TxnId } from '../../../fields.ts'
import type { Txn } from '../../../flow.ts'
import { type AbhaSession, addressesOf, sessionFrom } from '../../../people.ts'
import { route } from '../../../route.ts'
import { Type } from '../../../schema.ts'
import { AbhaRefreshToken, AbhaToken, EkaIds, Hint, SkipState } from '../../answers.ts'
import { endedData } from '../../choose.ts'
import { endAt } from '../../end.ts'
import { faceAuth } from '../../face-auth/flow.ts'
import { type Creating as Any, makeOnce } from '../../once.ts'
import { ConnectProfile, fromPhr, type ConnectProfile as Profile, readProfile } from '../../profile/connect-profile.ts'
import { loginByKyc, loginBySearch } from '../../profile/login/flow.ts'
import type { Account } from '../../verified.ts'
import { enrolling } from '../mobile/enrol.ts'
import { adding } from './add-address.ts'
import { aadhaarRegistration } from './flow.ts'
import { shownAccount } from './known.ts'

export const CreatedReply = Type.Object({
  txn_id: TxnId,
  skip_state: SkipState,
  eka: EkaIds,
  profile: ConnectProfile,
  token: Nullable(AbhaToken),
  refresh_token: Nullable(AbhaRefreshToken),
  // Published, never sent: nothing is on its way to anybody any more.
  hint: Type.Optional(Hint),
})

type Creating = Txn<typeof aadhaarRegistration | typeof faceAuth | typeof loginByKyc | typeof loginBySearch>
type Created = { txn: Txn<Any>; session: AbhaSession; profile: Profile }

/**
 * Creates an ABHA address for a person who is known by Aadhaar. Needs abha_create, ends the flow, opens the user's session.
 * Upstream: abha.enrollment.abha_address, or phr.enrollment.enrol after a login by ABHA number or Aadhaar; never twice: an answer
 * that was lost is asked after first. A taken address leaves the transaction usable: 400 when it is
 * the person's own, the published answer of ABDM-1101 when ABDM says so.
 */
export const createPhr = route({
  method: 'POST',
  path: '/abdm/na/v1/registration/aadhaar/create-phr',
  operationId: 'registrationAadhaarCreate',
  tag: 'registration-aadhaar',
  summary: 'Create an ABHA address on the ABHA number',
  auth: 'client',
  names: 'headers',
  body: Type.Object({ txn_id: TxnId, abha_address: NewAbhaAddress }),
  reply: CreatedReply,
  errors: ['txnUnknown', 'stepNotAllowed', 'addressTaken', 'accountClaimed', 'mobileClaimed', 'outcomeUnknown'],
  upstream: true,
  async handle({ body: { txn_id, abha_address: abhaAddress }, caller, named }, deps) {
    const { flows, people } = deps
    const inFlows = [aadhaarRegistration, faceAuth, loginByKyc, loginBySearch]
    const txn: Creating = await flows.at(inFlows, caller, txn_id, 'create_kyc', named)
    const { account } = txn.data
    // The person has it already: nothing would be created, and nothing may be reported as if it were.
    if (txn.data.offered?.includes(abhaAddress)) throw error.addressTaken()
    if (!account) throw error.stepNotAllowed({ message: 'ABDM gave no details of the account; register by Aadhaar' })
    const { offered = [] } = txn.data
    const person = {
      abhaAddress,
      otherAddresses: offered,
      abhaNumber: account.abhaNumber,
      isKycVerified: true,
      ...(account.mobile && { mobile: account.mobile }),
    }
    const before = await people.destination(caller, txn.named, person)
    const addresses = [...(before ? addressesOf(before.body) : []), ...offered]
    const created = await (txn.data.final?.family === 'abha'
      ? addToNumber(deps, txn, abhaAddress, account, addresses)
      : enrolOnNumber(deps, txn, abhaAddress, account, addresses))
    const { session, profile } = created
    const ending = { person, session, isCreated: true }
    const eka = await endAt(deps, caller, txn.named, ending, (writes) =>
      flows.move(created.txn, 'create_kyc', 'abha_end', { data: endedData(txn) }, writes),
    )
    return {
      txn_id,
      skip_state: 'abha_end' as const,
      eka,
      profile,
      token: session.token,
      refresh_token: session.refreshToken ?? null,
    }
  },
})

const addToNumber = async (
  deps: Services,
  start: Creating,
  abhaAddress: string,
  account: Account,
  others: readonly string[],
): Promise<Created> => {
  const { txn } = await makeOnce(start, abhaAddress, deps, adding(deps, abhaAddress))
  const { final, mobile } = { mobile: undefined, ...start.data }
  if (!final) throw error.internal()
  const session = { ...final, abhaAddress }
  const addresses = [abhaAddress, ...others]
  // The address is there; what KYC said of the person stands in for a profile that cannot be read now.
  const profile = await readProfile(deps.abdm, session, addresses).catch((thrown: unknown) => {
    if (!(thrown instanceof UpstreamFailure)) throw thrown
    return shownAccount(account, mobile ?? account.mobile, addresses)
  })
  return { txn, session, profile }
}

const enrolOnNumber = async (
  deps: Services,
  start: Creating,
  abhaAddress: string,
  account: Account,
  others: readonly string[],
): Promise<Created> => {
  const details = detailsOf(account, abhaAddress)
  const { txn, profile, tokens } = await makeOnce(start, abhaAddress, deps, enrolling(deps, details))
  const session = sessionFrom('phr-app', abhaAddress, tokens, deps.clock.now())
  const shown = fromPhr({ ...profile, abhaNumber: account.abhaNumber }, abhaAddress, others)
  return { txn, session, profile: shown }
}

/** Upstream refuses empty place fields (§7.5), so a missing street becomes the district and state. */
const detailsOf = (account: Account, abhaAddress: string) => ({
  mobile: account.mobile ?? '',
  firstName: account.firstName ?? '',
  middleName: account.middleName ?? '',
  lastName: account.lastName ?? '',
  dayOfBirth: twoDigits(account.dayOfBirth),
  monthOfBirth: twoDigits(account.monthOfBirth),
  yearOfBirth: account.yearOfBirth ?? '',
  gender: isGender(account.gender) ? account.gender : ('O' as const),
  email: '',
  profilePhoto: '',
  address: account.address || [account.districtName, account.stateName].filter(Boolean).join(', '),
  stateName: account.stateName ?? '',
  stateCode: account.stateCode ?? '',
  districtName: account.districtName ?? '',
  districtCode: account.districtCode ?? '',
  pinCode: account.pinCode ?? '',
  abhaAddress,
  ABHANumber: account.abhaNumber,
})
