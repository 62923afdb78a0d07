import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { keys } from '../../src/config-testing.ts'
import { serveReplay } from '../../src/replay.ts'
import { startProduct } from '../harness.ts'
import { paths, wrongOtp } from '../walks.ts'
import { newAddress, proveAndFetchCard, type Recorded, signUp, startRecorded } from './recorded.ts'

/** What the strict emulator answers is recorded without anybody's data, differs in nothing from it, and can be served again. */

let recorded: Recorded
const person = {
  mobile: '9812307465',
  abhaAddress: newAddress(),
  profile: { first_name: 'Vismaya', last_name: 'Quendalor', address: '9 Trelune Gali' },
}

before(async () => {
  recorded = await startRecorded()
  const { product, caller, upstream } = recorded
  const user = await signUp(recorded, person)
  const birth = { year_of_birth: 1990, month_of_birth: 4, day_of_birth: 9, gender: 'F' }
  await proveAndFetchCard(recorded, user.oid, birth)
  const { txn_id } = (await caller.post(paths.init, { mobile_number: '9812307466' })).body
  await caller.post(paths.verify, { txn_id, otp: wrongOtp(await product.otpTo('9812307466')) })
  await caller.post(paths.check, { abha_address: person.abhaAddress })
  await caller.post(paths.sessionInit, { abha_address: 'nobody.here1234@sbx' })
  const message = `Vismaya QUENDALOR of ${person.mobile} is known as ${person.abhaAddress}`
  upstream.emulator?.faults.add({ operation: 'phr.login.request_otp', status: 400, code: 'ABDM-1006', message })
  await caller.post(paths.sessionInit, { abha_address: person.abhaAddress })
})
after(() => recorded.stop())

const openabha = (...given: string[]): Promise<{ code: number; stdout: string }> =>
  new Promise((resolve) =>
    execFile(process.execPath, ['bin/openabha.mjs', ...given], (failed, stdout) =>
      resolve({ code: Number(failed?.code ?? 0), stdout }),
    ),
  )

test('registration, session, KYC and card lie in the folder, in order, for their owner only', async () => {
  const cassettes = await recorded.cassettes()
  const operations = cassettes.map(({ cassette }) => cassette.operation)
  const wanted = ['phr.enrollment.request_otp', 'phr.enrollment.verify', 'phr.enrollment.enrol', 'phr.login.verify']
  const places = wanted.map((id) => operations.indexOf(id))
  assert.ok(!places.includes(-1), operations.join(' '))
  assert.deepEqual(
    places,
    places.toSorted((left, right) => left - right),
  )
  assert.ok(cassettes.some(({ cassette }) => cassette.responseForm === 'png'))
  for (const { file } of cassettes) assert.equal(statSync(join(recorded.folder, file)).mode & 0o077, 0)
})

test('the same person is the same synthetic one everywhere, in the forms that the fields have', async () => {
  const bodyOf = (id: string) => all.find(({ cassette }) => cassette.operation === id)?.cassette as any
  const all = await recorded.cassettes()
  const { requestBody, responseBody } = bodyOf('phr.enrollment.enrol')
  const { phrDetails: sent } = requestBody
  const { phrDetails: got, tokens } = responseBody
  assert.match(sent.mobile, /^sealed-2048-\d+$/)
  assert.match(got.mobile, /^9\d{9}$/)
  assert.equal(got.fullName, `${sent.firstName} ${sent.lastName}`)
  assert.match(sent.abhaAddress, /^synth\.\d+@sbx$/)
  assert.deepEqual(got.abhaAddress, [sent.abhaAddress])
  assert.match(tokens.token, /^synthetic-token-\d+$/)
  assert.match(sent.yearOfBirth, /^19\d\d$/)
  assert.notEqual(sent.yearOfBirth, '1990')
  for (const name of ['gender', 'stateCode', 'stateName', 'districtCode', 'districtName'])
    assert.equal(got[name], sent[name], name)
  assert.match(sent.gender, /^[MO]$/)
  assert.doesNotMatch(JSON.stringify(all), /jharkhand|ranchi/i)
  const users = all.flatMap(({ cassette }) => (cassette.responseBody as any)?.users ?? [])
  assert.ok(users.length > 0)
  for (const { age } of users) assert.ok(Number.isInteger(age) && age !== 35 && age !== 36, String(age))
  const verified = bodyOf('phr.enrollment.verify')
  assert.equal(verified.responseBody.txnId, verified.requestBody.authData.otp.txnId)
  const real = JSON.stringify(recorded.upstream.emulator?.trace.list().map((one) => one.upstream_txn_ids))
  for (const [txnId] of JSON.stringify(all).matchAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g))
    assert.ok(!real.includes(txnId), txnId)
  const profile = all.filter(({ cassette }) => cassette.operation === 'phr.profile.get').map((one) => one.cassette)
  assert.equal((profile[0]?.responseBody as any).abhaAddress, sent.abhaAddress)
  assert.equal(profile[0]?.requestHeaders['X-token']?.startsWith('Bearer synthetic-token-'), true)
  assert.match(JSON.stringify(all), /"ABHANumber":"\d\d-\d{4}-\d{4}-\d{4}"/)
  assert.doesNotMatch(JSON.stringify(all), /vismaya|quendalor|trelune|9812307465|REQUEST-ID|"TIMESTAMP"/i)
  // Apart from the certificates, whose letters are any.
  const others = all.filter(({ cassette }) => !cassette.operation.endsWith('certificate'))
  assert.doesNotMatch(JSON.stringify(others), /eyJ/)
  assert.equal(JSON.stringify(all).includes(person.abhaAddress), false)
})

test("a hint ends as the synthetic mobile does, the same every time, and with nobody's digits", async () => {
  const all = (await recorded.cassettes()).map(({ cassette }) => cassette as any)
  const { mobile } = all.find(({ operation }) => operation === 'phr.enrollment.enrol').responseBody.phrDetails
  const hints = all
    .map(({ responseBody }) => responseBody?.message)
    .filter((message) => /ending with/.test(message ?? ''))
  assert.ok(hints.includes(`OTP is sent to Mobile number ending with ******${mobile.slice(-4)}`), hints.join('\n'))
  for (const hint of hints) {
    assert.match(hint, /ending with \*{6}\d{4}$/)
    assert.doesNotMatch(hint, /746[56]$/)
  }
})

test('the emulator would have answered nothing differently, and the command says so', async () => {
  await recorded.cassettes()
  for (const mode of [[], ['--lenient']]) {
    const { code, stdout } = await openabha('replay', recorded.folder, '--compare', ...mode)
    assert.match(stdout, /^\d+ exchanges, 0 differences\n$/)
    assert.equal(code, 0)
  }
  assert.equal((await openabha('replay', recorded.folder, '--lenient')).code, 2)
})

test('a product in front of the cassettes goes the same way with nobody else there', async () => {
  await recorded.cassettes()
  const replay = await serveReplay(recorded.folder, { host: '127.0.0.1', port: 0 })
  const at = (path: string) => `http://127.0.0.1:${replay.port}${path}`
  const product = await startProduct({
    ABDM_ENV: 'sandbox',
    ABDM_CLIENT_ID: 'somebody',
    ABDM_CLIENT_SECRET: 'else',
    ...keys,
    ABDM_GATEWAY_URL: at(replay.bases.gateway),
    ABDM_ABHA_URL: at(replay.bases.abha),
    ABDM_PHR_APP_URL: at(replay.bases['phr-app']),
    ABDM_PHR_WEB_URL: at(replay.bases['phr-web']),
  })
  try {
    await product.services.clients.add('hospital', 'hospital-secret')
    const caller = await product.client('hospital')
    const user = await signUp({ caller, product: { ...product, otpTo: async () => '123456' } } as never, person)
    const profile = await caller.get(paths.profile, { headers: { 'X-Pt-Id': user.oid } })
    assert.match(profile.body.first_name, /^[A-Z][a-z]+$/)
    assert.notEqual(profile.body.first_name, person.profile.first_name)
    const unknown = await fetch(`${at(replay.bases['phr-app'])}/enrollment/verify`, { method: 'POST', body: '{}' })
    assert.equal(unknown.status, 404)
    const said = (await unknown.json()) as Record<string, unknown>
    assert.deepEqual(Object.keys(said), ['code', 'type', 'message', 'description'])
    assert.equal((await fetch(at('/elsewhere'))).status, 404)
  } finally {
    await product.stop()
    await replay.close()
  }
})
