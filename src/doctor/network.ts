import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { connect } from 'node:tls'
import type { ServiceName } from '../abdm/wire/operation.ts'
import type { Clock } from '../clock.ts'
import { baseSettings } from '../config-defaults.ts'
import { failed, ok, type Round, type Step, type Verdict } from './round.ts'

/** The way to each of the four bases: its name, and the certificate of who answers there. */

export const serviceNames = ['gateway', 'abha', 'phr-app', 'phr-web'] as const satisfies readonly ServiceName[]
export type Bases = Readonly<Record<ServiceName, string>>
export type Ways = Readonly<Record<ServiceName, Step<undefined>>>
/** `authorities`: whom to trust instead of the usual certificate authorities; for tests. */
export type NetworkDeps = { bases: Bases; isEmbedded: boolean; clock: Clock; authorities?: string | undefined }

const daysLeftMin = 14
const dayMs = 86_400_000

const nameStep = (round: Round, service: ServiceName, { bases, isEmbedded }: NetworkDeps): Step<undefined> =>
  round.step({
    name: `DNS ${service}`,
    needs: [],
    async check() {
      if (isEmbedded) return ok('not needed: embedded')
      const host = hostOf(bases[service])
      if (isIP(host)) return ok(`not needed: ${host} is an address`)
      try {
        const { address } = await lookup(host)
        return ok(`${host} is ${address}`)
      } catch (thrown) {
        return failed(
          `${host} has no address (${codeOf(thrown)})`,
          `Check ${baseSettings[service]}, and that this machine can ask a name server.`,
        )
      }
    },
  })

export const hostOf = (address: string): string => new URL(address).hostname.replace(/^\[|\]$/g, '')
export const codeOf = (thrown: unknown): string => {
  const { code, name } = thrown as NodeJS.ErrnoException
  return code ?? name
}

const tlsStep = (round: Round, service: ServiceName, name: Step<undefined>, deps: NetworkDeps): Step<undefined> =>
  round.step({
    name: `TLS ${service}`,
    needs: [name],
    check(_, signal) {
      if (deps.isEmbedded) return ok('not needed: embedded')
      const base = deps.bases[service]
      return base.startsWith('https:') ? shaken(service, base, deps, signal) : ok('not needed: http on this machine')
    },
  })

const shaken = (
  service: ServiceName,
  base: string,
  deps: NetworkDeps,
  signal: AbortSignal,
): Promise<Verdict<undefined>> =>
  new Promise((resolve) => {
    const host = hostOf(base)
    const socket = connect({
      host,
      port: Number(new URL(base).port || 443),
      ...(!isIP(host) && { servername: host }),
      ...(deps.authorities && { ca: deps.authorities }),
    })
    signal.addEventListener('abort', () => socket.destroy())
    socket.once('error', (thrown) => resolve(noTls(service, host, codeOf(thrown))))
    socket.once('secureConnect', () => {
      const days = Math.floor((Date.parse(socket.getPeerCertificate().valid_to) - deps.clock.now()) / dayMs)
      socket.destroy()
      const says = `${host} has a valid certificate, ${days} days left`
      if (days >= daysLeftMin) return resolve(ok(says))
      resolve({ state: 'attention', says, todo: 'Whoever runs that host must renew it in time.', value: undefined })
    })
  })

const certificateCodes = /CERT|SIGNATURE|ALTNAME/

const noTls = (service: ServiceName, host: string, code: string): Verdict<undefined> => {
  const setting = baseSettings[service]
  if (certificateCodes.test(code))
    return failed(
      `${host} shows a certificate that is not to be trusted (${code})`,
      `Is ${setting} right, and this machine’s clock? Behind a proxy that opens TLS, set NODE_EXTRA_CA_CERTS to its authority.`,
    )
  if (/^E(PROTO|RR_SSL)/.test(code))
    return failed(`${host} does not speak TLS (${code})`, `Check address and port in ${setting}.`)
  return failed(
    `${host} is not reached (${code})`,
    `Check ${setting}, and that firewall and proxy let this machine call it.`,
  )
}

/** For each base the step that what is asked there builds on. */
export const waySteps = (round: Round, deps: NetworkDeps): Ways => {
  const names = serviceNames.map((service) => [service, nameStep(round, service, deps)] as const)
  return Object.fromEntries(names.map(([service, name]) => [service, tlsStep(round, service, name, deps)])) as Ways
}
