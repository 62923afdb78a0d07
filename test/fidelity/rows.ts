import { sharedContract } from '../compat/shared-contract.ts'

/** The table: one row per operation and variant of abdm-v3.operations.json. */

export const referenceName = 'abdm-v3.operations.json'

export type Choice = {
  readonly by: string
  readonly scope: readonly string[]
  readonly login_hint?: string
  readonly otp_system?: 'abdm' | 'aadhaar'
  readonly key?: 2048 | 4096
}
export type Said = {
  readonly id: string
  readonly service: 'gateway' | 'abha' | 'phr-app' | 'phr-web'
  readonly method: string
  readonly path: string
  readonly auth: readonly string[]
  readonly encrypted?: readonly string[]
  readonly success: { readonly status: readonly number[]; readonly body: string | readonly string[] }
  readonly token?: string
}
export type Row = { readonly op: Said; readonly choice: Choice | undefined; readonly key: 2048 | 4096 | undefined }
export type Contract = { readonly operations: readonly Said[]; readonly seconds: { readonly [name: string]: number } }

export const contract = sharedContract(referenceName) as Contract | undefined

/** `aadhaar|abdm` is two variants; a variant without a scope gives the key alone. */
const choicesOf = (op: Said | undefined): Choice[] =>
  ((op as { variants?: any[] } | undefined)?.variants ?? [])
    .filter(({ scope }) => scope !== undefined)
    .flatMap((one) => (one.otp_system?.split('|') ?? [undefined]).map((otp_system: string) => ({ ...one, otp_system })))

/** An answer to an OTP has the scopes and the key of its request (§7.2, §9.3, §10), without `search-abha` (§8.2). */
const choicesAt = (op: Said, all: readonly Said[]): Choice[] => {
  if (!op.id.endsWith('.verify')) return choicesOf(op)
  const request = all.find(({ id }) => id === op.id.replace(/verify$/, 'request_otp'))
  return [...choicesOf(request), ...choicesOf(op)]
}

/** Two ways that the operations file tells by their fields only. */
const ways: { readonly [id: string]: readonly string[] } = { 'abha.enrollment.by_aadhaar': ['otp', 'face'] }

/** §3.3: everything under `abha` goes with the one key. */
const keyOf = (op: Said, choice: Choice | undefined) =>
  op.encrypted && (choice?.key ?? (op as { variants?: { key?: 2048 | 4096 }[] }).variants?.[0]?.key ?? 4096)

export const rows: readonly Row[] = (contract?.operations ?? []).flatMap((op) => {
  const choices: (Choice | undefined)[] = choicesAt(op, contract?.operations ?? [])
  const told = choices.length > 0 ? choices : (ways[op.id] ?? [undefined]).map((by) => by && { by, scope: [] })
  return told.map((choice) => ({ op, choice: choice || undefined, key: keyOf(op, choice || undefined) }))
})
