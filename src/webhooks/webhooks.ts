import type { Caller, Clients, Named } from '../clients.ts'
import { type Clock, isoTime } from '../clock.ts'
import { newUuid, signatureOf } from '../ids.ts'
import type { Log } from '../log.ts'
import type { Done, Outbox } from '../outbox.ts'
import type { Person } from '../people.ts'
import type { Write } from '../store/store.ts'
import { endpointProblem, type Reach } from './addresses.ts'
import { type AbhaCreated, signatureHeader } from './event.ts'
import type { Post } from './post.ts'

/** The event `abha.created` (connect §8): written with the state that it reports, delivered in the background. */

type Event = {
  readonly clientId: string
  readonly workspace: string
  /** Unix seconds at which it happened. */
  readonly eventTime: number
  readonly transactionId: string
  readonly data: AbhaCreated['data']
}

/** One attempt, as the sandbox shows it. */
export type Delivery = {
  id: string
  url: string
  headers: Record<string, string>
  body: string
  /** Null: nobody answered. */
  status: number | null
  attempt: number
  at: string
}

const kind = 'webhook'
const daySeconds = 86_400
/** Kept a little longer than it is tried, so that the last attempt can be told from the first. */
const keptMs = (daySeconds + 3_600) * 1000

/** Seconds before the second, third, … attempt; the last one repeats until the day is over. */
export const pauses = [10, 30, 60, 300, 900, 1_800, 3_600, 7_200, 10_800] as const
const pauseAfter = (attempt: number): number => pauses[Math.min(attempt, pauses.length) - 1] ?? 10_800

export type Webhooks = ReturnType<typeof createWebhooks>

export const createWebhooks = (deps: {
  outbox: Outbox
  clients: Clients
  clock: Clock
  log: Log
  reach: Reach
  isUser: (oid: string) => Promise<boolean>
  onDelivery?: ((delivery: Delivery) => Promise<void>) | undefined
}) => {
  const { outbox, clients, clock, log, reach, isUser, onDelivery } = deps
  let loaded: Promise<Post> | undefined
  const post = (): Promise<Post> => {
    loaded ??= import('./post.ts').then(({ createPost }) => createPost(reach))
    return loaded
  }
  const nowSeconds = () => Math.floor(clock.now() / 1000)

  const signed = (body: string, key: string | undefined): Record<string, string> => {
    const t = nowSeconds()
    return {
      'Content-Type': 'application/json',
      'User-Agent': 'openabha-webhook',
      ...(key && { [signatureHeader]: `t=${t},v1=${signatureOf(key, `${t}.${body}`)}` }),
    }
  }

  const attemptOnce = async (event: Event, attempt: number): Promise<Done> => {
    const endpoint = await clients.webhook(event.clientId)
    // Taken away by the operator, or no longer allowed: there is nobody to tell.
    if (!endpoint || endpointProblem(endpoint.url, reach)) return undefined
    // What is stored of a removed user is gone (connect §7.8), and that goes before "at least once" (§8), which is this server's choice.
    if (!(await isUser(event.data.oid))) return undefined
    const { clientId, workspace, eventTime, transactionId, data } = event
    const startedAt = clock.now()
    const told: AbhaCreated = {
      service: 'abdm',
      event: 'abha.created',
      event_time: eventTime,
      timestamp: nowSeconds(),
      transaction_id: transactionId,
      business_id: workspace,
      client_id: clientId,
      data,
    }
    const body = JSON.stringify(told)
    const headers = signed(body, endpoint.signingKey)
    const status = await (await post()).send(endpoint.url, headers, body)
    const at = isoTime(clock.now())
    await onDelivery?.({ id: newUuid(), url: endpoint.url, headers, body, status, attempt, at })
    if (status !== null && status >= 200 && status < 300) return undefined
    const again = startedAt + pauseAfter(attempt) * 1000
    if (again < (eventTime + daySeconds) * 1000) return { again }
    log.problem('a webhook was given up after a day', { transactionId })
    return undefined
  }

  outbox.on(kind, (payload, attempt) => attemptOnce(payload as Event, attempt))

  return {
    /** The write that goes with the creation; none when the client has no endpoint. */
    async abhaCreated(
      caller: Caller,
      { hipId, partnerPtId }: Named,
      person: Person,
      oid: string,
    ): Promise<readonly Write[]> {
      if (!(await clients.webhook(caller.clientId))) return []
      const event: Event = {
        clientId: caller.clientId,
        workspace: caller.workspace,
        eventTime: nowSeconds(),
        transactionId: `wh_${newUuid()}`,
        data: {
          abha_address: person.abhaAddress,
          ...(person.isKycVerified && person.abhaNumber && { abha_number: person.abhaNumber }),
          ...(hipId && { hip_id: hipId }),
          oid,
          ...(partnerPtId && { partner_patient_id: partnerPtId }),
        },
      }
      return [outbox.adding(kind, event, { expiresAt: clock.now() + keptMs, lane: caller.clientId })]
    },

    wake: outbox.wake,
    problemWith: (url: string) => endpointProblem(url, reach),
    /** What is on its way is given up; its job comes due again. */
    close: async () => (await loaded)?.close(),
  }
}
