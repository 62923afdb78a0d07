import type { Product, Reply } from '../harness.ts'
import { addCitizen, kycAddress } from '../people.ts'
import { details, freshAddress, freshMobile, register } from '../walks.ts'
import { type Caller, ok } from './journey.ts'

/** The steps of the flows that begin with Aadhaar, a face, a login or a search, and of those about a user, one by one. */

export type Kind = 'new' | 'known' | 'without an address'
export type Way = Awaited<ReturnType<typeof wayOf>>

const aadhaar = '/abdm/na/v1/registration/aadhaar'
const face = '/abdm/na/v1/face-auth'
const login = '/abdm/na/v1/profile/login'
const facility = { hip_id: 'IN0000000001', counter_id: '12345' }

const born = {
  gender: details.gender,
  year_of_birth: details.year_of_birth,
  month_of_birth: details.month_of_birth,
  day_of_birth: details.day_of_birth,
}
const partialOf = {
  new: () => ({}),
  known: kycAddress,
  // Fits whoever registers by mobile, so that KYC can link it.
  'without an address': () => ({ ...kycAddress(), abha_addresses: [], ...born }),
}

/** One person's way; what a step answers is remembered for the next. */
export const wayOf = async (product: Product, caller: Caller, kind: Kind) => {
  const citizen = await addCitizen(product, partialOf[kind]())
  const linked = citizen.mobile ?? ''
  const other = freshMobile()
  const abha_address = freshAddress()
  let txn_id = ''
  let oid = ''
  let upstreamTxnId = ''
  let offered = citizen.abha_addresses[0] ?? ''
  const post = async (path: string, body?: Record<string, unknown>): Promise<Reply> => {
    const reply = await caller.post(path, body)
    txn_id = reply.body?.txn_id ?? txn_id
    oid = reply.body?.eka?.oid ?? oid
    offered = reply.body?.abha_profiles?.[0]?.abha_address ?? offered
    return reply
  }
  const next = (path: string, body: Record<string, unknown> = {}) => post(path, { txn_id, ...body })
  const about = (path: string) => `${path}?oid=${oid}`
  const otpTo = async (mobile: string): Promise<string> => {
    const otp = await product.otpTo(mobile)
    return otp === 'none' ? '000000' : otp
  }
  const identifiers: { readonly [method: string]: string } = {
    phr_address: offered,
    mobile: linked,
    abha_number: citizen.abha_number ?? '',
    aadhaar_number: citizen.aadhaar_number,
  }
  let mobile = linked
  const way = {
    citizen,
    abha_address,
    get oid() {
      return oid
    },
    get txn_id() {
      return txn_id
    },
    /** From here on another mobile than the linked one is for communication. */
    wantsOther: () => {
      mobile = other
    },
    init: () => post(`${aadhaar}/init`, { aadhaar_number: citizen.aadhaar_number }),
    resend: () => next(`${aadhaar}/resend`),
    verify: async () => next(`${aadhaar}/verify`, { otp: await otpTo(linked), mobile }),
    confirm: async () => next(`${aadhaar}/mobile/verify`, { otp: await otpTo(other) }),
    resendOther: () => next(`${aadhaar}/mobile/resend`),
    create: () => next(`${aadhaar}/create-phr`, { abha_address }),
    createByMobile: () => next('/abdm/na/v1/registration/mobile/create-phr', { abha_address, profile: details }),
    autoLogin: () => next(`${aadhaar}/auto-login`, { abha_address: offered }),
    suggest: () => caller.get(`/abdm/na/v1/registration/suggest?transactionId=${txn_id}`),

    faceInit: async () => {
      const reply = await post(`${face}/init`)
      upstreamTxnId = reply.status === 200 ? (new URL(reply.body.url).searchParams.get('txnId') ?? '') : ''
      return reply
    },
    phone: () => product.send('POST', `/sandbox/v1/face-auth/${upstreamTxnId}`, { body: { result: 'verified' } }),
    capture: () => next(`${face}/capture`),
    faceVerify: () => next(`${face}/verify`, { aadhaar: citizen.aadhaar_number }),

    methods: () => post(`${login}/methods`, { abha_address: offered }),
    loginInit: (method: string) => post(`${login}/init`, { method, identifier: identifiers[method] }),
    loginVerify: async () => next(`${login}/verify`, { otp: await otpTo(linked) }),
    loginPhr: () => next(`${login}/phr`, { phr_address: offered }),
    search: () => post('/abdm/v1/profile/search', { mobile: linked }),
    searchInit: () => next(`${login}/init`, { method: 'search', identifier: '1' }),

    kycInit: (method = 'aadhaar') =>
      post(about('/abdm/v1/profile/kyc/init'), {
        method,
        identifier: method === 'aadhaar' ? citizen.aadhaar_number : citizen.abha_number,
      }),
    kycResend: () => next(about('/abdm/v1/profile/kyc/resend')),
    kycVerify: async () => next(about('/abdm/v1/profile/kyc/verify'), { otp: await otpTo(linked) }),

    read: () => caller.get(about('/abdm/v1/profile')),
    change: () => caller.call('PATCH', about('/abdm/v1/profile'), { body: { address: '14 Lake Road' } }),
    remove: () => caller.call('DELETE', about('/abdm/v1/profile')),
    card: () => caller.get(about('/abdm/v1/profile/asset/card')),
    qr: () => caller.get(about('/abdm/v1/profile/asset/qr')),
    share: (request_id?: string) => caller.post(about('/abdm/v2/profile/share'), { ...facility, request_id }),
    shareStatus: (request_id: string) => caller.get(`/abdm/v2/profile/share/${request_id}`),
    shareAndWait: () => caller.post(about('/abdm/v1/profile/share'), facility),

    /** A user without KYC who has registered by mobile, with the session that comes with it. */
    async registerByMobile(): Promise<void> {
      const registered = await register(product, caller)
      oid = registered.oid
      identifiersOfUser = { abhaAddress: registered.abhaAddress, mobile: registered.mobile }
    },
    /** The session may have been ended by what happened to it. */
    async openAgain(): Promise<void> {
      if ((await way.read()).status !== 491) return
      const own = { abhaAddress: offered || abha_address, mobile: linked }
      const { abhaAddress, mobile: receiver } = identifiersOfUser ?? own
      const path = '/abdm/v1/session'
      const begun = ok(await caller.post(about(`${path}/init`), { abha_address: abhaAddress }))
      const otp = await otpTo(receiver)
      ok(await caller.post(about(`${path}/verify`), { txn_id: begun.txn_id, otp }))
    },
    /** How many OTPs have gone to this person. */
    messages: async (): Promise<number> => (await product.messagesTo(linked)) + (await product.messagesTo(other)),
  }
  let identifiersOfUser: { abhaAddress: string; mobile: string } | undefined
  return way
}
