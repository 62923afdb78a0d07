import { clientOf, folderWithKeys, type Server, settingsFor, startServer } from './server.ts'

/** A server that dies and comes back between any two steps. */
export const startMortal = async () => {
  const settings = settingsFor(await folderWithKeys())
  let server: Server = await startServer(settings)
  const client = clientOf(() => server.base, 'openabha-dev', 'openabha-dev-secret')
  await client.login()
  return {
    ...client,
    async dieAndReturn(letGo: () => Promise<unknown> = async () => undefined): Promise<void> {
      await server.crash()
      await letGo()
      server = await startServer(settings)
    },
    advance: async (seconds: number): Promise<void> => {
      await client.send('POST', '/sandbox/v1/clock', { body: { advance_seconds: seconds } })
    },
    stop: () => server.stop(),
  }
}
