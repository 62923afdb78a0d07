import { createPrivateKey, createPublicKey, generateKeyPair, generatePrime } from 'node:crypto'
import { promisify } from 'node:util'
import type { KeyBits } from '../abdm/wire/operation.ts'
import { integer, sequence } from './der.ts'

/** Both base64 DER: SPKI as published, PKCS#8. */
export type RsaPair = { readonly publicKey: string; readonly privateKey: string }

const publicExponent = 65_537n

const inverse = (value: bigint, modulus: bigint): bigint => {
  let [rest, next, factor, nextFactor] = [modulus, value % modulus, 0n, 1n]
  while (next > 0n) {
    const times = rest / next
    ;[rest, next, factor, nextFactor] = [next, rest - times * next, nextFactor, factor - times * nextFactor]
  }
  return factor < 0n ? factor + modulus : factor
}

/**
 * RFC 8017 §3.2: a key of several primes. Its public half is like any other; its private half works with numbers of a prime's
 * length. Of four primes instead of two, one of 4096 bits opens in a third of the time, and is made in half of it.
 */
const privateKeyOf = (primes: readonly bigint[]): Buffer => {
  const [p = 1n, q = 1n, ...more] = primes
  const secret = inverse(
    publicExponent,
    primes.reduce((product, prime) => product * (prime - 1n), 1n),
  )
  let modulus = p * q
  const others = more.map((prime) => {
    const other = sequence(integer(prime), integer(secret % (prime - 1n)), integer(inverse(modulus, prime)))
    modulus *= prime
    return other
  })
  const exponents = [publicExponent, secret, p, q, secret % (p - 1n), secret % (q - 1n), inverse(q, p)].map(integer)
  return sequence(integer(1n), integer(modulus), ...exponents, sequence(...others))
}

const drawPrime = (bits: number): Promise<bigint> =>
  new Promise((resolve, reject) =>
    generatePrime(bits, { bigint: true }, (failure, prime) => (failure ? reject(failure) : resolve(prime))),
  )

/** Primes whose product is as long as the four can make it, and that the public exponent suits. */
const drawPrimes = async (bits: number): Promise<readonly bigint[]> => {
  const primes = await Promise.all(Array.from({ length: 4 }, () => drawPrime(bits / 4)))
  const modulus = primes.reduce((product, prime) => product * prime)
  const isLong = modulus >> BigInt(bits - 1) === 1n
  return isLong && primes.every((prime) => prime % publicExponent !== 1n) ? primes : drawPrimes(bits)
}

const makeLongPair = async (): Promise<RsaPair> => {
  const primes = await drawPrimes(4096)
  const secret = createPrivateKey({ key: privateKeyOf(primes), format: 'der', type: 'pkcs1' })
  return {
    publicKey: createPublicKey(secret).export({ format: 'der', type: 'spki' }).toString('base64'),
    privateKey: secret.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
  }
}

const makeShortPair = async (): Promise<RsaPair> => {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  })
  return { publicKey: publicKey.toString('base64'), privateKey: privateKey.toString('base64') }
}

export const makePair = (bits: KeyBits): Promise<RsaPair> => (bits === 4096 ? makeLongPair() : makeShortPair())
