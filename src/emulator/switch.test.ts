import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Answer, at, type Bench, startBench, textAt } from './testing.ts'

/** Somebody who is logged in goes on as another address of theirs, without another OTP (abdm-v3 §9.5). */

const bench = await startBench()
after(() => bench.close())
const { caller } = bench
const kavitha = '6200010033'
const txnNotFound = { code: 'ABDM-9999: ', message: 'Transaction is not found for UUID.' }

const ask = (token: string, { caller: by }: Bench = bench) =>
  by.send('phr-app', 'GET', '/login/profile/switch-profile', undefined, { 'X-token': `Bearer ${token}` })
const choose = (token: string, txnId: string, abhaAddress: string, { caller: by }: Bench = bench) =>
  by.send(
    'phr-app',
    'POST',
    '/login/profile/verify/switch-profile/user',
    { abhaAddress, txnId },
    { 'T-token': `Bearer ${token}` },
  )
const asked = (answer: Answer) => ({ txnId: textAt(answer, 'txnId'), token: textAt(answer, 'tokens.token') })
const namesIn = (answer: Answer) => (at(answer, 'users') as { abhaAddress: string }[]).map((one) => one.abhaAddress)
const isEmpty401 = ({ status, text }: Answer) => assert.deepEqual([status, text], [401, ''])
const shows = ({ status, body }: Answer, expected: unknown, wanted = 400) =>
  assert.deepEqual([status, body], [wanted, expected])

const logIn = async (address = 'kavitha.maadhiri@sbx', mobile = kavitha) =>
  textAt(await caller.logInByAddress(address, mobile), 'tokens.token')

const byIdentity = async (scope: 'byNumberAadhaar' | 'byAadhaar', hint: string, value: string) => {
  const login = await caller.requestOtp('/login/request/otp', scope, hint, value)
  const txnId = textAt(login, 'txnId')
  const listed = await caller.verifyOtp('/login/verify', scope, txnId, await caller.latestOtp(kavitha))
  const final = await caller.verifyUser(textAt(listed, 'tokens.token'), txnId, 'kavitha_1978@sbx')
  return textAt(final, 'token')
}

test('the addresses of the mobile are listed with a transfer token, and a chosen one gets final tokens', async () => {
  const answer = await ask(await logIn())
  assert.equal(answer.status, 200)
  assert.deepEqual(namesIn(answer).sort(), ['kavi.own1978@sbx', 'kavitha.maadhiri@sbx', 'kavitha_1978@sbx'])
  assert.deepEqual([at(answer, 'tokens.expiresIn'), at(answer, 'tokens.refreshToken')], [300, null])
  const { txnId, token } = asked(answer)
  const chosen = await choose(token, txnId, 'Kavi.Own1978@sbx')
  assert.equal(chosen.status, 200)
  assert.deepEqual([at(chosen, 'expiresIn'), at(chosen, 'refreshExpiresIn')], [1800, 1_296_000])
  assert.equal(at(await caller.profile(textAt(chosen, 'token')), 'abhaAddress'), 'kavi.own1978@sbx')
  const renewed = await caller.send('phr-app', 'GET', '/login/profile/request/token', undefined, {
    'R-token': `Bearer ${textAt(chosen, 'refreshToken')}`,
  })
  assert.equal(at(await caller.profile(textAt(renewed, 'tokens.token')), 'abhaAddress'), 'kavi.own1978@sbx')
})

test('whoever came by Aadhaar or ABHA number is shown their verified addresses only', async () => {
  const { aadhaar_number: aadhaar } =
    (await bench.emulator.citizens.list()).find(({ mobile }) => mobile === kavitha) ?? {}
  for (const token of [
    await byIdentity('byNumberAadhaar', 'abha-number', '91-2000-0000-0033'),
    await byIdentity('byAadhaar', 'aadhaar', aadhaar ?? ''),
  ])
    assert.deepEqual(namesIn(await ask(token)).sort(), ['kavitha.maadhiri@sbx', 'kavitha_1978@sbx'])
})

test('one address is chosen, once, however many ask at once', async () => {
  const { txnId, token } = asked(await ask(await logIn()))
  const answers = await Promise.all(Array.from({ length: 12 }, () => choose(token, txnId, 'kavitha_1978@sbx')))
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  for (const answer of answers.filter(({ status }) => status !== 200)) shows(answer, txnNotFound)
})

test('an address that was not listed and a malformed choice are refused', async () => {
  const { txnId, token } = asked(await ask(await logIn()))
  shows(await choose(token, txnId, 'arjun.maadari@sbx'), { code: 'ABDM-9999: ', message: 'User not found.' })
  shows(await choose(token, 'x', 'short'), [
    { code: 'ABDM-9999: ', message: 'Invalid ABHA Address' },
    { code: 'ABDM-9999: ', message: 'Invalid Transaction Id' },
  ])
  assert.equal((await choose(token, txnId, 'kavitha_1978@sbx')).status, 200)
})

test('the transfer token of a log-in does not switch, and that of a switch does not log in', async () => {
  const login = await caller.requestOtp('/login/request/otp', 'byAddress', 'mobile-number', kavitha)
  const loginTxn = textAt(login, 'txnId')
  const listed = await caller.verifyOtp('/login/verify', 'byAddress', loginTxn, await caller.latestOtp(kavitha))
  shows(await choose(textAt(listed, 'tokens.token'), loginTxn, 'kavitha_1978@sbx'), txnNotFound)
  const { txnId, token } = asked(await ask(await logIn()))
  shows(await caller.verifyUser(token, txnId, 'kavitha_1978@sbx'), txnNotFound)
  shows(await choose(token, loginTxn, 'kavitha_1978@sbx'), txnNotFound)
})

test('without a user token, with one of another kind or with one that is over, both calls are a 401 with nothing in it', async () => {
  const own = await startBench()
  const session = await own.caller.logInByAddress('kavitha.maadhiri@sbx', kavitha)
  const final = textAt(session, 'tokens.token')
  const { txnId, token } = asked(await ask(final, own))
  const path = '/login/profile/verify/switch-profile/user'
  const body = { abhaAddress: 'kavitha_1978@sbx', txnId }
  isEmpty401(await own.caller.send('phr-app', 'GET', '/login/profile/switch-profile'))
  isEmpty401(await own.caller.send('phr-app', 'POST', path, body))
  isEmpty401(await ask(token, own))
  isEmpty401(await choose(final, txnId, body.abhaAddress, own))
  isEmpty401(await ask('x', own))
  own.advance(300)
  isEmpty401(await choose(token, txnId, body.abhaAddress, own))
  own.advance(1500)
  await own.caller.signIn()
  isEmpty401(await ask(final, own))
  await own.close()
})
