import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { build } from '../src/app.ts'
import { movableClock, systemClock } from '../src/clock.ts'
import { readConfig } from '../src/config.ts'
import { baseSettings } from '../src/config-defaults.ts'
import { clientId, clientSecret, startBench } from '../src/emulator/testing.ts'
import { newUuid } from '../src/ids.ts'
import { createLog } from '../src/log.ts'
import { databaseIn, dropSchema, schemaOf } from './database.ts'
import { details, paths } from './walks.ts'

/**
 * What each operation asks of PostgreSQL, statement by statement: one line of the table is one round trip and one transaction.
 * The emulator keeps its own things elsewhere, so all of them are the product's.
 */

const otp = '123456'
const folder = newUuid()
const trips: string[] = []
const upstream = await startBench({ settings: { fixedOtp: otp }, clock: movableClock(systemClock) })
const bases = Object.entries(baseSettings).map(([service, name]) => [name, (upstream.emulator.bases as any)[service]])
const product = await build(
  readConfig({
    ...databaseIn(folder),
    ...Object.fromEntries(bases),
    ABDM_ENV: 'sandbox',
    ABDM_CLIENT_ID: clientId,
    ABDM_CLIENT_SECRET: clientSecret,
    LOG_LEVEL: 'silent',
  }),
  { onRoundTrip: (statements) => trips.push(statements.join(' + ')), log: createLog('silent', systemClock) },
)
// Its looks at the table of jobs belong to no operation.
await product.services.outbox.stop()
const origin = await product.app.listen({ host: '127.0.0.1', port: 0 })
after(async () => {
  await product.close()
  await upstream.close()
  await dropSchema(schemaOf(folder))
})

await product.services.clients.add('counted', 'its secret')
const { access_token: token } = await product.services.clients.login('counted', 'its secret', undefined)

/** The answer, and the round trips that led to it. */
const ask = async (path: string, body: object, headers = {}): Promise<{ answer: any; asked: string[] }> => {
  trips.length = 0
  const response = await fetch(origin + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}`, ...headers },
    body: JSON.stringify(body),
  })
  const answer: any = await response.json()
  assert.equal(response.status, 200, JSON.stringify(answer))
  return { answer, asked: [...trips] }
}

const abhaAddress = 'counted.person@sbx'
let txn_id = ''
const begun = async (path: string, body: object, headers = {}): Promise<string[]> => {
  const { answer, asked } = await ask(path, body, headers)
  txn_id = answer.txn_id
  return asked
}
/** The end of a flow: the transaction and all that goes with it in one transaction of the database. */
const end = (write: string) => `update guarded + ${write} guarded`

test('registration.mobile init counts all budgets at once before the OTP goes out, then writes once', async () => {
  // The first call also signs in at the gateway and fetches the certificate, of which the database knows nothing.
  await begun(paths.init, { mobile_number: '9111111111' })
  assert.deepEqual(await begun(paths.init, { mobile_number: '9222222222' }), ['hit', 'insert'])
})

test('registration.mobile verify reads once, counts the try before ABDM is asked, and moves once', async () => {
  const { asked } = await ask(paths.verify, { txn_id, otp })
  assert.deepEqual(asked, ['get', 'update', 'update'])
})

test('registration.mobile create-phr looks whose the address is and claims it before ABDM is asked, and looks again after', async () => {
  const { asked } = await ask(paths.create, { txn_id, abha_address: abhaAddress, profile: details })
  // The client is read for where its event goes.
  assert.deepEqual(asked, ['get', 'find unique', 'update', 'find unique', 'get', end('insert indexed')])
})

test('session init looks whose the address is, counts, and writes once', async () => {
  assert.deepEqual(await begun(paths.sessionInit, { abha_address: abhaAddress }), ['find unique', 'hit', 'insert'])
})

test('session verify keeps what the OTP brought before it goes on, and ends in one write', async () => {
  const { asked } = await ask(paths.sessionVerify, { txn_id, otp })
  const before = ['get', 'find unique', 'update', 'update']
  assert.deepEqual(asked, [...before, 'find unique', end('update indexed')])
})

test('a session of a user who is named reads that user once before ABDM is asked and once after', async () => {
  const named = { 'X-Partner-Pt-Id': 'patient-7' }
  const body = { abha_address: abhaAddress }
  assert.deepEqual(await begun(paths.sessionInit, body, named), ['find unique', 'find unique', 'hit', 'insert'])
  const { asked } = await ask(paths.sessionVerify, { txn_id, otp })
  const both = ['find unique', 'find unique']
  assert.deepEqual(asked, ['get', ...both, 'update', 'update', ...both, end('update indexed')])
})
