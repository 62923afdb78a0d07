import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Alone, startAlone } from './alone.ts'
import { rawClient } from './raw-client.ts'

/** `openabha emulator` is strict about ABDM's two keys, and `--lenient` about neither. */

const started: Alone[] = []
before(async () => {
  started.push(...(await Promise.all([startAlone(), startAlone('--lenient')])))
})
after(() => Promise.all(started.map((one) => one.stop())))

test('a mobile that is sealed with the other key is refused, and opened with --lenient', async () => {
  const statuses = []
  for (const { printed } of started) {
    const client = rawClient(printed)
    await client.signIn()
    const body = {
      scope: ['abha-address-enroll', 'mobile-verify'],
      loginHint: 'mobile-number',
      otpSystem: 'abdm',
      loginId: await client.seal(4096, '9876543210'),
    }
    statuses.push((await client.send('phr-app', 'POST', '/enrollment/request/otp', { body })).status)
  }
  assert.deepEqual(statuses, [400, 200])
})
