import type { forms } from '../../src/fields.ts'
import type { Route } from '../../src/route.ts'

/** Requests that are right, made from the schema of any route, for the mutations to spoil. Every choice comes from the dice. */

/** Seeded numbers, so that a failure can be repeated from its seed and index. */
export type Dice = {
  /** A whole number from 0 to below `bound`. */
  below(bound: number): number
  pick<Value>(values: readonly Value[]): Value
  chance(probability: number): boolean
}

export const diceOf = (seed: number, index: number): Dice => {
  let state = (seed ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (bound: number): number => Math.floor(next() * bound)
  return {
    below,
    pick: (values) => {
      const value = values[below(values.length)]
      if (value === undefined) throw new Error('nothing to pick from')
      return value
    },
    chance: (probability) => next() < probability,
  }
}

/** A request on its way to being spoilt; `raw` takes the place of `body` when the text itself is changed. */
export type Draft = {
  method: string
  path: string
  query: [name: string, value: string][]
  headers: Record<string, string>
  body: unknown
  raw?: string | Buffer
}

/** Things that exist on the running product, so that a spoilt request gets past the first check. */
export type Known = {
  token: string
  minToken: string
  oid: string
  txnIds: readonly string[]
  refreshToken: string
  /** Mobiles, numbers and addresses of people that there are. */
  identifiers: readonly string[]
  addresses: readonly string[]
  aadhaar: string
}

/** Every OTP of the sandbox that is fuzzed. */
export const rightOtp = '135790'

type Shape = {
  type?: string
  properties?: Record<string, Shape>
  required?: readonly string[]
  items?: Shape
  anyOf?: readonly Shape[]
  const?: unknown
  minimum?: number
  maximum?: number
  'x-form'?: keyof typeof forms
}

const digits = (dice: Dice, length: number): string => Array.from({ length }, () => dice.below(10)).join('')

const textFor = (form: keyof typeof forms | undefined, name: string, dice: Dice, known: Known): string => {
  switch (form) {
    case 'mobile':
      return `7${digits(dice, 9)}`
    case 'otp':
      return dice.chance(0.5) ? rightOtp : digits(dice, 6)
    case 'abhaAddress':
      return dice.chance(0.7) ? dice.pick(known.addresses) : `fuzz.${digits(dice, 9)}`
    case 'newAbhaAddress':
      return `fuzz.${digits(dice, 9)}`
    case 'aadhaar':
      return known.aadhaar
    case 'gender':
      return dice.pick(['M', 'F', 'O'])
    case 'pincode':
      return dice.pick(['834001', '560001', '110001', '999999'])
    case 'name':
      return dice.pick(['Asha', 'आशा', "O'Brien", 'ശ്രീജിത്ത്', 'A. P. J.'])
    case 'line':
      return '12 Lake Road'
    case 'date':
      return '1990-04-09'
    case 'birthDay':
    case 'birthMonth':
      return dice.pick(['', '9', '04'])
    case 'birthYear':
      return '1990'
    case 'latitude':
    case 'longitude':
      return dice.pick(['23.34', '-85.31'])
    case 'opaque':
      return name === 'refresh_token' ? known.refreshToken : name === 'client_secret' ? 'openabha-dev-secret' : 'secret'
    default:
      if (/txn_id|transactionId/.test(name)) return dice.pick([...known.txnIds, '0b7a4c1e-2f3d-4a5b-8c6d-7e8f90a1b2c3'])
      if (name === 'identifier' || name === 'phr_address') return dice.pick(known.identifiers)
      if (name === 'hip_id') return 'IN0000000001'
      if (name === 'counter_id') return '12345'
      if (name === 'url') return 'http://127.0.0.1:9/hooks'
      if (name === 'client_id') return 'openabha-dev'
      if (name === 'operation') return 'phr.enrollment.suggestion'
      if (name === 'limit') return String(1 + dice.below(100))
      return `handle-${digits(dice, 4)}`
  }
}

const valueFor = (schema: Shape, name: string, dice: Dice, known: Known): unknown => {
  if (schema.anyOf) return valueFor(dice.pick(schema.anyOf), name, dice, known)
  if (schema.const !== undefined) return schema.const
  if (schema.type === 'null') return null
  if (schema.type === 'boolean') return dice.chance(0.5)
  if (schema.type === 'integer' || schema.type === 'number') {
    const { minimum = 0, maximum = 1000 } = schema
    // Long enough to be seen to work, short enough for a test.
    const most = Math.min(maximum, name === 'delay_ms' ? 5 : name === 'year_of_birth' ? 2020 : maximum)
    return minimum + dice.below(Math.min(most - minimum, 100_000) + 1)
  }
  if (schema.items) return [valueFor(schema.items, name, dice, known)]
  if (schema.properties) {
    return Object.fromEntries(
      Object.entries(schema.properties)
        .filter(([field]) => schema.required?.includes(field) || dice.chance(0.6))
        .map(([field, inner]) => [field, valueFor(inner, field, dice, known)]),
    )
  }
  return textFor(schema['x-form'], name, dice, known)
}

export const draftFor = (declared: Route<never>, dice: Dice, known: Known): Draft => {
  const { method, path, auth, names, body, query, params } = declared
  const fill = (schema: unknown): Record<string, unknown> =>
    (schema ? valueFor(schema as Shape, '', dice, known) : {}) as Record<string, unknown>
  const given = fill(params)
  const headers: Record<string, string> = {}
  if (auth !== 'none') {
    const isUser = dice.chance(auth === 'client-or-user' ? 0.2 : 0.03)
    headers.authorization = `Bearer ${isUser ? known.minToken : known.token}`
  }
  if (names && dice.chance(0.6)) headers['x-pt-id'] = known.oid
  if (names && dice.chance(0.2)) headers['x-partner-pt-id'] = `pt-${dice.below(50)}`
  if (body) headers['content-type'] = 'application/json'
  return {
    method,
    path: path.replace(/\{(\w+)\}/g, (_, name: string) => String(given[name])),
    query: Object.entries(fill(query)).map(([name, value]) => [name, String(value)]),
    headers,
    body: body ? fill(body) : undefined,
  }
}

export const targetOf = ({ path, query }: Draft): string =>
  query.length === 0
    ? path
    : `${path}?${query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value.toWellFormed())}`).join('&')}`

export const bytesOf = ({ raw, body }: Draft): string | Buffer | undefined =>
  raw ?? (body === undefined ? undefined : JSON.stringify(body))
