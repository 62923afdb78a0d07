import type { KeyObject } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { UpstreamFailure } from './failure.ts'
import { readPublicKey } from './sealing.ts'
import { certificates } from './wire/index.ts'
import type { KeyBits, ReplyOf } from './wire/operation.ts'

/** The two public keys of ABDM, each fetched once at a time and kept for a day. */

const keptMs = 86_400_000
/** A refusal that blames a sealed value asks for the key again; when it was the same key, not again for a while. */
const recheckPauseMs = 5_000

type CertificateOperation = typeof certificates.abhaCertificate
export type SealingKey = { readonly key: KeyObject; readonly published: string }
export type Certificates = ReturnType<typeof createCertificates>

export const createCertificates = (
  fetchCertificate: (op: CertificateOperation) => Promise<ReplyOf<CertificateOperation>>,
  clock: Clock,
) => {
  const operations = { 2048: certificates.phrCertificate, 4096: certificates.abhaCertificate }
  const kept = new Map<KeyBits, SealingKey & { fetchedAt: number }>()
  const pending = new Map<KeyBits, Promise<SealingKey>>()
  const recheckedInVainAt = new Map<KeyBits, number>()

  const fetchKey = (bits: KeyBits): Promise<SealingKey> => {
    const running = pending.get(bits)
    if (running) return running
    const fetching = fetchCertificate(operations[bits])
      .then(({ publicKey }) => {
        const before = kept.get(bits)
        const fetched =
          before?.published === publicKey
            ? { ...before, fetchedAt: clock.now() }
            : { key: usable(bits, publicKey), published: publicKey, fetchedAt: clock.now() }
        kept.set(bits, fetched)
        return fetched
      })
      .finally(() => pending.delete(bits))
    pending.set(bits, fetching)
    return fetching
  }

  /** Whatever cannot seal as §3.2 wants it is no certificate. */
  const usable = (bits: KeyBits, published: string): KeyObject => {
    let key: KeyObject | undefined
    try {
      key = readPublicKey(published)
    } catch {}
    if (key?.asymmetricKeyType === 'rsa' && key.asymmetricKeyDetails?.modulusLength === bits) return key
    throw new UpstreamFailure(operations[bits].id, 'unreadable', { mayHaveActed: false })
  }

  return {
    key(bits: KeyBits): Promise<SealingKey> | SealingKey {
      const found = kept.get(bits)
      return found && clock.now() < found.fetchedAt + keptMs ? found : fetchKey(bits)
    },

    /** Fetches the key, whether or not one is kept. */
    renew: fetchKey,

    /** Another key than the one that a value was sealed with, if ABDM publishes one now. */
    async replacementOf(bits: KeyBits, used: SealingKey): Promise<SealingKey | undefined> {
      const found = kept.get(bits)
      if (found && found.published !== used.published) return found
      const recheckedAt = recheckedInVainAt.get(bits)
      const isTooSoon = recheckedAt !== undefined && clock.now() < recheckedAt + recheckPauseMs
      if (isTooSoon && !pending.has(bits)) return undefined
      const fetched = await fetchKey(bits)
      if (fetched.published !== used.published) return fetched
      recheckedInVainAt.set(bits, clock.now())
      return undefined
    },
  }
}
