import assert from 'node:assert/strict'
import { type FlowStep, notConfirmed, orResend, proved, sessionEnded } from './flow-step.ts'
import { ok } from './journey.ts'
import { asked } from './login-steps.ts'
import type { Way } from './way.ts'

/** The steps about a user: KYC, profile, card, QR, share. */

const asUser = (way: Way) => way.registerByMobile()
const kycAsked = async (way: Way) => {
  await asUser(way)
  ok(await way.kycInit())
}
const isVerified = async (way: Way) => {
  const profile = ok(await way.read())
  assert.deepEqual([profile.kyc_verified, profile.abha_number], [true, way.citizen.abha_number])
}
const kycAgain = async (way: Way) => {
  await way.openAgain()
  await orResend(way.kycVerify, way.kycResend)
  await isVerified(way)
}
const aboutUser = (
  name: string,
  operation: string,
  act: FlowStep['act'],
  status = 200,
  more: Partial<FlowStep> = {},
): FlowStep => ({
  name,
  operation,
  kind: 'without an address',
  isAsUser: true,
  ready: asUser,
  act,
  finish: async (way) => {
    await way.openAgain()
    assert.equal((await act(way)).status, status)
  },
  ...more,
})
const byAadhaarNow: Partial<FlowStep> = {
  kind: 'new',
  ready: async (way) => {
    await proved(way)
    ok(await way.create())
  },
}
const throughWeb: Partial<FlowStep> = {
  kind: 'known',
  on: 'web',
  ready: async (way) => {
    await asked('phr_address')(way)
    ok(await way.loginVerify())
  },
}

export const ofUsers: readonly FlowStep[] = [
  aboutUser('kyc/init', 'phr.profile.request_otp', (way) => way.kycInit(), 200, {
    finish: async (way) => {
      await way.openAgain()
      ok(await way.kycInit())
      await kycAgain(way)
    },
  }),
  aboutUser('kyc/resend', 'phr.profile.request_otp', (way) => way.kycResend(), 200, {
    ready: kycAsked,
    finish: async (way) => {
      await way.openAgain()
      ok(await way.kycResend())
      await kycAgain(way)
    },
  }),
  aboutUser('kyc/verify', 'phr.profile.verify', (way) => way.kycVerify(), 200, { ready: kycAsked, finish: kycAgain }),
  aboutUser('kyc/verify, of which the link', 'phr.profile.link', (way) => way.kycVerify(), 200, {
    isSecond: true,
    ready: kycAsked,
    bears: ['drop_after'],
    says: Object.fromEntries(
      [
        'drop_before',
        'empty 200',
        'empty 500',
        'empty 503',
        'html',
        'truncated',
        'huge',
        'timeout',
        'error 503 ABDM-1024',
      ].map((failure) => [failure, notConfirmed] as const),
    ),
    finish: async (way, reply) => {
      await way.openAgain()
      if (reply.status !== 200) ok(await way.kycVerify())
      await isVerified(way)
    },
  }),
  aboutUser('PATCH profile, of which the read', 'phr.profile.get', (way) => way.change(), 204),
  aboutUser('PATCH profile', 'phr.profile.update', (way) => way.change(), 204),
  aboutUser('card', 'phr.profile.card', (way) => way.card()),
  aboutUser('card after Aadhaar', 'abha.profile.card', (way) => way.card(), 200, byAadhaarNow),
  aboutUser('card through PHR web', 'web.profile.card', (way) => way.card(), 200, throughWeb),
  aboutUser('qr', 'phr.profile.get', (way) => way.qr()),
  aboutUser('qr after Aadhaar', 'abha.profile.get', (way) => way.qr(), 200, byAadhaarNow),
  aboutUser('qr through PHR web', 'web.profile.get', (way) => way.qr(), 200, throughWeb),
  aboutUser('GET profile after Aadhaar', 'abha.profile.get', (way) => way.read(), 200, byAadhaarNow),
  aboutUser('share v2', 'phr.profile.get', (way) => way.share(), 202),
  aboutUser('share v1', 'phr.profile.get', (way) => way.shareAndWait()),
  aboutUser('DELETE profile', 'phr.profile.logout', (way) => way.remove(), 204, {
    bears: 'all',
    says: { 'empty 401': sessionEnded },
    finish: async (way, reply) => {
      await way.openAgain()
      if (reply.status !== 204) assert.equal((await way.remove()).status, 204)
      assert.equal((await way.remove()).status, 404)
    },
  }),
]
