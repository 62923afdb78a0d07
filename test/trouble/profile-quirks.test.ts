import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { userRows } from '../../src/people.ts'
import type { Product } from '../harness.ts'
import { assertRefused, beginSession, type Client, paths, refusals } from '../walks.ts'
import { type Scripted, startBeforeScripted, txnId } from './scripted-upstream.ts'

/** Profiles that the emulator does not show but real ABDM does: a change keeps what it does not name, and invents nothing. */

let upstream: Scripted
let product: Product
let client: Client
let oid: string
let stop: () => Promise<void>
const abhaAddress = 'asha.rao1990@sbx'

before(async () => {
  ;({ upstream, product, caller: client, stop } = await startBeforeScripted())
  upstream.say('/login/request/otp', { body: { txnId, message: 'sent' } })
  upstream.say('/login/verify', {
    body: {
      txnId,
      authResult: 'success',
      users: [{ abhaAddress, fullName: 'Asha Rao', kycStatus: 'PENDING' }],
      tokens: { token: 'x-token', expiresIn: 1800, refreshToken: 'r-token', refreshExpiresIn: 1_296_000 },
    },
  })
  const txn_id = await beginSession(client, abhaAddress)
  const verify = await client.post(paths.sessionVerify, { txn_id, otp: '123456' })
  assert.equal(verify.status, 200, verify.text)
  oid = (await product.store.find(userRows, 'address', `hospital/${abhaAddress}`))[0]?.id ?? ''
})
after(() => stop())
afterEach(() => upstream.forget())

const place = {
  address: '12 Lake Road',
  stateName: 'Jharkhand',
  stateCode: '20',
  districtName: 'Ranchi',
  districtCode: '339',
  pinCode: '834001',
}
const declared = {
  abhaAddress,
  firstName: 'Asha',
  middleName: '',
  lastName: 'Rao',
  dayOfBirth: '9',
  monthOfBirth: '4',
  yearOfBirth: '1990',
  gender: 'F',
  mobile: '9876543210',
  kycStatus: 'PENDING',
  ...place,
}
const verified = { ...declared, kycStatus: 'VERIFIED', abhaNumber: '91-7000-0000-0001' }

const updatePath = '/login/profile/updateProfile'
const as = () => ({ headers: { 'X-Pt-Id': oid } })
/** From here on ABDM has this profile, and says so again after an update. */
const has = (profile: Record<string, unknown>): void => {
  upstream.forget()
  upstream.say('/login/profile', { body: profile })
  upstream.say(updatePath, { body: profile })
}
const read = async (): Promise<any> => {
  const reply = await client.get(paths.profile, as())
  assert.equal(reply.status, 200, reply.text)
  return reply.body
}
const patch = (body: unknown) => client.call('PATCH', paths.profile, { body, ...as() })
/** What ABDM was sent for a change that is accepted. */
const sent = async (body: unknown): Promise<any> => {
  const reply = await patch(body)
  assert.equal(reply.status, 204, `${JSON.stringify(body)} ${reply.text}`)
  return JSON.parse(upstream.seen.findLast(({ path }) => path === updatePath)?.text ?? '{}')
}
const refuse = async (body: unknown, message: RegExp): Promise<void> => {
  const before = upstream.callsOf(updatePath)
  assertRefused(await patch(body), { ...refusals.field, message }, JSON.stringify(body))
  assert.equal(upstream.callsOf(updatePath), before, 'an update was sent')
}

test('a KYC name repeated as it was shown is the same name, however ABDM spells it', async () => {
  for (const name of ['Asha  Devi', 'D’Souza', 'Asha ', ' Asha', 'Jose\u0301', 'As\u200bha', 'Asha\u00a0Devi']) {
    for (const [field, ours] of [
      ['firstName', 'first_name'],
      ['middleName', 'middle_name'],
      ['lastName', 'last_name'],
    ] as const) {
      has({ ...verified, [field]: name })
      const shown = await read()
      await sent({ [ours]: shown[ours] })
      await sent(shown)
      await refuse({ [ours]: 'Somebody' }, new RegExp(`^${ours} is locked by KYC`))
    }
  }
})

test('a birth date that ABDM writes in one piece stays, and is locked by KYC like one in parts', async () => {
  const { dayOfBirth: _, monthOfBirth: __, yearOfBirth: ___, ...undated } = declared
  for (const [dateOfBirth, day, month] of [
    ['09-04-1990', '09', '04'],
    ['9-4-1990', '09', '04'],
    ['1990', '', ''],
  ] as const) {
    for (const parts of [{}, { dayOfBirth: null, monthOfBirth: '', yearOfBirth: null }]) {
      has({ ...undated, ...parts, dateOfBirth })
      const update = await sent({ pincode: '560001' })
      assert.deepEqual([update.dayOfBirth, update.monthOfBirth, update.yearOfBirth], [day, month, '1990'])
    }
  }
  has({ ...undated, kycStatus: 'VERIFIED', dateOfBirth: '09-04-1990' })
  await sent(await read())
  await refuse({ year_of_birth: 1991 }, /^year_of_birth is locked by KYC/)
  await refuse({ day_of_birth: 10 }, /^day_of_birth is locked by KYC/)
})

test('a birth year alone stays a birth year alone', async () => {
  for (const kyc of [declared, verified]) {
    has({ ...kyc, dayOfBirth: '', monthOfBirth: null, yearOfBirth: '1990' })
    const update = await sent({ address: '14 Lake Road' })
    assert.deepEqual([update.dayOfBirth, update.monthOfBirth, update.yearOfBirth], ['', '', '1990'])
    await sent(await read())
  }
  await refuse({ month_of_birth: 4 }, /^month_of_birth is locked by KYC/)
})

test('a profile without a birth year can be changed by whoever gives the year', async () => {
  for (const kyc of [declared, verified]) {
    has({ ...kyc, dayOfBirth: null, monthOfBirth: null, yearOfBirth: null })
    await refuse({ pincode: '560001' }, /^year_of_birth must be given/)
    const update = await sent({ pincode: '560001', year_of_birth: 1990 })
    assert.deepEqual([update.yearOfBirth, update.pinCode], ['1990', '560001'])
  }
})

test('a profile with a whole name only can be changed by whoever gives the first name', async () => {
  for (const kyc of [declared, verified]) {
    has({ ...kyc, firstName: null, middleName: null, lastName: null, fullName: 'Asha Rao' })
    await refuse({ pincode: '560001' }, /^first_name must be given/)
    assert.equal((await sent({ first_name: 'Asha' })).firstName, 'Asha')
  }
})

test('a birth date of ABDM’s that cannot be hinders no change of anything else', async () => {
  has({ ...declared, dayOfBirth: '31', monthOfBirth: '04' })
  const update = await sent({ address: '14 Lake Road' })
  assert.deepEqual([update.dayOfBirth, update.monthOfBirth, update.yearOfBirth], ['31', '04', '1990'])
  await refuse({ year_of_birth: 1991 }, /^day_of_birth, month_of_birth and year_of_birth/)
})

test('a gender that ABDM takes back from nobody is asked for, never made another one', async () => {
  for (const kyc of [declared, verified]) {
    for (const gender of ['T', 'U', '', null]) {
      has({ ...kyc, gender })
      await refuse({ pincode: '560001' }, /^gender must be given/)
      assert.equal((await sent({ pincode: '560001', gender: 'O' })).gender, 'O')
    }
  }
})

test('a place that ABDM knows in part is completed from its pincode, and one that it does not know is asked for', async () => {
  has({ ...declared, districtName: null, districtCode: '', stateCode: null })
  const { districtName, districtCode, stateName, stateCode, address } = await sent({ address: null })
  assert.deepEqual(
    [districtName, districtCode, stateName, stateCode, address],
    ['Ranchi', '339', 'Jharkhand', '20', 'Ranchi, Jharkhand'],
  )
  const nowhere = { districtName: null, districtCode: null, stateName: '', stateCode: null }
  for (const pinCode of [null, '', '999999']) {
    has({ ...declared, ...nowhere, pinCode })
    await refuse({ address: null }, /^pincode must be given/)
    await refuse({ first_name: 'Usha' }, /^pincode must be given/)
    assert.equal((await sent({ address: null, pincode: '834001' })).address, 'Ranchi, Jharkhand')
  }
})

test('a pincode that is repeated leaves the place as ABDM spells it', async () => {
  has({ ...declared, districtName: 'RANCHI', stateName: 'JHARKHAND' })
  const { districtName, stateName } = await sent(await read())
  assert.deepEqual([districtName, stateName], ['RANCHI', 'JHARKHAND'])
})
