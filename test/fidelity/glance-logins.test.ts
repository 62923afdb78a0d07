import assert from 'node:assert/strict'
import type { Alone } from './alone.ts'
import { answers, field, flat, isToken, listed, maybe, nothing, tokens, uuid, wrapped } from './like.ts'
import { loggedIn, onAbha, phrProfile, user } from './printed.ts'
import { type Answer, type Asking, type RawClient, tToken, xToken } from './raw-client.ts'
import { otherThan, walk } from './visit.ts'

/** Rows 5 to 7 of abdm-v3.md's "Flows at a glance", walked by somebody else's V3 client as in glance.test.ts. */

const byMobile = ['abha-address-login', 'mobile-verify']
const byNumber = ['abha-login', 'mobile-verify']
const byAadhaar = ['abha-login', 'aadhaar-verify']
const arjun = { number: '91-2000-0000-0022', mobile: '6200010022', address: 'arjun.maadari@sbx' }

const invalidXToken = { message: 'Invalid X-token', timestamp: String }
const isImage = (answer: Answer, status: number): void => {
  assert.deepEqual([answer.status, answer.type], [status, 'image/png'])
  assert.equal(answer.bytes.subarray(1, 4).toString(), 'PNG')
}
const verifyUser = (nha: RawClient, abhaAddress: string, txnId: string, headers: Record<string, string>) =>
  nha.post('phr-app', '/login/verify/user', { abhaAddress, txnId }, headers)

walk('5 log in to an address by mobile', async ({ nha, proven, laterSignedIn }) => {
  const asking = { scope: byMobile, hint: 'mobile-number', id: '6200010044', system: 'abdm' } as const
  const wrongHint = await nha.ask('phr-login', { ...asking, hint: 'mobile' })
  assert.match(wrongHint.text, /^\[?\{"code":"ABDM-9999(: )?","message":"Invalid Login Hint"/)
  const stranger = await nha.ask('phr-login', { ...asking, id: '9800000005' })
  answers(stranger, 400, flat('ABDM-1211', 'User not found.'))

  const users = [
    user('sourav.nomuna@sbx', '91-2000-0000-0044'),
    user('sourav1969@sbx', '91-2000-0000-0044'),
    user('mitali.nomuna@sbx', '91-2000-0000-0055'),
    user('mitali.72@sbx'),
  ]
  const verified = await proven('phr-login', asking, '6200010044')
  const { txnId, tokens: first } = answers(verified, 200, loggedIn(users, { tokens: tokens.transfer }))
  isToken(first.token, 'Transfer', txnId)

  answers(await verifyUser(nha, 'mitali.72@sbx', txnId, {}), 401, nothing)
  const bearer = await verifyUser(nha, 'mitali.72@sbx', txnId, { Authorization: `Bearer ${first.token}` })
  assert.deepEqual([bearer.status, bearer.body.code], [401, '900901'])
  const stranded = await verifyUser(nha, 'arjun.maadari@sbx', txnId, tToken(first.token))
  assert.deepEqual([stranded.status, stranded.body.message], [400, 'User not found.'])
  const chosen = answers(await verifyUser(nha, 'mitali.72@sbx', txnId, tToken(first.token)), 200, tokens.finalOf(true))
  isToken(chosen.token, 'Transaction')
  isToken(chosen.refreshToken, 'Refresh')
  assert.ok((await verifyUser(nha, 'mitali.72@sbx', txnId, tToken(first.token))).status >= 400)

  const profile = () => nha.get('phr-app', '/login/profile', xToken(chosen.token))
  answers(await profile(), 200, phrProfile('mitali.72@sbx', '6200010044'))
  answers(await nha.get('phr-app', '/login/profile'), 401, nothing)
  answers(await nha.get('abha', '/profile/account', xToken(chosen.token)), 400, invalidXToken)
  await laterSignedIn(1801)
  answers(await profile(), 401, nothing)
})

walk('5 a transfer token lives for five minutes', async ({ nha, proven, later }) => {
  const asking = { scope: byMobile, hint: 'mobile-number', id: arjun.mobile, system: 'abdm' } as const
  const { txnId, tokens: first } = (await proven('phr-login', asking, arjun.mobile)).body
  await later(301)
  answers(await verifyUser(nha, arjun.address, txnId, tToken(first.token)), 401, nothing)
})

/** §9.1; `mobile` may be masked. */
const searched = {
  healthIdNumber: String,
  abhaAddress: arjun.address,
  authMethods: Array,
  blockedAuthMethods: Array,
  status: 'ACTIVE',
  message: null,
  fullName: 'Arjun Kumar Maadari',
  mobile: /0022$/,
}

walk('6 log in by address, on PHR app', async ({ nha, proven }) => {
  const search = (abhaAddress: string) => nha.post('phr-app', '/login/search', { abhaAddress })
  answers(await search(arjun.address), 200, searched)
  answers(await search('nobody.there@sbx'), 400, flat('ABDM-1211', 'User not found.'))

  const asking = { scope: byMobile, hint: 'abha-address', id: arjun.address, system: 'abdm' } as const
  const verified = await proven('phr-login', asking, arjun.mobile)
  const users = [user(arjun.address, arjun.number)]
  const { token } = answers(verified, 200, loggedIn(users, { tokens: tokens.finalOf(false) })).tokens
  answers(
    await nha.get('phr-app', '/login/profile', xToken(token)),
    200,
    phrProfile(arjun.address, arjun.mobile, arjun.number),
  )
  isImage(await nha.get('phr-app', '/login/profile/phrCard', xToken(token)), 202)
  isImage(await nha.get('phr-app', '/login/profile/qrCode', xToken(token)), 202)
})

walk('6 log in by address, on PHR web', async ({ nha, proven }) => {
  answers(await nha.post('phr-web', '/login/abha/search', { abhaAddress: arjun.address }), 200, searched)
  for (const [method, system] of [
    ['mobile-verify', 'abdm'],
    ['aadhaar-verify', 'aadhaar'],
  ] as const) {
    const scope = ['abha-address-login', method]
    const asking = { scope, hint: 'abha-address', id: arjun.address, system } as const
    const verified = await proven('web-login', asking, arjun.mobile)
    const { tokens: given, users } = answers(verified, 200, {
      txnId: maybe(uuid),
      message: String,
      authResult: 'success',
      users: [
        {
          abhaAddress: arjun.address,
          fullName: String,
          profilePhoto: maybe(String),
          abhaNumber: arjun.number,
          status: 'ACTIVE',
          kycStatus: 'VERIFIED',
        },
      ],
      tokens: tokens.finalOf(false),
    })
    assert.equal(users.length, 1)
    const token = xToken(given.token)
    const onWeb = { ...phrProfile(arjun.address, arjun.mobile, arjun.number), ...subDistrict }
    answers(await nha.get('phr-web', '/login/profile/abha-profile', token), 200, onWeb)
    isImage(await nha.get('phr-web', '/login/profile/abha/phr-card', token), 202)
    isImage(await nha.get('phr-web', '/login/profile/abha/qr-code', token), 200)
    answers(await nha.get('abha', '/profile/account', token), 400, invalidXToken)
    answers(await nha.get('phr-app', '/login/profile', token), 400, listed('ABDM-1006: ', 'Invalid X-token'))
  }
  answers(await nha.get('phr-web', '/login/profile/abha-profile'), 401, nothing)
  const garbage = await nha.get('phr-web', '/login/profile/abha-profile', xToken('garbage'))
  answers(garbage, 400, listed('ABDM-1006: ', 'Invalid X-token'))
})
const subDistrict = { subDistrictCode: maybe(String), subDistrictName: maybe(String) }

const aadhaarOf = async (alone: Alone, mobile: string): Promise<string> =>
  (await alone.citizenOn(mobile)).aadhaar_number

walk('7 log in by ABHA number or Aadhaar, on PHR app', async ({ nha, alone, proven }) => {
  const aadhaar = await aadhaarOf(alone, arjun.mobile)
  const threefold = ['abha-login', 'aadhaar-verify', 'aadhaar-otp-verify']
  const ways: Asking[] = [
    { scope: byNumber, hint: 'abha-number', id: arjun.number, system: 'abdm' },
    { scope: byAadhaar, hint: 'abha-number', id: arjun.number, system: 'aadhaar' },
    { scope: threefold, hint: 'aadhaar', id: aadhaar, system: 'aadhaar' },
  ]
  for (const asking of ways) {
    assert.match((await nha.ask('phr-login', { ...asking, bits: 2048 })).text, /Invalid LoginId/)
    const verified = await proven('phr-login', asking, arjun.mobile)
    const preferredAbhaAddress = asking.hint === 'aadhaar' ? arjun.address : maybe(String)
    const users = [user(arjun.address, arjun.number)]
    const more = { accounts: [Object], preferredAbhaAddress, tokens: tokens.transfer }
    const { txnId, accounts, tokens: first } = answers(verified, 200, loggedIn(users, more))
    assert.equal(accounts[0].ABHANumber, arjun.number)
    answers(await verifyUser(nha, arjun.address, txnId, tToken(first.token)), 200, tokens.finalOf(true))
  }
  const document = { scope: threefold, hint: 'Aadhaar-number', id: aadhaar, system: 'aadhaar' } as const
  assert.match((await nha.ask('phr-login', document)).text, /Invalid Login Hint/)
})

const account = {
  ABHANumber: arjun.number,
  preferredAbhaAddress: arjun.address,
  name: 'Arjun Kumar Maadari',
  status: 'ACTIVE',
  profilePhoto: maybe(String),
  mobileVerified: true,
}

walk('7 log in by ABHA number or Aadhaar, on the ABHA service', async ({ nha, alone, proven }) => {
  const ways: Asking[] = [
    { scope: byNumber, hint: 'abha-number', id: arjun.number, system: 'abdm' },
    { scope: byAadhaar, hint: 'abha-number', id: arjun.number, system: 'aadhaar' },
    { scope: byAadhaar, hint: 'aadhaar', id: await aadhaarOf(alone, arjun.mobile), system: 'aadhaar' },
  ]
  for (const asking of ways) {
    const { token } = answers(await proven('abha-login', asking, arjun.mobile), 200, onAbha([account], true))
    isToken(token, 'Transaction')
    const { status } = await nha.get('abha', '/profile/account', xToken(token))
    assert.equal(status, 200)
  }
  const { txnId } = (await nha.ask('abha-login', ways[0] as Asking)).body
  const right = await alone.otpTo(arjun.mobile)
  const failed = await nha.verify('abha-login', byNumber, txnId, otherThan(right))
  answers(failed, 200, { txnId, authResult: 'failed', message: String, accounts: [] })
})

walk('7 log in by mobile, on the ABHA service: a transfer token for one of the accounts', async ({ nha, proven }) => {
  const asking = { scope: byNumber, hint: 'mobile', id: arjun.mobile, system: 'abdm' } as const
  const listedAccount = {
    ...account,
    gender: 'M',
    dob: '23-11-1984',
    verifiedStatus: 'VERIFIED',
    verificationType: 'AADHAAR',
    kycVerified: maybe(true),
  }
  const { txnId, token } = answers(
    await proven('abha-login', asking, arjun.mobile),
    200,
    onAbha([listedAccount], false),
  )
  const choose = (ABHANumber: string, headers = tToken(token)) =>
    nha.post('abha', '/profile/login/verify/user', { ABHANumber, txnId }, headers)
  answers(await choose('not-a-number'), 400, field('ABHANumber', 'Invalid ABHA Number'))
  const final = answers(await choose(arjun.number), 200, tokens.final)
  const refused = await choose(arjun.number, tToken(final.token))
  answers(refused, 400, { message: 'Invalid T-token', timestamp: String })
  answers(await nha.get('abha', '/profile/account', xToken(token)), 400, invalidXToken)
  const nobody = await nha.ask('abha-login', { ...asking, id: '9800000006' })
  answers(nobody, 404, wrapped('ABDM-1114', 'User not found.'))
})
