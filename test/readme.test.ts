import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { type Product, startProduct } from './harness.ts'

/** What the README tells a stranger to type works as printed. */

let product: Product
before(async () => {
  product = await startProduct()
})
after(() => product.stop())

test('the curl lines of the first flow lead to a profile, to 491 and to a new session', async () => {
  const flow = readFileSync('README.md', 'utf8').split('## The first flow')[1]?.split('\n## ')[0] ?? ''
  const lines = [...flow.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block).join('\n')
  assert.ok(lines.includes('/registration/mobile/create-phr'))
  const script = lines.replace('B=http://127.0.0.1:8080', `B=${product.origin}`)
  const { stdout } = await promisify(execFile)('bash', ['-c', script])
  assert.match(stdout, /"skip_state":"abha_create"/)
  assert.match(stdout, /"skip_state":"abha_end","success":true/)
  assert.match(stdout, /"code":491/)
  assert.match(stdout.trim().split('}{').at(-1) ?? '', /"abha_address":"asha.rao1990@sbx".*"kyc_verified":false/)
})
