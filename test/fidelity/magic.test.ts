import assert from 'node:assert/strict'
import type { Answer } from './raw-client.ts'
import { tToken, xToken } from './raw-client.ts'
import { type Visit, walk } from './visit.ts'

/** Each person of the emulator's README who is there to cause a refusal of ABDM's causes it. */

const byAddress = ['abha-address-login', 'mobile-verify']
const byNumber = ['abha-login', 'mobile-verify']

const logIn = ({ nha }: Visit, address: string) =>
  nha.ask('phr-login', { scope: byAddress, hint: 'abha-address', id: address, system: 'abdm' })
const onAbha = ({ nha }: Visit, number: string) =>
  nha.ask('abha-login', { scope: byNumber, hint: 'abha-number', id: number, system: 'abdm' })
const byMobile = ({ nha }: Visit, place: 'phr-login' | 'abha-login', id: string) =>
  place === 'phr-login'
    ? nha.ask(place, { scope: byAddress, hint: 'mobile-number', id, system: 'abdm' })
    : nha.ask(place, { scope: byNumber, hint: 'mobile', id, system: 'abdm' })
const aadhaarOtp = ({ nha }: Visit, id: string) =>
  nha.ask('abha-enrol', { scope: ['abha-enrol'], hint: 'aadhaar', id, system: 'aadhaar' })

const enrol = async (visit: Visit, mobile: string): Promise<Answer> => {
  const { nha, alone } = visit
  const { txnId } = (await aadhaarOtp(visit, (await alone.citizenOn(mobile)).aadhaar_number)).body
  const otpValue = await nha.seal(4096, await alone.otpTo(mobile))
  return nha.byAadhaar({ authMethods: ['otp'], otp: { txnId, otpValue, mobile } })
}
const takenAddress = async (visit: Visit) => {
  const { txnId } = (await enrol(visit, '6200010011')).body
  const body = { txnId, abhaAddress: 'arjun.maadari', preferred: 1 }
  return visit.nha.post('abha', '/enrollment/enrol/abha-address', body)
}
const withoutPassword = async ({ nha }: Visit) => {
  const password = { abhaAddress: 'arjun.maadari@sbx', password: await nha.seal(2048, 'Right-Pass1') }
  const authData = { authMethods: ['password'], password }
  return nha.post('phr-app', '/login/verify', { scope: ['abha-address-login', 'password-verify'], authData })
}
const withoutKyc = ({ nha }: Visit) => {
  const scope = ['abha-address-login', 'aadhaar-verify']
  return nha.ask('web-login', { scope, hint: 'abha-address', id: 'anjali.2001@sbx', system: 'aadhaar' })
}
const withoutMobile = async (visit: Visit) => {
  const { citizens } = await visit.alone.sandbox('GET', '/citizens')
  const gurpreet = citizens.find(({ first_name }: { first_name: string }) => first_name === 'Gurpreet')
  return aadhaarOtp(visit, gurpreet.aadhaar_number)
}
const wrongNumber = async ({ nha, proven }: Visit) => {
  const asking = { scope: byAddress, hint: 'abha-address', id: 'kavi.own1978@sbx', system: 'abdm' } as const
  const headers = xToken((await proven('phr-login', asking, '6200010033')).body.tokens.token)
  const arjun = { scope: byNumber, hint: 'abha-number', id: '91-2000-0000-0022', system: 'abdm' } as const
  const { txnId: transactionId } = (await proven('phr-profile', arjun, '6200010022', headers)).body
  return nha.post('phr-app', '/login/profile/link', { action: 'LINK', transactionId }, headers)
}
const giveUp = async ({ nha, alone, proven }: Visit, what: string) => {
  const kamala = { scope: byNumber, hint: 'abha-number', id: '91-2000-0000-0121', system: 'abdm' } as const
  const headers = xToken((await proven('abha-login', kamala, '6200010121')).body.token)
  const scope = ['abha-profile', what]
  const loginId = await nha.seal(4096, kamala.id)
  const body = { scope, loginHint: 'abha-number', loginId, otpSystem: 'abdm' }
  const asked = await nha.post('abha', '/profile/account/request/otp', body, headers)
  if (asked.status !== 200) return asked
  const otpValue = await nha.seal(4096, await alone.otpTo('6200010121'))
  const authData = { authMethods: ['otp'], otp: { txnId: asked.body.txnId, otpValue } }
  return nha.post('abha', '/profile/account/verify', { scope, authData, reasons: ['moved'] }, headers)
}

const onAbhaByAadhaar = ({ nha }: Visit, number: string) =>
  nha.ask('abha-login', { scope: ['abha-login', 'aadhaar-verify'], hint: 'abha-number', id: number, system: 'aadhaar' })
const byEmail = ({ nha }: Visit) => {
  const scope = ['abha-address-login', 'email-verify']
  return nha.ask('phr-login', { scope, hint: 'email', id: 'ishwar@namuna.example', system: 'abdm' })
}
const crowdedMobile = async (visit: Visit) => {
  const { aadhaar_number: id } = await visit.alone.citizenOn('6200010011')
  const { txnId } = (await aadhaarOtp(visit, id)).body
  const otpValue = await visit.nha.seal(4096, await visit.alone.otpTo('6200010011'))
  return visit.nha.byAadhaar({ authMethods: ['otp'], otp: { txnId, otpValue, mobile: '6200010220' } })
}
const crowdedEmail = async ({ nha, proven }: Visit, place: 'phr' | 'abha') => {
  const email = 'meena@namuna.example'
  if (place === 'phr') {
    const asking = { scope: byAddress, hint: 'abha-address', id: 'arjun.maadari@sbx', system: 'abdm' } as const
    const headers = xToken((await proven('phr-login', asking, '6200010022')).body.tokens.token)
    const scope = ['abha-address-profile', 'email-verify']
    return nha.ask('phr-profile', { scope, hint: 'email', id: email, system: 'abdm' }, headers)
  }
  const asking = { scope: byNumber, hint: 'abha-number', id: '91-2000-0000-0022', system: 'abdm' } as const
  const headers = xToken((await proven('abha-login', asking, '6200010022')).body.token)
  const loginId = await nha.seal(4096, email)
  const body = { scope: ['abha-profile', 'email-verify'], loginHint: 'email', loginId, otpSystem: 'abdm' }
  return nha.post('abha', '/profile/account/request/otp', body, headers)
}

const enrolsWithCrowdedEmail = async ({ nha, proven }: Visit) => {
  const mobile = '7400000040'
  const scope = ['abha-address-enroll', 'mobile-verify']
  const { txnId } = (await proven('phr-enrol', { scope, hint: 'mobile-number', id: mobile, system: 'abdm' }, mobile))
    .body
  const phrDetails = {
    mobile: await nha.seal(2048, mobile),
    firstName: 'Meera',
    yearOfBirth: '1990',
    gender: 'F',
    email: await nha.seal(2048, 'meena@namuna.example'),
    address: '12 Lake Road',
    stateName: 'Jharkhand',
    stateCode: '20',
    districtName: 'Ranchi',
    districtCode: '339',
    pinCode: '834001',
    abhaAddress: 'meera.seventh@sbx',
  }
  return nha.post('phr-app', '/enrollment/enrol', { txnId, phrDetails })
}
const chosen = async (visit: Visit, place: 'phr-login' | 'abha-login') => {
  const { nha, alone, proven } = visit
  const mobile = '6200010165'
  const ABHANumber = '91-2000-0000-0165'
  await alone.sandbox('POST', '/citizens', {
    mobile,
    abha_number: '91-2000-0000-7165',
    abha_addresses: ['shares.with1165'],
  })
  const [scope, hint] = place === 'phr-login' ? [byAddress, 'mobile-number'] : [byNumber, 'mobile']
  const { body } = await proven(place, { scope, hint, id: mobile, system: 'abdm' }, mobile)
  const headers = tToken(body.token ?? body.tokens.token)
  return place === 'phr-login'
    ? nha.post('phr-app', '/login/verify/user', { txnId: body.txnId, abhaAddress: 'lalita.maadari@sbx' }, headers)
    : nha.post('abha', '/profile/login/verify/user', { txnId: body.txnId, ABHANumber }, headers)
}

type Cause = readonly [code: string, who: string, status: number, provoke: (visit: Visit) => Promise<Answer>]
const causes: readonly Cause[] = [
  ['ABDM-1003', 'Ishwar, by e-mail', 400, byEmail],
  ['ABDM-1004', 'Ishwar, on PHR', 400, (visit) => logIn(visit, 'ishwar.namuna@sbx')],
  ['ABDM-1004', 'Ishwar, on the ABHA service', 422, (visit) => onAbha(visit, '91-2000-0000-0154')],
  ['ABDM-1012', 'Noor’s address', 400, (visit) => logIn(visit, 'noor.nomuna@sbx')],
  ['ABDM-1102', 'Lalita', 400, (visit) => onAbha(visit, '91-2000-0000-0165')],
  ['ABDM-1102', 'Lalita, by mobile on PHR', 400, (visit) => byMobile(visit, 'phr-login', '6200010165')],
  ['ABDM-1102', 'Lalita, by mobile on the ABHA service', 400, (visit) => byMobile(visit, 'abha-login', '6200010165')],
  ['ABDM-1102', 'Lalita, chosen on PHR among others on her mobile', 400, (visit) => chosen(visit, 'phr-login')],
  ['ABDM-1102', 'Lalita, chosen on the ABHA service', 400, (visit) => chosen(visit, 'abha-login')],
  ['ABDM-1110', 'Noor’s mobile', 400, (visit) => byMobile(visit, 'phr-login', '6200010187')],
  ['ABDM-1110', 'Noor’s number', 400, (visit) => onAbha(visit, '91-2000-0000-0187')],
  ['ABDM-1111', 'Tanvi', 400, (visit) => onAbha(visit, '91-2000-0000-0209')],
  ['ABDM-1112', 'Lalita, by Aadhaar', 400, (visit) => onAbhaByAadhaar(visit, '91-2000-0000-0165')],
  ['ABDM-1118', 'Joseph', 400, (visit) => logIn(visit, 'joseph.maadhiri@sbx')],
  ['ABDM-1118', 'Joseph, by mobile', 400, (visit) => byMobile(visit, 'abha-login', '6200010176')],
  ['ABDM-1119', 'Joseph, by Aadhaar', 400, (visit) => onAbhaByAadhaar(visit, '91-2000-0000-0176')],
  ['ABDM-1124', 'Asha, who wants Meenakshi’s mobile', 422, crowdedMobile],
  ['ABDM-1135', 'Arjun, who wants Meenakshi’s e-mail, on PHR', 400, (visit) => crowdedEmail(visit, 'phr')],
  ['ABDM-1135', 'Arjun, on the ABHA service', 422, (visit) => crowdedEmail(visit, 'abha')],
  ['ABDM-1135', 'somebody who enrols with Meenakshi’s e-mail', 400, enrolsWithCrowdedEmail],
  ['ABDM-1407', 'Senthil, by mobile', 400, (visit) => byMobile(visit, 'phr-login', '6200010198')],
  ['ABDM-1407', 'Senthil', 400, (visit) => logIn(visit, 'senthil.arhi@sbx')],
  ['ABDM-1027', 'Farida, on PHR', 400, (visit) => logIn(visit, 'farida.arhi@sbx')],
  ['ABDM-1027', 'Farida, on the ABHA service', 422, (visit) => onAbha(visit, '91-2000-0000-0132')],
  ['ABDM-1043', 'Kavitha', 400, wrongNumber],
  ['ABDM-1100', 'Bhaskar, on PHR', 400, (visit) => logIn(visit, 'bhaskar.arhi@sbx')],
  ['ABDM-1100', 'Bhaskar, on the ABHA service', 422, (visit) => onAbha(visit, '91-2000-0000-0088')],
  ['ABDM-1101', 'Asha, who wants Arjun’s address', 422, takenAddress],
  ['ABDM-1113', 'Arjun, who has no password', 400, withoutPassword],
  ['ABDM-1114', 'nobody, on the ABHA service', 404, (visit) => onAbha(visit, '91-2000-0000-9999')],
  ['ABDM-1115', 'Anjali', 400, withoutKyc],
  ['ABDM-1134', 'Hetal', 400, (visit) => logIn(visit, 'hetal.namuno@sbx')],
  ['ABDM-1204', 'Gurpreet', 422, withoutMobile],
  ['ABDM-1207', 'Dinesh', 422, (visit) => enrol(visit, '6200010143')],
  ['ABDM-1211', 'nobody, on PHR', 400, (visit) => logIn(visit, 'nobody.there@sbx')],
  ['ABDM-1219', 'Kamala', 422, (visit) => giveUp(visit, 'delete')],
  ['ABDM-1228', 'Kamala', 422, (visit) => giveUp(visit, 'de-activate')],
]

for (const [code, who, status, provoke] of causes) {
  walk(`${code} is caused by ${who}`, async (visit) => {
    const answer = await provoke(visit)
    assert.equal(answer.status, status, answer.text)
    assert.equal((answer.body.error ?? answer.body).code, code, answer.text)
  })
}

walk('a search names the ways in that are blocked', async ({ nha }) => {
  const blocked = ['MOBILE_OTP', 'AADHAAR_OTP']
  const abhaAddress = 'joseph.maadhiri@sbx'
  const searches = [
    await nha.post('phr-app', '/login/search', { abhaAddress }),
    await nha.post('phr-web', '/login/abha/search', { abhaAddress }),
    await nha.post('abha', '/profile/login/search', { ABHANumber: '91-2000-0000-0176' }),
  ]
  for (const { body, text } of searches) assert.deepEqual(body.blockedAuthMethods, blocked, text)
})
