import { type Clients, createClients } from './clients.ts'
import { systemClock } from './clock.ts'
import { readConfig } from './config.ts'
import { newSecret } from './ids.ts'
import { masterKeys } from './keys.ts'
import { openStore } from './store/open.ts'
import { endpointProblem } from './webhooks/addresses.ts'

/** What an operator does for clients from the command line, while no server has the database. Returns the exit status. */
export const runClientCommand = async (
  command: `client ${'add' | 'token' | 'sharing-key' | 'webhook'}`,
  clientId: string,
  address: string | undefined,
): Promise<number> => {
  if (!/^[A-Za-z0-9._-]{3,64}$/.test(clientId)) {
    console.error('A client id is 3 to 64 letters, digits, dots, hyphens or underscores.')
    return 2
  }
  const config = readConfig()
  const keys = masterKeys(config.keys)
  const store = await openStore(config.database, { key: keys.encryption, clock: systemClock })
  try {
    const clients = createClients(store, systemClock, keys.signing)
    if (command === 'client add') {
      const secret = newSecret()
      if (!(await clients.add(clientId, secret))) {
        console.error(`The client ${clientId} exists already.`)
        return 1
      }
      console.log(
        `client_id      ${clientId}\nclient_secret  ${secret}\n\nThe secret is shown this once; only its hash is kept.`,
      )
      return 0
    }
    if (command === 'client webhook') return await setWebhook(clients, clientId, address, config.webhookAllowPrivate)
    const made =
      command === 'client token' ? await clients.longLivedToken(clientId) : await clients.sharingKey(clientId)
    if (made === undefined) {
      console.error(`There is no client ${clientId}. Make it: openabha client add ${clientId}`)
      return 1
    }
    console.log(`${made}\n\nShown this once; keep it like a password.`)
    return 0
  } finally {
    await store.close()
  }
}

/** Sets where a client's events go, with a fresh signing key; `none` takes it away. */
const setWebhook = async (
  clients: Clients,
  clientId: string,
  address: string | undefined,
  allowPrivate: boolean,
): Promise<number> => {
  const isNone = address === 'none'
  const problem = isNone ? undefined : endpointProblem(address ?? '', { allowLoopback: false, allowPrivate })
  if (problem) {
    console.error(
      `The address of the endpoint ${problem}. Example: openabha client webhook ${clientId} https://example.org/abha`,
    )
    return 2
  }
  const signingKey = newSecret()
  const isSet = await clients.setWebhook(clientId, isNone || !address ? undefined : { url: address, signingKey })
  if (!isSet) {
    console.error(`There is no client ${clientId}. Make it: openabha client add ${clientId}`)
    return 1
  }
  console.log(
    isNone
      ? `Events of ${clientId} go nowhere now.`
      : `Events of ${clientId} go to ${address}\nsigning_key  ${signingKey}\n\nThe key is shown this once; the receiver checks Eka-Webhook-Signature with it.`,
  )
  return 0
}
