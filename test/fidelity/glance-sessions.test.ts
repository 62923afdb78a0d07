import assert from 'node:assert/strict'
import { answers, field, maybe, nothing, tokens, uuid, wrapped } from './like.ts'
import { abhaProfile, onAbha } from './printed.ts'
import { rToken, xToken } from './raw-client.ts'
import { walk } from './visit.ts'

/** Rows 8 to 10 of abdm-v3.md's "Flows at a glance", walked by somebody else's V3 client as in glance.test.ts. */

const byMobile = ['abha-address-login', 'mobile-verify']
const byNumber = ['abha-login', 'mobile-verify']
const arjun = { number: '91-2000-0000-0022', mobile: '6200010022', address: 'arjun.maadari@sbx' }
const kavitha = { number: '91-2000-0000-0033', mobile: '6200010033', own: 'kavi.own1978@sbx' }

const account = {
  ABHANumber: arjun.number,
  preferredAbhaAddress: arjun.address,
  name: 'Arjun Kumar Maadari',
  status: 'ACTIVE',
  profilePhoto: maybe(String),
  mobileVerified: true,
}

walk('8 find by mobile', async ({ nha, proven }) => {
  const search = async (mobile: string) =>
    nha.post('abha', '/profile/account/abha/search', { scope: ['search-abha'], mobile })
  const sealed = (mobile: string) => nha.seal(4096, mobile)
  answers(await search(await sealed('9800000007')), 404, wrapped('ABDM-1114', 'User not found.'))
  answers(await search(arjun.mobile), 400, field('mobile', 'Invalid mobile number'))
  const found = await search(await sealed(arjun.mobile))
  const one = {
    index: 1,
    ABHANumber: 'xx-xxxx-xxxx-0022',
    name: account.name,
    gender: 'M',
    kycVerified: 'true',
    authMethods: Array,
  }
  const [{ txnId }] = answers(found, 200, [{ txnId: uuid, ABHA: [one] }])
  const scope = ['abha-login', 'search-abha', 'mobile-verify']
  const asking = { scope, hint: 'index', id: '1', system: 'abdm', txnId } as const
  const verified = await proven('abha-login', asking, arjun.mobile, {}, byNumber)
  const { token } = answers(verified, 200, onAbha([account], true))
  const profile = abhaProfile(arjun.number, arjun.address, arjun.mobile)
  answers(await nha.get('abha', '/profile/account', xToken(token)), 200, profile)
})

walk('9 KYC-upgrade an address', async ({ nha, proven }) => {
  const asking = { scope: byMobile, hint: 'abha-address', id: kavitha.own, system: 'abdm' } as const
  const { token } = (await proven('phr-login', asking, kavitha.mobile)).body.tokens
  const headers = xToken(token)
  const profile = async () => (await nha.get('phr-app', '/login/profile', headers)).body
  assert.deepEqual([(await profile()).kycStatus, (await profile()).abhaNumber], ['PENDING', undefined])

  const prove = (number: string, mobile: string) =>
    proven('phr-profile', { scope: byNumber, hint: 'abha-number', id: number, system: 'abdm' }, mobile, headers)
  const link = (action: string, transactionId: string, path = 'link') =>
    nha.post('phr-app', `/login/profile/${path}`, { action, transactionId }, headers)
  const others = (await prove(arjun.number, arjun.mobile)).body.txnId
  const mismatch = await link('LINK', others)
  assert.deepEqual([mismatch.status, mismatch.body.code], [400, 'ABDM-1043'])

  const verified = answers(await prove(kavitha.number, kavitha.mobile), 200, {
    txnId: uuid,
    message: String,
    authResult: 'success',
    users: Array,
    accounts: [Object],
    tokens: Object,
  })
  assert.equal(verified.tokens.expiresIn, 1800)
  assert.match((await link('DELINK', verified.txnId)).text, /Invalid Account Action/)
  answers(await link('LINK', verified.txnId), 200, {
    authResult: 'success',
    message: 'ABHA number is securely linked to ABHA address',
  })
  assert.deepEqual([(await profile()).kycStatus, (await profile()).abhaNumber], ['VERIFIED', kavitha.number])

  const again = (await prove(kavitha.number, kavitha.mobile)).body.txnId
  answers(await link('DE_LINK', again, 'deLink'), 200, {
    authResult: 'success',
    message: 'ABHA number is now unlinked from ABHA address',
  })
  assert.equal((await profile()).kycStatus, 'PENDING')
})

walk('10 keep a session: refresh of the same family', async ({ nha, proven, later, laterSignedIn }) => {
  const onNumber = { scope: byNumber, hint: 'abha-number', id: arjun.number, system: 'abdm' } as const
  const onAddress = { scope: byMobile, hint: 'abha-address', id: arjun.address, system: 'abdm' } as const
  const abha = (await proven('abha-login', onNumber, arjun.mobile)).body
  const app = (await proven('phr-login', onAddress, arjun.mobile)).body.tokens
  const renewAbha = (token: string) => nha.get('abha', '/profile/account/request/token', rToken(token))
  const renewApp = (token: string) => nha.get('phr-app', '/login/profile/request/token', rToken(token))

  await later(1201)
  const late = await nha.get('abha', '/profile/account', xToken(abha.token))
  assert.deepEqual([late.status, late.body.code], [401, '900901'])
  assert.match(late.header('www-authenticate') ?? '', /WSO2 API Manager/)
  await nha.signIn()
  await laterSignedIn(600)
  const over = await nha.get('abha', '/profile/account', xToken(abha.token))
  answers(over, 401, { message: 'X-token expired', timestamp: String })
  answers(await nha.get('phr-app', '/login/profile', xToken(app.token)), 401, nothing)

  const abhaAgain = answers(await renewAbha(abha.refreshToken), 200, tokens.final)
  const appAgain = answers(await renewApp(app.refreshToken), 200, { tokens: tokens.final }).tokens
  assert.equal((await nha.get('abha', '/profile/account', xToken(abhaAgain.token))).status, 200)
  assert.equal((await nha.get('phr-app', '/login/profile', xToken(appAgain.token))).status, 200)
  const invalid = { message: 'Invalid R-token', timestamp: String }
  answers(await renewAbha(app.refreshToken), 400, invalid)
  answers(await renewAbha(abhaAgain.token), 400, invalid)
  assert.ok((await renewApp(abha.refreshToken)).status >= 400)

  const out = await nha.get('phr-app', '/login/profile/request/logout', xToken(appAgain.token))
  answers(out, 200, { message: 'You have been logged out', timestamp: String })
  answers(await nha.get('phr-app', '/login/profile', xToken(appAgain.token)), 401, nothing)
  assert.equal((await nha.get('abha', '/profile/account/request/logout', xToken(abhaAgain.token))).status, 200)
  assert.ok((await nha.get('abha', '/profile/account', xToken(abhaAgain.token))).status >= 400)
})

walk('10 a refresh token lives for fifteen days', async ({ nha, proven, laterSignedIn }) => {
  const onNumber = { scope: byNumber, hint: 'abha-number', id: arjun.number, system: 'abdm' } as const
  const { refreshToken } = (await proven('abha-login', onNumber, arjun.mobile)).body
  const renew = () => nha.get('abha', '/profile/account/request/token', rToken(refreshToken))
  await laterSignedIn(1_296_000 - 60)
  answers(await renew(), 200, tokens.final)
  await laterSignedIn(61)
  answers(await renew(), 400, { message: 'Invalid R-token', timestamp: String })
})
