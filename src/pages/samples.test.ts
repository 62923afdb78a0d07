import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../../test/harness.ts'
import { register } from '../../test/walks.ts'
import { init } from '../api/profile/kyc/init.ts'
import { sampleObject } from './samples.ts'

/** What the pages show is taken by a fresh sandbox as it stands. */

let product: Product
before(async () => {
  product = await startProduct()
})
after(() => product.stop())

test('the sample of a KYC names an ABHA number that gets an OTP', async () => {
  assert.ok(init.body)
  const sample = sampleObject(init.operationId, init.body, { isSandbox: true })
  assert.equal(sample.method, 'abha-number')
  const client = await product.client()
  const { oid } = await register(product, client)
  const reply = await client.post(init.path, sample, { headers: { 'X-Pt-Id': oid } })
  assert.equal(reply.status, 200, reply.text)
})
