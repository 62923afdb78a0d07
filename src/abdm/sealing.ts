import { createPublicKey, type KeyObject, publicEncrypt, webcrypto } from 'node:crypto'
import type { KeyBits } from './wire/operation.ts'

/**
 * RSA-OAEP with SHA-1 as digest and as MGF1 digest, empty label, standard base64 (abdm-v3 §3.2). Both halves:
 * the client seals, the emulator opens.
 */
const algorithm = { name: 'RSA-OAEP', hash: 'SHA-1' } as const
export const encryptionAlgorithm = 'RSA/ECB/OAEPWithSHA-1AndMGF1Padding'

export const ciphertextBytes: { readonly [bits in KeyBits]: number } = { 2048: 256, 4096: 512 }

/** Reads a certificate's `publicKey`: base64 DER as published, or armoured as V1 and V2 did. */
export const readPublicKey = (published: string): KeyObject =>
  createPublicKey({
    key: Buffer.from(published.replace(/-----(BEGIN|END) PUBLIC KEY-----|\s/g, ''), 'base64'),
    format: 'der',
    type: 'spki',
  })

export const seal = (key: KeyObject, plaintext: string): string =>
  // OAEP with SHA-1 is the default of a bare key; saying so in options costs half as much again.
  publicEncrypt(key, Buffer.from(plaintext, 'utf8')).toString('base64')

export type Opener = { open(ciphertext: Buffer): Promise<string | undefined> }

/** One imported key serialises on one core: four copies let the thread pool work side by side. */
const copies = 4

export const createOpener = async (pkcs8: Buffer): Promise<Opener> => {
  const keys = await Promise.all(
    Array.from({ length: copies }, () =>
      webcrypto.subtle.importKey('pkcs8', new Uint8Array(pkcs8), algorithm, false, ['decrypt']),
    ),
  )
  let turn = 0
  return {
    async open(ciphertext) {
      const key = keys[turn++ % copies]
      if (!key) return undefined
      try {
        return Buffer.from(await webcrypto.subtle.decrypt(algorithm, key, new Uint8Array(ciphertext))).toString('utf8')
      } catch {
        return undefined
      }
    },
  }
}
