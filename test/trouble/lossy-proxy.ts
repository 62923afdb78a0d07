import type { Environment } from '../../src/config.ts'
import { keys } from '../../src/config-testing.ts'
import { clientSecret, clientId as upstreamClientId } from '../../src/emulator/testing.ts'
import { type Product, startProduct } from '../harness.ts'
import { startTroubled } from './journey.ts'
import { startProxy } from './proxy.ts'

/** A product whose upstream is real to it: another one's emulator behind a proxy that loses and spoils answers. */

export type Lossy = Awaited<ReturnType<typeof startLossy>>

export const startLossy = async (env: Environment = {}) => {
  const upstream = await startTroubled()
  const bases = upstream.emulator?.bases
  if (!bases) throw new Error('no emulator')
  const proxy = await startProxy(new URL(bases.gateway).origin)
  const through = (base: string) => proxy.origin + new URL(base).pathname
  const product: Product = await startProduct({
    ABDM_ENV: 'sandbox',
    ABDM_CLIENT_ID: upstreamClientId,
    ABDM_CLIENT_SECRET: clientSecret,
    ...keys,
    ABDM_GATEWAY_URL: through(bases.gateway),
    ABDM_ABHA_URL: through(bases.abha),
    ABDM_PHR_APP_URL: through(bases['phr-app']),
    ABDM_PHR_WEB_URL: through(bases['phr-web']),
    ABDM_ANSWER_TIMEOUT_MS: '3000',
    OTP_RESEND_WAIT_SECONDS: '0',
    OTP_RESENDS_MAX: '9',
    ...env,
  })
  await product.services.clients.add('hospital', 'hospital-secret')
  const caller = await product.client('hospital')
  return {
    /** Where the sandbox's inbox, faults and clock are; the product itself has none. */
    upstream,
    product: { ...product, otpTo: upstream.otpTo, messagesTo: upstream.messagesTo, send: upstream.send },
    proxy,
    caller,
    /** Time passes on both sides. */
    async advance(seconds: number): Promise<void> {
      product.clock.moveTo(product.clock.offsetMs + seconds * 1000)
      await upstream.advance(seconds)
    },
    stop: async () => {
      await product.stop()
      await proxy.stop()
      await upstream.stop()
    },
  }
}
