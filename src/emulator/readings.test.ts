import assert from 'node:assert/strict'
import { after, afterEach, test } from 'node:test'
import { at, startBench, textAt } from './testing.ts'

/** The other reading of an open question of abdm-v3 §22, which a test may turn on. */

const bench = await startBench()
after(() => bench.close())
afterEach(() => bench.emulator.reset())
const { caller, emulator } = bench

/** Two people share this mobile. */
const shared = '6200010044'
const logIn = async (mobile: string) => {
  const asked = await caller.requestOtp('/login/request/otp', 'byAddress', 'mobile-number', mobile)
  const txnId = textAt(asked, 'txnId')
  return caller.verifyOtp('/login/verify', 'byAddress', txnId, await caller.latestOtp(mobile))
}
const enrol = async (mobile: string) => (await caller.proveMobile(mobile)).verified

for (const [way, verify] of [
  ['login', logIn],
  ['enrolment', enrol],
] as const) {
  test(`no. 6: a ${way} by mobile logs in to the first address listed at once`, async () => {
    emulator.readings.finalAfterMobile = true
    const verified = await verify(shared)
    const listed = (at(verified, 'users') as { abhaAddress: string }[]).map(({ abhaAddress }) => abhaAddress)
    assert.ok(listed.length > 1 && listed.includes('mitali.nomuna@sbx'), listed.join())
    assert.deepEqual([at(verified, 'tokens.expiresIn'), at(verified, 'tokens.refreshExpiresIn')], [1800, 1_296_000])
    assert.equal(at(await caller.profile(textAt(verified, 'tokens.token')), 'abhaAddress'), listed[0])
    const headers = { 'R-token': `Bearer ${textAt(verified, 'tokens.refreshToken')}` }
    const renewed = await caller.send('phr-app', 'GET', '/login/profile/request/token', undefined, headers)
    assert.equal(at(await caller.profile(textAt(renewed, 'tokens.token')), 'abhaAddress'), listed[0])
    const exchanged = await caller.verifyUser(
      textAt(verified, 'tokens.token'),
      textAt(verified, 'txnId'),
      listed[1] ?? '',
    )
    assert.deepEqual([exchanged.status, exchanged.text], [401, ''])
  })
}

test('no. 6: a mobile without an address has nobody to log in', async () => {
  emulator.readings.finalAfterMobile = true
  const verified = await enrol('7300000061')
  assert.deepEqual([at(verified, 'users'), at(verified, 'tokens.refreshToken')], [[], undefined])
})

test('a reset follows the usual reading again', async () => {
  emulator.readings.finalAfterMobile = true
  await emulator.reset()
  assert.equal(at(await logIn(shared), 'tokens.refreshToken'), undefined)
})
