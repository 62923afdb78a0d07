import { generateKeyPairSync } from 'node:crypto'
import { createOpener, readPublicKey, seal } from '../src/abdm/sealing.ts'

/**
 * How many RSA-2048 values this machine opens in a second when it does nothing else, with the product's own opener.
 * Every mobile/init opens one, so it can never be faster than this.
 */

export type RsaJob = { readonly seconds: number; readonly inFlight: number }

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'der' },
})
const mobile = '6123456789'
const sealed = Buffer.from(seal(readPublicKey(publicKey.toString('base64')), mobile), 'base64')
const opener = await createOpener(privateKey)

const run = async ({ seconds, inFlight }: RsaJob): Promise<number> => {
  let opened = 0
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1000
  const worker = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      if ((await opener.open(sealed)) !== mobile) throw new Error('the value did not open')
      opened++
    }
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  return (opened * 1000) / (performance.now() - startedAt)
}

process.on('message', (job: RsaJob) => {
  run(job).then(
    (perSecond) => process.send?.({ perSecond }),
    (thrown: Error) => process.send?.({ failed: thrown.message }),
  )
})
process.send?.({ ready: true })
