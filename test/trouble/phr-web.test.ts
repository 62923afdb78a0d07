import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import type { Product } from '../harness.ts'
import { type Caller, journeyOf, ok, startTroubled } from './journey.ts'

/** A client id that NHA has not enabled for the PHR app opens sessions through PHR web, which cannot be renewed. */

let product: Product
let caller: Caller
before(async () => {
  product = await startTroubled()
  caller = await product.client()
})
after(() => product.stop())
afterEach(() => product.calm())

const noPermission = { status: 401, code: 'ABDM-1094: ', message: 'Access restricted', probability: 1 }

test('a refusal for want of permission falls back to PHR web: one OTP, a session, a profile, and 491 at its end', async () => {
  const journey = await journeyOf(product, caller).register()
  for (const operation of ['phr.login.request_otp', 'phr.login.verify', 'phr.login.verify_user', 'phr.profile.get']) {
    await product.fault({ operation, ...noPermission })
  }
  const before = await journey.messages()
  ok(await journey.sessionInit())
  assert.equal(await journey.messages(), before + 1)
  const opened = ok(await journey.sessionVerify())
  assert.equal(typeof opened.token, 'string')
  const profile = ok(await journey.profile())
  assert.deepEqual([profile.abha_address, profile.full_name], [journey.abha_address, 'Asha Rao'])
  assert.equal(ok(await journey.status()).logged_in, true)
  assert.equal(product.upstreamCalls('web.profile.get'), 1)

  await product.advance(1_801)
  await caller.relogin()
  const refreshes = product.upstreamCalls('phr.profile.refresh')
  assert.equal(ok(await journey.status()).logged_in, false)
  assert.equal((await journey.profile()).status, 491)
  assert.equal(product.upstreamCalls('phr.profile.refresh'), refreshes)
  ok(await journey.sessionInit())
  ok(await journey.sessionVerify())
  ok(await journey.profile())
})

test('a web session that upstream refuses before its time is over at once, also for its status', async () => {
  const journey = await journeyOf(product, caller).register()
  await product.fault({ operation: 'phr.login.request_otp', ...noPermission })
  ok(await journey.sessionInit())
  ok(await journey.sessionVerify())
  await product.fault({ operation: 'web.profile.get', mode: 'empty', status: 401, times: 2 })
  assert.equal((await journey.profile()).status, 491)
  assert.equal(ok(await journey.status()).logged_in, false)
  assert.equal((await journey.profile()).status, 491)
})

test('a refusal of the PHR certificate for want of permission falls back as well', async () => {
  const journey = await journeyOf(product, caller).register()
  await product.advance(90_000)
  await caller.relogin()
  await product.fault({ operation: 'phr.certificate', ...noPermission })
  ok(await journey.sessionInit())
  ok(await journey.sessionVerify())
  ok(await journey.profile())
})

test('when neither service takes the client id, the caller hears of it and no OTP went out', async () => {
  const journey = await journeyOf(product, caller).register()
  const before = await journey.messages()
  for (const operation of ['phr.login.request_otp', 'web.login.request_otp'])
    await product.fault({ operation, ...noPermission })
  const reply = await journey.sessionInit()
  assert.deepEqual(
    [reply.status, reply.body.error, reply.body.source_error],
    [500, 'Something went wrong', { code: 'ABDM-1094', message: 'Access restricted' }],
  )
  assert.equal(await journey.messages(), before)
})

test('trouble that is no want of permission does not send the OTP through the other service', async () => {
  const journey = await journeyOf(product, caller).register()
  for (const mode of ['timeout', 'drop_after', 'html', 'truncated', 'empty']) {
    const before = product.upstreamCalls('web.login.request_otp')
    await product.fault({ operation: 'phr.login.request_otp', mode })
    assert.notEqual((await journey.sessionInit()).status, 200)
    assert.equal(product.upstreamCalls('web.login.request_otp'), before)
  }
})
