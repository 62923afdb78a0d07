import { createCipheriv, createDecipheriv, createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { deriveKey, newBytes } from '../ids.ts'
import type { Collection, Limit, Row, Write } from './store.ts'

/**
 * The one wrapper between rows and a database: bodies are encrypted, lookup values and limit keys are hashed with a
 * key, on the way in and back. Ids, collection names, revisions and expiry times are written as given: whoever makes
 * an id of a secret or of personal data hashes it first.
 *
 * A body is one version byte, a random 96-bit nonce, the AES-256-GCM ciphertext of its JSON, and the tag. Collection
 * and id are authenticated with it, so a body moved to another row does not open. Random nonces allow some 2^32 bodies
 * a key before a repeat becomes worth a thought; each collection therefore has a key of its own.
 */
export type Vault = {
  sealWrite(write: Write): SealedWrite
  /** `revisionBefore` null: whatever revision it has. */
  sealTake(collection: Collection<never>, id: string, revisionBefore: number | null): SealedWrite
  openRow<Body>(collection: Collection<Body>, stored: StoredRow): Row<Body>
  lookupKey(collection: string, lookup: string, value: string): Buffer
  /** Those that are counted at all. */
  sealLimits(limits: readonly Limit[]): SealedLimit[]
  /** The same for the same master key, and tells nothing about it: kept in the database to recognise a wrong key. */
  readonly keyCheck: Buffer
}

/** A row as a database holds it. */
export type StoredRow = {
  readonly id: string
  readonly revision: number
  readonly expiresAt: number | null
  readonly body: Uint8Array
}

/** Lookup keys of one row: `lookupKeyBytes` each, one after another. Null: none. */
type Keys = { readonly uniqueKeys: Buffer | null; readonly keys: Buffer | null }

/** A write as a database carries it out: nothing in it is readable, and nothing in it can make a statement fail. `isIndexed`: rows of its collection may have lookups. */
export type SealedWrite = { readonly collection: string; readonly isIndexed: boolean } & (
  | ({ readonly kind: 'insert' } & StoredRow & Keys)
  | ({ readonly kind: 'update'; readonly revisionBefore: number } & StoredRow & Keys)
  | { readonly kind: 'take'; readonly id: string; readonly revisionBefore: number | null }
)

/** A limit whose key is hashed. `name` is the key as given, for the answer. */
export type SealedLimit = {
  readonly name: string
  readonly key: Buffer
  readonly max: number
  readonly windowSeconds: number
}

export const lookupKeyBytes = 16

const formatVersion = 1
const nonceBytes = 12
const tagBytes = 16
const headBytes = 1 + nonceBytes
const limitKeysMax = 1_000
const noKeys: Keys = { uniqueKeys: null, keys: null }

export const openVault = (master: Buffer): Vault => {
  // Key objects, because handing a key over as bytes with every call costs four times the encryption itself.
  const secretFor = (purpose: string): KeyObject => createSecretKey(deriveKey(master, purpose))
  const hashKey = secretFor('store/lookup')
  const bodyKeys = new Map<string, KeyObject>()
  const bodyKey = (collection: string): KeyObject => {
    let key = bodyKeys.get(collection)
    if (!key) {
      key = secretFor(`store/body/${collection}`)
      bodyKeys.set(collection, key)
    }
    return key
  }

  let nonces: Buffer = Buffer.alloc(0)
  const newNonce = (): Buffer => {
    if (nonces.length === 0) nonces = newBytes(nonceBytes * 256)
    const nonce = nonces.subarray(0, nonceBytes)
    nonces = nonces.subarray(nonceBytes)
    return nonce
  }

  const seal = (collection: string, id: string, body: unknown): Buffer => {
    const nonce = newNonce()
    const cipher = createCipheriv('aes-256-gcm', bodyKey(collection), nonce)
    cipher.setAAD(boundTo(collection, id))
    const text = cipher.update(JSON.stringify(body), 'utf8')
    cipher.final()
    const sealed = Buffer.allocUnsafe(headBytes + text.length + tagBytes)
    sealed[0] = formatVersion
    sealed.set(nonce, 1)
    sealed.set(text, headBytes)
    sealed.set(cipher.getAuthTag(), headBytes + text.length)
    return sealed
  }

  const open = (collection: string, id: string, sealed: Uint8Array): unknown => {
    if (sealed[0] !== formatVersion || sealed.length < headBytes + tagBytes)
      throw new Error(`A body of "${collection}" has a form this version does not know`)
    const textEnd = sealed.length - tagBytes
    const decipher = createDecipheriv('aes-256-gcm', bodyKey(collection), sealed.subarray(1, headBytes))
    decipher.setAAD(boundTo(collection, id))
    decipher.setAuthTag(sealed.subarray(textEnd))
    const text = decipher.update(sealed.subarray(headBytes, textEnd))
    try {
      decipher.final()
    } catch (cause) {
      throw new Error(`A body of "${collection}" was changed, or moved to another row, outside this program`, { cause })
    }
    return JSON.parse(text.toString('utf8'))
  }

  const hash = (text: string): Buffer => createHmac('sha256', hashKey).update(text).digest().subarray(0, lookupKeyBytes)

  const lookupKey = (collection: string, lookup: string, value: string): Buffer =>
    hash(`lookup:${collection.length}:${collection}${lookup.length}:${lookup}${value}`)

  /** Of the latest limits: those of a client and of an address come again with every call. */
  const limitKeys = new Map<string, Buffer>()
  const limitKey = (name: string, windowSeconds: number): Buffer => {
    const text = `limit:${windowSeconds}:${name}`
    let key = limitKeys.get(text)
    if (!key) {
      if (limitKeys.size >= limitKeysMax) limitKeys.clear()
      key = hash(text)
      limitKeys.set(text, key)
    }
    return key
  }

  const keysOf = (collection: Collection<never>, body: unknown): Keys => {
    if (!collection.lookups) return noKeys
    const uniqueKeys = new Set<string>()
    const keys = new Set<string>()
    for (const [name, lookup] of Object.entries(collection.lookups)) {
      const values = lookup.values(body as never) ?? []
      for (const value of typeof values === 'string' ? [values] : values)
        (lookup.unique ? uniqueKeys : keys).add(lookupKey(collection.name, name, value).toString('latin1'))
    }
    return { uniqueKeys: joined(uniqueKeys), keys: joined(keys) }
  }

  const sealTake: Vault['sealTake'] = (collection, id, revisionBefore) => ({
    kind: 'take',
    collection: collection.name,
    isIndexed: collection.lookups !== undefined,
    id,
    revisionBefore,
  })

  return {
    lookupKey,
    sealTake,
    sealLimits: (limits) =>
      limits
        .filter(({ max }) => max > 0)
        .map(({ key: name, max, windowSeconds }) => ({ name, key: limitKey(name, windowSeconds), max, windowSeconds })),
    keyCheck: createHmac('sha256', secretFor('store/key-check')).update('openabha').digest(),
    sealWrite(write) {
      const collection = write.collection.name
      if (write.kind === 'take') return sealTake(write.collection, write.before.id, write.before.revision)
      const { id, revision, body, expiresAt } = write.row
      // Found here, a bad value harms its caller only; found by the database, it would undo everyone's writes.
      if (expiresAt !== undefined && !Number.isSafeInteger(expiresAt))
        throw new TypeError(`A row of "${collection}" must expire at a whole millisecond, not at ${expiresAt}`)
      const { uniqueKeys, keys } = keysOf(write.collection, body)
      const isIndexed = write.collection.lookups !== undefined
      const stored = { id, revision, expiresAt: expiresAt ?? null, body: seal(collection, id, body), uniqueKeys, keys }
      return write.kind === 'insert'
        ? { kind: 'insert', collection, isIndexed, ...stored }
        : { kind: 'update', collection, isIndexed, revisionBefore: write.before.revision, ...stored }
    },
    openRow<Body>(collection: Collection<Body>, { id, revision, expiresAt, body }: StoredRow): Row<Body> {
      const opened = open(collection.name, id, body) as Body
      return { id, revision, body: opened, expiresAt: expiresAt ?? undefined }
    },
  }
}

const boundTo = (collection: string, id: string): Buffer => Buffer.from(`${collection.length}:${collection}${id}`)

const joined = (keys: Set<string>): Buffer | null =>
  keys.size === 0 ? null : Buffer.from([...keys].join(''), 'latin1')

/** The single keys of a joined value, as a database gave it back. */
export const splitKeys = (joinedKeys: Uint8Array | null): Uint8Array[] => {
  const keys: Uint8Array[] = []
  for (let at = 0; joinedKeys && at < joinedKeys.length; at += lookupKeyBytes)
    keys.push(joinedKeys.subarray(at, at + lookupKeyBytes))
  return keys
}
