import assert from 'node:assert/strict'
import type { Product, Reply } from './harness.ts'
import type { Citizen } from './people.ts'
import { type Client, details, freshAddress, freshMobile } from './walks.ts'

/** Every step of every flow that takes a txn_id, with everything about the request right. */

/** Asked for at every use: a test may put another product or client in its place. */
export type World = {
  readonly product: Product
  readonly client: Client
  /** Somebody with a live session, so that the operations which need one get as far as the transaction. */
  readonly loggedIn: string
}

/** A transaction and what its next steps need to be said rightly. */
export type At = { txn_id: string; otpTo?: string; citizen?: Citizen; offered?: string; oid?: string; wished?: string }

export const registration = '/abdm/na/v1/registration'
export const login = '/abdm/na/v1/profile/login'
export const face = '/abdm/na/v1/face-auth'

export const stepsOf = (world: () => World) => {
  const post = (path: string, body: (at: At) => Record<string, unknown> | Promise<Record<string, unknown>>) => ({
    send: async (at: At): Promise<Reply> => world().client.post(path, { txn_id: at.txn_id, ...(await body(at)) }),
  })
  const otp = async ({ otpTo }: At) => {
    const sent = otpTo ? await world().product.otpTo(otpTo) : 'none'
    return { otp: sent === 'none' ? '135791' : sent }
  }

  /** Every step that takes a txn_id, with everything else about the request right. */
  const steps = {
    'registration/mobile/resend': post(`${registration}/mobile/resend`, () => ({})),
    'registration/mobile/verify': post(`${registration}/mobile/verify`, otp),
    'registration/mobile/create-phr': post(`${registration}/mobile/create-phr`, () => ({
      abha_address: freshAddress(),
      profile: details,
    })),
    'registration/aadhaar/resend': post(`${registration}/aadhaar/resend`, () => ({})),
    'registration/aadhaar/verify': post(`${registration}/aadhaar/verify`, async (at) => ({
      ...(await otp(at)),
      mobile: at.wished ?? freshMobile(),
    })),
    'registration/aadhaar/mobile/verify': post(`${registration}/aadhaar/mobile/verify`, otp),
    'registration/aadhaar/mobile/resend': post(`${registration}/aadhaar/mobile/resend`, () => ({})),
    'registration/aadhaar/create-phr': post(`${registration}/aadhaar/create-phr`, () => ({
      abha_address: freshAddress(),
    })),
    'registration/aadhaar/auto-login': post(`${registration}/aadhaar/auto-login`, ({ offered = freshAddress() }) => ({
      abha_address: offered,
    })),
    'registration/suggest': {
      send: ({ txn_id }: At) =>
        world().client.get(`${registration}/suggest?fn=Asha&dob=1990-04-09&transactionId=${txn_id}`),
    },
    'face-auth/capture': post(`${face}/capture`, () => ({})),
    'face-auth/verify': post(`${face}/verify`, ({ citizen, wished }) => ({
      aadhaar: citizen?.aadhaar_number ?? '999999990019',
      ...(wished && { mobile: wished }),
    })),
    'login/init': post(`${login}/init`, () => ({ method: 'search', identifier: '1' })),
    'login/verify': post(`${login}/verify`, otp),
    'login/phr': post(`${login}/phr`, ({ offered = freshAddress() }) => ({ phr_address: offered })),
    'session/verify': post('/abdm/v1/session/verify', otp),
    'kyc/resend': {
      send: ({ txn_id, oid = world().loggedIn }: At) =>
        world().client.post(`/abdm/v1/profile/kyc/resend?oid=${oid}`, { txn_id }),
    },
    'kyc/verify': {
      send: async (at: At) =>
        world().client.post(`/abdm/v1/profile/kyc/verify?oid=${at.oid ?? world().loggedIn}`, {
          txn_id: at.txn_id,
          ...(await otp(at)),
        }),
    },
  } as const
  return steps
}
export type Steps = ReturnType<typeof stepsOf>
export type Step = keyof Steps

export const ok = async (reply: Promise<Reply>): Promise<any> => {
  const { status, text, body } = await reply
  assert.equal(status, 200, text)
  return body
}
