import assert from 'node:assert/strict'
import { keys } from '../../src/config-testing.ts'
import { clientId, clientSecret } from '../../src/emulator/testing.ts'
import { outliveInstances } from '../database.ts'
import { startTroubled } from '../trouble/journey.ts'
import { startProxy } from '../trouble/proxy.ts'
import { clientOf, newFolder, node, type Server, type Settings, settingsFor, startServer } from './server.ts'

/** A server whose upstream is another process' emulator, behind a proxy that holds calls: it can be killed inside of one. */
export type Remote = Awaited<ReturnType<typeof startRemote>>

export const startRemote = async (more: Settings = {}, webhook?: string) => {
  const upstream = await startTroubled()
  const bases = upstream.emulator?.bases
  assert.ok(bases)
  const proxy = await startProxy(new URL(bases.gateway).origin)
  const through = (base: string) => proxy.origin + new URL(base).pathname
  const folder = newFolder()
  const settings = settingsFor(folder, {
    ABDM_ENV: 'sandbox',
    ABDM_CLIENT_ID: clientId,
    ABDM_CLIENT_SECRET: clientSecret,
    ...keys,
    ABDM_GATEWAY_URL: through(bases.gateway),
    ABDM_ABHA_URL: through(bases.abha),
    ABDM_PHR_APP_URL: through(bases['phr-app']),
    ABDM_PHR_WEB_URL: through(bases['phr-web']),
    ...more,
  })
  const made = node(['client', 'add', 'hospital'], settings)
  const [, secret = ''] = await made.says(/client_secret\s+(\S+)/)
  assert.equal((await made.ended).code, 0)
  if (webhook) assert.equal((await node(['client', 'webhook', 'hospital', webhook], settings).ended).code, 0)
  let server: Server = await startServer(settings)
  const client = clientOf(() => server.base, 'hospital', secret)
  await client.login()

  const remote = {
    upstream,
    proxy,
    caller: client.caller,
    product: { ...client.product, otpTo: upstream.otpTo },
    ask: client.send,
    /** Of the database. */
    folder,
    settings,
    get pid() {
      return server.child.pid
    },

    /** Milliseconds from the start of the new process until it listened. Held calls are let go in between. */
    async dieAndReturn(letGo: () => Promise<unknown> = async () => undefined): Promise<number> {
      await server.crash()
      await letGo()
      await outliveInstances(folder)
      const startedAt = performance.now()
      server = await startServer(settings)
      return performance.now() - startedAt
    },

    stop: () => server.stop(),

    /** What the server worked with. */
    async close(): Promise<void> {
      await proxy.stop()
      await upstream.stop()
    },
  }
  return remote
}
