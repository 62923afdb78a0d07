import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { ciphertextBytes, createOpener, type Opener } from '../abdm/sealing.ts'
import type { KeyBits, ServiceName } from '../abdm/wire/operation.ts'
import { Type } from '../schema.ts'
import type { Collection, Store } from '../store/store.ts'
import { type GatewayJwk, gatewayJwk } from './jwks.ts'
import { makePair, type RsaPair } from './rsa.ts'

/**
 * The emulator's RSA keys: two that open sealed fields, and one per service that signs its tokens, so that no family's
 * token passes for another's. Made once (it takes a second) and kept in the store, encrypted like every body.
 */
export type SealingKeys = { readonly [bits in KeyBits]: RsaPair }
export type EmulatorKeys = {
  readonly sealing: SealingKeys
  /** PKCS#8, base64. */
  readonly signing: { readonly [service in ServiceName]: string }
}

const sealingKey = Type.Object({ publicKey: Type.String(), privateKey: Type.String() })
export const keyCollection: Collection<EmulatorKeys> = {
  name: 'emulator.keys',
  body: Type.Object({
    sealing: Type.Object({ 2048: sealingKey, 4096: sealingKey }),
    signing: Type.Object({
      gateway: Type.String(),
      abha: Type.String(),
      'phr-app': Type.String(),
      'phr-web': Type.String(),
    }),
  }),
}

const makeSealingKeys = async (): Promise<SealingKeys> => {
  const [short, long] = await Promise.all([makePair(2048), makePair(4096)])
  return { 2048: short, 4096: long }
}

export const generateKeys = async (): Promise<EmulatorKeys> => {
  const [sealing, gateway, abha, app, web] = await Promise.all([
    makeSealingKeys(),
    makePair(2048),
    makePair(2048),
    makePair(2048),
    makePair(2048),
  ])
  const signing = {
    gateway: gateway.privateKey,
    abha: abha.privateKey,
    'phr-app': app.privateKey,
    'phr-web': web.privateKey,
  }
  return { sealing, signing }
}

/** NHA signs user tokens RS512 and the gateway's RS256 (abdm-v3 §2, §4). */
const algorithmOf = (service: ServiceName) => (service === 'gateway' ? 'RS256' : 'RS512')
const headerOf = (service: ServiceName): string =>
  Buffer.from(JSON.stringify({ alg: algorithmOf(service), typ: 'JWT' })).toString('base64url')
const digestOf = (service: ServiceName): string => (service === 'gateway' ? 'RSA-SHA256' : 'RSA-SHA512')

const rowId = 'keys'

const loadOrMake = async (store: Store, given?: EmulatorKeys, onFirstKeys?: () => void): Promise<EmulatorKeys> => {
  const kept = await store.get(keyCollection, rowId)
  if (kept) return kept.body
  if (!given) onFirstKeys?.()
  const made = given ?? (await generateKeys())
  if (await store.insert(keyCollection, rowId, made)) return made
  const others = await store.get(keyCollection, rowId)
  return others?.body ?? made
}

export type KeyRing = Awaited<ReturnType<typeof openKeyRing>>

export const openKeyRing = async (store: Store, given?: EmulatorKeys, onFirstKeys?: () => void) => {
  const keys = await loadOrMake(store, given, onFirstKeys)
  let sealing = keys.sealing
  let openers: { [bits in KeyBits]?: Promise<Opener> } = {}
  let jwk: GatewayJwk | undefined
  const signers: { [service in ServiceName]?: { secret: KeyObject; open: KeyObject } } = {}

  const openerOf = (bits: KeyBits): Promise<Opener> => {
    openers[bits] ??= createOpener(Buffer.from(sealing[bits].privateKey, 'base64'))
    return openers[bits]
  }

  const signerOf = (service: ServiceName) => {
    const known = signers[service]
    if (known) return known
    const secret = createPrivateKey({
      key: Buffer.from(keys.signing[service], 'base64'),
      format: 'der',
      type: 'pkcs8',
    })
    const made = { secret, open: createPublicKey(secret) }
    signers[service] = made
    return made
  }

  return {
    publicKey: (bits: KeyBits): string => sealing[bits].publicKey,

    /** Which key a ciphertext was made for, told by its length alone (abdm-v3 §3.3). */
    bitsOf: (ciphertext: Buffer): KeyBits | undefined =>
      ([2048, 4096] as const).find((bits) => ciphertextBytes[bits] === ciphertext.length),

    open: async (bits: KeyBits, ciphertext: Buffer): Promise<string | undefined> =>
      (await openerOf(bits)).open(ciphertext),

    /** What verifies the gateway's tokens. */
    gatewayJwk(): GatewayJwk {
      const { secret, open } = signerOf('gateway')
      jwk ??= gatewayJwk(secret, open)
      return jwk
    },

    /** Signing is slow (0.35 ms), so it happens on the thread pool. */
    sign(service: ServiceName, claims: object): Promise<string> {
      const content = `${headerOf(service)}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
      return new Promise((resolve, reject) =>
        sign(digestOf(service), Buffer.from(content), signerOf(service).secret, (failure, signature) =>
          failure ? reject(failure) : resolve(`${content}.${signature.toString('base64url')}`),
        ),
      )
    },

    /** The claims of a token that this service signed; undefined for anything else. Expiry is the caller's business. */
    read(service: ServiceName, token: string): unknown {
      const [header, claims, signature, ...rest] = token.split('.')
      if (header !== headerOf(service) || !claims || !signature || rest.length > 0) return undefined
      const isGenuine = verify(
        digestOf(service),
        Buffer.from(`${header}.${claims}`),
        signerOf(service).open,
        Buffer.from(signature, 'base64url'),
      )
      return isGenuine ? JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) : undefined
    },

    /** New sealing keys at once; what was sealed with the old ones can no longer be opened. Tokens stay valid. */
    async rotate(): Promise<void> {
      const next = await makeSealingKeys()
      const row = await store.get(keyCollection, rowId)
      if (row) await store.update(keyCollection, row, { ...row.body, sealing: next })
      sealing = next
      openers = {}
    },
  }
}
