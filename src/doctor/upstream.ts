import type { Abdm } from '../abdm/client.ts'
import { hasMeaning, type ReadError, UpstreamFailure } from '../abdm/failure.ts'
import { encryptionAlgorithm as ourAlgorithm, readPublicKey } from '../abdm/sealing.ts'
import { certificates, phrEnrollment, phrLogin, web } from '../abdm/wire/index.ts'
import { type KeyBits, keyFamilies, type ServiceName } from '../abdm/wire/operation.ts'
import type { UpstreamConfig } from '../config.ts'
import { baseSettings } from '../config-defaults.ts'
import type { Ways } from './network.ts'
import { failed, ok, type Round, type Step, type Verdict } from './round.ts'

/** ABDM itself: the session, the clock, both certificates, the permissions for the PHR app service, PHR web. One log-in serves all. */

type UpstreamDeps = { abdm: Abdm; settings: UpstreamConfig; ways: Ways }

/** The refusal, or what kept the call from being made. */
const rootOf = (failure: UpstreamFailure): UpstreamFailure =>
  failure.cause instanceof UpstreamFailure ? rootOf(failure.cause) : failure

/** ABDM's own words, which were made safe when they were read. */
const wordsOf = ({ http, code, message }: ReadError): string =>
  ['ABDM refused:', http, code, message].filter((part) => part !== undefined).join(' ')

/** Whether the client id is right is the session's to tell; after it a refusal has another cause. */
const todoForRefusal = ({ http, code = '' }: ReadError, service: ServiceName): string => {
  const setting = baseSettings[service]
  if (['ABDM-1016', 'ABDM-2402'].includes(code)) return 'Set the clock of this machine (NTP).'
  if (code === 'ABDM-2403') return 'Check ABDM_CM_ID: sbx in the sandbox, abdm in production.'
  if (code === 'ABDM-1094') return 'Ask NHA to enable that service for this client id.'
  if (code === 'ABDM-1027' || http === 429) return 'ABDM has blocked this client for a while: wait, then try once.'
  if (http >= 500) return 'ABDM has trouble: try again later.'
  if (http === 404) return `Check ${setting}: nothing of ABDM’s is at that address.`
  if (code === '') return `Check ${setting}: another program answers there, or a proxy on the way.`
  if (code === 'ABDM-1021') return 'Ask NHA to give this client id the role that it lacks.'
  if (service !== 'gateway' && code.startsWith('9009'))
    return `ABDM took the client id and refuses its session here: check that ABDM_GATEWAY_URL and ${setting} are of the same environment. If they are, tell NHA.`
  if (service !== 'gateway') return `Check ${setting}. If it is right, tell NHA what ABDM says here.`
  return 'Check ABDM_CLIENT_ID and ABDM_CLIENT_SECRET. If they are right, the client is locked after some eight refusals: wait ten minutes, then try once.'
}

const failedCall = (service: ServiceName, thrown: unknown): Verdict<never> => {
  if (!(thrown instanceof UpstreamFailure)) throw thrown
  const { kind, read } = rootOf(thrown)
  const setting = baseSettings[service]
  if (read) return failed(wordsOf(read), todoForRefusal(read, service))
  if (kind === 'unreachable')
    return failed('ABDM is not reached', `Check ${setting}, and that firewall and proxy let this machine call it.`)
  if (kind === 'tooSlow')
    return failed('ABDM did not answer in time', 'ABDM has trouble, or the way to it: try again later.')
  return notOfAbdm(service)
}

const notOfAbdm = (service: ServiceName): Verdict<never> =>
  failed(
    'the answer is none of ABDM’s',
    `Check ${baseSettings[service]}: another program answers there, or a proxy on the way.`,
  )

const sessionStep = (round: Round, { abdm, ways }: UpstreamDeps): Step<undefined> =>
  round.step({
    name: 'session',
    needs: [ways.gateway],
    async check() {
      try {
        await abdm.logIn()
        return ok('ABDM took client id and secret')
      } catch (thrown) {
        return failedCall('gateway', thrown)
      }
    },
  })

const clockStep = (round: Round, session: Step<undefined>, { abdm, ways }: UpstreamDeps): Step<undefined> =>
  round.step({
    name: 'clock',
    needs: [ways.gateway],
    after: [session],
    check(): Verdict<undefined> {
      if (!abdm.hasHeardClock()) return { state: 'skipped', says: 'no answer of ABDM’s told the time' }
      const seconds = abdm.skewSeconds()
      if (seconds === 0) return ok('agrees with ABDM’s')
      const says = `${Math.abs(seconds)} s ${seconds > 0 ? 'behind' : 'ahead of'} ABDM’s; TIMESTAMP is corrected by that`
      return { state: 'attention', says, todo: 'Set the clock of this machine (NTP).', value: undefined }
    },
  })

const keyCertificates = {
  2048: { operation: certificates.phrCertificate, service: 'phr-app' },
  4096: { operation: certificates.abhaCertificate, service: 'abha' },
} as const

const bitsOf = (published: string): number | undefined => {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = readPublicKey(published)
    return asymmetricKeyType === 'rsa' ? asymmetricKeyDetails?.modulusLength : undefined
  } catch {
    return undefined
  }
}

/** Spellings of the same differ in dashes; a name without a padding says nothing of it. */
const namesOtherPadding = (declared: string): boolean => {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')
  return plain(declared).includes('padding') && plain(declared) !== plain(ourAlgorithm)
}

const certificateStep = (
  round: Round,
  bits: KeyBits,
  session: Step<undefined>,
  { abdm, settings, ways }: UpstreamDeps,
): Step<undefined> => {
  const { operation, service } = keyCertificates[bits]
  return round.step({
    name: `certificate ${bits}`,
    needs: [session, ways[service]],
    async check() {
      const inUse = settings.hasPhrApp ? keyFamilies : (['abha', 'phr-web'] as const)
      if (!inUse.some((family) => settings.keyBits[family] === bits))
        return ok(settings.hasPhrApp ? 'not needed: no setting asks for it' : 'not needed: ABDM_PHR_APP is false')
      try {
        const { publicKey, encryptionAlgorithm } = await abdm.call(operation)
        const found = bitsOf(publicKey)
        if (found === bits && namesOtherPadding(encryptionAlgorithm ?? ''))
          return failed(
            `an RSA key of ${bits} bits, for another padding than ${ourAlgorithm}`,
            `Check ${baseSettings[service]}; if it is right, tell NHA: what is sealed would be refused.`,
          )
        if (found === bits) return ok(`an RSA key of ${bits} bits`)
        return failed(
          found === undefined ? 'what ABDM publishes is no RSA key' : `an RSA key of ${found} bits`,
          `Check ${baseSettings[service]}; if it is right, tell NHA.`,
        )
      } catch (thrown) {
        return failedCall(service, thrown)
      }
    },
  })
}

/** Longer than an address may be, so nobody has it. */
const nobodysAddress = (suffix: string): string => `openabha.doctor.asks.for.nobody@${suffix}`

/** Not to know the address is the right answer. Without a code of ABDM's it is the answer of another program. */
const knowsNobody = (thrown: unknown): boolean => {
  if (!(thrown instanceof UpstreamFailure)) return false
  return (thrown.meaning === 'notFound' || thrown.meaning === 'inputRefused') && thrown.read?.code !== undefined
}

type Asking = {
  readonly name: string
  readonly service: ServiceName
  /** A call that sends nothing to anybody. */
  readonly ask: (abhaAddress: string) => Promise<unknown>
  /** Whether a reply is ABDM's; a stranger may be answered for with nulls (abdm-v3 §9.1). */
  readonly isAnswer: (reply: unknown) => boolean
  readonly says: string
  readonly withoutPermission: Verdict<undefined>
  /** With ABDM_PHR_APP=false, where nothing is asked. */
  readonly unasked?: Verdict<undefined>
}

const askingStep = (
  round: Round,
  session: Step<undefined>,
  { settings, ways }: UpstreamDeps,
  { name, service, ask, isAnswer, says, withoutPermission, unasked }: Asking,
): Step<undefined> =>
  round.step({
    name,
    needs: [session, ways[service]],
    async check() {
      if (unasked && !settings.hasPhrApp) return unasked
      try {
        const reply = await ask(nobodysAddress(settings.addressSuffix))
        return isAnswer(reply) ? ok(says) : notOfAbdm(service)
      } catch (thrown) {
        if (hasMeaning(thrown, 'noPermission')) return withoutPermission
        return knowsNobody(thrown) ? ok(says) : failedCall(service, thrown)
      }
    },
  })

const hasAuthMethods = (reply: unknown): boolean => 'authMethods' in (reply as object)

/** PHR web has no enrolment and no log-in but by ABHA address, so it stands in for little. */
const phrAppStep = (round: Round, session: Step<undefined>, deps: UpstreamDeps): Step<undefined> =>
  askingStep(round, session, deps, {
    name: 'PHR app permission',
    service: 'phr-app',
    ask: (abhaAddress) => deps.abdm.call(phrLogin.search, { body: { abhaAddress } }),
    isAnswer: hasAuthMethods,
    says: 'ABDM lets this client id log in through the PHR app service',
    withoutPermission: failed(
      'ABDM-1094: this client id may not use the PHR app service',
      'Ask NHA to enable it. Until then set ABDM_PHR_APP=false: PHR web stands in for sessions and logins by ABHA address, and nothing for registration by mobile, other logins and KYC.',
    ),
    unasked: {
      state: 'attention',
      says: 'not asked: with ABDM_PHR_APP=false PHR web takes sessions and logins by ABHA address',
      todo: 'Registration by mobile, other logins and KYC need the PHR app service all the same: when NHA has enabled it, remove ABDM_PHR_APP.',
      value: undefined,
    },
  })

/** NHA enables the enrolment calls by themselves (abdm-v3 §1.1). */
const enrolmentStep = (round: Round, session: Step<undefined>, deps: UpstreamDeps): Step<undefined> =>
  askingStep(round, session, deps, {
    name: 'PHR app enrolment',
    service: 'phr-app',
    ask: (abhaAddress) => deps.abdm.call(phrEnrollment.isExists, { query: { abhaAddress } }),
    isAnswer: () => true,
    says: 'ABDM lets this client id create ABHA addresses',
    withoutPermission: failed(
      'ABDM-1094: this client id may not use the enrolment calls of the PHR app service',
      'Ask NHA to enable them: until then nobody can be registered by mobile, and no ABHA address be looked up.',
    ),
    unasked: ok('not asked: ABDM_PHR_APP is false'),
  })

/** It publishes no key of its own, so it is asked for somebody. */
const webStep = (round: Round, session: Step<undefined>, deps: UpstreamDeps): Step<undefined> =>
  askingStep(round, session, deps, {
    name: 'PHR web',
    service: 'phr-web',
    ask: (abhaAddress) => deps.abdm.call(web.search, { body: { abhaAddress } }),
    isAnswer: hasAuthMethods,
    says: 'answers as ABDM does',
    withoutPermission: failed(
      'ABDM-1094: this client id may not use PHR web',
      'Ask NHA to enable it: without it there is no OTP by Aadhaar for an ABHA address.',
    ),
  })

export const upstreamSteps = (round: Round, deps: UpstreamDeps): void => {
  const session = sessionStep(round, deps)
  clockStep(round, session, deps)
  certificateStep(round, 2048, session, deps)
  certificateStep(round, 4096, session, deps)
  phrAppStep(round, session, deps)
  enrolmentStep(round, session, deps)
  webStep(round, session, deps)
}
