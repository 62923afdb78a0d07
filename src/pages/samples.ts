import type { TSchema } from 'typebox'
import { core, type Known, literalsOf } from './schema.ts'

/** Values for the examples: what a sandbox takes as it stands, and shell variables for what an earlier call answered. */

export type Setting = { readonly isSandbox: boolean }

const byName: Readonly<Record<string, unknown>> = {
  txn_id: '$TXN_ID',
  transactionId: '$TXN_ID',
  otp: '$OTP',
  refresh_token: '$REFRESH_TOKEN',
  access_token: '$TOKEN',
  user_x_token: '$ABHA_TOKEN',
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
}

/** An ABHA address and the client that every fresh sandbox has. */
const inSandbox: Readonly<Record<string, unknown>> = {
  client_id: 'openabha-dev',
  client_secret: 'openabha-dev-secret',
  aadhaar_number: '200000000111',
}
const elsewhere: Readonly<Record<string, unknown>> = {
  client_id: 'your-client-id',
  client_secret: 'your-client-secret',
}

const byForm: Readonly<Record<string, unknown>> = { abhaAddress: 'arjun.maadari@sbx' }

/** Operations in which nothing is required, or of which the required part alone shows little. */
const chosen: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  abhaAddressSuggest: { fn: 'Asha', ln: 'Rao', dob: '1990-04-09' },
  sandboxMessages: { to: '9876543210', limit: '5' },
  sandboxCitizenAdd: { first_name: 'Lakshmi', mobile: '9000000001' },
  sandboxClockMove: { advance_seconds: 600 },
  sandboxFaultAdd: {
    operation: 'phr.enrollment.request_otp',
    status: 500,
    code: 'ABDM-1004',
    message: 'Try later',
    times: 1,
  },
  sandboxTrace: { txn_id: '$TXN_ID' },
}

const sampleOf = (name: string, schema: Known, setting: Setting): unknown => {
  const plain = core(schema)
  const named = (setting.isSandbox ? inSandbox : elsewhere)[name] ?? byName[name]
  if (named !== undefined) return named
  if (setting.isSandbox && plain['x-form'] && byForm[plain['x-form']] !== undefined) return byForm[plain['x-form']]
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
  return (
    chosen[operationId] ??
    Object.fromEntries(
      Object.entries(properties)
        .filter(([name]) => required.includes(name))
        .map(([name, field]) => [name, sampleOf(name, field, setting)]),
    )
  )
}
