import { type Static, type TSchema, Type } from '../../schema.ts'

/** The four base addresses of ABDM V3, each with a setting of its own (abdm-v3 §1.1). */
export type ServiceName = 'gateway' | 'abha' | 'phr-app' | 'phr-web'
export type KeyBits = 2048 | 4096
export type UserToken = 'x-token' | 't-token' | 'r-token'

/** The form an error body usually has on an operation (abdm-v3 §5, numbered there). */
export type ErrorForm = 'wrapped' | 'flat' | 'array' | 'field' | 'message'

/** One accepted combination of scope, hint and OTP system, and the key that seals its fields (abdm-v3 §3.3). */
export type Variant = {
  readonly scope: readonly string[]
  readonly loginHint?: string
  readonly otpSystem?: 'abdm' | 'aadhaar'
  /** Absent where nothing is sealed. */
  readonly key?: KeyBits
}

/** An upstream operation as a value: the client sends by it, the emulator answers by it. */
type Variants = { readonly [name: string]: Variant }

export type Operation<
  Body extends TSchema = TSchema,
  Query extends TSchema = TSchema,
  Reply extends TSchema = TSchema,
  V extends Variants = Variants,
> = {
  readonly id: string
  /** Section of the public V3 documents that the value follows. */
  readonly source: string
  readonly service: ServiceName
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly path: string
  /** False only for the session call, which is what gives the bearer token. */
  readonly needsGatewayToken: boolean
  readonly userToken: UserToken | undefined
  readonly headers: readonly string[]
  readonly body: Body | undefined
  readonly query: Query | undefined
  readonly variants: V
  /** Key of the sealed fields where no scope decides. */
  readonly key: KeyBits | undefined
  readonly reply: Reply
  /** The status of a success. A client takes any 2xx. */
  readonly status: number
  readonly replyType: 'application/json' | 'application/octet-stream' | 'image/png'
  readonly replyBytesMax: number
  readonly errorForm: ErrorForm
  readonly sendsOtp: boolean
  /** May be sent again after a failure without changing anything upstream. */
  readonly isRepeatable: boolean
  /** Dotted paths of the fields that are encrypted on the way, from the `x-sealed` marks. */
  readonly sealed: readonly string[]
}

type Declared<Body extends TSchema, Query extends TSchema, Reply extends TSchema, V extends Variants> = Pick<
  Operation<Body, Query, Reply, V>,
  'id' | 'source' | 'service' | 'method' | 'path' | 'reply' | 'errorForm'
> &
  Partial<Omit<Operation<Body, Query, Reply, V>, 'sealed'>>

const sealedPaths = (schema: TSchema | undefined, prefix = ''): string[] => {
  const properties = (schema as { properties?: Record<string, TSchema> } | undefined)?.properties ?? {}
  return Object.entries(properties).flatMap(([name, field]) =>
    'x-sealed' in field ? [prefix + name] : sealedPaths(field, `${prefix}${name}.`),
  )
}

type Part = { properties?: Record<string, Part>; anyOf?: Part[]; items?: Part }

const mayHoldPhoto = ({ properties = {}, anyOf = [], items }: Part): boolean =>
  Object.keys(properties).some((name) => /photo/i.test(name)) ||
  [...Object.values(properties), ...anyOf, ...(items ? [items] : [])].some(mayHoldPhoto)

/** A photo is tens of kilobytes (abdm-v3 §19 no. 19), and a verification may list everybody who shares a mobile. */
const photosBytesMax = 4_194_304
const plainBytesMax = 1_048_576

export const operation = <
  Body extends TSchema,
  Query extends TSchema,
  Reply extends TSchema,
  const V extends Variants = Record<never, Variant>,
>(
  declared: Declared<Body, Query, Reply, V>,
): Operation<Body, Query, Reply, V> => ({
  needsGatewayToken: true,
  userToken: undefined,
  headers: [],
  body: undefined,
  query: undefined,
  variants: {} as V,
  key: undefined,
  status: 200,
  replyType: 'application/json',
  replyBytesMax: mayHoldPhoto(declared.reply as Part) ? photosBytesMax : plainBytesMax,
  sendsOtp: false,
  isRepeatable: false,
  ...declared,
  sealed: sealedPaths(declared.body),
})

const sameMembers = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((member) => right.includes(member))

/** The variants of an operation that go with a scope list; ABDM's order of scopes is not relied on (abdm-v3 §19 no. 21). */
export const variantsOf = (op: Operation, scope: readonly string[]): Variant[] =>
  Object.values(op.variants).filter((variant) => sameMembers(variant.scope, scope))

/** Which key seals this body: by scope family, not by URL (abdm-v3 §3.3). */
export const keyBitsOf = (op: Operation, body: unknown): KeyBits | undefined => {
  const scope = (body as { scope?: readonly string[] } | undefined)?.scope
  return (scope && variantsOf(op, scope)[0]?.key) ?? op.key
}

/** What seals alike (abdm-v3 §3.3). NHA's documents and its integrators disagree on some, so each has a setting of its own. */
export const keyFamilies = ['abha', 'phr-address', 'phr-login', 'phr-login-otp', 'phr-web'] as const
export type KeyFamily = (typeof keyFamilies)[number]

export const keyFamilyOf = (op: Operation, body: unknown): KeyFamily => {
  if (op.service === 'phr-web') return 'phr-web'
  if (op.service !== 'phr-app') return 'abha'
  if (keyBitsOf(op, body) === 2048) return 'phr-address'
  return op.sealed.some((path) => path.endsWith('.otpValue')) ? 'phr-login-otp' : 'phr-login'
}

export type BodyOf<O> = O extends Operation<infer Body, TSchema, TSchema> ? Static<Body> : never
export type QueryOf<O> = O extends Operation<TSchema, infer Query, TSchema> ? Static<Query> : never
export type ReplyOf<O> = O extends Operation<TSchema, TSchema, infer Reply> ? Static<Reply> : never

/**
 * Marks. `x-sealed`: RSA-encrypted on the way. `x-redact`: personal or secret, never in a log. `x-refusal`: what ABDM says
 * when the field is missing or malformed, so that one value tells the emulator both the rule and the words.
 */
export const fieldCodes = ['ABDM-1006', 'ABDM-1015', 'ABDM-9999', '1921', '1922'] as const
/** The ABHA service refuses fields without a code (abdm-v3 §5 no. 4). */
export type Refusal = readonly [code: (typeof fieldCodes)[number] | '', message: string]
type FieldOptions = { pattern?: string; refusal?: Refusal; redact?: boolean; minLength?: number; maxLength?: number }

export const text = (options: FieldOptions = {}) => {
  const { refusal, redact, ...rest } = options
  return Type.String({ ...rest, ...(refusal && { 'x-refusal': refusal }), ...(redact && { 'x-redact': true }) })
}
export const personal = (options: FieldOptions = {}) => text({ ...options, redact: true })
export const sealed = (refusal: Refusal) => Type.String({ 'x-sealed': true, 'x-redact': true, 'x-refusal': refusal })

/** Null, empty and missing are one to ABDM (abdm-v3 §19 no. 13). */
export const absent = <Field extends TSchema>(field: Field) => Type.Optional(Type.Union([field, Type.Null()]))
