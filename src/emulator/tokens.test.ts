import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { EmulatorKeys } from './emulator.ts'
import { type Answer, at, startBench, startOfTime, textAt } from './testing.ts'
import { sharedKeys } from './testing-keys.ts'

/** A user token is good for its kind of call, on its own service, until it ends (abdm-v3 §4). */

const bench = await startBench()
after(() => bench.close())
const { caller } = bench
const address = 'arjun.maadari@sbx'
const mobile = '6200010022'

const sealedUnder = (service: keyof EmulatorKeys['signing'], keys: EmulatorKeys, claims: object): string => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const content = `${part({ alg: 'RS512', typ: 'JWT' })}.${part(claims)}`
  const key = createPrivateKey({ key: Buffer.from(keys.signing[service], 'base64'), format: 'der', type: 'pkcs8' })
  return `${content}.${sign('RSA-SHA512', Buffer.from(content), key).toString('base64url')}`
}
const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { [name: string]: unknown }

let app: { final: string; refresh: string }
let transfer: string
let transferTxn: string
let web: string
let abha: string

before(async () => {
  const answer = await caller.logInByAddress(address, mobile)
  app = { final: textAt(answer, 'tokens.token'), refresh: textAt(answer, 'tokens.refreshToken') }
  const login = await caller.requestOtp('/login/request/otp', 'byAddress', 'mobile-number', mobile)
  transferTxn = textAt(login, 'txnId')
  const listed = await caller.verifyOtp('/login/verify', 'byAddress', transferTxn, await caller.latestOtp(mobile))
  transfer = textAt(listed, 'tokens.token')
  const asked = await caller.requestOtp('/login/abha/request/otp', 'byAddress', 'abha-address', address)
  const otp = await caller.latestOtp(mobile)
  const onWeb = await caller.verifyOtp('/login/abha/verify', 'byAddress', textAt(asked, 'txnId'), otp)
  web = textAt(onWeb, 'tokens.token')
  abha = sealedUnder('abha', await sharedKeys, claimsOf(app.final))
})

const onApp = (token?: string) => caller.send('phr-app', 'GET', '/login/profile', undefined, { 'X-token': token })
const onWeb = (token?: string) =>
  caller.send('phr-web', 'GET', '/login/profile/abha-profile', undefined, { 'X-token': token })
const refresh = (token?: string) =>
  caller.send('phr-app', 'GET', '/login/profile/request/token', undefined, { 'R-token': token })
const choose = (token?: string) =>
  caller.send(
    'phr-app',
    'POST',
    '/login/verify/user',
    { abhaAddress: address, txnId: transferTxn },
    { 'T-token': token },
  )

const isEmpty401 = ({ status, text, headers }: Answer) =>
  assert.deepEqual([status, text, headers['content-length']], [401, '', '0'])
const isInvalid = ({ status, body }: Answer, name = 'X-token') =>
  assert.deepEqual([status, body], [400, [{ code: 'ABDM-1006: ', message: `Invalid ${name}` }]])

test('tokens are RS512 and carry NHA’s claims, the profile with its mobile among them', async () => {
  assert.deepEqual(JSON.parse(Buffer.from(app.final.split('.')[0] ?? '', 'base64url').toString()), {
    alg: 'RS512',
    typ: 'JWT',
  })
  const final = claimsOf(app.final)
  assert.deepEqual(
    ['typ', 'loginSubject', 'system', 'requesterId', 'mobile', 'abhaAddress', 'fullName'].map((name) => final[name]),
    ['Transaction', 'ABHA_ADDRESS_LOGIN', 'ABHA-ADDRESS-N', 'PHR-APP', mobile, address, 'Arjun Kumar Maadari'],
  )
  assert.deepEqual(
    [claimsOf(transfer).typ, claimsOf(transfer).loginSubject, claimsOf(transfer).txnId],
    ['Transfer', 'MOBILE_LOGIN', transferTxn],
  )
  assert.equal(claimsOf(app.refresh).typ, 'Refresh')
  assert.equal(claimsOf(web).requesterId, 'PHR-WEB')
  assert.deepEqual([final.iat, final.exp], [Math.floor(startOfTime / 1000), Math.floor(startOfTime / 1000) + 1800])
})

test('each service signs with a key of its own', async () => {
  const { signing } = await sharedKeys
  const isSignedBy = (token: string, service: keyof EmulatorKeys['signing']) => {
    const [header, claims, signature = ''] = token.split('.')
    const secret = createPrivateKey({ key: Buffer.from(signing[service], 'base64'), format: 'der', type: 'pkcs8' })
    const content = Buffer.from(`${header}.${claims}`)
    return verify('RSA-SHA512', content, createPublicKey(secret), Buffer.from(signature, 'base64url'))
  }
  assert.deepEqual([isSignedBy(app.final, 'phr-app'), isSignedBy(app.final, 'phr-web')], [true, false])
  assert.deepEqual([isSignedBy(web, 'phr-app'), isSignedBy(web, 'phr-web')], [false, true])
})

test('a call for a logged-in user without a token is a 401 with nothing in it', async () => {
  for (const answer of [await onApp(), await onWeb(), await refresh(), await choose(), await onApp('')])
    isEmpty401(answer)
})

test('a token without Bearer before it, and one of another service, is invalid', async () => {
  isInvalid(await onApp(app.final))
  isInvalid(await onApp(`Bearer ${web}`))
  isInvalid(await onApp(`Bearer ${abha}`))
  isInvalid(await onWeb(web))
  isInvalid(await onWeb(`Bearer ${app.final}`))
  isInvalid(await refresh(app.refresh), 'R-token')
  isInvalid(await choose(transfer), 'T-token')
})

test('garbage, a changed token and one of another kind end in the service’s way', async () => {
  const [header, , signature] = app.final.split('.')
  const claims = Buffer.from(JSON.stringify({ ...claimsOf(app.final), sub: 'somebody else' })).toString('base64url')
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
  for (const token of [
    'x',
    'a.b.c',
    `${header}.${claims}.${signature}`,
    `${none}.${app.final.split('.')[1]}.`,
    transfer,
    app.refresh,
  ])
    isEmpty401(await onApp(`Bearer ${token}`))
  isInvalid(await onWeb('Bearer a.b.c'))
  isEmpty401(await refresh(`Bearer ${app.final}`))
  isEmpty401(await choose(`Bearer ${app.final}`))
})

test('a transfer token is no gateway token', async () => {
  const headers = { Authorization: `Bearer ${transfer}`, 'T-token': `Bearer ${transfer}` }
  const body = { abhaAddress: address, txnId: transferTxn }
  const answer = await caller.send('phr-app', 'POST', '/login/verify/user', body, headers)
  assert.deepEqual([answer.status, at(answer, 'code')], [401, '900901'])
})

test('the user token is looked at after the body is known to be JSON and before its fields', async () => {
  const path = '/login/verify/user'
  assert.equal((await caller.send('phr-app', 'POST', path, 'not json')).status, 400)
  isEmpty401(await caller.send('phr-app', 'POST', path, {}))
  const noFields = await caller.send('phr-app', 'POST', path, {}, { 'T-token': `Bearer ${transfer}` })
  assert.deepEqual(noFields.body, [
    { code: 'ABDM-9999: ', message: 'Invalid ABHA Address' },
    { code: 'ABDM-9999: ', message: 'Invalid Transaction Id' },
  ])
})

test('a transfer token chooses one listed address, once, in its own transaction', async () => {
  const other = await caller.verifyUser(transfer, '0b7a4c1e-2f3d-4a5b-8c6d-7e8f90a1b2c3', address)
  assert.deepEqual(other.body, { code: 'ABDM-9999: ', message: 'Transaction is not found for UUID.' })
  const foreign = await caller.verifyUser(transfer, transferTxn, 'anjali.2001@sbx')
  assert.deepEqual([foreign.status, foreign.body], [400, { code: 'ABDM-9999: ', message: 'User not found.' }])
  const answers = await Promise.all(
    Array.from({ length: 16 }, () => caller.verifyUser(transfer, transferTxn, 'Arjun.Maadari@sbx')),
  )
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  const lost = answers.find(({ status }) => status !== 200)
  assert.deepEqual(
    [lost?.status, lost?.body],
    [400, { code: 'ABDM-9999: ', message: 'Transaction is not found for UUID.' }],
  )
})

test('transfer tokens end after five minutes, final ones after thirty, refresh tokens after fifteen days', async () => {
  const own = await startBench()
  const login = await own.caller.requestOtp('/login/request/otp', 'byAddress', 'mobile-number', mobile)
  const txnId = textAt(login, 'txnId')
  const listed = await own.caller.verifyOtp('/login/verify', 'byAddress', txnId, await own.caller.latestOtp(mobile))
  const session = await own.caller.logInByAddress(address, mobile)
  const final = textAt(session, 'tokens.token')
  const refreshToken = textAt(session, 'tokens.refreshToken')
  const renew = (token: string) =>
    own.caller.send('phr-app', 'GET', '/login/profile/request/token', undefined, { 'R-token': `Bearer ${token}` })

  own.advance(300)
  isEmpty401(await own.caller.verifyUser(textAt(listed, 'tokens.token'), txnId, address))
  own.advance(1499)
  await own.caller.signIn()
  assert.equal((await own.caller.profile(final)).status, 200)
  own.advance(1)
  isEmpty401(await own.caller.profile(final))

  const young = await renew(refreshToken)
  assert.equal(textAt(young, 'tokens.refreshToken'), refreshToken)
  own.advance(648_000)
  await own.caller.signIn()
  const old = await renew(refreshToken)
  assert.notEqual(textAt(old, 'tokens.refreshToken'), refreshToken)
  assert.equal((await own.caller.profile(textAt(old, 'tokens.token'))).status, 200)
  own.advance(648_000)
  await own.caller.signIn()
  isEmpty401(await renew(refreshToken))
  assert.equal((await renew(textAt(old, 'tokens.refreshToken'))).status, 200)
  await own.close()
})

test('the token of an address that is gone is worth nothing', async () => {
  const own = await startBench()
  const { txnId } = await own.caller.proveMobile('7500000001')
  const token = textAt(await own.caller.enrol(txnId, '7500000001', 'soon.gone@sbx'), 'tokens.token')
  assert.equal((await own.caller.profile(token)).status, 200)
  await own.emulator.reset()
  isEmpty401(await own.caller.profile(token))
  await own.close()
})
