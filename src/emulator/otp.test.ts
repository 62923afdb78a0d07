import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { at, startBench, textAt } from './testing.ts'

/** An OTP is good once, for ten minutes, for three tries; who asks too often is held (abdm-v3 §20 no. 1, 2). */

const bench = await startBench()
after(() => bench.close())
const { caller } = bench

const usedUp = {
  code: 'ABDM-1100',
  message:
    'You have requested multiple OTPs Or Exceeded maximum number of attempts for OTP match in this transaction. Please try again in 30 minutes.',
}
const unknownTxn = [{ code: 'ABDM-9999: ', message: 'Invalid Transaction Id' }]
const noSuchTxn = '0b7a4c1e-2f3d-4a5b-8c6d-7e8f90a1b2c3'

const asked = async (mobile: string, using = caller) => {
  const txnId = textAt(await using.askToEnrol(mobile), 'txnId')
  const otp = await using.latestOtp(mobile)
  const wrong = otp === '000000' ? '111111' : '000000'
  const verify = (value: string) => using.verifyOtp('/enrollment/verify', 'enrolByMobile', txnId, value)
  return { txnId, otp, wrong, verify }
}

test('an OTP is six digits and goes to the mobile that was named, with its purpose', async () => {
  const { otp } = await asked('7400000001')
  assert.match(otp, /^[0-9]{6}$/)
  const [message] = await bench.emulator.inbox.list({ to: '7400000001', limit: 5 })
  assert.deepEqual(Object.keys(message ?? {}), ['id', 'to', 'otp', 'purpose', 'text', 'created_at'])
  assert.deepEqual([message?.to, message?.created_at], ['7400000001', '2026-01-02T03:04:05.678Z'])
})

test('each way to ask for an OTP has the purpose that Connect knows', async () => {
  const to = '6200010022'
  const purposes: (string | undefined)[] = []
  for (const [path, scope, hint, value] of [
    ['/login/request/otp', 'byAddress', 'mobile-number', to],
    ['/login/request/otp', 'byAddress', 'abha-address', 'arjun.maadari@sbx'],
    ['/login/request/otp', 'byNumber', 'abha-number', '91-2000-0000-0022'],
    ['/login/abha/request/otp', 'byAddress', 'abha-address', 'Arjun.Maadari@sbx'],
    ['/enrollment/request/otp', 'byNumberAadhaar', 'abha-number', '91-2000-0000-0022'],
  ] as const) {
    assert.equal((await caller.requestOtp(path, scope, hint, value)).status, 200)
    purposes.push((await bench.emulator.inbox.list({ to, limit: 1 }))[0]?.purpose)
  }
  assert.deepEqual(purposes, ['profile.login', 'session', 'profile.login', 'session', 'profile.login'])
})

test('a wrong OTP is a 200 that failed, and the right one still works after two of them', async () => {
  const { txnId, otp, wrong, verify } = await asked('7400000002')
  for (let turn = 0; turn < 2; turn++) {
    const answer = await verify(wrong)
    assert.deepEqual(
      [answer.status, answer.body],
      [
        200,
        {
          txnId,
          message: 'Entered OTP is incorrect. Kindly re-enter valid OTP.',
          authResult: 'failed',
          users: [],
        },
      ],
    )
  }
  assert.equal(at(await verify(otp), 'authResult'), 'success')
})

test('after three wrong tries even the right OTP is refused', async () => {
  const { otp, wrong, verify } = await asked('7400000003')
  for (let turn = 0; turn < 3; turn++) assert.equal(at(await verify(wrong), 'authResult'), 'failed')
  const answer = await verify(otp)
  assert.deepEqual([answer.status, answer.body], [400, usedUp])
})

test('an OTP works once', async () => {
  const { otp, verify } = await asked('7400000004')
  assert.equal(at(await verify(otp), 'authResult'), 'success')
  const again = await verify(otp)
  assert.equal(at(again, 'message'), 'Please enter a valid OTP. Entered OTP is either expired or incorrect.')
  assert.equal(at(again, 'authResult'), 'failed')
})

test('an OTP ends after ten minutes', async () => {
  const own = await startBench()
  const first = await asked('7400000005', own.caller)
  own.advance(599)
  assert.equal(at(await first.verify(first.otp), 'authResult'), 'success')
  const second = await asked('7400000005', own.caller)
  own.advance(600)
  const over = await second.verify(second.otp)
  assert.deepEqual([at(over, 'authResult'), at(over, 'message')], ['failed', 'OTP expired, please try again'])
  await own.close()
})

test('a new send voids the former OTP', async () => {
  const former = await asked('7400000006')
  const latter = await asked('7400000006')
  const answer = await former.verify(former.otp)
  assert.deepEqual([answer.status, answer.body], [400, unknownTxn])
  assert.equal(at(await latter.verify(latter.otp), 'authResult'), 'success')
})

test('a send for another flow voids nothing', async () => {
  const mobile = '6200010022'
  const enrolment = await asked(mobile)
  const login = textAt(await caller.requestOtp('/login/request/otp', 'byAddress', 'mobile-number', mobile), 'txnId')
  const otp = await caller.latestOtp(mobile)
  assert.equal(at(await enrolment.verify(enrolment.otp), 'authResult'), 'success')
  assert.equal(at(await caller.verifyOtp('/login/verify', 'byAddress', login, otp), 'authResult'), 'success')
})

test('an unknown transaction, and one of another flow, is unknown in the words of the flow', async () => {
  const { txnId, otp } = await asked('7400000007')
  const flat = { code: 'ABDM-9999: ', message: 'Transaction is not found for UUID.' }
  for (const id of [txnId, noSuchTxn]) {
    assert.deepEqual((await caller.verifyOtp('/login/verify', 'byAddress', id, otp)).body, flat)
    assert.deepEqual((await caller.verifyOtp('/login/abha/verify', 'byAddress', id, otp)).body, flat)
  }
  assert.deepEqual((await caller.verifyOtp('/enrollment/verify', 'enrolByMobile', noSuchTxn, otp)).body, unknownTxn)
})

test('an OTP is verified with the scopes it was sent for, in any order', async () => {
  const { txnId, otp } = await asked('7400000008')
  const other = await caller.verifyOtp('/enrollment/verify', 'byNumber', txnId, otp)
  assert.deepEqual(other.body, [{ code: 'ABDM-9999: ', message: 'Invalid Scope' }])
  const otpValue = await caller.seal(2048, otp)
  const scope = ['mobile-verify', 'abha-address-enroll']
  const body = { scope, authData: { authMethods: ['otp'], otp: { txnId, otpValue } } }
  assert.equal((await caller.send('phr-app', 'POST', '/enrollment/verify', body)).status, 200)
})

test('the eleventh send in half an hour is refused and holds the identifier for another half hour', async () => {
  const own = await startBench()
  const mobile = '7400000009'
  for (let turn = 0; turn < 10; turn++) assert.equal((await own.caller.askToEnrol(mobile)).status, 200)
  own.advance(1000)
  await own.caller.signIn()
  const eleventh = await own.caller.askToEnrol(mobile)
  assert.deepEqual([eleventh.status, eleventh.body], [400, usedUp])
  own.advance(1799)
  await own.caller.signIn()
  assert.equal((await own.caller.askToEnrol(mobile)).status, 400)
  assert.equal((await own.caller.askToEnrol('7400000010')).status, 200)
  own.advance(1)
  assert.equal((await own.caller.askToEnrol(mobile)).status, 200)
  assert.equal((await own.emulator.inbox.list({ to: mobile, limit: 100 })).length, 11)
  await own.close()
})

test('a transaction lives half an hour from its last successful step', async () => {
  const own = await startBench()
  const { txnId, otp, verify } = await asked('7400000011', own.caller)
  own.advance(500)
  assert.equal(at(await verify(otp), 'authResult'), 'success')
  const suggestion = { txnId, firstName: 'Meera', yearOfBirth: '1990' }
  const suggest = async () => (await own.caller.send('phr-app', 'POST', '/enrollment/suggestion', suggestion)).status
  for (let turn = 0; turn < 2; turn++) {
    own.advance(1799)
    await own.caller.signIn()
    assert.equal(await suggest(), 200)
  }
  own.advance(1800)
  await own.caller.signIn()
  assert.equal(await suggest(), 400)
  await own.close()
})

test('of sixteen right verifications at once exactly one wins', async () => {
  const { otp, verify } = await asked('7400000012')
  const answers = await Promise.all(Array.from({ length: 16 }, () => verify(otp)))
  const won = answers.filter((answer) => at(answer, 'authResult') === 'success')
  assert.equal(won.length, 1)
  assert.ok(answers.every(({ status }) => status === 200))
})

test('of sixteen wrong tries at once exactly three are heard', async () => {
  const { otp, wrong, verify } = await asked('7400000013')
  const answers = await Promise.all(Array.from({ length: 16 }, () => verify(wrong)))
  assert.equal(answers.filter((answer) => at(answer, 'authResult') === 'failed').length, 3)
  assert.equal(answers.filter((answer) => at(answer, 'code') === 'ABDM-1100').length, 13)
  assert.equal((await verify(otp)).status, 400)
})

test('of sixteen sends at once to one mobile exactly ten go out', async () => {
  const mobile = '7400000014'
  const answers = await Promise.all(Array.from({ length: 16 }, () => caller.askToEnrol(mobile)))
  assert.equal(answers.filter(({ status }) => status === 200).length, 10)
  assert.equal((await bench.emulator.inbox.list({ to: mobile, limit: 100 })).length, 10)
})

test('a restart keeps transactions, tries and messages', async () => {
  const own = await startBench()
  const { txnId, otp, wrong, verify } = await asked('7400000015', own.caller)
  await verify(wrong)
  const again = await startBench({ store: own.store, clock: own.clock })
  assert.equal(await again.caller.latestOtp('7400000015'), otp)
  const retry = (value: string) => again.caller.verifyOtp('/enrollment/verify', 'enrolByMobile', txnId, value)
  assert.equal(at(await retry(wrong), 'authResult'), 'failed')
  assert.equal(at(await retry(otp), 'authResult'), 'success')
  assert.equal((await again.caller.enrol(txnId, '7400000015', 'after.restart@sbx')).status, 200)
  await again.close()
  await own.close()
})

test('with a fixed OTP every OTP is that one', async () => {
  const own = await startBench({ settings: { fixedOtp: '123456' } })
  const { otp, verify } = await asked('7400000016', own.caller)
  assert.equal(otp, '123456')
  assert.equal(at(await verify('123456'), 'authResult'), 'success')
  await own.close()
})

test('only the emulator’s clock decides when it runs ahead of the store’s', async () => {
  const own = await startBench()
  const { movableClock } = await import('../clock.ts')
  const ahead = movableClock(own.clock, 200_000)
  const skewed = await startBench({ store: own.store, clock: ahead })
  const { otp, verify } = await asked('7400000017', skewed.caller)
  ahead.moveTo(200_000 + 599_000)
  assert.equal(at(await verify(otp), 'authResult'), 'success')
  await skewed.close()
  await own.close()
})

test('the inbox lists newest first, can be told a mobile, tells subscribers, and empties without forgetting the sends', async () => {
  const own = await startBench()
  const heard: string[] = []
  const stop = own.emulator.inbox.subscribe(({ to }) => heard.push(to))
  for (const mobile of ['7400000018', '7400000019', '7400000018']) await own.caller.askToEnrol(mobile)
  stop()
  assert.deepEqual(heard, ['7400000018', '7400000019', '7400000018'])
  const all = await own.emulator.inbox.list({ limit: 2 })
  assert.deepEqual(
    all.map(({ to }) => to),
    ['7400000018', '7400000019'],
  )
  for (let turn = 0; turn < 8; turn++) await own.caller.askToEnrol('7400000018')
  await own.emulator.inbox.clear()
  assert.deepEqual(await own.emulator.inbox.list({ limit: 20 }), [])
  assert.equal((await own.caller.askToEnrol('7400000018')).status, 400)
  await own.close()
})
