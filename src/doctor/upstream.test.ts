import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Scripted, startScripted } from '../../test/trouble/scripted-upstream.ts'
import { phrEnrollment } from '../abdm/wire/index.ts'
import { movableClock } from '../clock.ts'
import { encryption, signing } from '../config-testing.ts'
import { type Bench, clientSecret, startBench } from '../emulator/testing.ts'
import { sharedKeys } from '../emulator/testing-keys.ts'
import { jsonOf } from './screen.ts'
import { examined, realEnv } from './testing.ts'

/** What is wrong with ABDM, or with what we hold of it, is named in one line, with what to do. */

let bench: Bench
let upstream: Scripted
before(async () => {
  bench = await startBench({ clock: movableClock() })
  upstream = await startScripted()
})
after(async () => {
  await bench.close()
  await upstream.stop()
})

const permissions = ['PHR app permission', 'PHR app enrolment']
const ofSession = ['certificate 2048', 'certificate 4096', ...permissions, 'PHR web']

test('with everything in order every step says so, and no secret is shown', async () => {
  const { findings, inState } = await examined(realEnv(bench.emulator.bases))
  assert.deepEqual(inState('ok').length, findings.length, jsonOf(findings))
  for (const secret of [clientSecret, encryption, signing]) assert.ok(!jsonOf(findings).includes(secret))
})

test('a wrong secret is told in ABDM’s words, tried once, and what needs a session is skipped', async () => {
  const { of, inState } = await examined({ ...realEnv(bench.emulator.bases), ABDM_CLIENT_SECRET: 'wrong-secret-83kQ' })
  assert.deepEqual(inState('failed'), ['session'])
  assert.deepEqual(inState('skipped'), ofSession)
  assert.equal(of('session').says, 'ABDM refused: 400 ABDM-9999 Invalid user credentials')
  assert.match(of('session').todo.join(), /ABDM_CLIENT_SECRET/)
  assert.equal(of('clock').state, 'ok')

  upstream.say('/sessions', { status: 401, body: { error: { code: 'ABDM-2401', message: 'no wrong-secret-83kQ' } } })
  const refused = await examined({ ...realEnv(upstream.bases), ABDM_CLIENT_SECRET: 'wrong-secret-83kQ' })
  assert.equal(refused.of('session').says, 'ABDM refused: 401 ABDM-2401 no ******')
  assert.equal(upstream.callsOf('/sessions'), 1)
  upstream.forget()
})

test('a locked client is told what a lock looks like', async () => {
  const locked = await startBench({ clock: movableClock() })
  for (let count = 0; count < 8; count++) await locked.caller.session(undefined, 'wrong')
  const { of } = await examined(realEnv(locked.emulator.bases))
  assert.equal(of('session').state, 'failed')
  assert.match(of('session').todo.join(), /locked.*wait ten minutes/)
  await locked.close()
})

/** What a gateway may say, and the word that leads on. */
const refusals: readonly (readonly [status: number, code: string, todo: RegExp])[] = [
  [400, 'ABDM-2402', /clock/],
  [400, 'ABDM-2403', /ABDM_CM_ID/],
  [403, 'ABDM-1027', /blocked/],
  [503, 'ABDM-1006', /try again later/],
  [404, '', /address/],
]
for (const [status, code, todo] of refusals) {
  test(`a session refused with ${status} ${code} leads on`, async () => {
    upstream.say('/sessions', { status, body: { error: { code, message: 'Refused' } } })
    const { of } = await examined(realEnv(upstream.bases))
    assert.equal(of('session').state, 'failed')
    assert.match(of('session').todo.join(), todo)
    upstream.forget()
  })
}

for (const [seconds, says] of [
  [400, /^(39|40)\d s behind ABDM/],
  [-90, /^(8|9)\d s ahead of ABDM/],
] as const) {
  test(`a clock that is ${-seconds} s away from ABDM’s is named, and nothing else fails`, async () => {
    bench.clock.moveTo(seconds * 1000)
    const { of, inState } = await examined(realEnv(bench.emulator.bases))
    bench.clock.moveTo(0)
    assert.deepEqual(inState('attention'), ['clock'])
    assert.deepEqual(inState('failed'), [])
    assert.match(of('clock').says, says)
    assert.match(of('clock').todo.join(), /Set the clock/)
  })
}

const noPermission = { status: 401, code: 'ABDM-1094', message: 'Access restricted', probability: 1 }

test('ABDM-1094 is a permission that is missing; ABDM_PHR_APP=false is told with what is then not to be had', async () => {
  bench.emulator.faults.add({ operation: 'phr.login.search', ...noPermission })
  const env = realEnv(bench.emulator.bases)
  const { of, inState } = await examined(env)
  assert.deepEqual(inState('failed'), ['PHR app permission'])
  assert.match(
    of('PHR app permission').todo.join(),
    /Ask NHA.*ABDM_PHR_APP=false: .*nothing for registration by mobile/,
  )
  const without = await examined({ ...env, ABDM_PHR_APP: 'false' })
  bench.emulator.faults.clear()
  assert.deepEqual(without.inState('failed'), [])
  assert.deepEqual(without.inState('attention'), ['PHR app permission'])
  assert.match(without.of('PHR app permission').todo.join(), /Registration by mobile/)
  assert.match(without.of('certificate 2048').says, /^not needed/)
  assert.match(without.of('PHR app enrolment').says, /^not asked/)
})

test('ABDM-1094 at the enrolment calls alone is told with what it costs, and not as what PHR web could stand in for', async () => {
  for (const { id } of Object.values(phrEnrollment)) bench.emulator.faults.add({ operation: id, ...noPermission })
  const { of, inState } = await examined(realEnv(bench.emulator.bases))
  bench.emulator.faults.clear()
  assert.deepEqual(inState('failed'), ['PHR app enrolment'])
  assert.match(of('PHR app enrolment').says, /^ABDM-1094.*enrolment/)
  assert.match(of('PHR app enrolment').todo.join(), /^Ask NHA.*registered by mobile/)
  assert.ok(!of('PHR app enrolment').todo.join().includes('ABDM_PHR_APP'))
})

for (const [path, setting, step] of [
  ['/login/search', 'ABDM_PHR_APP_URL', 'PHR app permission'],
  ['/enrollment/isExists', 'ABDM_PHR_APP_URL', 'PHR app enrolment'],
  ['/login/abha/search', 'ABDM_PHR_WEB_URL', 'PHR web'],
] as const) {
  test(`JSON of another program at ${path} is no answer of ABDM’s, nulls for a stranger are`, async () => {
    const env = { ...realEnv(bench.emulator.bases), [setting]: upstream.origin }
    upstream.say(path, { body: { hello: 1, status: 'ok', message: 'welcome' } })
    const { of } = await examined(env)
    assert.deepEqual([of(step).state, of(step).says], ['failed', 'the answer is none of ABDM’s'])
    assert.match(of(step).todo.join(), new RegExp(`^Check ${setting}`))
    const nulls = { abhaAddress: null, authMethods: [], fullName: null }
    upstream.say(path, { body: path === '/enrollment/isExists' ? 'false' : nulls })
    assert.equal((await examined(env)).of(step).state, 'ok')
    upstream.forget()
  })
}

test('a certificate that is rubbish, of another size, or no answer of ABDM’s is told', async () => {
  const { sealing } = await sharedKeys
  upstream.say('/login/public/certificate', { body: { publicKey: 'rubbish' } })
  upstream.say('/profile/public/certificate', { body: { publicKey: sealing[2048].publicKey } })
  const { of } = await examined(realEnv(upstream.bases))
  assert.equal(of('certificate 2048').says, 'what ABDM publishes is no RSA key')
  assert.equal(of('certificate 4096').says, 'an RSA key of 2048 bits')
  assert.match(of('certificate 4096').todo.join(), /ABDM_ABHA_URL/)
  for (const bits of [2048, 4096]) assert.equal(of(`certificate ${bits}`).state, 'failed')

  upstream.say('/profile/public/certificate', { type: 'text/html', body: '<html>proxy</html>' })
  const html = await examined(realEnv(upstream.bases))
  assert.equal(html.of('certificate 4096').says, 'the answer is none of ABDM’s')
  upstream.forget()
})

test('an upstream that never answers holds up nothing but its step, and what needs it is skipped', async () => {
  upstream.say('/sessions', 'never')
  const { of, inState } = await examined(realEnv(upstream.bases), { deadlineMs: 300 })
  assert.equal(of('session').says, 'no answer within 0.3 s')
  assert.deepEqual(inState('failed'), ['session'])
  assert.deepEqual(inState('skipped'), ['clock', ...ofSession])
  const slow = await examined({ ...realEnv(upstream.bases), ABDM_ANSWER_TIMEOUT_MS: '100' })
  assert.equal(slow.of('session').says, 'ABDM did not answer in time')
  upstream.forget()
})

test('a gateway where nobody listens is not reached', async () => {
  const gone = await startScripted()
  await gone.stop()
  const { of, inState } = await examined({ ...realEnv(upstream.bases), ABDM_GATEWAY_URL: gone.origin })
  assert.equal(of('session').says, 'ABDM is not reached')
  assert.match(of('session').todo.join(), /ABDM_GATEWAY_URL/)
  assert.deepEqual(inState('failed'), ['session'])
})

/** Each base in turn, and the step that is the first to see that it is wrong. */
const bases = [
  ['ABDM_GATEWAY_URL', 'session', '/sessions'],
  ['ABDM_ABHA_URL', 'certificate 4096', '/profile/public/certificate'],
  ['ABDM_PHR_APP_URL', 'certificate 2048', '/login/public/certificate'],
  ['ABDM_PHR_WEB_URL', 'PHR web', '/login/abha/search'],
] as const
for (const [setting, step, path] of bases) {
  test(`a ${setting} where nobody listens, or another program answers, is named`, async () => {
    const gone = await startScripted()
    await gone.stop()
    const right = realEnv(bench.emulator.bases)
    const dead = await examined({ ...right, [setting]: gone.origin })
    assert.deepEqual([dead.of(step).state, dead.of(step).says], ['failed', 'ABDM is not reached'])
    const html = { type: 'text/html', body: '<html>it works</html>' }
    const said = [{ ...html, status: 404 }, html, { ...html, status: 400 }]
    const answers = []
    for (const one of said) {
      upstream.say(path, one)
      answers.push(await examined({ ...right, [setting]: upstream.origin }))
      upstream.forget()
    }
    for (const { of } of [dead, ...answers]) {
      assert.equal(of(step).state, 'failed')
      assert.match(of(step).todo.join(), new RegExp(`^Check ${setting}`))
    }
  })
}

test('a certificate that is kept from this client id is a matter of permission, not of the secret', async () => {
  bench.emulator.faults.add({ operation: 'phr.certificate', status: 401, code: 'ABDM-1094', probability: 1 })
  const { of } = await examined(realEnv(bench.emulator.bases))
  bench.emulator.faults.clear()
  assert.equal(of('certificate 2048').state, 'failed')
  assert.match(of('certificate 2048').todo.join(), /^Ask NHA to enable/)
})

for (const [refusal, todo] of [
  [{ status: 401, code: 'ABDM-1021', message: 'Lack of required priviledges' }, /^Ask NHA .*role/],
  [{ status: 401, code: '900901', message: 'Invalid Credentials', form: 'flat' }, /same environment/],
  [{ status: 400, code: 'ABDM-9999', message: 'Something else' }, /^Check ABDM_ABHA_URL/],
] as const) {
  test(`${refusal.code} after a session is not told as a wrong secret`, async () => {
    bench.emulator.faults.add({ operation: 'abha.certificate', ...refusal, probability: 1 })
    const { of } = await examined(realEnv(bench.emulator.bases))
    bench.emulator.faults.clear()
    assert.equal(of('session').state, 'ok')
    assert.equal(of('certificate 4096').state, 'failed')
    assert.match(of('certificate 4096').todo.join(), todo)
    assert.ok(!of('certificate 4096').todo.join().includes('ABDM_CLIENT_ID'))
  })
}

test('a certificate that declares another padding than ours is told, another spelling of ours is not', async () => {
  const { publicKey } = (await sharedKeys).sealing[4096]
  const declaring = async (encryptionAlgorithm: string) => {
    upstream.say('/profile/public/certificate', { body: { publicKey, encryptionAlgorithm } })
    const { of } = await examined({ ...realEnv(bench.emulator.bases), ABDM_ABHA_URL: upstream.origin })
    upstream.forget()
    return of('certificate 4096')
  }
  const other = await declaring('RSA/ECB/PKCS1Padding')
  assert.equal(other.state, 'failed')
  assert.match(other.says, /another padding than RSA\/ECB\/OAEPWithSHA-1AndMGF1Padding/)
  assert.match(other.todo.join(), /^Check ABDM_ABHA_URL.*tell NHA/)
  for (const same of ['RSA/ECB/OAEPWithSHA1AndMGF1Padding', 'RSA', ''])
    assert.equal((await declaring(same)).state, 'ok', same)
})
