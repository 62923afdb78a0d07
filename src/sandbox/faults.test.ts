import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../../test/harness.ts'
import { refusalForms } from '../emulator/refusal.ts'

/** A failure is wished for over HTTP, in any form that ABDM's refusals have (abdm-v3 §20 no. 12). */

let product: Product
before(async () => {
  product = await startProduct()
})
after(() => product.stop())

const wish = (form: string) =>
  product.send('POST', '/sandbox/v1/faults', { body: { operation: 'phr.login.search', form } })

test('a fault takes each form by its name, and a form that ABDM has not is refused', async () => {
  for (const form of refusalForms) {
    product.calm()
    const { status, body } = await wish(form)
    assert.deepEqual([status, (body as { faults: { form: string }[] }).faults[0]?.form], [200, form])
  }
  product.calm()
  assert.equal((await wish('3')).status, 400)
})
