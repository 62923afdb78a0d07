import type { TSchema } from 'typebox'
import { core, type Known, literalsOf } from './schema.ts'

/** Values for the examples: what a sandbox takes as it stands, and shell variables for what an earlier call answered. */

export type Setting = { readonly isSandbox: boolean }

type Samples = Readonly<Record<string, unknown>>

const byName: Samples = {
  txn_id: '$TXN_ID',
  transactionId: '$TXN_ID',
  otp: '$OTP',
  refresh_token: '$REFRESH_TOKEN',
  access_token: '$TOKEN',
  first_name: 'Asha',
  fn: 'Asha',
  last_name: 'Rao',
  ln: 'Rao',
  dob: '1990-04-09',
  day_of_birth: 9,
  month_of_birth: 4,
  year_of_birth: 1990,
  mobile: '9876543210',
  limit: '5',
  advance_seconds: 600,
  operation: 'phr.enrollment.request_otp',
  status: 500,
  code: 'ABDM-1004',
  times: 1,
}

/** What every fresh sandbox has: its client, a person without ABHA, and one with a number and an address. */
const inSandbox: Samples = {
  client_id: 'openabha-dev',
  client_secret: 'openabha-dev-secret',
  aadhaar: '200000000111',
  aadhaar_number: '200000000111',
  identifier: '6200010022',
  phr_address: 'arjun.maadari@sbx',
  hip_id: 'IN0000000001',
  counter_id: '12345',
  url: 'http://127.0.0.1:9000/abha',
  result: 'verified',
}
const elsewhere: Samples = { client_id: 'your-client-id', client_secret: 'your-client-secret' }

/** Where a name means something else in one operation. The number is one that no other sample logs in. */
const byOperationInSandbox: Readonly<Record<string, Samples>> = {
  kycInit: { identifier: '91-2000-0000-0121' },
}

const byFormInSandbox: Samples = { abhaAddress: 'arjun.maadari@sbx' }

/** Fields to show besides the required ones, where those alone would say nothing. */
const alsoShown: Readonly<Record<string, readonly string[]>> = {
  abhaAddressSuggest: ['fn', 'ln', 'dob'],
  faceAuthCapture: ['txn_id'],
  faceAuthVerify: ['txn_id', 'aadhaar'],
  loginInit: ['method', 'identifier'],
  loginMethods: ['abha_address'],
  loginSelect: ['txn_id', 'phr_address'],
  loginVerify: ['txn_id', 'otp'],
  profileUpdate: ['pincode'],
  sandboxCitizenAdd: ['first_name', 'mobile'],
  sandboxClockMove: ['advance_seconds'],
  sandboxFaultAdd: ['operation', 'status', 'code', 'times'],
  sandboxMessages: ['to', 'limit'],
  sandboxTrace: ['txn_id'],
}

const sampleOf = (name: string, schema: Known, setting: Setting): unknown => {
  const plain = core(schema)
  const named = (setting.isSandbox ? inSandbox : elsewhere)[name] ?? byName[name]
  if (named !== undefined) return named
  const formed = setting.isSandbox && plain['x-form'] ? byFormInSandbox[plain['x-form']] : undefined
  if (formed !== undefined) return formed
  if (plain.examples?.[0] !== undefined) return plain.examples[0]
  const [literal] = literalsOf(plain)
  if (literal !== undefined) return literal
  if (plain.type === 'object') return sampleObject('', plain, setting)
  if (plain.type === 'array') return plain.items ? [sampleOf(name, plain.items, setting)] : []
  if (plain.type === 'boolean') return true
  if (plain.type === 'integer' || plain.type === 'number') return plain.minimum ?? 1
  return `<${name}>`
}

/** What has to be given, in the order of the contract. */
export const sampleObject = (operationId: string, schema: TSchema, setting: Setting): Record<string, unknown> => {
  const { properties = {}, required = [] } = schema as Known
  const shown = alsoShown[operationId] ?? []
  const own = (setting.isSandbox && byOperationInSandbox[operationId]) || {}
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => required.includes(name) || shown.includes(name))
      .map(([name, field]) => [name, own[name] ?? sampleOf(name, field, setting)]),
  )
}
