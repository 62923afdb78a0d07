import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Scripted, said, startScripted, txnId } from '../../test/trouble/scripted-upstream.ts'
import { systemClock } from '../clock.ts'
import { type Environment, readConfig } from '../config.ts'
import { keySettings } from '../config-defaults.ts'
import { sharedKeys } from '../emulator/testing-keys.ts'
import { createLog } from '../log.ts'
import { createAbdm } from './client.ts'
import { ciphertextBytes } from './sealing.ts'
import { abhaEnrollment, phrEnrollment, phrLogin, phrProfile, web } from './wire/index.ts'
import type { KeyFamily } from './wire/operation.ts'

/** Each key family seals with the key that its setting names, and with no other's (abdm-v3 §3.3, §22 no. 2). */

let upstream: Scripted
before(async () => {
  upstream = await startScripted()
  const { sealing } = await sharedKeys
  upstream.say('/login/public/certificate', { body: { publicKey: sealing[2048].publicKey } })
  upstream.say('/profile/public/certificate', { body: { publicKey: sealing[4096].publicKey } })
})
after(() => upstream.stop())

const sending = { loginId: '91000011112222', otpSystem: 'abdm' as const }
const proof = { authMethods: ['otp' as const], otp: { txnId, otpValue: '123456' } }
const { abhaAddress, abhaNumber } = phrLogin.requestOtp.variants
const calls = [
  [
    'abha',
    abhaEnrollment.requestOtp,
    { ...sending, scope: ['abha-enrol'], loginHint: 'aadhaar', otpSystem: 'aadhaar', txnId: '' },
  ],
  ['phr-address', phrLogin.requestOtp, { ...sending, ...abhaAddress }],
  ['phr-address', phrLogin.verify, { scope: abhaAddress.scope, authData: proof }],
  ['phr-login', phrLogin.requestOtp, { ...sending, ...abhaNumber }],
  ['phr-login', phrEnrollment.requestOtp, { ...sending, ...phrEnrollment.requestOtp.variants.abhaNumber }],
  ['phr-login-otp', phrLogin.verify, { scope: abhaNumber.scope, authData: proof }],
  ['phr-login-otp', phrProfile.verify, { scope: phrProfile.verify.variants.abhaNumber.scope, authData: proof }],
  ['phr-web', web.requestOtp, { ...sending, ...web.requestOtp.variants.mobile }],
  ['phr-web', web.verify, { scope: web.verify.variants.mobile.scope, authData: proof }],
] as const satisfies readonly (readonly [KeyFamily, unknown, unknown])[]

const assertSealed = async (env: Environment, bitsOf: (family: KeyFamily) => number): Promise<void> => {
  const log = createLog('silent', systemClock, { write: () => undefined })
  const abdm = createAbdm({ bases: upstream.bases, settings: readConfig(env).upstream, clock: systemClock, log })
  for (const [family, op, body] of calls) {
    upstream.say(op.path, { body: said.sent })
    await abdm.call(op as never, { body: body as never, token: 't' }).catch(() => undefined)
    const sent = JSON.parse(upstream.seen.findLast(({ path }) => path === op.path)?.text ?? '{}')
    const ciphertext = Buffer.from(sent.loginId ?? sent.authData.otp.otpValue, 'base64')
    assert.equal(ciphertext.length, ciphertextBytes[bitsOf(family) as 2048 | 4096], `${family}: ${op.id}`)
  }
  await abdm.close()
}

test('without a setting each family has the key of the contract', () =>
  assertSealed({}, (family) => keySettings[family][1]))

for (const [family, [setting, usual]] of Object.entries(keySettings)) {
  const other = usual === 2048 ? 4096 : 2048
  test(`${setting}=${other} changes that family, and leaves the others`, () =>
    assertSealed({ [setting]: String(other) }, (one) => (one === family ? other : keySettings[one][1])))
}
