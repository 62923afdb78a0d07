import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Cassette } from '../../src/cassettes/cassette.ts'
import { operations } from '../../src/cassettes/shape.ts'
import { differencesIn } from '../../src/replay.ts'

/** Each way in which an answer can be unlike the emulator's is a row: status, code, form, fields, types. */

const rowsOf = async (id: string, more: Partial<Cassette>): Promise<string[]> => {
  const op = operations.find((one) => one.id === id)
  assert.ok(op)
  const { operation, method, path } = { operation: id, ...op }
  const cassette: Cassette = {
    ...{ operation, method, path, requestHeaders: {}, status: 200, responseForm: 'json' },
    responseHeaders: { 'content-type': 'application/json' },
    ...more,
  }
  const rows = await differencesIn([{ file: '000001-x.json', cassette }])
  return rows.map(({ what, where, emulator, recorded }) => `${what} ${where}: ${emulator} / ${recorded}`)
}

const address = 'synth.12345678@sbx'
const search = (more: Partial<Cassette>) =>
  rowsOf('phr.login.search', { requestBody: { abhaAddress: address }, ...more })
const otp = {
  ...{ scope: ['abha-address-login', 'mobile-verify'], loginHint: 'mobile-number', otpSystem: 'abdm' },
  loginId: 'sealed-4096-1',
}
const found = {
  ...{ abhaAddress: address, healthIdNumber: null, authMethods: [], blockedAuthMethods: [], status: 'ACTIVE' },
  ...{ message: null, fullName: 'Bado', mobile: null },
}

test('a refusal in another form than the emulator’s is a row, whether its own checks decide or the world does', async () => {
  const sealedWrongly = { requestBody: otp, status: 400 }
  const wrapped = { error: { code: 'ABDM-1006', message: 'Invalid mobile number' } }
  assert.deepEqual(await rowsOf('phr.login.request_otp', { ...sealedWrongly, responseBody: wrapped }), [
    'form body: array / wrapped',
  ])
  const missing = { requestBody: {}, status: 400 }
  assert.deepEqual(
    await rowsOf('phr.login.search', { ...missing, responseBody: { error: { code: 'ABDM-9999', message: '' } } }),
    ['form body: array / wrapped'],
  )
  assert.deepEqual(await search({ status: 400, responseBody: [{ code: 'ABDM-1211: ', message: 'User not found.' }] }), [
    'form body: flat / array',
  ])
  assert.deepEqual(await search({ status: 400, responseBody: { code: 'ABDM-1211', message: 'User not found.' } }), [])
})

test('a bare text, no code where the emulator has one, and a status that does not go with the code are rows', async () => {
  assert.deepEqual(await search({ status: 500, responseBody: { error: { message: 'Unknown exception' } } }), [
    'code code: one, with 500 / ',
  ])
  assert.deepEqual(await search({ status: 418, responseBody: { code: 'ABDM-9999: ', message: 'x' } }), [
    'status status: 500 or 400 ABDM-9999 / 418',
  ])
  assert.deepEqual(await search({ status: 400, responseBody: 'Forbidden' }), ['code code: one, with 400 / '])
  assert.deepEqual(await rowsOf('abha.profile.get', { status: 401, responseBody: 'Forbidden' }), [
    'form body: message / text',
  ])
  assert.deepEqual(await search({ status: 400, responseBody: [{ code: 'ABDM-4711: ', message: 'x' }] }), [
    'code code: none of its codes / ABDM-4711',
  ])
})

test('every field that the emulator always fills is a row when it is not there', async () => {
  const missing = (rows: string[]) => rows.map((row) => /^missing ([\w.]+):/.exec(row)?.[1])
  assert.deepEqual(missing(await search({ responseBody: {} })).sort(), Object.keys(found).sort())
  assert.deepEqual(await search({ responseBody: found }), [])
  const session = {
    requestBody: { clientId: 'synthetic-client', clientSecret: 'synthetic-secret-1', grantType: 'client_credentials' },
    status: 202,
    responseBody: { accessToken: 'synthetic-token-1', expiresIn: 600 },
  }
  assert.deepEqual(missing(await rowsOf('gateway.session', session)).sort(), [
    'refreshExpiresIn',
    'refreshToken',
    'tokenType',
  ])
  const refreshed = { responseBody: { tokens: { token: 'synthetic-token-1', expiresIn: 1800 } } }
  assert.deepEqual(missing(await rowsOf('phr.profile.refresh', refreshed)).sort(), [
    'tokens.refreshExpiresIn',
    'tokens.refreshToken',
  ])
})

test('a content type that the emulator does not send is a row', async () => {
  const typed = (type: string) => ({ responseHeaders: { 'content-type': type } })
  assert.deepEqual(await search({ ...typed('text/html'), responseBody: found }), [
    'form content-type: application/json / text/html',
  ])
  assert.deepEqual(await search({ ...typed('application/json; charset=UTF-8'), responseBody: found }), [])
  assert.deepEqual(await rowsOf('phr.profile.card', { ...typed('image/jpeg'), status: 202, responseForm: 'png' }), [
    'form content-type: image/png / image/jpeg',
  ])
  assert.deepEqual(
    await search({ ...typed('text/plain'), status: 400, responseBody: { code: 'ABDM-1211', message: 'x' } }),
    ['form content-type: application/json / text/plain'],
  )
})
