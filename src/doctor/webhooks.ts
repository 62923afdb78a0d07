import { connect as connectPlain, isIP, type LookupFunction } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { clientRows } from '../clients.ts'
import { endpointProblem, guardedLookup, type Reach } from '../webhooks/addresses.ts'
import type { OpenedStore } from './database.ts'
import { codeOf, hostOf } from './network.ts'
import { failed, ok, type Round, type Step, type Verdict } from './round.ts'

/** Where the clients' events go: each endpoint is connected to, and nothing is sent. */

type Endpoint = { readonly clientId: string; readonly url: string }

const listStep = (round: Round, database: Step<OpenedStore>): Step<readonly Endpoint[]> =>
  round.step({
    name: 'webhooks',
    needs: [database],
    async check([{ store, isWhole }]): Promise<Verdict<readonly Endpoint[]>> {
      if (!isWhole) return { state: 'skipped', says: 'needs the database to itself' }
      const clients = await store.list(clientRows)
      const endpoints = clients.flatMap(({ body: { clientId, webhook } }) =>
        webhook ? [{ clientId, url: webhook.url }] : [],
      )
      return ok(`${endpoints.length} of ${clients.length} clients have an endpoint`, endpoints)
    },
  })

const endpointStep = (round: Round, list: Step<unknown>, { clientId, url }: Endpoint, reach: Reach): Step<undefined> =>
  round.step({
    name: `webhook ${clientId}`,
    needs: [list],
    check(_, signal) {
      const again = `Set another endpoint: openabha client webhook ${clientId} <url>`
      const problem = endpointProblem(url, reach)
      if (problem) return failed(`the address ${problem}`, again)
      return connected(url, guardedLookup(reach), signal, again)
    },
  })

/** Path and query may hold a secret of the receiver's, so only the host is named. */
const connected = (
  url: string,
  lookup: LookupFunction,
  signal: AbortSignal,
  todo: string,
): Promise<Verdict<undefined>> =>
  new Promise((resolve) => {
    const { protocol, port } = new URL(url)
    const host = hostOf(url)
    const isTls = protocol === 'https:'
    const to = { host, port: Number(port || (isTls ? 443 : 80)), lookup }
    const socket = isTls ? connectTls({ ...to, ...(!isIP(host) && { servername: host }) }) : connectPlain(to)
    signal.addEventListener('abort', () => socket.destroy())
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      socket.destroy()
      resolve(ok(`${host} is reached`))
    })
    socket.once('error', (thrown) => {
      const isInner = thrown.message === 'refused address'
      const says = isInner ? `${host} leads to a private address` : `${host} is not reached (${codeOf(thrown)})`
      const reason = isInner ? 'Or allow your own network: WEBHOOK_ALLOW_PRIVATE=true.' : 'Or bring its receiver up.'
      resolve(failed(says, `${todo}. ${reason}`))
    })
  })

export const webhookSteps = async (round: Round, database: Step<OpenedStore>, reach: Reach): Promise<void> => {
  const list = listStep(round, database)
  for (const endpoint of (await list.value) ?? []) endpointStep(round, list, endpoint, reach)
}
