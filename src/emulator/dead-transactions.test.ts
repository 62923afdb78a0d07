import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Answer, at, type Bench, startBench, textAt } from './testing.ts'

/** Sends and wrong tries are counted for the transaction, and what is dead stays so for every way into it (abdm-v3 §20 no. 2). */

const usedUp = [422, 'ABDM-1100'] as const
const codeOf = (answer: Answer) => [answer.status, at(answer, 'error.code')]

const inAbha = ({ caller }: Bench) => {
  const post = (path: string, body: unknown) => caller.send('abha', 'POST', path, body)
  const otpOf = async (txnId: string, otp: string, more: object = {}) => ({
    authData: { authMethods: ['otp'], otp: { txnId, otpValue: await caller.seal(4096, otp), ...more } },
  })
  return {
    async find(mobile: string): Promise<string> {
      const body = { scope: ['search-abha'], mobile: await caller.seal(4096, mobile) }
      const found = (await post('/profile/account/abha/search', body)).body as { txnId: string }[]
      return found[0]?.txnId ?? ''
    },
    async sendToIndex(txnId: string, index: string, otpSystem: 'abdm' | 'aadhaar') {
      const scope = ['abha-login', 'search-abha', otpSystem === 'abdm' ? 'mobile-verify' : 'aadhaar-verify']
      const loginId = await caller.seal(4096, index)
      return post('/profile/login/request/otp', { scope, loginHint: 'index', loginId, otpSystem, txnId })
    },
    async logIn(txnId: string, otp: string, scope: 'mobile-verify' | 'aadhaar-verify') {
      return post('/profile/login/verify', { scope: ['abha-login', scope], ...(await otpOf(txnId, otp)) })
    },
    async sendToAadhaar(aadhaar: string, txnId = '') {
      const loginId = await caller.seal(4096, aadhaar)
      const body = { txnId, scope: ['abha-enrol'], loginHint: 'aadhaar', loginId, otpSystem: 'aadhaar' }
      return post('/enrollment/request/otp', body)
    },
    async sendToMobile(mobile: string, txnId: string) {
      const loginId = await caller.seal(4096, mobile)
      const scope = ['abha-enrol', 'mobile-verify']
      return post('/enrollment/request/otp', { txnId, scope, loginHint: 'mobile', loginId, otpSystem: 'abdm' })
    },
    async enrol(txnId: string, otp: string, mobile: string) {
      const consent = { code: 'abha-enrollment', version: '1.4' }
      return post('/enrollment/enrol/byAadhaar', { ...(await otpOf(txnId, otp, { mobile })), consent })
    },
    async link(txnId: string, otp: string) {
      const scope = ['abha-enrol', 'mobile-verify']
      return post('/enrollment/auth/byAbdm', { scope, ...(await otpOf(txnId, otp)) })
    },
    suggest: (txnId: string) =>
      caller.send('abha', 'GET', '/enrollment/enrol/suggestion', undefined, { TRANSACTION_ID: txnId }),
    addAddress: (txnId: string, abhaAddress: string) =>
      post('/enrollment/enrol/abha-address', { txnId, abhaAddress, preferred: 1 }),
  }
}

const [shared, aadhaarOfAsha, mobileOfAsha] = ['6200010044', '200000000111', '6200010011']
const other = (otp: string) => (otp === '000000' ? '111111' : '000000')

const withBench = async (act: (abha: ReturnType<typeof inAbha>, own: Bench) => Promise<void>) => {
  const own = await startBench()
  await act(inAbha(own), own)
  await own.close()
}

test('the fourth send ends the transaction of a search, whoever was chosen and whichever OTP was asked for', () =>
  withBench(async ({ find, sendToIndex, logIn }, { caller }) => {
    const txnId = await find(shared)
    for (const [index, system] of [
      ['1', 'abdm'],
      ['2', 'aadhaar'],
      ['1', 'aadhaar'],
    ] as const)
      assert.equal((await sendToIndex(txnId, index, system)).status, 200)
    assert.deepEqual(codeOf(await sendToIndex(txnId, '2', 'abdm')), usedUp)
    assert.deepEqual(codeOf(await logIn(txnId, await caller.latestOtp(shared), 'aadhaar-verify')), usedUp)
    assert.deepEqual(codeOf(await sendToIndex(txnId, '1', 'abdm')), usedUp)
  }))

test('wrong tries count for the transaction of a search, and once dead it neither sends nor logs in by the other OTP', () =>
  withBench(async ({ find, sendToIndex, logIn }, { caller }) => {
    const txnId = await find(shared)
    await sendToIndex(txnId, '1', 'abdm')
    const wrong = other(await caller.latestOtp(shared))
    for (let turn = 0; turn < 2; turn++) await logIn(txnId, wrong, 'mobile-verify')
    await sendToIndex(txnId, '1', 'aadhaar')
    const otp = await caller.latestOtp(shared)
    assert.equal(at(await logIn(txnId, other(otp), 'aadhaar-verify'), 'error.code'), 'ABDM-1204')
    assert.deepEqual(codeOf(await logIn(txnId, otp, 'aadhaar-verify')), usedUp)
    for (const system of ['abdm', 'aadhaar'] as const)
      assert.deepEqual(codeOf(await sendToIndex(txnId, '1', system)), usedUp)
    assert.deepEqual(codeOf(await logIn(txnId, otp, 'aadhaar-verify')), usedUp)
  }))

test('an enrolment whose tries are used up sends no further OTP', () =>
  withBench(async ({ sendToAadhaar, enrol }, { caller, emulator }) => {
    const txnId = textAt(await sendToAadhaar(aadhaarOfAsha), 'txnId')
    const otp = await caller.latestOtp(mobileOfAsha)
    for (let turn = 0; turn < 3; turn++) await enrol(txnId, other(otp), mobileOfAsha)
    assert.deepEqual(codeOf(await enrol(txnId, otp, mobileOfAsha)), usedUp)
    assert.deepEqual(codeOf(await sendToAadhaar(aadhaarOfAsha, txnId)), usedUp)
    assert.equal((await emulator.inbox.list({ to: mobileOfAsha, limit: 10 })).length, 1)
  }))

test('the other mobile has sends and tries of its own, and when they are used up no address is added either', () =>
  withBench(async ({ sendToAadhaar, sendToMobile, enrol, link, suggest, addAddress }, { caller }) => {
    const txnId = textAt(await sendToAadhaar(aadhaarOfAsha), 'txnId')
    for (let turn = 0; turn < 2; turn++) await sendToAadhaar(aadhaarOfAsha, txnId)
    const proof = await caller.latestOtp(mobileOfAsha)
    for (let turn = 0; turn < 2; turn++) await enrol(txnId, other(proof), '7400000031')
    assert.equal((await enrol(txnId, proof, '7400000031')).status, 200)
    for (let turn = 0; turn < 3; turn++) assert.equal((await sendToMobile('7400000031', txnId)).status, 200)
    assert.equal((await suggest(txnId)).status, 200)
    const otp = await caller.latestOtp('7400000031')
    for (let turn = 0; turn < 3; turn++) assert.equal(at(await link(txnId, other(otp)), 'authResult'), 'failed')
    assert.deepEqual(codeOf(await link(txnId, otp)), usedUp)
    assert.deepEqual(codeOf(await suggest(txnId)), [401, 'ABDM-1017'])
    const refused = await addAddress(txnId, 'asha.namuna90')
    assert.deepEqual([refused.status, at(refused, 'txnId')], [400, 'Invalid Transaction Id'])
  }))
