import assert from 'node:assert/strict'
import type { Reply } from '../harness.ts'
import { type Journey, ok } from './journey.ts'

/** Every step that asks upstream: what it calls, how one comes to it, and how the flow goes on from there. */

export type Step = {
  readonly name: string
  readonly operation: string
  /** Safe to send again: one failure of the connection or of a proxy is not even noticed. */
  readonly isRepeatable?: true
  /** Carries a user token, whose refusal is no business of the caller while it can be renewed. */
  readonly isAsUser?: true
  /** The product whose client id is not enabled for the PHR app. */
  readonly on?: 'web'
  readonly ready: (journey: Journey) => Promise<unknown>
  readonly act: (journey: Journey) => Promise<Reply>
  /** From there to the end; what the answer was decides how. */
  readonly finish: (journey: Journey) => Promise<unknown>
}

const nothing = async () => undefined
const init = async (journey: Journey) => ok(await journey.init())
const proven = async (journey: Journey) => {
  await init(journey)
  ok(await journey.verify())
}
const asked = async (journey: Journey) => {
  await journey.register()
  ok(await journey.sessionInit())
}
const opened = async (journey: Journey) => {
  await asked(journey)
  ok(await journey.sessionVerify())
}
const readProfile = async (journey: Journey) => {
  assert.equal(ok(await journey.profile()).abha_address, journey.abha_address)
}
const createAndRead = async (journey: Journey) => {
  ok(await journey.create())
  await readProfile(journey)
}
/** An OTP that was used up by a lost answer is told wrong, and a new one opens the way. */
const verifyAndOn = async (journey: Journey) => {
  const again = await journey.verify()
  if (again.status !== 200) {
    assert.equal(again.body.source_error.code, 'ABDM-1035', again.text)
    ok(await journey.resend())
    ok(await journey.verify())
  }
  await createAndRead(journey)
}
const openAndRead = async (journey: Journey) => {
  const again = await journey.sessionVerify()
  if (again.status !== 200) {
    assert.equal(again.body.source_error.code, 'ABDM-1035', again.text)
    ok(await journey.sessionInit())
    ok(await journey.sessionVerify())
  }
  await readProfile(journey)
}

export const steps: readonly Step[] = [
  {
    name: 'mobile/init',
    operation: 'phr.enrollment.request_otp',
    ready: nothing,
    act: (journey) => journey.init(),
    finish: async (journey) => {
      await proven(journey)
      await createAndRead(journey)
    },
  },
  {
    name: 'mobile/resend',
    operation: 'phr.enrollment.request_otp',
    ready: init,
    act: (journey) => journey.resend(),
    finish: async (journey) => {
      ok(await journey.resend())
      ok(await journey.verify())
      await createAndRead(journey)
    },
  },
  {
    name: 'mobile/verify',
    operation: 'phr.enrollment.verify',
    ready: init,
    act: (journey) => journey.verify(),
    finish: verifyAndOn,
  },
  {
    name: 'suggest',
    operation: 'phr.enrollment.suggestion',
    isRepeatable: true,
    ready: proven,
    act: (journey) => journey.suggest(),
    finish: createAndRead,
  },
  {
    name: 'suggest without a transaction',
    operation: 'phr.enrollment.is_exists',
    isRepeatable: true,
    ready: proven,
    act: (journey) => journey.suggestWithoutTxn(),
    finish: createAndRead,
  },
  {
    name: 'phr/check',
    operation: 'phr.enrollment.is_exists',
    isRepeatable: true,
    ready: proven,
    act: (journey) => journey.check(),
    finish: createAndRead,
  },
  {
    name: 'session/init',
    operation: 'phr.login.request_otp',
    ready: (journey) => journey.register(),
    act: (journey) => journey.sessionInit(),
    finish: async (journey) => {
      ok(await journey.sessionInit())
      await openAndRead(journey)
    },
  },
  {
    name: 'session/init through PHR web',
    operation: 'web.login.request_otp',
    on: 'web',
    ready: (journey) => journey.register(),
    act: (journey) => journey.sessionInit(),
    finish: async (journey) => {
      ok(await journey.sessionInit())
      await openAndRead(journey)
    },
  },
  {
    name: 'session/verify',
    operation: 'phr.login.verify',
    ready: asked,
    act: (journey) => journey.sessionVerify(),
    finish: openAndRead,
  },
  {
    name: 'session/verify through PHR web',
    operation: 'web.login.verify',
    on: 'web',
    ready: asked,
    act: (journey) => journey.sessionVerify(),
    finish: openAndRead,
  },
  {
    name: 'GET profile',
    operation: 'phr.profile.get',
    isRepeatable: true,
    isAsUser: true,
    ready: opened,
    act: (journey) => journey.profile(),
    finish: openAgainIfEnded,
  },
  {
    name: 'GET profile through PHR web',
    operation: 'web.profile.get',
    on: 'web',
    isRepeatable: true,
    isAsUser: true,
    ready: opened,
    act: (journey) => journey.profile(),
    finish: openAgainIfEnded,
  },
]

async function openAgainIfEnded(journey: Journey) {
  const { logged_in } = ok(await journey.status())
  if (!logged_in) {
    ok(await journey.sessionInit())
    ok(await journey.sessionVerify())
  }
  await readProfile(journey)
}
