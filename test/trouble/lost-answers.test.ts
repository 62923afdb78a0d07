import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { answerLost } from './failures.ts'
import { begun, confirming, createAndRead, notConfirmed, proved } from './flow-step.ts'
import { assertHonestError, ok } from './journey.ts'
import { type Lossy, startLossy } from './lossy-proxy.ts'
import type { Spoiling } from './proxy.ts'
import { type Kind, type Way, wayOf } from './way.ts'

/**
 * An OTP send, a verification and a link whose answer is lost: done once, asked about where ABDM has a way, and otherwise told
 * as what they are.
 */

let lossy: Lossy
before(async () => {
  lossy = await startLossy({ ABDM_BREAKER_FAILURES: '0' })
})
after(() => lossy.stop())
afterEach(async () => {
  lossy.proxy.heal()
  lossy.upstream.calm()
})

const wayFor = (kind: Kind): Promise<Way> => wayOf(lossy.product, lossy.caller, kind)
const callsOf = (operation: string) => lossy.upstream.upstreamCalls(operation)
const linkPath = '/enrollment/auth/byAbdm'

const lost: readonly Spoiling[] = [
  { kind: 'drop' },
  { kind: 'never' },
  { kind: 'truncate' },
  { kind: 'replace', status: 502, type: 'text/html', body: '<html>Bad Gateway</html>' },
]

test('3.8 a link whose answer is lost is found in the profile, and made once', async () => {
  for (const spoiling of lost) {
    const way = await wayFor('new')
    await confirming(way)
    const links = callsOf('abha.enrollment.by_abdm')
    lossy.proxy.spoil(linkPath, spoiling)
    assert.equal(ok(await way.confirm()).skip_state, 'abha_create', JSON.stringify(spoiling))
    assert.equal(callsOf('abha.enrollment.by_abdm'), links + 1)
    await createAndRead(way)
  }
})

test('3.8 a link of which nobody can tell is asked about before it is made again', async () => {
  const way = await wayFor('new')
  await confirming(way)
  const links = callsOf('abha.enrollment.by_abdm')
  lossy.proxy.spoil(linkPath, { kind: 'drop' })
  lossy.proxy.spoil('/profile/account', { kind: 'drop' }, 4)
  const first = await way.confirm()
  assertHonestError(first)
  assert.deepEqual([first.status, first.body.error], [502, answerLost])
  const second = await way.confirm()
  assertHonestError(second)
  assert.deepEqual([second.status, second.body.error], notConfirmed)
  assert.equal(ok(await way.confirm()).skip_state, 'abha_create')
  assert.equal(callsOf('abha.enrollment.by_abdm'), links + 1)
  await createAndRead(way)
})

test('3.8 a link that did not come about is made by the repeated call, with the same OTP', async () => {
  const way = await wayFor('new')
  await confirming(way)
  await lossy.upstream.fault({ operation: 'abha.enrollment.by_abdm', mode: 'drop_before', times: 1 })
  const reply = await way.confirm()
  assertHonestError(reply)
  assert.equal(reply.status, 502)
  assert.equal(ok(await way.confirm()).skip_state, 'abha_create')
  await createAndRead(way)
})

type Send = readonly [path: string, kind: Kind, ready: (way: Way) => Promise<unknown>, send: (way: Way) => Promise<any>]
const sends: readonly Send[] = [
  ['/enrollment/request/otp', 'new', async () => undefined, (way) => way.init()],
  ['/enrollment/request/otp', 'new', begun, (way) => way.resend()],
  ['/enrollment/request/otp', 'new', confirming, (way) => way.resendOther()],
  ['/login/request/otp', 'known', async () => undefined, (way) => way.loginInit('mobile')],
]

test('3.8 an OTP send whose answer is lost is not repeated, and nobody is told that ABDM was not reached', async () => {
  for (const [path, kind, ready, send] of sends) {
    const way = await wayFor(kind)
    await ready(way)
    const messages = await way.messages()
    lossy.proxy.spoil(path, { kind: 'drop' })
    const reply = await send(way)
    assertHonestError(reply)
    assert.deepEqual([reply.status, reply.body.error], [502, answerLost], path)
    assert.equal(await way.messages(), messages + 1)
    ok(await send(way))
    assert.equal(await way.messages(), messages + 2)
  }
})

test('3.8 an enrolment by Aadhaar whose answer is lost is told as that, and a new OTP leads to the same number', async () => {
  const way = await wayFor('new')
  await begun(way)
  lossy.proxy.spoil('/enrollment/enrol/byAadhaar', { kind: 'drop' })
  const reply = await way.verify()
  assertHonestError(reply)
  assert.deepEqual([reply.status, reply.body.error], [502, answerLost])
  await proved(way)
  await createAndRead(way)
})
