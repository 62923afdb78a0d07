import assert from 'node:assert/strict'
import type { Answer } from '../../src/emulator/testing.ts'
import { contract, type Said } from './rows.ts'

/** The table's other half: one row per operation and error that abdm-v3.operations.json lists for it. */

const formNames = [
  'wrapped',
  'flat',
  'array',
  'field',
  'message',
  'description',
  'text',
  'empty',
  'authResult',
] as const
type Form = (typeof formNames)[number]
export type Listed = { readonly http: number; readonly form: Form; readonly code: string; readonly message: string }
export type Refused = { readonly op: Said; readonly listed: Listed }

export const refusedRows: readonly Refused[] = (contract?.operations ?? []).flatMap((op) =>
  ((op as { errors?: readonly Listed[] }).errors ?? []).map((listed) => ({ op, listed })),
)

/** The row as people read it, and by which the lists of exceptions name it. */
export const nameOf = ({ op, listed: { http, form, code, message } }: Refused): string =>
  `${op.id} ${[http, form, code].filter(Boolean).join(' ')} "${message}"`

/** Where abdm-v3.md says otherwise: it is the longer text, so it is followed. Each must still be needed. */
export const disagreements: readonly {
  readonly row: string
  readonly form: Form
  /** The words of abdm-v3.md. */
  readonly says: string
}[] = [
  {
    row: 'web.login.request_otp 400 array ABDM-1211 "User not found."',
    form: 'flat',
    says: '400: flat ABDM-1211 "User not found."',
  },
]

/** Messages that the list gives in words of its own. */
const paraphrased: { readonly [message: string]: RegExp } = {
  'UIDAI Error code : 400 : Invalid Aadhaar OTP value.': /^UIDAI Error code : \d+ : /,
  'mobile already linked with 6 ABHA numbers': /already linked with 6 ABHA numbers/,
  'details mismatch': /mismatch/i,
  'change refused': /./,
  'T-token sent as Authorization': /^Invalid Credentials$/,
  'Invalid Email / Invalid Password / Invalid ABHA Address / empty address field': /^Invalid \w+/,
  '415 UNSUPPORTED_MEDIA_TYPE': /^415 UNSUPPORTED_MEDIA_TYPE/,
}

type Read = { readonly code: string; readonly messages: readonly string[] }
type Group = { readonly [name: string]: unknown }

const isGroup = (value: unknown): value is Group => typeof value === 'object' && value !== null && !Array.isArray(value)
const keysOf = (value: unknown): string => (isGroup(value) ? Object.keys(value).sort().join(' ') : typeof value)
const withoutColon = (code: unknown): string => String(code ?? '').replace(/[:\s]+$/, '')

/** Exactly the fields of the form, as `error_forms` writes it. */
const readers: { readonly [form in Form]: (answer: Answer) => Read } = {
  wrapped: ({ body }) => {
    assert.equal(keysOf(body), 'error')
    const { error } = body as { error: Group }
    assert.match(keysOf(error), /^(code )?message$/)
    return { code: withoutColon(error.code), messages: [String(error.message)] }
  },
  flat: ({ body }) => {
    // The API gateway's own add a description (§5 no. 2).
    assert.match(keysOf(body), /^code (description )?message$/)
    const { code, message } = body as Group
    return { code: withoutColon(code), messages: [String(message)] }
  },
  array: ({ body }) => {
    assert.ok(Array.isArray(body) && body.length > 0)
    for (const entry of body) assert.equal(keysOf(entry), 'code message')
    return { code: withoutColon(body[0].code), messages: body.map(({ message }) => message) }
  },
  field: ({ body }) => {
    assert.ok(isGroup(body))
    const { timestamp, ...fields } = body
    assert.match(String(timestamp), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    return { code: '', messages: Object.entries(fields).map(([name, message]) => `${name}: ${message}`) }
  },
  message: ({ body }) => {
    assert.equal(keysOf(body), 'message timestamp')
    return { code: '', messages: [String((body as Group).message)] }
  },
  description: ({ body }) => {
    assert.equal(keysOf(body), 'description txnId')
    return { code: '', messages: [String((body as Group).description)] }
  },
  text: ({ headers, text }) => {
    assert.match(String(headers['content-type']), /^text\/plain/)
    return { code: '', messages: [text] }
  },
  empty: ({ text }) => {
    assert.equal(text, '')
    return { code: '', messages: ['no or bad user token'] }
  },
  authResult: ({ body }) => {
    assert.equal((body as Group).authResult, 'failed')
    return { code: '', messages: ['authResult failed: wrong or expired OTP'] }
  },
}

export const checkRefusal = (answer: Answer, row: Refused): void => {
  const { http, form, code, message } = row.listed
  const other = disagreements.find(({ row: named }) => named === nameOf(row))
  const said = `${answer.status} ${answer.text}`
  assert.equal(answer.status, http, said)
  let read: Read
  try {
    read = readers[other?.form ?? form](answer)
  } catch (thrown) {
    assert.fail(`not in the form "${other?.form ?? form}": ${said} (${(thrown as Error).message})`)
  }
  assert.equal(read.code, code, said)
  const words = paraphrased[message]
  assert.ok(
    read.messages.some((one) => (words ? words.test(one) : one === message)),
    said,
  )
}
