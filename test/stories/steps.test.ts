import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { walkerOf } from '../flow-states.ts'
import type { At, Step } from '../flow-steps.ts'
import { type Product, startProduct } from '../harness.ts'
import { assertRefused, type Client, refusals, register } from '../walks.ts'

/**
 * The table of connect §6, crossed with itself: in each state of each flow exactly the steps that the contract names are
 * accepted; every other one is 400 and leaves the transaction as usable as it was.
 */

let product: Product
let client: Client
let loggedIn: string

before(async () => {
  product = await startProduct()
  client = await product.client()
  loggedIn = (await register(product, client)).oid
})
after(() => product.stop())

const { steps, states, take } = walkerOf(() => ({ product, client, loggedIn }))
const everyStep = Object.keys(steps) as Step[]

const refusesAllBut = async (at: At, accepted: readonly Step[], refusal: (typeof refusals)[keyof typeof refusals]) => {
  for (const step of everyStep) {
    if (accepted.includes(step)) continue
    assertRefused(await steps[step].send(at), refusal, step)
  }
}

for (const [name, { reach, accepts }] of Object.entries(states)) {
  for (const [index, step] of accepts.entries()) {
    test(`${name} accepts ${step}${index === 0 ? ', refuses every other step, and is none the worse for it' : ''}`, async () => {
      const at = await reach()
      if (index === 0) {
        const before = product.upstreamCalls()
        await refusesAllBut(at, accepts, refusals.stepNotAllowed)
        assert.equal(product.upstreamCalls(), before, 'a refused step went upstream')
      }
      if (step.endsWith('resend')) await product.advance(61)
      await client.relogin()
      await take(step, at)
    })
  }
}

const ends: readonly [name: string, state: string, step: Step][] = [
  ['registration.mobile', 'registration.mobile at abha_create', 'registration/mobile/create-phr'],
  ['registration.aadhaar', 'registration.aadhaar at abha_create, nothing offered', 'registration/aadhaar/create-phr'],
  ['face-auth', 'face-auth at abha_create', 'registration/aadhaar/auto-login'],
  ['login by phr_address', 'login by phr_address at otp_sent', 'login/verify'],
  ['login by mobile', 'login by mobile at abha_select', 'login/phr'],
  ['login by aadhaar_number', 'login by aadhaar_number at abha_create, something offered', 'login/phr'],
  ['login by search', 'login by search at abha_select', 'registration/aadhaar/auto-login'],
  ['session', 'session at otp_sent', 'session/verify'],
  ['profile.kyc', 'profile.kyc at otp_sent', 'kyc/verify'],
]

for (const [name, state, step] of ends) {
  test(`a finished ${name} is unknown to every step`, async () => {
    const at = await states[state]?.reach()
    assert.ok(at)
    await take(step, at)
    await refusesAllBut(at, [], refusals.txnUnknown)
  })
}

test('no transaction of another client is known to any step', async () => {
  const stranger = await product.client('openabha-dev-2')
  for (const [name, { reach, accepts }] of Object.entries(states)) {
    const at = await reach()
    const mine = client
    const user = loggedIn
    client = stranger
    loggedIn = (await register(product, stranger)).oid
    try {
      const { oid: _, ...theirs } = at
      for (const step of accepts) assertRefused(await steps[step].send(theirs), refusals.txnUnknown, `${name}: ${step}`)
    } finally {
      client = mine
      loggedIn = user
    }
  }
})
