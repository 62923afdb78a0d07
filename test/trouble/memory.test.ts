import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Product } from '../harness.ts'
import { type Caller, journeyOf, startTroubled } from './journey.ts'

/** An upstream that answers without end costs this server no more than a reply’s due. */

let product: Product
let caller: Caller
before(async () => {
  product = await startTroubled({ ABDM_ANSWER_TIMEOUT_MS: '5000' })
  caller = await product.client()
})
after(() => product.stop())

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')
/** The least of a few looks: other tests of the process have garbage of their own. */
const heldMiB = async (): Promise<number> => {
  const looks: number[] = []
  for (let look = 0; look < 3; look++) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    collect()
    const { heapUsed, external, arrayBuffers } = process.memoryUsage()
    looks.push((heapUsed + external + arrayBuffers) / 1_048_576)
  }
  return Math.min(...looks)
}

test('3.9 fifty replies of 8 MiB leave nothing behind, and the product goes on', async () => {
  const journey = await journeyOf(product, caller).register()
  const operations = ['phr.enrollment.request_otp', 'phr.profile.get'] as const
  const swallow = async (count: number) => {
    for (const operation of operations) await product.fault({ operation, mode: 'huge', times: count })
    for (let call = 0; call < count; call++) {
      assert.equal((await journeyOf(product, caller).init()).status, 502)
      assert.equal((await journey.profile()).status, 502)
    }
  }
  // The first few make what stays: the emulator's own huge body among it.
  await swallow(3)
  const before = await heldMiB()
  await swallow(25)
  const grown = (await heldMiB()) - before
  // What is taken of fifty such replies before they are given up is fifty mebibytes and more.
  assert.ok(grown < 16, `${grown.toFixed(1)} MiB more are held`)
  assert.equal((await journey.profile()).status, 200)
})
