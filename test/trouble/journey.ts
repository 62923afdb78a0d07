import assert from 'node:assert/strict'
import type { Environment } from '../../src/config.ts'
import { type Product, type Reply, startProduct } from '../harness.ts'

/** The steps of the first flow, one by one, so that trouble can be put between and inside them. */

export type Caller = Awaited<ReturnType<Product['client']>>

/** Resends are free. Upstream has time enough for a machine that is busy, and not so much that a test of waiting is long. */
export const startTroubled = (env: Environment = {}): Promise<Product> =>
  startProduct({
    ABDM_ANSWER_TIMEOUT_MS: '3000',
    OTP_RESEND_WAIT_SECONDS: '0',
    OTP_RESENDS_MAX: '9',
    SANDBOX_TRACE: '100000',
    ...env,
  })

let people = 0

/** Somebody whom neither the product nor upstream has met. */
export const newPerson = () => {
  const serial = String(++people).padStart(4, '0')
  return { mobile: `700000${serial}`, abha_address: `trouble.${serial}@sbx` }
}
export type Person = ReturnType<typeof newPerson>

export const details = {
  first_name: 'Asha',
  last_name: 'Rao',
  gender: 'F',
  year_of_birth: 1990,
  month_of_birth: 4,
  day_of_birth: 9,
  pincode: '834001',
}

export const ok = (reply: Reply): any => {
  assert.equal(reply.status, 200, reply.text)
  return reply.body
}

/** One person's way through the product; what a step answers is remembered for the next. */
export const journeyOf = (product: Product, caller: Caller, person: Person = newPerson()) => {
  const { mobile, abha_address } = person
  let txn_id = ''
  let oid = ''
  const asUser = () => ({ headers: { 'X-Pt-Id': oid } })
  const remember = (reply: Reply): Reply => {
    txn_id = reply.body?.txn_id ?? txn_id
    oid = reply.body?.eka?.oid ?? oid
    return reply
  }
  const na = '/abdm/na/v1/registration'
  const journey = {
    ...person,
    get txn_id() {
      return txn_id
    },
    get oid() {
      return oid
    },
    asUser,
    otp: () => product.otpTo(mobile),
    init: async () => remember(await caller.post(`${na}/mobile/init`, { mobile_number: mobile })),
    resend: () => caller.post(`${na}/mobile/resend`, { txn_id }),
    verify: async (otp?: string) =>
      remember(await caller.post(`${na}/mobile/verify`, { txn_id, otp: otp ?? (await journey.otp()) })),
    suggest: () => caller.get(`${na}/suggest?fn=Asha&ln=Rao&dob=1990-04-09&transactionId=${txn_id}`),
    suggestWithoutTxn: () => caller.get(`${na}/suggest?fn=Asha&ln=Rao&dob=1990-04-09`),
    check: (address = abha_address) => caller.post(`${na}/phr/check`, { abha_address: address }),
    create: async (address = abha_address) =>
      remember(await caller.post(`${na}/mobile/create-phr`, { txn_id, abha_address: address, profile: details })),
    sessionInit: async () =>
      remember(await caller.post('/abdm/v1/session/init', { abha_address }, oid === '' ? {} : asUser())),
    sessionVerify: async (otp?: string) =>
      caller.post('/abdm/v1/session/verify', { txn_id, otp: otp ?? (await journey.otp()) }, asUser()),
    status: () => caller.get('/abdm/v1/session/status', asUser()),
    profile: () => caller.get('/abdm/v1/profile', asUser()),

    /** Registered, with the session that comes with it. */
    async register() {
      ok(await journey.init())
      ok(await journey.verify())
      ok(await journey.create())
      return journey
    },
    /** How many OTPs have gone to this person. */
    messages: (): Promise<number> => product.messagesTo(mobile),
  }
  return journey
}
export type Journey = ReturnType<typeof journeyOf>

/** An error as connect §5 wants it: one shape, the status inside, and nothing of upstream's or this server's inside. */
export const assertHonestError = (reply: Reply): void => {
  assert.match(reply.headers.get('content-type') ?? '', /^application\/json/)
  assert.equal(reply.body.code, reply.status, reply.text)
  assert.equal(typeof reply.body.error, 'string')
  const { code: _, error: __, source_error: source, ...more } = reply.body
  assert.deepEqual(more, {})
  if (source !== undefined) {
    assert.deepEqual(Object.keys(source).sort(), ['code', 'message'])
    for (const text of Object.values(source)) assert.equal(typeof text, 'string')
  }
  assert.doesNotMatch(reply.text, /<\/?[a-z]+>|node:|\.ts\b|\bat \S+ \(|Error:|xxxxxxxx/i)
}
