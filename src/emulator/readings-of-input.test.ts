import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { at, startBench, textAt } from './testing.ts'

/** How a value is written decides nothing that the contract does not say: case, suffix, the type of a body (abdm-v3 §8.1, §18). */

const bench = await startBench()
after(() => bench.close())
const { caller } = bench
const [address, mobile] = ['arjun.maadari@sbx', '6200010022']

test('an ABHA address is the same in any case, its suffix too, wherever it stands in clear', async () => {
  for (const name of ['ARJUN.MAADARI@SBX', 'Arjun.Maadari@Sbx', 'arjun.maadari@SBX']) {
    for (const [service, path] of [
      ['phr-app', '/login/search'],
      ['phr-web', '/login/abha/search'],
    ] as const) {
      const found = await caller.send(service, 'POST', path, { abhaAddress: name })
      assert.deepEqual([found.status, at(found, 'abhaAddress')], [200, address], found.text)
    }
    const isThere = await caller.send('phr-app', 'GET', `/enrollment/isExists?abhaAddress=${encodeURIComponent(name)}`)
    assert.deepEqual([isThere.status, isThere.text], [200, 'true'])
    const txnId = textAt(await caller.requestOtp('/login/request/otp', 'byAddress', 'mobile-number', mobile), 'txnId')
    const proven = await caller.verifyOtp('/login/verify', 'byAddress', txnId, await caller.latestOtp(mobile))
    const chosen = await caller.verifyUser(textAt(proven, 'tokens.token'), txnId, name)
    assert.equal(chosen.status, 200, chosen.text)
  }
  const elsewhere = await caller.send('phr-app', 'GET', '/enrollment/isExists?abhaAddress=arjun.maadari%40ABDM')
  assert.equal(elsewhere.status, 400)
})

test('a body is JSON by its media type, in any case and with parameters, and by no longer word', async () => {
  const search = (type: string) =>
    caller.send('phr-app', 'POST', '/login/search', { abhaAddress: address }, { 'Content-Type': type })
  for (const type of ['Application/JSON', 'application/json;charset=UTF-8', 'application/json ; charset=utf-8'])
    assert.equal((await search(type)).status, 200, type)
  for (const type of ['application/jsonfoo', 'application/json-patch+json', 'text/plain; application/json']) {
    const { status, text } = await search(type)
    assert.equal(status, 400, type)
    assert.match(text, /415 UNSUPPORTED_MEDIA_TYPE/)
  }
})

const askOnAbha = async (loginHint: string, plain: string, otpSystem: 'abdm' | 'aadhaar') =>
  caller.send('abha', 'POST', '/profile/login/request/otp', {
    scope: ['abha-login', otpSystem === 'abdm' ? 'mobile-verify' : 'aadhaar-verify'],
    loginHint,
    loginId: await caller.seal(4096, plain),
    otpSystem,
  })

test('the ABHA log-in says by which identifier nobody is there, and that a mobile is malformed', async () => {
  const timestamp = '2026-01-02 08:34:05'
  const unregistered = { error: { code: 'ABDM-1114', message: 'No ABHA user registered with this Aadhaar number.' } }
  // Nobody's Aadhaar number, and one of somebody without an ABHA number.
  for (const aadhaar of ['999999990019', '200000000111']) {
    const { status, body } = await askOnAbha('aadhaar', aadhaar, 'aadhaar')
    assert.deepEqual([status, body], [404, unregistered])
  }
  const unknown = await askOnAbha('abha-number', '91-2000-0000-9999', 'abdm')
  assert.deepEqual(unknown.body, { error: { code: 'ABDM-1114', message: 'User not found.' } })
  const malformed = await askOnAbha('mobile', '12345', 'abdm')
  assert.deepEqual([malformed.status, malformed.body], [400, { loginId: 'Invalid Mobile Number', timestamp }])
  const undashed = await askOnAbha('abha-number', '91200000000022', 'abdm')
  assert.deepEqual(undashed.body, { loginId: 'LoginId is invalid', timestamp })
})
