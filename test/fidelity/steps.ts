import { at, clientId, clientSecret, textAt } from '../../src/emulator/testing.ts'
import { arjun, asha, consent, email, freshMobile, type Ready, type Request, type Steps } from './reach.ts'
import type { Choice, Row } from './rows.ts'

/** For each operation: what goes before it, and the request as the contract shows it. */

type Step = (row: Row, world: Steps) => Promise<Ready>

const password = 'Str0ng!Pass'
const photo = '/9j/4AAQSkZJRg=='

const noBody: Step = async ({ op }, { userHeaders }) => {
  const headers = await userHeaders(op)
  return async () => ({ headers })
}
const fixed =
  (body: unknown): Step =>
  async ({ op }, { userHeaders }) => {
    const headers = await userHeaders(op)
    return async () => ({ body, headers })
  }
const chosen = (choice: Choice | undefined): Choice => choice ?? { by: '', scope: [] }

/** What a request needs beside the choice. */
const beside = async ({ op, choice }: Row, { enrolledByAadhaar, found }: Steps): Promise<object> => {
  if (choice?.login_hint === 'index') return { txnId: await found() }
  if (op.id !== 'abha.enrollment.request_otp') return {}
  return { txnId: choice?.login_hint === 'mobile' ? await enrolledByAadhaar() : '' }
}
const requestOtp: Step = async (row, world) => {
  const choice = chosen(row.choice)
  const headers = await world.userHeaders(row.op)
  if (row.op.id === 'phr.login.request_otp' && choice.login_hint === 'email') await linkEmail(world)
  const more = await beside(row, world)
  const value = await world.named(row.op.id, choice)
  return async (bits) => ({ body: world.asking(choice, more, await world.seal(bits, value)), headers })
}
const verify: Step = async (row, world) => {
  const choice = chosen(row.choice)
  const headers = row.op.auth.includes('x-token') ? await world.userHeaders(row.op) : {}
  if (choice.scope.includes('password-verify')) return passwordOf(row, world, headers)
  const request = row.op.id.replace(/verify$/, 'request_otp')
  if (request === 'phr.login.request_otp' && choice.login_hint === 'email') await linkEmail(world)
  const { txnId, otp } = await world.asked(request, choice, await beside(row, world), headers)
  const scope = choice.scope.filter((member) => member !== 'search-abha')
  const isEnd = scope.includes('delete') || scope.includes('de-activate')
  const ready = world.withOtp(scope, txnId, otp, isEnd ? { reasons: ['Moved away'] } : {})
  return async (bits) => ({ ...(await ready(bits)), headers })
}
const passwordOf = async ({ op, choice }: Row, world: Steps, headers: Request['headers'] = {}): Promise<Ready> => {
  const bodyOf = async (scope: readonly string[], bits: 2048 | 4096) => {
    const group = { abhaAddress: arjun.address, password: await world.seal(bits, password) }
    return { scope, authData: { authMethods: ['password'], password: group } }
  }
  if (op.id === 'phr.login.verify') {
    const { auth } = { auth: ['gateway', 'x-token'] }
    const own = await world.userHeaders({ ...op, auth })
    await world.send('phr.profile.verify', {
      body: await bodyOf(['abha-address-profile', 'password-verify'], 2048),
      headers: own,
    })
  }
  return async (bits) => ({ body: await bodyOf(chosen(choice).scope, bits), headers })
}
const linkEmail = async (world: Steps): Promise<void> => {
  const change: Choice = {
    by: '',
    scope: ['abha-address-profile', 'email-verify'],
    login_hint: 'email',
    otp_system: 'abdm',
    key: 2048,
  }
  const session = await world.caller.logInByAddress(arjun.address, arjun.mobile)
  const headers = { 'X-token': `Bearer ${textAt(session, 'tokens.token')}` }
  const { txnId, otp } = await world.asked('phr.profile.request_otp', change, {}, headers)
  await world.answered('phr.profile.verify', world.withOtp(change.scope, txnId, otp), 2048, headers)
}
const byAadhaar: Step = async ({ choice }, world) => {
  const { emulator, seal, aadhaarOf, asked, send } = world
  if (choice?.by === 'face') {
    const txnId = textAt(await send('abha.face.init', { body: { scope: ['abha-enrol', 'face-auth'] } }), 'txnId')
    await emulator.faces.decide(txnId, 'verified')
    const aadhaar = await aadhaarOf(asha.mobile)
    return async (bits) => {
      const face = { txnId, aadhaar: await seal(bits, aadhaar), mobile: asha.mobile }
      return { body: { authData: { authMethods: ['face_auth'], face }, consent } }
    }
  }
  const request: Choice = { by: '', scope: ['abha-enrol'], login_hint: 'aadhaar', otp_system: 'aadhaar', key: 4096 }
  const { txnId, otp } = await asked('abha.enrollment.request_otp', request, { txnId: '' })
  return async (bits) => {
    const otpValue = await seal(bits, otp)
    const proof = { timeStamp: '2026-01-02T03:04:05.678Z', txnId, otpValue, mobile: asha.mobile }
    return { body: { authData: { authMethods: ['otp'], otp: proof }, consent } }
  }
}
const linking =
  (action: 'LINK' | 'DE_LINK'): Step =>
  async (_, world) => {
    const { caller, asked, answered, withOtp, byNumber, send } = world
    // An address made by mobile becomes Arjun's by KYC; what hangs on a number is taken off it.
    const { txnId } = await caller.proveMobile(freshMobile)
    const made = await caller.enrol(txnId, freshMobile, 'arjun.own84@sbx', { gender: 'M', yearOfBirth: '1984' })
    const headers = { 'X-token': `Bearer ${textAt(made, 'tokens.token')}` }
    const prove = async () => {
      const sent = await asked('phr.profile.request_otp', byNumber, {}, headers)
      await answered('phr.profile.verify', withOtp(byNumber.scope, sent.txnId, sent.otp), 4096, headers)
      return sent.txnId
    }
    const transactionId = await prove()
    if (action === 'LINK') return async () => ({ body: { action, transactionId }, headers })
    await send('phr.profile.link', { body: { action: 'LINK', transactionId }, headers })
    const again = await prove()
    return async () => ({ body: { action, transactionId: again }, headers })
  }

export const steps: { readonly [id: string]: Step } = {
  'gateway.session': async () => async () => ({
    body: { clientId, clientSecret, grantType: 'client_credentials' },
    headers: { Authorization: undefined },
  }),
  'gateway.certs': noBody,
  'abha.certificate': noBody,
  'phr.certificate': noBody,
  'abha.enrollment.request_otp': requestOtp,
  'abha.enrollment.by_aadhaar': byAadhaar,
  'abha.enrollment.by_abdm': async (row, world) => {
    const request = { ...chosen(row.choice), login_hint: 'mobile', otp_system: 'abdm' } as const
    const txnId = await world.enrolledByAadhaar()
    const { otp } = await world.asked('abha.enrollment.request_otp', request, { txnId })
    return world.withOtp(request.scope, txnId, otp)
  },
  'abha.enrollment.suggestion': async (_, { enrolledByAadhaar }) => {
    const headers = { TRANSACTION_ID: await enrolledByAadhaar() }
    return async () => ({ headers })
  },
  'abha.enrollment.abha_address': async (_, { enrolledByAadhaar }) => {
    const body = { txnId: await enrolledByAadhaar(), abhaAddress: 'asha.namuna90', preferred: 1 }
    return async () => ({ body })
  },
  'phr.enrollment.request_otp': requestOtp,
  'phr.enrollment.verify': verify,
  'phr.enrollment.suggestion': async (_, { caller }) => {
    const { txnId } = await caller.proveMobile(freshMobile)
    const birth = { dayOfBirth: '09', monthOfBirth: '04', yearOfBirth: '1990' }
    return async () => ({ body: { txnId, firstName: 'Asha', lastName: 'Namuna', ...birth, email: '' } })
  },
  'phr.enrollment.is_exists': async () => async () => ({
    path: `/enrollment/isExists?abhaAddress=${encodeURIComponent(arjun.address)}`,
  }),
  'phr.enrollment.enrol': async (_, { caller, seal }) => {
    const { txnId } = await caller.proveMobile(freshMobile)
    return async (bits) => {
      const own = { mobile: await seal(bits, freshMobile), email: await seal(bits, email) }
      const more = { ...own, password: await seal(bits, password) }
      return { body: { txnId, phrDetails: await caller.details(freshMobile, 'asha.namuna90@sbx', more) } }
    }
  },
  'abha.login.request_otp': requestOtp,
  'abha.login.verify': verify,
  'abha.login.verify_user': async (_, { asked, answered, withOtp }) => {
    const way: Choice = { by: '', scope: ['abha-login', 'mobile-verify'], login_hint: 'mobile', otp_system: 'abdm' }
    const { txnId, otp } = await asked('abha.login.request_otp', way)
    const listed = await answered('abha.login.verify', withOtp(way.scope, txnId, otp), 4096)
    const headers = { 'T-token': `Bearer ${at(listed, 'token')}` }
    return async () => ({ body: { ABHANumber: arjun.number, txnId }, headers })
  },
  'abha.login.search': fixed({ ABHANumber: arjun.number }),
  'abha.account.search':
    async (_, { seal }) =>
    async (bits) => ({
      body: { scope: ['search-abha'], mobile: await seal(bits, arjun.mobile) },
    }),
  'phr.login.search': fixed({ abhaAddress: arjun.address }),
  'phr.login.request_otp': requestOtp,
  'phr.login.verify': verify,
  'phr.login.verify_user': async (_, { asked, answered, withOtp, byMobile }) => {
    const { txnId, otp } = await asked('phr.login.request_otp', byMobile)
    const listed = await answered('phr.login.verify', withOtp(byMobile.scope, txnId, otp), 2048)
    const headers = { 'T-token': `Bearer ${at(listed, 'tokens.token')}` }
    return async () => ({ body: { abhaAddress: arjun.address, txnId }, headers })
  },
  'phr.profile.switch': noBody,
  'phr.profile.switch_user': async ({ op }, { send, userHeaders }) => {
    const own = await userHeaders({ ...op, auth: ['gateway', 'x-token'] })
    const listed = await send('phr.profile.switch', { headers: own })
    const headers = { 'T-token': `Bearer ${at(listed, 'tokens.token')}` }
    return async () => ({ body: { abhaAddress: arjun.address, txnId: at(listed, 'txnId') }, headers })
  },
  'web.login.search': fixed({ abhaAddress: arjun.address }),
  'web.login.request_otp': requestOtp,
  'web.login.verify': verify,
  'abha.profile.get': noBody,
  'abha.profile.patch': fixed({ profilePhoto: photo }),
  'abha.profile.card': noBody,
  'abha.profile.qr': noBody,
  'abha.profile.request_otp': requestOtp,
  'abha.profile.verify': verify,
  'abha.profile.refresh': noBody,
  'abha.profile.logout': noBody,
  'phr.profile.get': noBody,
  'phr.profile.update': async ({ op }, { caller, userHeaders }) => {
    const headers = await userHeaders(op)
    const details = (await caller.details(arjun.mobile, arjun.address)) as object
    return async () => ({ body: { ...details, mobile: arjun.mobile }, headers })
  },
  'phr.profile.card': noBody,
  'phr.profile.qr': noBody,
  'phr.profile.request_otp': requestOtp,
  'phr.profile.verify': verify,
  'phr.profile.link': linking('LINK'),
  'phr.profile.delink': linking('DE_LINK'),
  'phr.profile.refresh': noBody,
  'phr.profile.logout': noBody,
  'web.profile.get': noBody,
  'web.profile.card': noBody,
  'web.profile.qr': noBody,
  'abha.face.init': fixed({ scope: ['abha-enrol', 'face-auth'] }),
  'abha.face.capture': async ({ choice }, { emulator, send }) => {
    const txnId = textAt(await send('abha.face.init', { body: { scope: ['abha-enrol', 'face-auth'] } }), 'txnId')
    await emulator.faces.decide(txnId, 'verified')
    return async () => ({ body: { scope: chosen(choice).scope, txnId } })
  },
}
