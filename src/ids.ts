import {
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  randomInt,
  randomUUID,
  timingSafeEqual,
} from 'node:crypto'

/** Every random value of the product is made here, from the operating system's generator. */

/** A lower-case version 4 UUID. */
export const newUuid = (): string => randomUUID()

/** A UUID (version 7) that begins with the time, so that rows written together lie together. 74 of its bits are random. */
export const newTimedId = (nowMs: number): string => {
  const time = nowMs.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}

/** Random decimal digits; leading zeros included. */
export const newDigits = (length: number): string => {
  let digits = ''
  while (digits.length < length) {
    const chunk = Math.min(9, length - digits.length)
    digits += String(randomInt(10 ** chunk)).padStart(chunk, '0')
  }
  return digits
}

/** A user's oid: fifteen digits, never starting with zero. */
export const newOid = (): string => `17${newDigits(13)}`

/** 256 random bits, URL-safe. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** Nobody is told it. It has a capital, a digit and a special character, as ABDM wants them (abdm-v3 §18). */
export const newPassword = (): string => `${newSecret().slice(0, 22)}A7-`

export const newBytes = (length: number): Buffer => randomBytes(length)

/** True with the given probability; used by injected faults only. */
export const happens = (probability: number): boolean => randomInt(1_000_000) < probability * 1_000_000

export const randomBelow = (bound: number): number => randomInt(bound)

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url')

/** A hash that nobody without the key can try values against: for numbers that are few enough to be tried. */
export const keyedHash = (key: Buffer): ((text: string) => string) => {
  // A key object, because a key handed over as bytes with every call costs five times the hash.
  const secret = createSecretKey(key)
  return (text) => createHmac('sha256', secret).update(text).digest('base64url')
}

/** HMAC-SHA256 in hex, over the very bytes that are sent. */
export const signatureOf = (key: string, message: string): string =>
  createHmac('sha256', key).update(message).digest('hex')

export const sameText = (left: string, right: string): boolean =>
  timingSafeEqual(createHash('sha256').update(left).digest(), createHash('sha256').update(right).digest())

/** A key of its own for each purpose, so that no key serves two. */
export const deriveKey = (master: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', master, Buffer.alloc(0), `openabha/${purpose}`, 32))
