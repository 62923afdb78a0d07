import assert from 'node:assert/strict'
import { type Answer, type Bench, startBench, textAt } from './testing.ts'

/** Somebody who is logged in to the ABHA service, for the tests of §12. */

export const timestamp = '2026-01-02 08:34:05'
export const photo = '/9j/4AAQSkZJRg=='
export const scopeOf = (what: string) => ['abha-profile', what]
export const shows = ({ status, body }: Answer, wanted: number, expected: unknown) =>
  assert.deepEqual([status, body], [wanted, expected])

/** One person of one emulator, logged in to their ABHA number by a mobile OTP. */
export const holderIn = async (own: Bench, abhaNumber: string, mobile: string) => {
  const { caller } = own
  const post = (path: string, body: unknown, token?: string) =>
    caller.send('abha', 'POST', path, body, { 'X-token': token && `Bearer ${token}` })
  const otpBody = async (scope: string[], txnId: string, otp: string) => ({
    scope,
    authData: { authMethods: ['otp'], otp: { txnId, otpValue: await caller.seal(4096, otp) } },
  })
  const requestLogin = async () =>
    post('/profile/login/request/otp', {
      scope: ['abha-login', 'mobile-verify'],
      loginHint: 'abha-number',
      loginId: await caller.seal(4096, abhaNumber),
      otpSystem: 'abdm',
    })
  const logIn = async () => {
    const txnId = textAt(await requestLogin(), 'txnId')
    const body = await otpBody(['abha-login', 'mobile-verify'], txnId, await caller.latestOtp(mobile))
    return post('/profile/login/verify', body)
  }
  const session = await logIn()
  const token = textAt(session, 'token')
  const get = (by = token) =>
    caller.send('abha', 'GET', '/profile/account', undefined, { 'X-token': by && `Bearer ${by}` })
  const request = async (what: string, loginHint: string, value: string, otpSystem = 'abdm', by: string = token) => {
    const loginId = await caller.seal(4096, value)
    return post('/profile/account/request/otp', { scope: scopeOf(what), loginHint, loginId, otpSystem }, by)
  }
  const verify = async (what: string, txnId: string, otp: string, more: object = {}) =>
    post('/profile/account/verify', { ...(await otpBody(scopeOf(what), txnId, otp)), ...more }, token)
  /** Asks for a change and confirms it with the OTP that went out. */
  const change = async (
    what: string,
    hint: string,
    value: string,
    to: string,
    otpSystem = 'abdm',
    more: object = {},
  ) => {
    const asked = await request(what, hint, value, otpSystem)
    assert.equal(asked.status, 200, asked.text)
    return verify(what, textAt(asked, 'txnId'), await caller.latestOtp(to), more)
  }
  const patch = (body: unknown, by: string | undefined = token) =>
    caller.send('abha', 'PATCH', '/profile/account', body, { 'X-token': by && `Bearer ${by}` })
  const refreshToken = textAt(session, 'refreshToken')
  return { caller, post, token, refreshToken, get, patch, request, verify, change, requestLogin, logIn }
}

export const withArjun = async (act: (arjun: Awaited<ReturnType<typeof holderIn>>, own: Bench) => Promise<void>) => {
  const own = await startBench()
  await act(await holderIn(own, '91-2000-0000-0022', '6200010022'), own)
  await own.close()
}
export const number = '91-2000-0000-0022'
export const mobile = '6200010022'
