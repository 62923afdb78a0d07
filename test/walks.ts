import assert from 'node:assert/strict'
import type { Product, Reply } from './harness.ts'

/** The walks that many tests begin with, and what every refusal looks like. */

export type Client = Awaited<ReturnType<Product['client']>>
type Headers = Record<string, string>

export const paths = {
  login: '/connect-auth/v1/account/login',
  refresh: '/connect-auth/v1/account/refresh',
  refreshToken: '/connect-auth/v1/account/refresh-token',
  init: '/abdm/na/v1/registration/mobile/init',
  resend: '/abdm/na/v1/registration/mobile/resend',
  verify: '/abdm/na/v1/registration/mobile/verify',
  create: '/abdm/na/v1/registration/mobile/create-phr',
  check: '/abdm/na/v1/registration/phr/check',
  suggest: '/abdm/na/v1/registration/suggest',
  pincode: '/abdm/v1/registration/pincode',
  sessionInit: '/abdm/v1/session/init',
  sessionVerify: '/abdm/v1/session/verify',
  status: '/abdm/v1/session/status',
  profile: '/abdm/v1/profile',
} as const

export const details = {
  first_name: 'Asha',
  last_name: 'Rao',
  gender: 'F',
  year_of_birth: 1990,
  month_of_birth: 4,
  day_of_birth: 9,
  pincode: '834001',
}

let mobiles = 9_100_000_000
/** A mobile that no other test uses. */
export const freshMobile = (): string => String(++mobiles)
let addresses = 0
/** A free ABHA address, with its domain. */
export const freshAddress = (): string => `walker.${10_000 + ++addresses}@sbx`

/** Six digits that are not the OTP. */
export const wrongOtp = (otp: string): string => String((Number(otp) + 1) % 1_000_000).padStart(6, '0')

/** registration.mobile at otp_sent. */
export const begin = async (client: Client, mobile: string, headers: Headers = {}): Promise<string> => {
  const init = await client.post(paths.init, { mobile_number: mobile }, { headers })
  assert.equal(init.status, 200, init.text)
  return init.body.txn_id
}

/** registration.mobile at abha_create or abha_select. */
export const prove = async (
  product: Product,
  client: Client,
  mobile: string,
  headers: Headers = {},
): Promise<string> => {
  const txn_id = await begin(client, mobile, headers)
  const verify = await client.post(paths.verify, { txn_id, otp: await product.otpTo(mobile) })
  assert.equal(verify.status, 200, verify.text)
  return txn_id
}

export type Registered = { oid: string; uuid: string; minToken: string; mobile: string; abhaAddress: string }

/** A whole registration; the headers go with its first step only. */
export const register = async (
  product: Product,
  client: Client,
  options: { mobile?: string; abhaAddress?: string; headers?: Headers; profile?: Partial<typeof details> } = {},
): Promise<Registered> => {
  const { mobile = freshMobile(), abhaAddress = freshAddress(), headers = {} } = options
  const profile = { ...details, ...options.profile }
  const txn_id = await prove(product, client, mobile, headers)
  const created = await client.post(paths.create, { txn_id, abha_address: abhaAddress, profile })
  assert.equal(created.status, 200, created.text)
  const { oid, uuid, min_token: minToken } = created.body.eka
  return { oid, uuid, minToken, mobile, abhaAddress }
}

/** session at otp_sent. */
export const beginSession = async (client: Client, abhaAddress: string, headers: Headers = {}): Promise<string> => {
  const init = await client.post(paths.sessionInit, { abha_address: abhaAddress }, { headers })
  assert.equal(init.status, 200, init.text)
  return init.body.txn_id
}

/** A user session, opened for an address whose OTPs go to `mobile`. */
export const openSession = async (
  product: Product,
  client: Client,
  { abhaAddress, mobile, headers = {} }: { abhaAddress: string; mobile: string; headers?: Headers },
): Promise<{ token: string; refresh_token?: string }> => {
  const txn_id = await beginSession(client, abhaAddress, headers)
  const verify = await client.post(paths.sessionVerify, { txn_id, otp: await product.otpTo(mobile) })
  assert.equal(verify.status, 200, verify.text)
  return verify.body
}

type Refusal = { status: number; error?: string; code?: string; message?: RegExp }

/** The exact error body of connect §5.1, of the given meaning. */
export const assertRefused = (reply: Reply, { status, error, code, message }: Refusal, about = ''): void => {
  const said = `${about} ${reply.status} ${reply.text}`
  assert.equal(reply.status, status, said)
  assert.match(reply.headers.get('content-type') ?? '', /^application\/json/, said)
  const { source_error, ...rest } = reply.body
  assert.deepEqual(Object.keys(rest).sort(), ['code', 'error'], said)
  assert.equal(rest.code, status, said)
  assert.equal(typeof rest.error, 'string', said)
  assert.notEqual(rest.error, '', said)
  if (error !== undefined) assert.equal(rest.error, error, said)
  if ('source_error' in reply.body) {
    assert.deepEqual(Object.keys(source_error).sort(), ['code', 'message'], said)
    assert.equal(typeof source_error.code, 'string', said)
    assert.equal(typeof source_error.message, 'string', said)
  }
  if (code !== undefined) assert.equal(source_error?.code, code, said)
  if (message) assert.match(source_error?.message, message, said)
}

export const refusals = {
  field: { status: 400, error: 'Validation failed', code: 'ABDM-1010' },
  txnUnknown: { status: 400, error: 'Transaction not found for UUID.', code: 'MIS-1026' },
  stepNotAllowed: { status: 400, error: 'Bad Request, invalid request', code: 'ABDM-1006' },
  otpWrong: { status: 400, error: "OTP doesn't match", code: 'ABDM-1035' },
  triesUsedUp: { status: 400, error: 'too many attempts; start again', code: 'ABDM-1100' },
  addressTaken: { status: 400, code: 'ABDM-1101' },
  accountClaimed: { status: 400, code: 'EKA-1001' },
  mobileClaimed: {
    status: 400,
    error: 'This mobile number has already been claimed by another account.',
    code: 'EKA-1002',
  },
  token: { status: 401 },
  notForThisUser: { status: 403 },
  unknown: { status: 404 },
} as const satisfies Record<string, Refusal>

/** A 429 of this server: no `source_error`, and whole seconds to wait, which are answered. */
export const assertTooMany = (reply: Reply): number => {
  assertRefused(reply, { status: 429, error: 'Too many requests' })
  assert.equal('source_error' in reply.body, false)
  const wait = reply.headers.get('retry-after') ?? ''
  assert.match(wait, /^[1-9][0-9]*$/)
  return Number(wait)
}

/** Does something and proves that no call went upstream meanwhile. */
export const sendingNothing = async <Done>(product: Product, act: () => Promise<Done>): Promise<Done> => {
  const before = product.upstreamCalls()
  const done = await act()
  assert.equal(product.upstreamCalls(), before, 'something was sent upstream')
  return done
}

/** What a text field must refuse whatever its form. */
export const notText: readonly unknown[] = [
  73_519,
  0,
  -1.5,
  true,
  false,
  [],
  ['73519'],
  {},
  { text: '73519' },
  { $gt: '' },
]
/** What a required field must refuse. `undefined` leaves it out. */
export const nothing: readonly unknown[] = [undefined, null, '', ' ', '\t\n', '\u3000']

export const fullWidth = (digits: string): string =>
  digits.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))
export const devanagari = (digits: string): string =>
  digits.replace(/\d/g, (digit) => String.fromCodePoint(0x966 + Number(digit)))

/**
 * Sends a good body with one field replaced by each bad value. Every time: 400 that names the field, nothing of the value
 * in it, nothing sent upstream. `at` is the dotted path of the field.
 */
export const assertFieldRefuses = async (
  product: Product,
  send: (body: unknown) => Promise<Reply>,
  good: Record<string, unknown>,
  at: string,
  values: readonly unknown[],
  sourced = true,
): Promise<void> => {
  await sendingNothing(product, async () => {
    for (const value of values) {
      const about = `${at} = ${JSON.stringify(value)?.slice(0, 80)}:`
      const reply = await send(replaced(good, at.split('.'), value))
      if (sourced) {
        assertRefused(reply, refusals.field, about)
        assert.ok(reply.body.source_error.message.startsWith(`${at} `), `${about} ${reply.text}`)
      } else {
        assertRefused(reply, { status: 400 }, about)
        assert.ok(reply.body.error.startsWith(`Validation failed: ${at} `), `${about} ${reply.text}`)
        assert.equal('source_error' in reply.body, false, `${about} ${reply.text}`)
      }
      const echoed = typeof value === 'string' && value.trim().length > 3 && reply.text.includes(value.trim())
      assert.ok(!echoed && !reply.text.includes('73519'), `${about} ${reply.text}`)
    }
  })
}

const replaced = (
  from: Record<string, unknown>,
  [name = '', ...rest]: readonly string[],
  value: unknown,
): Record<string, unknown> => {
  const inner = rest.length > 0 ? replaced(from[name] as Record<string, unknown>, rest, value) : value
  const { [name]: _, ...others } = from
  return inner === undefined ? others : { ...others, [name]: inner }
}
