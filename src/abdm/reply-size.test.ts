import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Scripted, startScripted } from '../../test/trouble/scripted-upstream.ts'
import { systemClock } from '../clock.ts'
import { readConfig } from '../config.ts'
import { createLog } from '../log.ts'
import { type Abdm, createAbdm } from './client.ts'
import { UpstreamFailure } from './failure.ts'
import * as wire from './wire/index.ts'
import type { Operation } from './wire/operation.ts'

/** How much of a reply is read: room for photos where there are photos, and nowhere else. */

const operations = Object.values(wire)
  .flatMap((group) => Object.values(group) as readonly Operation[])
  .filter(({ replyType }) => replyType !== 'image/png')

let upstream: Scripted
let abdm: Abdm
before(async () => {
  upstream = await startScripted()
  const settings = { ...readConfig({ ABDM_WEB_KEY_BITS: '2048' }).upstream, answerTimeoutMs: 5_000 }
  const log = createLog('error', systemClock, { write: () => undefined })
  abdm = createAbdm({ bases: upstream.bases, settings, clock: systemClock, log })
})
after(async () => {
  await abdm.close()
  await upstream.stop()
})

const txnId = '0b7a4c1e-2f3d-4a5b-8c6d-7e8f90a1b2c3'
const mebibyte = 1_048_576

test('four mebibytes for every reply that may hold a photo, one for all others', () => {
  const large = operations.filter(({ replyBytesMax }) => replyBytesMax === 4 * mebibyte).map(({ id }) => id)
  assert.deepEqual(large.sort(), [
    'abha.enrollment.by_aadhaar',
    'abha.login.verify',
    'abha.profile.get',
    'abha.profile.patch',
    'phr.enrollment.verify',
    'phr.login.verify',
    'phr.profile.get',
    'phr.profile.switch',
    'phr.profile.update',
    'phr.profile.verify',
    'web.login.verify',
    'web.profile.get',
  ])
  for (const { id, replyBytesMax } of operations) if (!large.includes(id)) assert.equal(replyBytesMax, mebibyte, id)
})

test('a family on one mobile, each with a photo, is read whole', async () => {
  const users = Array.from({ length: 6 }, (_, index) => ({
    abhaAddress: `family.member${index}@sbx`,
    profilePhoto: 'A'.repeat(500_000),
  }))
  const tokens = { token: 't-token', expiresIn: 300 }
  for (const [path, op] of [
    ['/login/verify', wire.phrLogin.verify],
    ['/enrollment/verify', wire.phrEnrollment.verify],
  ] as const) {
    upstream.say(path, { body: { txnId, authResult: 'success', users, tokens } })
    const authData = { authMethods: ['otp' as const], otp: { txnId, otpValue: '123456' } }
    const answer = await abdm.call(op, { body: { scope: [...op.variants.mobile.scope], authData } })
    assert.deepEqual(answer.users, users)
  }
})

const isUnreadable = (thrown: unknown): boolean => thrown instanceof UpstreamFailure && thrown.kind === 'unreadable'

test('what is larger is unreadable', async () => {
  upstream.say('/login/profile', { body: { abhaAddress: 'asha.rao@sbx', profilePhoto: 'A'.repeat(4 * mebibyte) } })
  await assert.rejects(abdm.call(wire.phrProfile.get, { token: 't' }), isUnreadable)
  upstream.say('/login/profile/request/logout', { body: { message: 'A'.repeat(mebibyte) } })
  await assert.rejects(abdm.call(wire.phrProfile.logout, { token: 't' }), isUnreadable)
})
