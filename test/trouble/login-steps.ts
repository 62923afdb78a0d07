import assert from 'node:assert/strict'
import { createAndRead, type FlowStep, hasEnded } from './flow-step.ts'
import { ok } from './journey.ts'
import type { Way } from './way.ts'

/** The steps of every login, and of the search that leads to one. */

export const asked = (method: string) => async (way: Way) => ok(await way.loginInit(method))
const chosen = async (way: Way) => {
  assert.equal(ok(await way.loginPhr()).skip_state, 'abha_end')
  ok(await way.read())
}
/** There is no resend of a login: it begins again. */
const orAskAgain = (method: string) => async (way: Way) => {
  const again = await way.loginVerify()
  if (again.status !== 200) {
    assert.equal(again.status, 400, again.text)
    ok(await way.loginInit(method))
  }
  const verified = again.status === 200 ? again : await way.loginVerify()
  if (ok(verified).skip_state !== 'abha_end') await chosen(way)
}
const loginStarts = (method: string, operation = 'phr.login.request_otp'): FlowStep => ({
  name: `login/init by ${method}`,
  operation,
  kind: 'known',
  ready: async () => undefined,
  act: (way) => way.loginInit(method),
  finish: async (way) => {
    ok(await way.loginInit(method))
    await orAskAgain(method)(way)
  },
})
const loginVerifies = (method: string, operation = 'phr.login.verify'): FlowStep => ({
  name: `login/verify by ${method}`,
  operation,
  kind: 'known',
  ready: asked(method),
  act: (way) => way.loginVerify(),
  finish: orAskAgain(method),
})
const listed = (method: string) => async (way: Way) => {
  await asked(method)(way)
  ok(await way.loginVerify())
}
const found = async (way: Way) => {
  assert.equal(ok(await way.search()).profiles.length, 1)
}
const foundAndAsked = async (way: Way) => {
  await found(way)
  ok(await way.searchInit())
}

export const byLogin: readonly FlowStep[] = [
  {
    name: 'login/methods',
    operation: 'phr.login.search',
    kind: 'known',
    ready: async () => undefined,
    act: (way) => way.methods(),
    finish: async (way) => assert.equal(ok(await way.methods()).status, 'ACTIVE'),
  },
  {
    name: 'login/methods through PHR web',
    operation: 'web.login.search',
    on: 'web',
    kind: 'known',
    ready: async () => undefined,
    act: (way) => way.methods(),
    finish: async (way) => assert.equal(ok(await way.methods()).status, 'ACTIVE'),
  },
  ...['phr_address', 'mobile', 'abha_number', 'aadhaar_number'].flatMap((method) => [
    loginStarts(method),
    loginVerifies(method),
  ]),
  { ...loginStarts('phr_address', 'web.login.request_otp'), name: 'login/init through PHR web', on: 'web' },
  { ...loginVerifies('phr_address', 'web.login.verify'), name: 'login/verify through PHR web', on: 'web' },
  {
    name: 'login/verify by phr_address, of which the profile cannot be read',
    operation: 'phr.profile.get',
    kind: 'known',
    bears: 'all',
    ready: asked('phr_address'),
    act: (way) => way.loginVerify(),
    finish: async (way) => ok(await way.read()),
  },
  {
    name: 'login/phr',
    operation: 'phr.login.verify_user',
    kind: 'known',
    says: { 'empty 401': [400, 'Transaction not found for UUID.'] },
    ready: listed('mobile'),
    act: (way) => way.loginPhr(),
    finish: async (way) => {
      const again = await way.loginPhr()
      if (again.status === 200) return ok(await way.read())
      // The token for the choice was used up by a lost answer.
      assert.equal(again.body.source_error.code, 'MIS-1026', again.text)
      await listed('mobile')(way)
      return chosen(way)
    },
  },
  {
    name: 'login/phr, of which the profile cannot be read',
    operation: 'phr.profile.get',
    kind: 'known',
    // Renewed once and refused again: the caller begins anew.
    says: { 'empty 401': [400, 'Transaction not found for UUID.'] },
    ready: listed('mobile'),
    act: (way) => way.loginPhr(),
    finish: chosen,
  },
  {
    name: 'create-phr after a login by ABHA number',
    operation: 'phr.enrollment.enrol',
    kind: 'without an address',
    bears: ['drop_after'],
    ready: listed('abha_number'),
    act: (way) => way.create(),
    finish: async (way, reply) => {
      if (!hasEnded(reply)) await createAndRead(way)
    },
  },
  {
    name: 'create-phr after a login by mobile',
    operation: 'phr.enrollment.enrol',
    kind: 'without an address',
    bears: ['drop_after'],
    ready: listed('mobile'),
    act: (way) => way.createByMobile(),
    finish: async (way, reply) => {
      if (!hasEnded(reply)) ok(await way.createByMobile())
      assert.deepEqual(ok(await way.read()).abha_addresses, [way.abha_address])
    },
  },
  {
    name: 'search',
    operation: 'abha.account.search',
    kind: 'known',
    ready: async () => undefined,
    act: (way) => way.search(),
    finish: async (way) => {
      await foundAndAsked(way)
      ok(await way.loginVerify())
      await chosen(way)
    },
  },
  {
    name: 'login/init by search',
    operation: 'abha.login.request_otp',
    kind: 'known',
    ready: found,
    act: (way) => way.searchInit(),
    finish: async (way) => {
      const again = await way.searchInit()
      if (again.status !== 200) await foundAndAsked(way)
      ok(await way.loginVerify())
      await chosen(way)
    },
  },
  {
    name: 'login/verify by search',
    operation: 'abha.login.verify',
    kind: 'known',
    ready: foundAndAsked,
    act: (way) => way.loginVerify(),
    finish: async (way) => {
      if ((await way.loginVerify()).status !== 200) {
        await foundAndAsked(way)
        ok(await way.loginVerify())
      }
      await chosen(way)
    },
  },
  {
    name: 'login/verify by search, of which the profile cannot be read',
    operation: 'abha.profile.get',
    kind: 'known',
    ready: foundAndAsked,
    act: (way) => way.loginVerify(),
    // The OTP was right: the same one goes on.
    finish: async (way) => {
      ok(await way.loginVerify())
      await chosen(way)
    },
  },
]
