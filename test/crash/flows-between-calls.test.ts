import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { journeyOf, ok } from '../trouble/journey.ts'
import { type Way, wayOf } from '../trouble/way.ts'
import { shareDeaths } from './deaths.ts'
import { startMortal } from './mortal.ts'
import { cleanUp } from './server.ts'

/** Every flow goes on through a kill after any of its answers. */

after(cleanUp)

let mortal: Awaited<ReturnType<typeof startMortal>>
const { walk, walkTogether, take } = shareDeaths(() => mortal)

walk('registration by mobile with a resend, and a session', async () => {
  const journey = journeyOf(mortal.product, mortal.caller)
  let otp = ''
  const { txn_id } = await take(async () => {
    const begun = await journey.init()
    otp = await journey.otp()
    return begun
  })
  assert.equal(await journey.otp(), otp)
  assert.equal((await take(journey.resend)).txn_id, txn_id)
  assert.deepEqual(await take(journey.verify), { txn_id, skip_state: 'abha_create', abha_profiles: [] })
  assert.equal((await journey.verify(otp)).body.source_error.code, 'ABDM-1006')
  assert.ok((await take(journey.suggest)).suggestions.length > 0)
  const created = await take(journey.create)
  assert.equal((await journey.create()).body.source_error.code, 'MIS-1026')
  assert.deepEqual(ok(await journey.check()), { exists: true })
  assert.deepEqual(ok(await journey.status()), { logged_in: true, kyc_verified: false })
  assert.deepEqual(ok(await journey.profile()).abha_addresses, [journey.abha_address])
  await take(journey.sessionInit)
  await take(journey.sessionVerify)
  assert.deepEqual(ok(await journey.profile()), created.profile)
})

walk('registration by Aadhaar with another mobile and both resends', async () => {
  const way = await wayOf(mortal.product, mortal.caller, 'new')
  way.wantsOther()
  const { txn_id } = await take(way.init)
  assert.equal((await take(way.resend)).txn_id, txn_id)
  assert.equal((await take(way.verify)).skip_state, 'confirm_mobile_otp')
  assert.equal((await way.verify()).body.source_error.code, 'ABDM-1006')
  await take(way.resendOther)
  const confirmed = await take(way.confirm)
  assert.deepEqual([confirmed.txn_id, confirmed.skip_state], [txn_id, 'abha_create'])
  const created = await take(way.create)
  assert.equal((await way.create()).body.source_error.code, 'MIS-1026')
  const profile = ok(await way.read())
  assert.deepEqual([profile.abha_address, profile.kyc_verified], [way.abha_address, true])
  assert.equal(profile.abha_number, created.profile.abha_number)
})

walk('registration by face, ended with an address that is there already', async () => {
  const way = await wayOf(mortal.product, mortal.caller, 'known')
  await take(way.faceInit)
  await take(way.phone)
  assert.equal((await take(way.capture)).status, 'Verified')
  assert.equal((await take(way.faceVerify)).abha_profiles.length, 1)
  const { eka } = await take(way.autoLogin)
  assert.ok(eka.oid)
  assert.deepEqual(ok(await way.read()).abha_addresses, way.citizen.abha_addresses)
})

walk('login by every method and by search, at the same user', async () => {
  const way = await wayOf(mortal.product, mortal.caller, 'known')
  const oids = new Set<string>()
  for (const method of ['phr_address', 'mobile', 'aadhaar_number']) {
    await take(() => way.loginInit(method))
    const verified = await take(way.loginVerify)
    const ended = verified.skip_state === 'abha_end' ? verified : await take(way.loginPhr)
    oids.add(ended.eka.oid)
  }
  assert.equal((await take(way.search)).profiles.length, 1)
  await take(way.searchInit)
  await take(way.loginVerify)
  oids.add((await take(way.loginPhr)).eka.oid)
  assert.equal(oids.size, 1)
  ok(await way.read())
})

walk('KYC of a user, and what has been changed and deleted since', async () => {
  const way = await wayOf(mortal.product, mortal.caller, 'without an address')
  await way.registerByMobile()
  for (const act of [way.kycInit, way.kycResend, way.kycVerify]) await take(act)
  assert.equal((await way.kycVerify()).body.source_error.code, 'MIS-1026')
  const verified = ok(await way.read())
  assert.deepEqual([verified.kyc_verified, verified.abha_number], [true, way.citizen.abha_number])
  await take(way.change, 204)
  assert.equal(ok(await way.read()).address, '14 Lake Road')
  await take(way.remove, 204)
  assert.equal((await way.read()).status, 404)
})

walkTogether('through a kill after any answer', () => {
  before(async () => {
    mortal = await startMortal()
  })
  after(async () => assert.equal((await mortal.stop()).code, 0))
})

test('a share that was accepted is done after the restart, once, and gets one token', async () => {
  const mortal = await startMortal()
  const way = await wayOf(mortal.product, mortal.caller, 'known')
  ok(await way.loginInit('phr_address'))
  ok(await way.loginVerify())
  const ids = ['share-1', 'share-2', 'share-3']
  for (const id of ids) {
    const accepted = await way.share(id)
    assert.deepEqual([accepted.status, accepted.body], [202, { request_id: id, status: 'processing' }], accepted.text)
  }
  await mortal.dieAndReturn()
  for (const id of ids) assert.notEqual(ok(await way.shareStatus(id)).status, 'failed')
  // The work of the dead process comes due again.
  await mortal.advance(91)
  const tokens: string[] = []
  for (const id of ids) tokens.push((await settled(way, id)).token_number)
  await mortal.dieAndReturn()
  await mortal.advance(91)
  for (const [index, id] of ids.entries()) {
    const again = await way.share(id)
    assert.deepEqual([again.status, again.body], [202, { request_id: id, status: 'success' }])
    assert.equal(ok(await way.shareStatus(id)).token_number, tokens[index])
  }
  assert.equal((await mortal.stop()).code, 0)
})

const settled = async (way: Way, id: string): Promise<any> => {
  for (let turn = 0; turn < 400; turn++) {
    const body = ok(await way.shareStatus(id))
    if (body.status === 'success') return body
    assert.equal(body.status, 'processing')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.fail(`${id} was never done`)
}
