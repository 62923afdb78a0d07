import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { abhaAddressPattern } from '../abdm/wire/parts.ts'
import { at, startBench, textAt } from './testing.ts'

/** A proven mobile or ABHA number becomes an ABHA address, whole and unique (abdm-v3 §7, §18). */

const bench = await startBench()
after(() => bench.close())
const { caller } = bench
const noSuchTxn = '0b7a4c1e-2f3d-4a5b-8c6d-7e8f90a1b2c3'
const exists = {
  code: 'ABDM-9999: ',
  message: 'This ABHA Address already exists. Please create with unique ABHA address',
}
const entry = (message: string, code = 'ABDM-9999: ') => ({ code, message })

const checkName = (name: string) =>
  caller.send('phr-app', 'GET', `/enrollment/isExists?abhaAddress=${encodeURIComponent(name)}`)
const suggest = (body: object) => caller.send('phr-app', 'POST', '/enrollment/suggestion', body)

test('all failed checks of the first batch are told together, and of the second only when the first has passed', async () => {
  const mobile = '7600000001'
  const { txnId } = await caller.proveMobile(mobile)
  const first = await caller.enrol(txnId, mobile, 'meerani', {
    firstName: '',
    yearOfBirth: '90',
    gender: 'X',
    address: '',
    stateName: '27',
    pinCode: '034001',
    email: 'in@clear.example',
    password: 'in clear',
  })
  assert.equal(first.status, 400)
  assert.deepEqual(first.body, [
    entry('Invalid First Name', 'ABDM-1006: '),
    entry('Invalid Year Of Birth', 'ABDM-1006: '),
    entry('Invalid Gender', 'ABDM-1006: '),
    entry('Invalid Address', 'ABDM-1006: '),
    entry('Invalid State, it must be only Alphabets', 'ABDM-1006: '),
    entry('Invalid Pin Code', 'ABDM-1006: '),
    entry('Invalid ABHA Address', 'ABDM-1006: '),
  ])
  const second = await caller.enrol(txnId, mobile, 'meera.nid90@sbx', {
    mobile: await caller.seal(4096, mobile),
    email: 'in@clear.example',
    password: await caller.seal(2048, 'tooweak'),
  })
  assert.deepEqual(second.body, [
    entry('Invalid Mobile Number', 'ABDM-1006: '),
    entry('Invalid Email', 'ABDM-1006: '),
    entry('Invalid Password', 'ABDM-1006: '),
  ])
  const right = await caller.enrol(txnId, mobile, 'meera.nid90@sbx', {
    email: await caller.seal(2048, 'meera@example.in'),
    password: await caller.seal(2048, 'Str0ng!Pass'),
    unknownField: 'is ignored',
  })
  assert.equal(right.status, 200)
  assert.equal(at(right, 'phrDetails.email'), 'meera@example.in')
  const profile = await caller.profile(textAt(right, 'tokens.token'))
  assert.deepEqual(at(profile, 'authMethods'), ['MOBILE_OTP', 'EMAIL_OTP', 'PASSWORD'])
})

test('requests name every field that is wrong, scope, hint and OTP system each by its own words', async () => {
  const path = '/enrollment/request/otp'
  const nothing = await caller.send('phr-app', 'POST', path, {})
  assert.deepEqual(nothing.body, [
    entry('Invalid Scope', 'ABDM-1006: '),
    entry('Invalid Login Hint'),
    entry('Invalid LoginId'),
    entry('Invalid Otp System'),
  ])
  const loginId = await caller.seal(2048, '7600000002')
  const request = {
    scope: ['abha-address-enroll', 'mobile-verify'],
    loginHint: 'mobile-number',
    loginId,
    otpSystem: 'abdm',
  }
  const refused = async (change: object, on = path) =>
    (await caller.send('phr-app', 'POST', on, { ...request, ...change })).body
  assert.deepEqual(await refused({ scope: ['abha-enrol', 'mobile-verify'] }), [entry('Invalid Scope', 'ABDM-1006: ')])
  assert.deepEqual(await refused({ loginHint: 'mobile' }), [entry('Invalid Login Hint')])
  assert.deepEqual(await refused({ otpSystem: 'aadhaar' }), [entry('Invalid Otp System')])
  assert.deepEqual(await refused({ otpSystem: 'sms' }), [entry('Invalid Otp System')])
  assert.deepEqual(
    await refused({ scope: ['abha-address-login', 'mobile-verify'], loginHint: 'mobile' }, '/login/request/otp'),
    [entry('Invalid Login Hint')],
  )
  const verify = {
    scope: request.scope,
    authData: { authMethods: ['password'], otp: { txnId: 'x', otpValue: loginId } },
  }
  assert.deepEqual((await caller.send('phr-app', 'POST', '/enrollment/verify', verify)).body, [
    entry('Invalid Auth Methods', 'ABDM-1006: '),
    entry('Invalid Transaction Id'),
  ])
})

test('isExists wants a legal address with this environment’s suffix, whatever its case', async () => {
  for (const name of [
    'meera',
    'meera.nid90',
    'meera.nid90@abdm',
    'meera..nid90@sbx',
    '.meeranid90@sbx',
    'meera.n.id90@sbx',
  ]) {
    const answer = await checkName(name)
    assert.deepEqual([answer.status, answer.body], [400, [entry('Invalid ABHA Address', 'ABDM-1006: ')]])
  }
  assert.equal((await caller.send('phr-app', 'GET', '/enrollment/isExists')).status, 400)
  assert.equal((await checkName('ARJUN.Maadari@sbx')).text, 'true')
})

test('nobody chooses a mobile or an ABHA number as an address', async () => {
  const { txnId } = await caller.proveMobile('7600000003')
  for (const name of ['7600000003@sbx', '91200000000022@sbx', 'meera.nid93', 'meera.nid93@abdm']) {
    const answer = await caller.enrol(txnId, '7600000003', name)
    assert.deepEqual([answer.status, answer.body], [400, [entry('Invalid ABHA Address', 'ABDM-1006: ')]])
  }
})

test('an enrolment needs a verified transaction and the mobile that was verified', async () => {
  const unverified = textAt(await caller.askToEnrol('7600000004'), 'txnId')
  for (const txnId of [unverified, noSuchTxn]) {
    assert.deepEqual((await caller.enrol(txnId, '7600000004', 'meera.nid94@sbx')).body, [
      entry('Invalid Transaction Id'),
    ])
    assert.deepEqual((await suggest({ txnId, firstName: 'Meera', yearOfBirth: '1990' })).body, [
      entry('Invalid Transaction Id'),
    ])
  }
  const { txnId } = await caller.proveMobile('7600000005')
  assert.deepEqual((await caller.enrol(txnId, '7600000004', 'meera.nid94@sbx')).body, [
    entry('Invalid Mobile Number', 'ABDM-1006: '),
  ])
})

test('of sixteen enrolments of one address at once exactly one makes it, the others are told that it exists', async () => {
  const mobiles = Array.from({ length: 16 }, (_, index) => `76000001${String(index).padStart(2, '0')}`)
  const proven = await Promise.all(mobiles.map(async (mobile) => ({ mobile, ...(await caller.proveMobile(mobile)) })))
  const answers = await Promise.all(
    proven.map(({ mobile, txnId }) => caller.enrol(txnId, mobile, 'Wanted.By.All@sbx'.replace('.By.', '_by.'))),
  )
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  for (const { status, body } of answers) if (status !== 200) assert.deepEqual([status, body], [400, exists])
})

test('the same address twice in one transaction exists already, also when both come at once', async () => {
  const { txnId } = await caller.proveMobile('7600000006')
  const [one, two] = await Promise.all([
    caller.enrol(txnId, '7600000006', 'meera.nid96@sbx'),
    caller.enrol(txnId, '7600000006', 'MEERA.nid96@sbx'),
  ])
  assert.deepEqual([one.status, two.status].sort(), [200, 400])
  assert.deepEqual((await caller.enrol(txnId, '7600000006', 'meera.nid96@sbx')).body, exists)
})

test('a proven mobile lists every address on it, other people’s among them, the number missing without KYC', async () => {
  const { verified } = await caller.proveMobile('6200010044')
  const users = at(verified, 'users') as {
    abhaAddress: string
    fullName: string
    abhaNumber?: string
    kycStatus: string
  }[]
  assert.deepEqual(
    users.map((user) => [user.abhaAddress, user.fullName, user.abhaNumber, user.kycStatus]),
    [
      ['sourav.nomuna@sbx', 'Sourav Nomuna', '91-2000-0000-0044', 'VERIFIED'],
      ['sourav1969@sbx', 'Sourav Nomuna', '91-2000-0000-0044', 'VERIFIED'],
      ['mitali.nomuna@sbx', 'Mitali Nomuna', '91-2000-0000-0055', 'VERIFIED'],
      ['mitali.72@sbx', 'Mitali Nomuna', undefined, 'PENDING'],
    ],
  )
  assert.ok(users.every((user) => 'abhaNumber' in user === (user.kycStatus === 'VERIFIED')))
})

test('the transfer token of an enrolment logs in to a listed address, also to one made since, but once', async () => {
  const mobile = '7600000007'
  const { txnId, verified } = await caller.proveMobile(mobile)
  assert.equal((await caller.enrol(txnId, mobile, 'meera.nid97@sbx')).status, 200)
  const token = textAt(verified, 'tokens.token')
  const chosen = await caller.verifyUser(token, txnId, 'meera.nid97@sbx')
  assert.equal(chosen.status, 200)
  assert.equal(at(await caller.profile(textAt(chosen, 'token')), 'abhaAddress'), 'meera.nid97@sbx')
  assert.equal((await caller.verifyUser(token, txnId, 'meera.nid97@sbx')).status, 400)
})

test('an address made by an ABHA number is verified, and lists the account it came from', async () => {
  const number = '91-2000-0000-0022'
  const asked = await caller.requestOtp('/enrollment/request/otp', 'byNumber', 'abha-number', number)
  const txnId = textAt(asked, 'txnId')
  const otp = await caller.latestOtp('6200010022')
  const verified = await caller.verifyOtp('/enrollment/verify', 'byNumber', txnId, otp)
  assert.deepEqual(
    ['ABHANumber', 'name', 'yearOfBirth', 'preferredAbhaAddress'].map((name) => at(verified, `accounts.0.${name}`)),
    [number, 'Arjun Kumar Maadari', '1984', 'arjun.maadari@sbx'],
  )
  const other = await caller.enrol(txnId, '6200010022', 'arjun.second@sbx', { ABHANumber: '91-2000-0000-0033' })
  assert.deepEqual(other.body, [entry('Invalid ABHA Number')])
  const enrolled = await caller.enrol(txnId, '6200010022', 'arjun.second@sbx', { ABHANumber: number })
  assert.deepEqual(at(enrolled, 'phrDetails.abhaAddress'), ['arjun.maadari@sbx', 'arjun.second@sbx'])
  const profile = await caller.profile(textAt(enrolled, 'tokens.token'))
  assert.deepEqual(
    [at(profile, 'kycStatus'), at(profile, 'abhaNumber'), at(profile, 'abhaLinkedCount')],
    ['VERIFIED', number, '2'],
  )
})

test('an ABHA number proven at the log-in path makes an address as well', async () => {
  const number = '91-2000-0000-0033'
  const asked = await caller.requestOtp('/login/request/otp', 'byNumberAadhaar', 'abha-number', number)
  assert.equal(at(asked, 'message'), 'OTP sent to Aadhaar registered mobile number ending with ******0033')
  const txnId = textAt(asked, 'txnId')
  await caller.verifyOtp('/login/verify', 'byNumberAadhaar', txnId, await caller.latestOtp('6200010033'))
  assert.equal((await caller.enrol(txnId, '6200010033', 'kavitha.second@sbx', { ABHANumber: number })).status, 200)
})

test('a log-in by mobile proves the mobile as a registration does, one by address does not', async () => {
  const mobile = '6200010022'
  const asked = await caller.requestOtp('/login/request/otp', 'byAddress', 'mobile-number', mobile)
  const txnId = textAt(asked, 'txnId')
  await caller.verifyOtp('/login/verify', 'byAddress', txnId, await caller.latestOtp(mobile))
  assert.equal((await caller.enrol(txnId, mobile, 'arjun.third@sbx')).status, 200)
  const named = await caller.requestOtp('/login/request/otp', 'byAddress', 'abha-address', 'arjun.third@sbx')
  const other = textAt(named, 'txnId')
  await caller.verifyOtp('/login/verify', 'byAddress', other, await caller.latestOtp(mobile))
  assert.deepEqual((await caller.enrol(other, mobile, 'arjun.fourth@sbx')).body, [entry('Invalid Transaction Id')])
})

test('an ABHA number without KYC claim needs its own proof', async () => {
  const { txnId } = await caller.proveMobile('7600000008')
  const answer = await caller.enrol(txnId, '7600000008', 'meera.nid98@sbx', { ABHANumber: '91-2000-0000-0022' })
  assert.deepEqual(answer.body, [entry('Invalid ABHA Number')])
})

test('a year of birth is enough, and the profile then shows no full date', async () => {
  const { txnId } = await caller.proveMobile('7600000009')
  const born = { dayOfBirth: '', monthOfBirth: '', lastName: '' }
  const enrolled = await caller.enrol(txnId, '7600000009', 'only.year90@sbx', born)
  assert.equal(enrolled.status, 200)
  assert.deepEqual([at(enrolled, 'phrDetails.dateOfBirth'), at(enrolled, 'phrDetails.fullName')], [undefined, 'Meera'])
})

test('suggestions are ten free legal names, the same each time, and never one that was taken meanwhile', async () => {
  const { txnId } = await caller.proveMobile('7600000010')
  const people = [
    { firstName: 'Meera', lastName: 'Nidarshan', dayOfBirth: '09', monthOfBirth: '04', yearOfBirth: '1990' },
    { firstName: 'Venkatasubramanian', lastName: 'Lakshminarasimhan', yearOfBirth: '1950' },
    { firstName: 'Om', yearOfBirth: '2001' },
    { firstName: 'आशा', lastName: 'राव', dayOfBirth: '1', monthOfBirth: '2', yearOfBirth: '1988' },
    { firstName: "D'Souza Jr.", lastName: 'É', yearOfBirth: '1999' },
  ]
  for (const person of people) {
    const answer = await suggest({ txnId, ...person })
    const names = at(answer, 'abhaAddressList') as string[]
    assert.equal(new Set(names).size, 10)
    for (const name of names) {
      assert.match(name, new RegExp(abhaAddressPattern))
      assert.ok(!name.includes('@') && name === name.toLowerCase())
    }
    assert.deepEqual(at(await suggest({ txnId, ...person }), 'abhaAddressList'), names)
    assert.equal((await caller.enrol(txnId, '7600000010', `${names[0]}@sbx`)).status, 200)
    const later = at(await suggest({ txnId, ...person }), 'abhaAddressList') as string[]
    assert.deepEqual(later.slice(0, 9), names.slice(1))
  }
})

test('suggestions name each wrong field', async () => {
  const { txnId } = await caller.proveMobile('7600000011')
  const answer = await suggest({ txnId, firstName: '7', dayOfBirth: '32', monthOfBirth: '13', yearOfBirth: '90' })
  assert.deepEqual(answer.body, [
    entry('Invalid First Name', 'ABDM-1006: '),
    entry('Invalid Day Of Birth', 'ABDM-1006: '),
    entry('Invalid Month Of Birth', 'ABDM-1006: '),
    entry('Invalid Year Of Birth', 'ABDM-1006: '),
  ])
})

test('a birth date that no calendar has is refused like a malformed day, a leap day is not', async () => {
  const { txnId } = await caller.proveMobile('7600000012')
  const refusal = [entry('Invalid Day Of Birth', 'ABDM-1006: ')]
  for (const born of [
    { dayOfBirth: '31', monthOfBirth: '02', yearOfBirth: '1990' },
    { dayOfBirth: '29', monthOfBirth: '2', yearOfBirth: '1900' },
    { dayOfBirth: '31', monthOfBirth: '4', yearOfBirth: '1990' },
  ]) {
    const answer = await caller.enrol(txnId, '7600000012', 'nosuch.day90@sbx', born)
    assert.deepEqual([answer.status, answer.body], [400, refusal])
    assert.deepEqual((await suggest({ txnId, firstName: 'Meera', ...born })).body, refusal)
  }
  const leap = { dayOfBirth: '29', monthOfBirth: '02', yearOfBirth: '2000' }
  assert.equal((await caller.enrol(txnId, '7600000012', 'leap.day2000@sbx', leap)).status, 200)
})
