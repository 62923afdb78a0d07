import assert from 'node:assert/strict'
import {
  begun,
  begunWithOther,
  confirmAndCreate,
  confirming,
  createAndRead,
  type FlowStep,
  hasEnded,
  proved,
} from './flow-step.ts'
import { ok } from './journey.ts'
import type { Way } from './way.ts'

/** The steps of registration by Aadhaar and by face. */

export const byAadhaar: readonly FlowStep[] = [
  {
    name: 'aadhaar/init',
    operation: 'abha.enrollment.request_otp',
    kind: 'new',
    ready: async () => undefined,
    act: (way) => way.init(),
    finish: async (way) => {
      await proved(way)
      await createAndRead(way)
    },
  },
  {
    name: 'aadhaar/resend',
    operation: 'abha.enrollment.request_otp',
    kind: 'new',
    ready: begun,
    act: (way) => way.resend(),
    finish: async (way) => {
      ok(await way.resend())
      ok(await way.verify())
      await createAndRead(way)
    },
  },
  {
    name: 'aadhaar/verify',
    operation: 'abha.enrollment.by_aadhaar',
    kind: 'new',
    ready: begun,
    act: (way) => way.verify(),
    finish: async (way) => {
      const again = await way.verify()
      if (again.status !== 200) {
        // The enrolment that lost its answer has used up the transaction; a new one finds the account.
        assert.equal(again.body.source_error.code, 'MIS-1026', again.text)
        await proved(way)
      }
      await createAndRead(way)
    },
  },
  {
    name: 'aadhaar/verify with another mobile',
    operation: 'abha.enrollment.request_otp',
    kind: 'new',
    isSecond: true,
    // The account is there: the step has been taken whatever becomes of the second OTP, and the resend sends it.
    bears: 'all',
    ready: begunWithOther,
    act: (way) => way.verify(),
    finish: async (way) => {
      ok(await way.resendOther())
      await confirmAndCreate(way)
    },
  },
  {
    name: 'aadhaar/mobile/verify',
    operation: 'abha.enrollment.by_abdm',
    kind: 'new',
    // The profile shows that the mobile was linked.
    bears: ['drop_after'],
    ready: confirming,
    act: (way) => way.confirm(),
    finish: (way, reply) => (reply.status === 200 ? createAndRead(way) : confirmAndCreate(way)),
  },
  {
    name: 'aadhaar/mobile/resend',
    operation: 'abha.enrollment.request_otp',
    kind: 'new',
    ready: confirming,
    act: (way) => way.resendOther(),
    finish: async (way) => {
      ok(await way.resendOther())
      ok(await way.confirm())
      await createAndRead(way)
    },
  },
  {
    name: 'suggest after Aadhaar',
    operation: 'abha.enrollment.suggestion',
    kind: 'new',
    ready: proved,
    act: (way) => way.suggest(),
    finish: createAndRead,
  },
  {
    name: 'aadhaar/create-phr',
    operation: 'abha.enrollment.abha_address',
    kind: 'new',
    bears: ['drop_after'],
    ready: proved,
    act: (way) => way.create(),
    finish: async (way, reply) => {
      if (!hasEnded(reply)) await createAndRead(way)
    },
  },
  {
    name: 'aadhaar/create-phr, of which the profile cannot be read',
    operation: 'abha.profile.get',
    kind: 'new',
    bears: 'all',
    ready: proved,
    act: (way) => way.create(),
    finish: async (way) => {
      assert.ok(ok(await way.read()).abha_addresses.includes(way.abha_address))
    },
  },
  {
    name: 'aadhaar/auto-login',
    operation: 'abha.profile.get',
    kind: 'known',
    // Renewed once and refused again: the caller begins anew.
    says: { 'empty 401': [400, 'Transaction not found for UUID.'] },
    ready: proved,
    act: (way) => way.autoLogin(),
    finish: async (way) => {
      assert.equal(ok(await way.autoLogin()).skip_state, 'abha_end')
      ok(await way.read())
    },
  },
]

const shown = async (way: Way) => ok(await way.faceInit())
const captured = async (way: Way) => {
  await shown(way)
  ok(await way.phone())
  assert.equal(ok(await way.capture()).status, 'Verified')
}

export const byFace: readonly FlowStep[] = [
  {
    name: 'face-auth/init',
    operation: 'abha.face.init',
    kind: 'new',
    ready: async () => undefined,
    act: (way) => way.faceInit(),
    finish: async (way) => {
      await captured(way)
      ok(await way.faceVerify())
      await createAndRead(way)
    },
  },
  {
    name: 'face-auth/capture',
    operation: 'abha.face.capture',
    kind: 'new',
    ready: async (way) => {
      await shown(way)
      ok(await way.phone())
    },
    act: (way) => way.capture(),
    finish: async (way) => {
      assert.equal(ok(await way.capture()).status, 'Verified')
      ok(await way.faceVerify())
      await createAndRead(way)
    },
  },
  {
    name: 'face-auth/verify',
    operation: 'abha.enrollment.by_aadhaar',
    kind: 'new',
    ready: captured,
    act: (way) => way.faceVerify(),
    finish: async (way) => {
      const again = await way.faceVerify()
      if (again.status !== 200) {
        // The capture was used up by a lost answer: the flow begins again, and nothing was made twice.
        assert.equal(again.body.source_error.code, 'MIS-1026', again.text)
        await captured(way)
        ok(await way.faceVerify())
      }
      await createAndRead(way)
    },
  },
]
