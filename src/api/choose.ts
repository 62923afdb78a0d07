import { hasMeaning } from '../abdm/failure.ts'
import { phrLogin } from '../abdm/wire/index.ts'
import type { Services } from '../app.ts'
import { error } from '../errors.ts'
import type { StepOf, Txn } from '../flow.ts'
import { type AbhaSession, type Person, sessionFrom } from '../people.ts'
import { faceAuth } from './face-auth/flow.ts'
import { type ConnectProfile, readProfile } from './profile/connect-profile.ts'
import { loginByKyc, loginByMobile, loginBySearch } from './profile/login/flow.ts'
import { aadhaarRegistration } from './registration/aadhaar/flow.ts'
import { mobileRegistration } from './registration/mobile/flow.ts'

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

const creationIsOpen = 'The creation of an ABHA address is not settled; repeat create-phr with the same address first'

type Chosen = {
  readonly txn: Txn<Choosing>
  readonly session: AbhaSession
  readonly person: Person
  readonly profile: ConnectProfile
  /** What a finished transaction keeps: nothing of the person. */
  readonly ended: Txn<Choosing>['data']
}

export const choose = async (
  deps: Services,
  start: Txn<Choosing>,
  step: StepOf<Choosing>,
  abhaAddress: string,
): Promise<Chosen> => {
  const { abdm, people } = deps
  const { offered = [], account, mobile, enrolling } = { mobile: undefined, ...start.data }
  // Ending here would forget that an address may have been made, and nobody would be told of it.
  if (enrolling) throw error.stepNotAllowed({ message: creationIsOpen })
  if (!offered.includes(abhaAddress)) throw error.addressNotOffered()
  const known = {
    abhaAddress,
    isKycVerified: account !== undefined,
    ...(account && { abhaNumber: account.abhaNumber }),
    ...(mobile !== undefined && { mobile }),
  }
  await people.destination(start.caller, start.named, known)
  const { txn, session } = await finalSession(deps, start, step, abhaAddress)
  const profile = await readProfile(abdm, session, offered)
  const person = {
    ...known,
    isKycVerified: profile.kyc_verified ?? known.isKycVerified,
    ...(profile.abha_number && { abhaNumber: profile.abha_number }),
    ...(profile.mobile && { mobile: profile.mobile }),
  }
  return { txn, session, person, profile, ended: endedData(txn) }
}

/**
 * The final token for the address. A transfer token is good for one exchange, so what came of it is written down before
 * anything else is tried: a call that fails after it is repeated with the same address, and needs no other OTP.
 */
const finalSession = async (
  deps: Pick<Services, 'abdm' | 'flows' | 'clock'>,
  txn: Txn<Choosing>,
  step: StepOf<Choosing>,
  abhaAddress: string,
): Promise<{ txn: Txn<Choosing>; session: AbhaSession }> => {
  const { abdm, flows, clock } = deps
  const { final, transfer } = txn.data
  if (final) {
    if (final.abhaAddress !== undefined && final.abhaAddress !== abhaAddress) {
      throw error.stepNotAllowed({ message: 'An earlier call chose another address; repeat it with that one' })
    }
    return { txn, session: { ...final, abhaAddress } }
  }
  if (!transfer || clock.now() >= transfer.expiresAt) {
    throw error.txnUnknown({ message: 'The time to choose an ABHA address is over; log in again' })
  }
  try {
    const tokens = await abdm.call(phrLogin.verifyUser, {
      token: transfer.token,
      body: { abhaAddress, txnId: txn.upstreamTxnId },
    })
    const session = sessionFrom('phr-app', abhaAddress, tokens, clock.now())
    const kept = await flows.amend(txn, { data: { ...txn.data, final: session } })
    return { txn: kept ?? txn, session }
  } catch (thrown) {
    // Used up: by another call at the same time, whose token will do, or by one whose answer was lost.
    const isUsedUp =
      hasMeaning(thrown, 'txnGone') || hasMeaning(thrown, 'userTokenOver') || hasMeaning(thrown, 'notFound')
    if (!isUsedUp) throw thrown
    const newest = await flows.again(txn, step)
    if (newest.data.final) return finalSession(deps, newest, step, abhaAddress)
    throw error.txnUnknown({
      message: 'The choice was made once and its answer was lost; log in again',
      cause: thrown,
    })
  }
}

export const endedData = ({ data }: Pick<Txn<Choosing>, 'data'>): Txn<Choosing>['data'] => {
  if (!('by' in data)) return {}
  if (data.by === 'kyc') return { by: 'kyc', method: data.method, isByAadhaar: data.isByAadhaar }
  return data.by === 'search' ? { by: 'search', found: data.found } : { by: 'mobile' }
}
