import type { Static } from 'typebox'
import { hasMeaning, isOutcomeUnknown, UpstreamFailure } from '../abdm/failure.ts'
import { phrProfile } from '../abdm/wire/index.ts'
import type { Services } from '../app.ts'
import { ConnectError, error } from '../errors.ts'
import type { StepOf, Txn } from '../flow.ts'
import { type AbhaSession, addressesOf, sessionFrom } from '../people.ts'
import type { EkaIds } from './answers.ts'
import { exchange, exchangeOf } from './by-address.ts'
import { endAt } from './end.ts'
import { faceAuth } from './face-auth/flow.ts'
import { type ConnectProfile, readProfile } from './profile/connect-profile.ts'
import { loginByKyc, loginByMobile, loginBySearch } from './profile/login/flow.ts'
import { aadhaarRegistration } from './registration/aadhaar/flow.ts'
import { mobileRegistration } from './registration/mobile/flow.ts'
import type { FinalTokens } from './verified.ts'

/** Logging in to one of the addresses that a flow has offered, with the token that its verification left. */

export const choosingFlows = [
  mobileRegistration,
  aadhaarRegistration,
  faceAuth,
  loginByMobile,
  loginByKyc,
  loginBySearch,
] as const
type Choosing = (typeof choosingFlows)[number]

/** Choosing after an Aadhaar or face registration is auto-login's only (connect §6). */
export const loginChoices = [mobileRegistration, loginByMobile, loginByKyc, loginBySearch] as const

const tooLate = 'The time to choose an ABHA address is over; log in again'
const onlyOther =
  'ABDM has logged in to another of the listed ABHA addresses; choose that one, or log in with method phr_address'
const creationIsOpen = 'The creation of an ABHA address is not settled; repeat create-phr with the same address first'

const refuseOpenCreation = ({ data: { enrolling } }: Txn<Choosing>): void => {
  // Ending the flow would forget that an address may have been made, and nobody would be told of it.
  if (enrolling) throw error.stepNotAllowed({ message: creationIsOpen })
}

/** Who has one ABHA number has all of its addresses; those on one mobile may be several people's. */
const isOnePerson = ({ data }: Txn<Choosing>): boolean =>
  data.account !== undefined || ('by' in data && data.by === 'kyc')

type Chosen = {
  readonly session: AbhaSession
  readonly profile: ConnectProfile
  readonly eka: Static<typeof EkaIds>
}

/** Logs in to the address and ends the flow there. */
export const choose = async (
  deps: Services,
  start: Txn<Choosing>,
  step: 'auto_login' | 'login_phr',
  abhaAddress: string,
): Promise<Chosen> => {
  const { flows, people } = deps
  const { offered = [], account, mobile } = { mobile: undefined, ...start.data }
  refuseOpenCreation(start)
  if (!offered.includes(abhaAddress)) throw error.addressNotOffered()
  const known = {
    abhaAddress,
    isKycVerified: account !== undefined,
    ...(account && { abhaNumber: account.abhaNumber }),
    ...(mobile !== undefined && { mobile }),
  }
  const before = await people.destination(start.caller, start.named, known)
  const otherAddresses = isOnePerson(start) ? offered : []
  const addresses = [...(before ? addressesOf(before.body) : []), ...otherAddresses]
  const opened = await openSession(deps, start, step, abhaAddress)
  const { txn, session, profile } = await readChosen(deps, opened, step, addresses)
  const person = {
    ...known,
    otherAddresses,
    isKycVerified: profile.kyc_verified ?? known.isKycVerified,
    ...(profile.abha_number && { abhaNumber: profile.abha_number }),
    ...(profile.mobile && { mobile: profile.mobile }),
  }
  const ending = { person, session, isCreated: false }
  const eka = await endAt(deps, start.caller, start.named, ending, (writes) =>
    flows.move(txn, step, 'abha_end', { data: endedData(txn), unless: refuseOpenCreation }, writes),
  )
  return { session, profile, eka }
}

type Opened = { readonly txn: Txn<Choosing>; readonly session: AbhaSession }

/**
 * The session for the address. What came of an exchange is written down before anything else is tried: a call that fails after
 * it is repeated with the same address, and needs no other OTP.
 */
const openSession = async (
  deps: Services,
  txn: Txn<Choosing>,
  step: StepOf<Choosing>,
  abhaAddress: string,
): Promise<Opened> => {
  const session = sessionOf(txn, abhaAddress)
  if (session) return { txn, session }
  return deps.turns.inTurn(exchangeOf(txn), async () => {
    const newest = await deps.flows.again(txn, step)
    const known = sessionOf(newest, abhaAddress)
    if (known) return { txn: newest, session: known }
    const { final, transfer } = newest.data
    const session = final
      ? await ownSession(deps, final, abhaAddress)
      : await exchange(deps, newest, transfer, abhaAddress)
    return { txn: await keep(deps, newest, step, session), session }
  })
}

/** What speaks for the address already. */
const sessionOf = ({ data: { final } }: Txn<Choosing>, abhaAddress: string): AbhaSession | undefined =>
  final?.family === 'abha' || final?.abhaAddress === abhaAddress ? { ...final, abhaAddress } : undefined

const keep = ({ flows }: Services, txn: Txn<Choosing>, step: StepOf<Choosing>, final: AbhaSession) =>
  flows.record(txn, step, (newest) => ({ data: { ...newest.data, final } }))

/**
 * A final token speaks for one of the addresses: the one that was chosen before, or where it was final at once (abdm-v3 §22
 * no. 6) one that only ABDM knows. For another one it is switched (§9.5), where ABDM allows that.
 */
const ownSession = async ({ abdm, clock }: Services, final: FinalTokens, abhaAddress: string): Promise<AbhaSession> => {
  const { token } = final
  try {
    const whose = final.abhaAddress ?? (await abdm.call(phrProfile.get, { token })).abhaAddress
    if (whose.toLowerCase() === abhaAddress) return { ...final, abhaAddress }
  } catch (thrown) {
    throw hasMeaning(thrown, 'userTokenOver') ? error.txnUnknown({ message: tooLate, cause: thrown }) : thrown
  }
  try {
    const { txnId, tokens } = await abdm.call(phrProfile.switchProfile, { token })
    const switched = await abdm.call(phrProfile.switchUser, { token: tokens.token, body: { abhaAddress, txnId } })
    return sessionFrom('phr-app', abhaAddress, switched, clock.now())
  } catch (thrown) {
    const isRefused = thrown instanceof UpstreamFailure && thrown.kind === 'refused' && !isOutcomeUnknown(thrown)
    throw isRefused ? error.addressNotOffered({ message: onlyOther, cause: thrown }) : thrown
  }
}

/** The person as ABDM knows them. A token that is over, because choosing took long, is renewed once. */
const readChosen = async (
  deps: Services,
  opened: Opened,
  step: StepOf<Choosing>,
  addresses: readonly string[],
): Promise<Opened & { profile: ConnectProfile }> => {
  const { abdm, people } = deps
  try {
    return { ...opened, profile: await readProfile(abdm, opened.session, addresses) }
  } catch (thrown) {
    if (!hasMeaning(thrown, 'userTokenOver')) throw thrown
  }
  try {
    const session = await people.refreshed(opened.session)
    const txn = await keep(deps, opened.txn, step, session)
    return { txn, session, profile: await readProfile(abdm, session, addresses) }
  } catch (thrown) {
    const isOver = thrown instanceof ConnectError && thrown.kind === 'sessionEnded'
    if (isOver || hasMeaning(thrown, 'userTokenOver')) throw error.txnUnknown({ message: tooLate, cause: thrown })
    throw thrown
  }
}

export const endedData = ({ data }: Pick<Txn<Choosing>, 'data'>): Txn<Choosing>['data'] => {
  if (!('by' in data)) return {}
  if (data.by === 'kyc') return { by: 'kyc', method: data.method, isByAadhaar: data.isByAadhaar }
  return data.by === 'search' ? { by: 'search', found: data.found } : { by: 'mobile' }
}
