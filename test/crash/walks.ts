import assert from 'node:assert/strict'
import type { Reply } from '../harness.ts'
import { journeyOf, newPerson, ok } from '../trouble/journey.ts'
import { wayOf } from '../trouble/way.ts'
import type { Remote } from './remote.ts'

/** Flows as lists of steps, each of which a server may be killed at, and what a person does whose answer died with it. */

export type Step = readonly [name: string, act: () => Promise<Reply>]
export type Walk = {
  readonly steps: readonly Step[]
  /** From the beginning, for whoever does not know how far the flow came; ends where the steps end. */
  restart(): Promise<unknown>
  /** How many accounts of this person upstream has: ABHA addresses that were wished for and made. */
  accounts(): Promise<number>
  /** The address that it makes, and whether that was acknowledged. */
  readonly creates?: { readonly address: string; isAcknowledged(): boolean }
}
export type Flow = (remote: Remote) => Promise<Walk>

/** Remembers whether the step that makes an address was ever answered. */
const creating = (address: string, create: () => Promise<Reply>) => {
  let isAcknowledged = false
  return {
    create: async () => {
      const reply = await create()
      isAcknowledged ||= reply.status === 200
      return reply
    },
    creates: { address, isAcknowledged: () => isAcknowledged },
  }
}

const countOf = (reply: Reply, address: string): number =>
  ok(reply).abha_profiles.filter((profile: { abha_address: string }) => profile.abha_address === address).length

const byMobile: Flow = async ({ product, caller }) => {
  const journey = journeyOf(product, caller, newPerson())
  const { abha_address } = journey
  const { create, creates } = creating(abha_address, () => journey.create())
  const steps: Step[] = [
    ['init', journey.init],
    ['resend', journey.resend],
    ['verify', () => journey.verify()],
    ['suggest', journey.suggest],
    ['check', () => journey.check()],
    ['create-phr', create],
    ['session/init', journey.sessionInit],
    ['session/verify', () => journey.sessionVerify()],
    ['profile', journey.profile],
  ]
  const listed = async () => {
    ok(await journey.init())
    return countOf(await journey.verify(), abha_address)
  }
  return {
    steps,
    restart: async () => (await listed()) > 0 || ok(await create()),
    accounts: listed,
    creates,
  }
}

const byAadhaar: Flow = async ({ upstream, caller }) => {
  const way = await wayOf(upstream, caller, 'new')
  const { create, creates } = creating(way.abha_address, way.create)
  way.wantsOther()
  const steps: Step[] = [
    ['init', way.init],
    ['resend', way.resend],
    ['verify', way.verify],
    ['mobile/resend', way.resendOther],
    ['mobile/verify', way.confirm],
    ['suggest', way.suggest],
    ['create-phr', create],
    ['profile', way.read],
  ]
  const listed = async () => {
    ok(await way.init())
    const verified = await way.verify()
    return ok(verified).skip_state === 'confirm_mobile_otp' ? ok(await way.confirm()) : ok(verified)
  }
  const listedOnce = async () =>
    (await listed()).abha_profiles.filter((one: { abha_address: string }) => one.abha_address === way.abha_address)
      .length
  return {
    steps,
    restart: async () => (await listedOnce()) > 0 || ok(await create()),
    accounts: listedOnce,
    creates,
  }
}

const byFace: Flow = async ({ upstream, caller }) => {
  const way = await wayOf(upstream, caller, 'new')
  const { create, creates } = creating(way.abha_address, way.create)
  const capture: () => Promise<Reply> = async () => {
    await way.phone()
    return way.capture()
  }
  const steps: Step[] = [
    ['init', way.faceInit],
    ['capture', capture],
    ['verify', way.faceVerify],
    ['suggest', way.suggest],
    ['create-phr', create],
    ['profile', way.read],
    ['card', way.card],
    ['qr', way.qr],
  ]
  const listed = async () => {
    ok(await way.init())
    return countOf(await way.verify(), way.abha_address)
  }
  return {
    steps,
    restart: async () => {
      ok(await way.faceInit())
      ok(await capture())
      return countOf(await way.faceVerify(), way.abha_address) > 0 || ok(await create())
    },
    accounts: listed,
    creates,
  }
}

const login: Flow = async ({ upstream, caller }) => {
  const way = await wayOf(upstream, caller, 'known')
  const steps: Step[] = [
    ['methods', way.methods],
    ['init', () => way.loginInit('mobile')],
    ['verify', way.loginVerify],
    ['phr', way.loginPhr],
    ['profile', way.read],
    ['search', way.search],
    ['init by search', way.searchInit],
    ['verify by search', way.loginVerify],
    ['phr by search', way.loginPhr],
  ]
  const [address = ''] = way.citizen.abha_addresses
  return {
    steps,
    restart: async () => {
      ok(await way.loginInit('mobile'))
      ok(await way.loginVerify())
      ok(await way.loginPhr())
    },
    accounts: async () => {
      ok(await way.init())
      return countOf(await way.verify(), address)
    },
  }
}

const kyc: Flow = async ({ upstream, caller }) => {
  const way = await wayOf(upstream, caller, 'without an address')
  await way.registerByMobile()
  const steps: Step[] = [
    ['kyc/init', () => way.kycInit()],
    ['kyc/resend', way.kycResend],
    ['kyc/verify', way.kycVerify],
    ['profile', way.read],
    ['change', way.change],
    ['card', way.card],
    ['qr', way.qr],
  ]
  const address: string = ok(await way.read()).abha_address
  const isVerified = async () => {
    await way.openAgain()
    return ok(await way.read()).kyc_verified === true
  }
  return {
    steps,
    restart: async () => {
      if (await isVerified()) return
      ok(await way.kycInit())
      ok(await way.kycVerify())
    },
    accounts: async () => {
      assert.ok(await isVerified())
      return ok(await way.read()).abha_addresses.length
    },
    creates: { address, isAcknowledged: () => true },
  }
}

export const flows: { readonly [name: string]: Flow } = {
  'registration by mobile': byMobile,
  'registration by Aadhaar': byAadhaar,
  'registration by face': byFace,
  login,
  kyc,
}
