import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { leaksIn } from '../compat/spellings.ts'
import { atRest } from '../database.ts'
import { beginSession, paths, prove, wrongOtp } from '../walks.ts'
import { newAddress, proveAndFetchCard, type Recorded, signUp, startRecorded } from './recorded.ts'

/** Fifty people whose names, numbers, OTPs and tokens are found nowhere afterwards. */

const count = 50
let recorded: Recorded
const secrets = new Map<string, string>()
/** Six digits are found by chance among many others: these are looked for on their own. */
const otps = new Set<string>()
let lines = ''
let database = ''
let cassettes: readonly unknown[] = []

const syllables = ['ze', 'vu', 'qua', 'xi', 'jho', 'wy', 'fa', 'hu', 'yo', 'pha']
const nameOf = (start: string, serial: number): string =>
  `${start}${syllables[serial % 10]}${syllables[Math.floor(serial / 10)]}${syllables[(serial * 7 + 3) % 10]}nq`

const personOf = (serial: number) => ({
  mobile: String(9_637_000_000 + serial * 104_729),
  abhaAddress: newAddress().replace('walker', `xq${nameOf('', serial).slice(0, 6)}`),
  profile: {
    first_name: nameOf('Zib', serial),
    middle_name: nameOf('Orm', serial),
    last_name: nameOf('Quev', serial),
    address: `${nameOf('Vex', serial)} Kothi`,
  },
})

const keepWhatWasSent = async (): Promise<void> => {
  const { emulator } = recorded.upstream
  for (const { otp } of (await emulator?.inbox.list({ limit: 1_000 })) ?? []) otps.add(otp)
  const seen = JSON.stringify(emulator?.trace.list() ?? [])
  for (const [token] of seen.matchAll(/eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/g)) secrets.set(token.slice(-20), token)
  // Certificates are published.
  const sent = JSON.stringify(emulator?.trace.list().map((one) => one.request_body) ?? [])
  for (const [ciphertext] of sent.matchAll(/[A-Za-z0-9+/]{300,}={0,2}/g)) secrets.set(ciphertext.slice(-20), ciphertext)
}

before(async () => {
  recorded = await startRecorded()
  const { product, caller, upstream } = recorded
  for (let serial = 0; serial < count; serial++) {
    const person = personOf(serial)
    const { first_name, middle_name, last_name, address } = person.profile
    for (const value of [person.mobile, person.abhaAddress.split('@')[0] ?? '', first_name, middle_name, last_name])
      secrets.set(`${serial} ${value}`, value)
    secrets.set(`${serial} address`, address.split(' ')[0] ?? '')
    const user = await signUp(recorded, person)
    if (serial % 10 === 0) {
      const birth = { year_of_birth: 1990, month_of_birth: 4, day_of_birth: 9, gender: 'F' }
      const citizen = await proveAndFetchCard(recorded, user.oid, { ...birth, last_name: nameOf('Kyc', serial) })
      for (const name of ['abha_number', 'aadhaar_number', 'mobile', 'last_name'] as const)
        secrets.set(`${serial} KYC ${name}`, citizen[name])
    }
    // Everything that goes wrong says who it was.
    const code = serial % 2 === 0 ? 'ABDM-1006' : person.mobile
    const message = `${first_name} ${last_name.toUpperCase()} / ${person.mobile} / ${person.abhaAddress} is not valid`
    const txn_id = await beginSession(caller as never, person.abhaAddress)
    const otp = await product.otpTo(person.mobile)
    await caller.post(paths.sessionVerify, { txn_id, otp: wrongOtp(otp) })
    const form = (['array', 'flat', 'wrapped', 'field', 'text', 'description'] as const)[serial % 6] ?? 'flat'
    upstream.emulator?.faults.add({ operation: 'phr.login.verify', status: 400, code, message, form })
    await caller.post(paths.sessionVerify, { txn_id, otp })
    upstream.emulator?.faults.clear()
  }
  await prove(product as never, caller as never, '9311145678')
  await keepWhatWasSent()
  // The upstream's own database is the other product's; this one's is read while it runs.
  lines = recorded.product.lines.join('\n')
  database = (await atRest(recorded.product.folder)).toString('latin1')
  cassettes = await recorded.cassettes()
})
after(() => recorded.stop())

const leakedOtps = (text: string): string[] => {
  const alone = [...text.matchAll(/(?<![0-9A-Za-z])\d{6}(?![0-9A-Za-z])/g)].map(([digits]) => digits)
  const spelled = leaksIn(text, new Map([...otps].map((otp) => [otp, otp])))
  return [...otps].filter(
    (otp) =>
      alone.includes(otp) ||
      (spelled.includes(otp) && leaksIn(text.replaceAll(otp, ''), new Map([[otp, otp]])).length > 0),
  )
}

test('what is looked for was there: fifty people with their OTPs, tokens and ciphertexts', () => {
  assert.ok(otps.size > 2 * count)
  assert.ok(secrets.size > 12 * count, String(secrets.size))
  const trace = JSON.stringify(recorded.upstream.emulator?.trace.list())
  assert.ok(leaksIn(trace, secrets).length > secrets.size / 2)
})

test('no cassette has any of it, in plain, base64, hex or URL-encoded form', () => {
  const text = recorded.text()
  assert.ok(cassettes.length > 8 * count, String(cassettes.length))
  assert.ok(!lines.includes('could not be recorded'))
  assert.equal(text.split('"operation":').length - 1, cassettes.length)
  assert.deepEqual(leaksIn(text, secrets), [])
  assert.deepEqual(leakedOtps(text), [])
})

test('no log line and no part of the database has any of it', () => {
  assert.ok(lines.length > 50_000)
  assert.ok(database.length > 50_000)
  for (const text of [lines, database]) {
    assert.deepEqual(leaksIn(text, secrets), [])
    assert.deepEqual(leakedOtps(text), [])
  }
})
