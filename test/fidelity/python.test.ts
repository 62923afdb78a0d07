import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { xToken } from './raw-client.ts'
import { walk } from './visit.ts'

/** A client in another language, with what its machine has anyway, makes an ABHA address in the emulator. */

walk('a Python script with only the standard library and openssl enrols an ABHA address', async (visit) => {
  const { alone, nha, proven } = visit
  const { clientId, clientSecret } = alone.printed
  const mobile = '9800000021'
  const script = ['test/fidelity/enrolment.py', alone.origin, clientId, clientSecret, mobile, 'asha.python@sbx']
  const { stdout } = await promisify(execFile)('python3', script)
  assert.equal(stdout, 'asha.python@sbx\n')

  const scope = ['abha-address-login', 'mobile-verify']
  const asking = { scope, hint: 'mobile-number', id: mobile, system: 'abdm' } as const
  const { users, tokens, txnId } = (await proven('phr-login', asking, mobile)).body
  assert.deepEqual(
    users.map((user: { abhaAddress: string; fullName: string }) => [user.abhaAddress, user.fullName]),
    [['asha.python@sbx', 'Asha Rao']],
  )
  const headers = { 'T-token': `Bearer ${tokens.token}` }
  const chosen = await nha.post('phr-app', '/login/verify/user', { abhaAddress: 'asha.python@sbx', txnId }, headers)
  const { body: profile } = await nha.get('phr-app', '/login/profile', xToken(chosen.body.token))
  assert.deepEqual([profile.mobile, profile.districtName, profile.kycStatus], [mobile, 'Pune', 'PENDING'])
})
