import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { walkerOf } from '../flow-states.ts'
import type { At, Step } from '../flow-steps.ts'
import { type Product, startProduct } from '../harness.ts'
import { type Client, register } from '../walks.ts'

/** Two of anything at once: in every state of every flow, of many identical steps one wins, the others are told, and nothing is done twice. */

let product: Product
let client: Client
let loggedIn: string
before(async () => {
  product = await startProduct()
  client = await product.client()
  loggedIn = (await register(product, client)).oid
})
after(() => product.stop())

const { steps, states } = walkerOf(() => ({ product, client, loggedIn }))

/** They change nothing: everybody is answered. */
const harmless: readonly Step[] = ['registration/suggest', 'face-auth/capture']
const atOnce = 8

const addressesOf = async ({ citizen }: At): Promise<string[]> => {
  const { citizens } = (await product.send('GET', '/sandbox/v1/citizens')).body
  return citizens.find((one: { aadhaar_number: string }) => one.aadhaar_number === citizen?.aadhaar_number)
    ?.abha_addresses
}

for (const [name, { reach, accepts }] of Object.entries(states)) {
  for (const step of accepts) {
    test(`${name}: of ${atOnce} ${step} at once ${harmless.includes(step) ? 'all are answered' : 'one wins'}`, async () => {
      const at = await reach()
      if (step.endsWith('resend')) await product.advance(61)
      await client.relogin()
      const before = at.citizen && (await addressesOf(at)).length
      // A creation asks for another address each time, so that two winners would show.
      const replies = await Promise.all(Array.from({ length: atOnce }, () => steps[step].send(at)))
      const statuses = replies.map(({ status }) => status)
      for (const { status, text } of replies) {
        assert.ok([200, 400, 429].includes(status), text)
        assert.ok(!text.includes('start again'), `nobody sent a wrong OTP: ${text}`)
      }
      const won = statuses.filter((status) => status === 200).length
      if (harmless.includes(step)) assert.equal(won, atOnce)
      else assert.equal(won, 1, statuses.join(' '))
      // A new ABHA number brings its default address, a creation one more.
      if (before !== undefined) assert.ok((await addressesOf(at)).length <= before + (before === 0 ? 2 : 1))
    })
  }
}
