import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { aadhaarNumberFrom, isVerhoeffValid, verhoeffDigit } from '../../abdm/wire/aadhaar.ts'
import { movableClock } from '../../clock.ts'
import { openSqlite } from '../../store/sqlite.ts'
import { type Answer, at, startBench, startOfTime, textAt } from '../testing.ts'
import { CitizenRefused } from './citizens.ts'

/** The synthetic people cover the branches of ABDM, and nothing about them stands in the database in clear. */

const bench = await startBench()
after(() => bench.close())
const { caller, emulator } = bench

const noted = async (words: RegExp) => {
  const found = (await emulator.citizens.list()).filter(({ notes }) => words.test(notes))
  assert.ok(found[0], String(words))
  return found[0]
}
const isRefused = (answer: Answer, status: number, code: string) =>
  assert.deepEqual([answer.status, at(answer, 'code')], [status, code])
const login = (scope: Parameters<typeof caller.requestOtp>[1], hint: string, value: string) =>
  caller.requestOtp('/login/request/otp', scope, hint, value)

test('the check digit is Verhoeff’s, and finds every wrong digit and every swap of neighbours', () => {
  assert.deepEqual(['236', '12345', '142857'].map(verhoeffDigit), ['3', '1', '0'])
  const number = aadhaarNumberFrom('23456789012')
  assert.ok(isVerhoeffValid(number))
  for (let place = 0; place < number.length; place++) {
    for (const digit of '0123456789') {
      const changed = number.slice(0, place) + digit + number.slice(place + 1)
      assert.equal(isVerhoeffValid(changed), changed === number)
    }
    const [left = '', right = ''] = number.slice(place, place + 2)
    if (left && right && left !== right) {
      assert.ok(!isVerhoeffValid(number.slice(0, place) + right + left + number.slice(place + 2)))
    }
  }
})

test('a fresh world has people for every branch, each with a note', async () => {
  const everyone = await emulator.citizens.list()
  assert.ok(everyone.length >= 9)
  for (const citizen of everyone) {
    assert.match(citizen.aadhaar_number, /^[2-9][0-9]{11}$/)
    assert.ok(isVerhoeffValid(citizen.aadhaar_number))
    assert.match(citizen.notes, /^[^\n]+$/)
    assert.match(citizen.pincode, /^[1-9][0-9]{5}$/)
    if (citizen.mobile !== null) assert.match(citizen.mobile, /^[6-9][0-9]{9}$/)
  }
  const shape = (citizen: { abha_number: string | null; abha_addresses: string[] }) => [
    citizen.abha_number !== null,
    citizen.abha_addresses.length,
  ]
  assert.deepEqual(shape(await noted(/no ABHA yet/)), [false, 0])
  assert.deepEqual(shape(await noted(/one ABHA address/)), [true, 1])
  assert.deepEqual(shape(await noted(/several ABHA addresses/)), [true, 3])
  assert.deepEqual(shape(await noted(/without KYC\.$/)), [true, 3])
  assert.deepEqual(shape(await noted(/by mobile only/)), [false, 1])
  assert.equal((await noted(/No mobile is linked/)).mobile, null)
  const sharing = everyone.filter(({ notes }) => /Shares a mobile/.test(notes))
  assert.equal(new Set(sharing.map(({ mobile }) => mobile)).size, 1)
  assert.equal(sharing.length, 2)
  assert.deepEqual(Object.keys(everyone[0] ?? {}), [
    'aadhaar_number',
    'mobile',
    'first_name',
    'middle_name',
    'last_name',
    'gender',
    'year_of_birth',
    'month_of_birth',
    'day_of_birth',
    'pincode',
    'abha_number',
    'abha_addresses',
    'notes',
  ])
})

test('no OTP is sent for a locked person, by any way', async () => {
  const locked = await noted(/^Locked/)
  const [address = ''] = locked.abha_addresses
  isRefused(await caller.askToEnrol(locked.mobile ?? ''), 400, 'ABDM-1100')
  isRefused(await login('byAddress', 'mobile-number', locked.mobile ?? ''), 400, 'ABDM-1100')
  isRefused(await login('byAddress', 'abha-address', address), 400, 'ABDM-1100')
  isRefused(await login('byNumber', 'abha-number', locked.abha_number ?? ''), 400, 'ABDM-1100')
  isRefused(await login('byAadhaar', 'aadhaar', locked.aadhaar_number), 400, 'ABDM-1100')
  const web = await caller.requestOtp('/login/abha/request/otp', 'webAadhaar', 'abha-address', address)
  isRefused(web, 400, 'ABDM-1100')
  assert.deepEqual(await emulator.inbox.list({ to: locked.mobile ?? '', limit: 5 }), [])
})

test('a deactivated person cannot log in by any way', async () => {
  const person = await noted(/^Deactivated/)
  const [address = ''] = person.abha_addresses
  isRefused(await login('byAddress', 'mobile-number', person.mobile ?? ''), 400, 'ABDM-1134')
  isRefused(await login('byAddress', 'abha-address', address), 400, 'ABDM-1134')
  isRefused(await login('byNumber', 'abha-number', person.abha_number ?? ''), 400, 'ABDM-1134')
  isRefused(await login('byAadhaar', 'aadhaar', person.aadhaar_number), 400, 'ABDM-1134')
  isRefused(await caller.requestOtp('/login/abha/request/otp', 'byAddress', 'abha-address', address), 400, 'ABDM-1134')
  const { txnId, verified } = await caller.proveMobile(person.mobile ?? '')
  assert.equal(at(verified, 'users.0.status'), 'DEACTIVATED')
  isRefused(await caller.verifyUser(textAt(verified, 'tokens.token'), txnId, address), 400, 'ABDM-1134')
})

test('an Aadhaar OTP goes to the Aadhaar mobile and the other to the ABHA mobile', async () => {
  const person = await noted(/is not the Aadhaar mobile/)
  const abhaMobile = /[0-9]{10}/.exec(person.notes)?.[0] ?? ''
  assert.equal(
    at(await login('byNumber', 'abha-number', person.abha_number ?? ''), 'message'),
    `OTP is sent to Mobile number ending with ******${abhaMobile.slice(-4)}`,
  )
  assert.equal((await emulator.inbox.list({ to: abhaMobile, limit: 5 })).length, 1)
  await login('byNumberAadhaar', 'abha-number', person.abha_number ?? '')
  assert.equal((await emulator.inbox.list({ to: person.mobile ?? '', limit: 5 })).length, 1)
})

test('a log-in by Aadhaar names the account and its preferred address, verified addresses only', async () => {
  const person = await noted(/several ABHA addresses/)
  const txnId = textAt(await login('byAadhaar', 'aadhaar', person.aadhaar_number), 'txnId')
  const otp = await caller.latestOtp(person.mobile ?? '')
  const verified = await caller.verifyOtp('/login/verify', 'byAadhaar', txnId, otp)
  const [first = '', second = ''] = person.abha_addresses
  assert.deepEqual(
    (at(verified, 'users') as { abhaAddress: string }[]).map(({ abhaAddress }) => abhaAddress),
    [first, second],
  )
  assert.equal(at(verified, 'preferredAbhaAddress'), first)
  assert.equal(at(verified, 'accounts.0.ABHANumber'), person.abha_number)
  assert.equal(at(verified, 'tokens.expiresIn'), 300)
  assert.equal((await caller.verifyUser(textAt(verified, 'tokens.token'), txnId, second)).status, 200)
})

test('whoever is not there is not found, in the words of PHR', async () => {
  const message = 'User not found.'
  for (const answer of [
    await login('byNumber', 'abha-number', '91-9999-9999-9999'),
    await login('byAadhaar', 'aadhaar', aadhaarNumberFrom('99999999999')),
    await login('byAadhaar', 'aadhaar', (await noted(/no ABHA yet/)).aadhaar_number),
  ])
    assert.deepEqual([answer.status, answer.body], [400, [{ code: 'ABDM-9999: ', message }]])
  for (const answer of [
    await login('byAddress', 'mobile-number', '7700000001'),
    await login('byAddress', 'abha-address', 'nobody.there@sbx'),
    await caller.requestOtp('/login/abha/request/otp', 'byAddress', 'abha-address', 'nobody.there@sbx'),
  ])
    assert.deepEqual([answer.status, answer.body], [400, { code: 'ABDM-1211', message }])
})

test('an Aadhaar OTP for an address without KYC is not allowed', async () => {
  const { abha_addresses } = await noted(/by mobile only/)
  const answer = await caller.requestOtp(
    '/login/abha/request/otp',
    'webAadhaar',
    'abha-address',
    abha_addresses[0] ?? '',
  )
  isRefused(answer, 400, 'ABDM-1115')
})

test('an enrolled address belongs to the citizen who agrees with it, and else to nobody', async () => {
  const asha = await noted(/no ABHA yet/)
  const { txnId } = await caller.proveMobile(asha.mobile ?? '')
  const agreeing = { firstName: 'ASHA', lastName: 'Other', gender: 'F', yearOfBirth: '1990' }
  assert.equal((await caller.enrol(txnId, asha.mobile ?? '', 'asha.agrees@sbx', agreeing)).status, 200)
  const other = { ...agreeing, yearOfBirth: '1991' }
  const enrolled = await caller.enrol(txnId, asha.mobile ?? '', 'asha.differs@sbx', other)
  assert.deepEqual(at(enrolled, 'phrDetails.abhaAddress'), ['asha.differs@sbx'])
  assert.deepEqual((await noted(/no ABHA yet/)).abha_addresses, ['asha.agrees@sbx'])
})

test('a citizen can be added with nothing given, or everything', async () => {
  const made = await emulator.citizens.add({})
  assert.ok(isVerhoeffValid(made.aadhaar_number) && made.first_name && made.mobile)
  const given = {
    aadhaar_number: aadhaarNumberFrom('45678901234'),
    mobile: '7700000002',
    first_name: 'Nirmala',
    middle_name: 'B',
    last_name: 'Udaharan',
    gender: 'F',
    year_of_birth: 1960,
    month_of_birth: 2,
    day_of_birth: 29,
    pincode: '560034',
    abha_number: '91-7777-0000-0001',
    abha_addresses: ['nirmala.ud'],
    notes: 'Mine.',
  } as const
  const whole = { ...given, abha_addresses: ['nirmala.ud@sbx'] }
  assert.deepEqual(await emulator.citizens.add({ ...given, abha_addresses: [...given.abha_addresses] }), whole)
  assert.deepEqual((await emulator.citizens.list()).at(-1), whole)
  const session = await caller.logInByAddress('nirmala.ud@sbx', '7700000002')
  const profile = await caller.profile(textAt(session, 'tokens.token'))
  assert.deepEqual(
    ['pinCode', 'districtCode', 'stateCode', 'dateOfBirth'].map((name) => at(profile, name)),
    ['560034', '525', '29', '29-02-1960'],
  )
})

test('what is taken or malformed is refused by its field, and nothing is kept of it', async () => {
  const before = await emulator.citizens.list()
  const [known] = before
  for (const [field, partial] of [
    ['aadhaar_number', { aadhaar_number: known?.aadhaar_number ?? '' }],
    ['aadhaar_number', { aadhaar_number: '234567890123' }],
    ['abha_number', { abha_number: '91-2000-0000-0022' }],
    ['abha_number', { abha_number: '91200000000022' }],
    ['abha_addresses', { abha_addresses: ['fresh.one1', 'arjun.maadari'] }],
    ['abha_addresses', { abha_addresses: ['short'] }],
    ['mobile', { mobile: '1234567890' }],
    ['pincode', { pincode: '01234' }],
    ['day_of_birth', { year_of_birth: 1991, month_of_birth: 2, day_of_birth: 29 }],
  ] as const) {
    const wish = { ...partial, ...('abha_addresses' in partial && { abha_addresses: [...partial.abha_addresses] }) }
    await assert.rejects(emulator.citizens.add(wish as { mobile?: string }), (thrown) => {
      assert.ok(thrown instanceof CitizenRefused)
      assert.equal(thrown.field, field)
      return true
    })
  }
  assert.deepEqual(await emulator.citizens.list(), before)
})

test('a reset brings the fresh world back, faults, messages and limits too, and keeps tokens and certificates', async () => {
  const own = await startBench({ settings: { traceMax: 10 } })
  const fresh = await own.emulator.citizens.list()
  const certificate = (await own.caller.send('phr-app', 'GET', '/login/public/certificate')).text
  await own.emulator.citizens.add({})
  for (let turn = 0; turn < 10; turn++) await own.caller.askToEnrol('7700000003')
  own.emulator.faults.add({ operation: '*', probability: 0 })
  await own.emulator.reset()
  assert.deepEqual(await own.emulator.citizens.list(), fresh)
  assert.deepEqual(await own.emulator.inbox.list({ limit: 100 }), [])
  assert.deepEqual(own.emulator.faults.list(), [])
  assert.deepEqual(own.emulator.trace.list({}), [])
  assert.equal((await own.caller.askToEnrol('7700000003')).status, 200)
  assert.equal((await own.caller.send('phr-app', 'GET', '/login/public/certificate')).text, certificate)
  await own.close()
})

test('seeding happens once, and not into a world that has people', async () => {
  const own = await startBench()
  await own.emulator.citizens.add({})
  const before = await own.emulator.citizens.list()
  const again = await startBench({ store: own.store, clock: own.clock })
  assert.deepEqual(await again.emulator.citizens.list(), before)
  await again.close()
  await own.close()
})

test('the database holds no name, number, address, OTP or key in clear', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'openabha-emulator-'))
  const clock = movableClock({ now: () => startOfTime })
  const store = openSqlite({ file: join(folder, 'world.db'), key: randomBytes(32), clock })
  const own = await startBench({ store, clock })
  const { txnId } = await own.caller.proveMobile('7700000004')
  await own.caller.enrol(txnId, '7700000004', 'clear.text90@sbx')
  const everyone = await own.emulator.citizens.list()
  const messages = await own.emulator.inbox.list({ limit: 10 })
  await own.close()
  await store.close()
  const bytes = Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))))
  const secrets = [
    ...everyone.flatMap((one) => [one.aadhaar_number, one.mobile ?? '', one.last_name, ...one.abha_addresses]),
    ...messages.map(({ otp }) => `"${otp}"`),
    ...['7700000004', 'clear.text90', 'Nidarshan', 'MIIEv', 'MIIJQ'],
  ].filter((text) => text !== '')
  for (const secret of secrets) assert.ok(!bytes.includes(secret), secret)
  rmSync(folder, { recursive: true })
})
