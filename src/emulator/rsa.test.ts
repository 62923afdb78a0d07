import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { test } from 'node:test'
import { createOpener, readPublicKey, seal } from '../abdm/sealing.ts'
import { makePair } from './rsa.ts'

for (const bits of [2048, 4096] as const) {
  test(`a pair of ${bits} bits opens what its public half seals, and signs what that one verifies`, async () => {
    for (const pair of await Promise.all([makePair(bits), makePair(bits), makePair(bits)])) {
      const open = readPublicKey(pair.publicKey)
      assert.deepEqual(open.asymmetricKeyDetails, { modulusLength: bits, publicExponent: 65_537n })
      const pkcs8 = Buffer.from(pair.privateKey, 'base64')
      const secret = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
      assert.ok(createPublicKey(secret).equals(open))
      const opener = await createOpener(pkcs8)
      for (const text of ['', '7300000002', 'ஆஷா '.repeat(10)])
        assert.equal(await opener.open(Buffer.from(seal(open, text), 'base64')), text)
      const content = Buffer.from('what was signed')
      assert.ok(verify('RSA-SHA512', content, open, sign('RSA-SHA512', content, secret)))
    }
  })
}
