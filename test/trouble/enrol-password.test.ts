import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Environment } from '../../src/config.ts'
import { type Journey, journeyOf, ok, startTroubled } from './journey.ts'

/** NHA's documents disagree on whether an ABHA address needs a password. One is sent when ABDM asks for it, or when the operator says so. */

const policy = /^(?=.*[A-Z])(?=.*\d)(?=.*[!@#$^*_-])[A-Za-z\d!@#$%^&*_-]{8,}$/
const invalid = (message: string) => ({
  operation: 'phr.enrollment.enrol',
  status: 400,
  code: 'ABDM-1006: ',
  message,
  form: 'array',
  times: 1,
})

/** Somebody before the last step, and the passwords that ABDM was then sent. */
const registering = async (env: Environment, use: (before: Before) => Promise<void>): Promise<void> => {
  const product = await startTroubled(env)
  try {
    const journey = journeyOf(product, await product.client())
    ok(await journey.init())
    ok(await journey.verify())
    const sent = async (): Promise<(string | undefined)[]> => {
      const { body } = await product.send('GET', `/sandbox/v1/trace?txn_id=${journey.txn_id}`)
      const enrolments = body.exchanges.filter((one: any) => one.operation === 'phr.enrollment.enrol')
      // What a fault strikes is not opened.
      return enrolments.map((one: any) => one.decrypted['phrDetails.password'] ?? one.request_body.phrDetails.password)
    }
    await use({ journey, fault: product.fault, sent, lines: product.lines })
  } finally {
    await product.stop()
  }
}
type Before = {
  journey: Journey
  fault: (fault: Record<string, unknown>) => Promise<void>
  sent: () => Promise<(string | undefined)[]>
  lines: readonly string[]
}

test('no password is sent, and a random strong one when ABDM refuses without', () =>
  registering({}, async ({ journey, fault, sent, lines }) => {
    await fault(invalid('Invalid Password'))
    const created = await journey.create()
    assert.equal(ok(created).profile.abha_address, journey.abha_address)
    const [first, second, ...more] = await sent()
    assert.deepEqual([first, more], [undefined, []])
    assert.match(second ?? '', policy)
    assert.ok(![created.text, ...lines].some((text) => text.includes(second ?? '')))
  }))

test('another refusal is not made up for with a password', () =>
  registering({}, async ({ journey, fault, sent }) => {
    await fault(invalid('Invalid First Name'))
    assert.equal((await journey.create()).status, 400)
    assert.deepEqual(await sent(), [undefined])
  }))

test('with ABDM_ENROL_PASSWORD=true one is sent from the first, and its refusal is the end', () =>
  registering({ ABDM_ENROL_PASSWORD: 'true' }, async ({ journey, fault, sent }) => {
    await fault(invalid('Invalid Password'))
    assert.equal((await journey.create()).status, 400)
    const [refused, ...more] = await sent()
    assert.ok(refused)
    assert.deepEqual(more, [])
    ok(await journey.create())
    assert.match((await sent())[1] ?? '', policy)
  }))
