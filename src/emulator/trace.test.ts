import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBench, textAt } from './testing.ts'

/** The trace shows what went over the wire for a transaction, with the plaintext beside what was sealed. */

test('the exchanges of a transaction are there, oldest first, those of its user tokens among them', async () => {
  const { emulator, caller, close } = await startBench({ settings: { traceMax: 200 } })
  const mobile = '7900000001'
  const { txnId } = await caller.proveMobile(mobile)
  await caller.askToEnrol('7900000002')
  const enrolled = await caller.enrol(txnId, mobile, 'traced.one1@sbx')
  await caller.profile(textAt(enrolled, 'tokens.token'))
  const exchanges = emulator.trace.list({ upstreamTxnIds: [txnId] })
  assert.deepEqual(
    exchanges.map(({ operation, method, path, status }) => [operation, method, path, status]),
    [
      ['phr.enrollment.request_otp', 'POST', '/abha/api/v3/phr/app/enrollment/request/otp', 200],
      ['phr.enrollment.verify', 'POST', '/abha/api/v3/phr/app/enrollment/verify', 200],
      ['phr.enrollment.enrol', 'POST', '/abha/api/v3/phr/app/enrollment/enrol', 200],
      ['phr.profile.get', 'GET', '/abha/api/v3/phr/app/login/profile', 200],
    ],
  )
  const [asked, verified, made, profile] = exchanges
  assert.deepEqual(asked?.decrypted, { loginId: mobile })
  assert.deepEqual(verified?.decrypted, { 'authData.otp.otpValue': await caller.latestOtp(mobile) })
  assert.deepEqual(made?.decrypted, { 'phrDetails.mobile': mobile })
  assert.equal((asked?.response_body as { txnId: string }).txnId, txnId)
  assert.equal((made?.request_body as { txnId: string }).txnId, txnId)
  assert.deepEqual(profile?.upstream_txn_ids, [txnId])
  assert.equal(asked?.at, '2026-01-02T03:04:05.678Z')
  assert.ok(asked !== undefined && asked.milliseconds >= 0 && asked.milliseconds < 10_000)
  assert.match(asked.headers['REQUEST-ID'] ?? '', /^[0-9a-f-]{36}$/)
  await close()
})

test('refusals, unknown paths and lost answers are in it too', async () => {
  const { emulator, caller, close } = await startBench({ settings: { traceMax: 200 } })
  await caller.send('phr-app', 'GET', '/nowhere')
  await caller.send('phr-app', 'POST', '/enrollment/request/otp', 'not json')
  emulator.faults.add({ operation: 'phr.certificate', mode: 'drop_before' })
  await caller.send('phr-app', 'GET', '/login/public/certificate').catch(() => undefined)
  const [, unknown, broken, lost] = emulator.trace.list()
  assert.deepEqual([unknown?.operation, unknown?.status], [null, 404])
  assert.deepEqual([broken?.request_body, broken?.status], ['not json', 400])
  assert.deepEqual([lost?.operation, lost?.status, lost?.response_body], ['phr.certificate', null, null])
  await close()
})

test('only the latest exchanges are kept, long bodies in part, and none when it is off', async () => {
  const { emulator, caller, close } = await startBench({ settings: { traceMax: 3 } })
  for (let turn = 0; turn < 5; turn++)
    await caller.send('phr-app', 'GET', `/enrollment/isExists?abhaAddress=abcdefg${turn}%40sbx`)
  assert.deepEqual(
    emulator.trace.list().map(({ path }) => path.at(-7)),
    ['2', '3', '4'],
  )
  assert.deepEqual(
    ['phr.enrollment.is_exists', 'phr.certificate', undefined].map((operation) => emulator.trace.count(operation)),
    [3, 0, 3],
  )
  emulator.faults.add({ operation: 'phr.certificate', mode: 'huge' })
  await caller.send('phr-app', 'GET', '/login/public/certificate')
  assert.match(String(emulator.trace.list().at(-1)?.response_body), /… \(8388608 characters\)$/)
  await close()

  const off = await startBench()
  assert.deepEqual(off.emulator.trace.list(), [])
  await off.close()
})
