import { type Bench, textAt } from '../../src/emulator/testing.ts'
import type { Choice, Contract, Said } from './rows.ts'

/** What several operations need before they can be called: OTPs, tokens, an enrolment. Written from abdm-v3.md. */

export type Request = {
  readonly path?: string
  readonly body?: unknown
  readonly headers?: { readonly [name: string]: string | undefined }
}
/** Everything that goes before is done; the request itself is sealed under the key that is asked for. */
export type Ready = (bits: 2048 | 4096) => Promise<Request>

export const arjun = { number: '91-2000-0000-0022', mobile: '6200010022', address: 'arjun.maadari@sbx' }
export const asha = { mobile: '6200010011' }
export const freshMobile = '7400000099'
export const email = 'arjun@example.in'
export const consent = { code: 'abha-enrollment', version: '1.4' }

export type Steps = ReturnType<typeof createSteps>

export const createSteps = ({ caller, emulator }: Bench, { operations }: Contract) => {
  const said = (id: string): Said => {
    const op = operations.find((one) => one.id === id)
    if (!op) throw new Error(`the contract has no ${id}`)
    return op
  }
  const send = (id: string, { body, headers, path = said(id).path }: Request) =>
    caller.send(said(id).service, said(id).method, path, body, headers)
  const seal = caller.seal
  const aadhaarOf = async (mobile: string) =>
    (await emulator.citizens.list()).find((one) => one.mobile === mobile)?.aadhaar_number ?? ''

  /** What the hint names of Arjun; on a change the new value. */
  const named = async (id: string, { login_hint: hint, scope }: Choice): Promise<string> => {
    if (hint === 'aadhaar') return aadhaarOf(id === 'abha.enrollment.request_otp' ? asha.mobile : arjun.mobile)
    if (hint === 'abha-number') return arjun.number
    if (hint === 'abha-address') return arjun.address
    if (hint === 'email') return email
    if (hint === 'index') return '1'
    const isNew = id !== 'abha.login.request_otp' && !scope.includes('abha-address-login')
    return isNew ? freshMobile : arjun.mobile
  }
  const mobileOf = (id: string, choice: Choice, value: string): string => {
    if (/^(mobile|email)/.test(choice.login_hint ?? '')) return value
    return id === 'abha.enrollment.request_otp' ? asha.mobile : arjun.mobile
  }
  const asking = ({ scope, login_hint: loginHint, otp_system: otpSystem }: Choice, more: object, loginId: string) => ({
    ...more,
    scope,
    loginHint,
    loginId,
    otpSystem,
  })
  /** Asks for an OTP and gives what came. */
  const asked = async (id: string, choice: Choice, more: object = {}, headers: Request['headers'] = {}) => {
    const value = await named(id, choice)
    const body = asking(choice, more, await seal(choice.key ?? 4096, value))
    const txnId = textAt(await send(id, { body, headers }), 'txnId')
    return { txnId, otp: await caller.latestOtp(mobileOf(id, choice, value)) }
  }
  const withOtp =
    (scope: readonly string[], txnId: string, otp: string, more: object = {}): Ready =>
    async (bits) => ({
      body: { scope, authData: { authMethods: ['otp'], otp: { txnId, otpValue: await seal(bits, otp) } }, ...more },
    })
  const answered = async (id: string, ready: Ready, bits: 2048 | 4096, headers: Request['headers'] = {}) =>
    send(id, { ...(await ready(bits)), headers })

  const choice = (scope: string[], login_hint: string, otp_system: 'abdm' | 'aadhaar', key: 2048 | 4096): Choice => ({
    by: '',
    scope,
    login_hint,
    otp_system,
    key,
  })
  const byNumber = choice(['abha-login', 'mobile-verify'], 'abha-number', 'abdm', 4096)
  const byMobile = choice(['abha-address-login', 'mobile-verify'], 'mobile-number', 'abdm', 2048)

  const tokensOf = {
    abha: async () => {
      const { txnId, otp } = await asked('abha.login.request_otp', byNumber)
      const answer = await answered('abha.login.verify', withOtp(byNumber.scope, txnId, otp), 4096)
      return { final: textAt(answer, 'token'), refresh: textAt(answer, 'refreshToken') }
    },
    'phr-app': async () => {
      const answer = await caller.logInByAddress(arjun.address, arjun.mobile)
      return { final: textAt(answer, 'tokens.token'), refresh: textAt(answer, 'tokens.refreshToken') }
    },
    'phr-web': async () => {
      const way = choice(['abha-address-login', 'mobile-verify'], 'abha-address', 'abdm', 4096)
      const { txnId, otp } = await asked('web.login.request_otp', way)
      const answer = await answered('web.login.verify', withOtp(way.scope, txnId, otp), 4096)
      return { final: textAt(answer, 'tokens.token'), refresh: textAt(answer, 'tokens.refreshToken') }
    },
  }
  const userHeaders = async ({ service, auth }: Said): Promise<{ [name: string]: string }> => {
    if (service === 'gateway' || !auth.some((one) => one === 'x-token' || one === 'r-token')) return {}
    const { final, refresh } = await tokensOf[service]()
    return auth.includes('r-token') ? { 'R-token': `Bearer ${refresh}` } : { 'X-token': `Bearer ${final}` }
  }
  const enrolledByAadhaar = async () => {
    const { txnId, otp } = await asked(
      'abha.enrollment.request_otp',
      choice(['abha-enrol'], 'aadhaar', 'aadhaar', 4096),
      { txnId: '' },
    )
    const otpValue = await seal(4096, otp)
    const authData = { authMethods: ['otp'], otp: { txnId, otpValue, mobile: asha.mobile } }
    await send('abha.enrollment.by_aadhaar', { body: { authData, consent } })
    return txnId
  }
  const found = async () => {
    const mobile = await seal(4096, arjun.mobile)
    return textAt(await send('abha.account.search', { body: { scope: ['search-abha'], mobile } }), '0.txnId')
  }
  return {
    caller,
    emulator,
    send,
    seal,
    aadhaarOf,
    named,
    asked,
    asking,
    withOtp,
    answered,
    byNumber,
    byMobile,
    userHeaders,
    enrolledByAadhaar,
    found,
  }
}
