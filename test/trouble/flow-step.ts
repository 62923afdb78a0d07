import assert from 'node:assert/strict'
import type { Reply } from '../harness.ts'
import { ok } from './journey.ts'
import type { Kind, Way } from './way.ts'

/** A step that asks upstream, by one operation that it asks: how one comes to it, and how the flow goes on. */

export type Said = readonly [status: number, error: string]
export const sessionEnded: Said = [
  491,
  "The user's ABHA session has ended; open a new one with session init and verify",
]
export const notConfirmed: Said = [502, 'ABDM did not confirm that it was done; repeat the same call']

export type FlowStep = {
  readonly name: string
  readonly operation: string
  readonly kind: Kind
  /** Carries a user token, whose refusal ends the session. */
  readonly isAsUser?: true
  /** Other operations that have faults of their own here are asked before this one. */
  readonly isSecond?: true
  /** Failures that the step makes up for: its answer is a success. */
  readonly bears?: readonly string[] | 'all'
  /** Failures of which the caller hears something else. */
  readonly says?: { readonly [failure: string]: Said }
  /** The product whose client id is not enabled for the PHR app. */
  readonly on?: 'web'
  readonly ready: (way: Way) => Promise<unknown>
  readonly act: (way: Way) => Promise<Reply>
  readonly finish: (way: Way, reply: Reply) => Promise<unknown>
}

export const hasEnded = (reply: Reply) => reply.body?.skip_state === 'abha_end'
export const createAndRead = async (way: Way) => {
  const created = await way.create()
  assert.equal(ok(created).skip_state, 'abha_end')
  assert.ok(ok(await way.read()).abha_addresses.includes(way.abha_address))
}
/** An OTP that was used up by a lost answer is told wrong, and a new one opens the way. */
export const orResend = async (verify: () => Promise<Reply>, resend: () => Promise<Reply>) => {
  const again = await verify()
  if (again.status === 200) return
  assert.equal(again.body.source_error.code, 'ABDM-1035', again.text)
  ok(await resend())
  ok(await verify())
}

export const begun = async (way: Way) => ok(await way.init())
export const proved = async (way: Way) => {
  await begun(way)
  assert.equal(ok(await way.verify()).skip_state, 'abha_create')
}
export const begunWithOther = async (way: Way) => {
  way.wantsOther()
  await begun(way)
}
export const confirming = async (way: Way) => {
  await begunWithOther(way)
  assert.equal(ok(await way.verify()).skip_state, 'confirm_mobile_otp')
}
export const confirmAndCreate = async (way: Way) => {
  await orResend(way.confirm, way.resendOther)
  await createAndRead(way)
}
