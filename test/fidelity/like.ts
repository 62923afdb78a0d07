import assert from 'node:assert/strict'
import type { Answer } from './raw-client.ts'

/** Whether an answer is what the document prints: exactly its fields, each of its form. */

/** A literal, a form, a type (`String`, `Number`, `Boolean`), or an object of them; `maybe` need not be there. */
export type Form = unknown
const optional = Symbol('optional')
export const maybe = (form: Form) => ({ [optional]: true, form })

const isOptional = (form: Form): form is { form: Form } => typeof form === 'object' && form !== null && optional in form

const typeNames = new Map<unknown, string>([
  [String, 'string'],
  [Number, 'number'],
  [Boolean, 'boolean'],
])

export const like = (actual: any, form: Form, path = 'body'): void => {
  const told = `${path}: ${JSON.stringify(actual)}`
  if (isOptional(form)) {
    if (actual !== undefined && actual !== null) like(actual, form.form, path)
  } else if (form instanceof RegExp) {
    assert.equal(typeof actual, 'string', told)
    assert.match(actual, form, told)
  } else if (typeof form === 'function' && typeNames.has(form)) {
    assert.equal(typeof actual, typeNames.get(form), told)
  } else if (form === Array) {
    assert.ok(Array.isArray(actual), told)
  } else if (form === Object) {
    assert.ok(typeof actual === 'object' && actual !== null && !Array.isArray(actual), told)
  } else if (Array.isArray(form)) {
    assert.ok(Array.isArray(actual), told)
    assert.equal(actual.length, form.length, told)
    for (const [index, one] of form.entries()) like(actual[index], one, `${path}[${index}]`)
  } else if (typeof form === 'object' && form !== null) {
    assert.ok(typeof actual === 'object' && actual !== null, told)
    for (const name of Object.keys(actual)) assert.ok(name in form, `${path}.${name} is not in the document`)
    for (const [name, one] of Object.entries(form)) like(actual[name], one, `${path}.${name}`)
  } else assert.deepEqual(actual, form, told)
}

/** The status and the body, or for what is no JSON the text. */
export const answers = (answer: Answer, status: number, form: Form): any => {
  assert.equal(answer.status, status, answer.text.slice(0, 500))
  like(answer.body ?? answer.text, form)
  return answer.body
}

export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
export const jwt = /^[\w-]+\.[\w-]+\.[\w-]+$/
export const indiaTime = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/
export const abhaNumber = /^91-\d{4}-\d{4}-\d{4}$/
const final = { token: jwt, expiresIn: 1800, refreshToken: jwt, refreshExpiresIn: 1_296_000 }
export const tokens = {
  final,
  finalOf: (switchProfileEnabled: boolean) => ({ ...final, switchProfileEnabled }),
  transfer: { token: jwt, expiresIn: 300, switchProfileEnabled: false },
}

/** The eight forms of an error that this file's readers meet (§5). */
export const wrapped = (code: string, message: string) => ({ error: { code, message } })
export const flat = (code: string, message: string) => ({ code, message })
export const listed = (code: string, message: string) => [{ code, message }]
export const field = (name: string, message: string) => ({ [name]: message, timestamp: indiaTime })
/** An empty body (§19 no. 1). */
export const nothing = ''

/** §4: how a token is signed, and what kind it says that it is. */
export const isToken = (token: string, typ: 'Transfer' | 'Transaction' | 'Refresh', txnId?: string): void => {
  const [head, claims] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString('utf8'))
  assert.equal(JSON.parse(head ?? '').alg, 'RS512')
  const said = JSON.parse(claims?.startsWith('{') ? claims : '{}')
  assert.equal(said.typ, typ)
  if (txnId) assert.equal(said.txnId, txnId)
}
