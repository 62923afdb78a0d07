import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, type Reply, startProduct } from '../harness.ts'
import { addCitizen, type Citizen, kycAddress } from '../people.ts'
import { assertRefused, type Client, details, freshAddress, freshMobile, refusals, register } from '../walks.ts'

/**
 * The table of connect §6, crossed with itself: in each state of each flow exactly the steps that the contract names are
 * accepted; every other one is 400 and leaves the transaction as usable as it was.
 */

let product: Product
let client: Client
/** Somebody with a live session, so that the operations which need one get as far as the transaction. */
let loggedIn: string

before(async () => {
  product = await startProduct()
  client = await product.client()
  loggedIn = (await register(product, client)).oid
})
after(() => product.stop())

/** A transaction and what its next steps need to be said rightly. */
type At = { txn_id: string; otpTo?: string; citizen?: Citizen; offered?: string; oid?: string; wished?: string }

const registration = '/abdm/na/v1/registration'
const login = '/abdm/na/v1/profile/login'
const face = '/abdm/na/v1/face-auth'

const post = (path: string, body: (at: At) => Record<string, unknown> | Promise<Record<string, unknown>>) => ({
  send: async (at: At): Promise<Reply> => client.post(path, { txn_id: at.txn_id, ...(await body(at)) }),
})
const otp = async ({ otpTo }: At) => {
  const sent = otpTo ? await product.otpTo(otpTo) : 'none'
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
    send: ({ txn_id }: At) => client.get(`${registration}/suggest?fn=Asha&dob=1990-04-09&transactionId=${txn_id}`),
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
    send: ({ txn_id, oid = loggedIn }: At) => client.post(`/abdm/v1/profile/kyc/resend?oid=${oid}`, { txn_id }),
  },
  'kyc/verify': {
    send: async (at: At) =>
      client.post(`/abdm/v1/profile/kyc/verify?oid=${at.oid ?? loggedIn}`, { txn_id: at.txn_id, ...(await otp(at)) }),
  },
} as const
type Step = keyof typeof steps

const ok = async (reply: Promise<Reply>): Promise<any> => {
  const { status, text, body } = await reply
  assert.equal(status, 200, text)
  return body
}
const take = (step: Step, at: At) => ok(steps[step].send(at))

const begin = async (path: string, body: unknown, rest: Omit<At, 'txn_id'> = {}): Promise<At> => ({
  txn_id: (await ok(client.post(path, body))).txn_id,
  ...rest,
})

const mobileInit = async (mobile = freshMobile()): Promise<At> =>
  begin(`${registration}/mobile/init`, { mobile_number: mobile }, { otpTo: mobile })

const aadhaarInit = async (citizen: Citizen, wished = citizen.mobile ?? freshMobile()): Promise<At> => {
  const rest = { citizen, wished, ...(citizen.mobile && { otpTo: citizen.mobile }) }
  return begin(`${registration}/aadhaar/init`, { aadhaar_number: citizen.aadhaar_number }, rest)
}

const loginInit = (method: string, identifier: string, otpTo: string): Promise<At> =>
  begin(`${login}/init`, { method, identifier }, { otpTo })

/** After a verify step: what it offers, and where the state says that it is. */
const verified = async (step: Step, at: At, state: string): Promise<At> => {
  const { skip_state, abha_profiles } = await take(step, at)
  assert.equal(skip_state, state, step)
  const { otpTo: _, ...rest } = at
  return { ...rest, ...(abha_profiles[0] && { offered: abha_profiles[0].abha_address }) }
}

const known = (partial: Record<string, unknown> = {}) => addCitizen(product, { ...kycAddress(), ...partial })

const faceInit = async (citizen: Citizen): Promise<At> => ({
  ...(await begin(`${face}/init`, undefined)),
  citizen,
})
const phoneSays = async (at: At, result: 'verified' | 'failed'): Promise<At> => {
  const said = await product.send('POST', `/sandbox/v1/face-auth/${at.txn_id}`, { body: { result } })
  assert.equal(said.status, 200, said.text)
  const { status } = await take('face-auth/capture', at)
  assert.equal(status, result === 'verified' ? 'Verified' : 'Failed')
  return at
}

const searched = async (citizen: Citizen): Promise<At> => {
  const { txn_id, profiles } = await ok(client.post('/abdm/v1/profile/search', { mobile: citizen.mobile }))
  assert.equal(profiles.length, 1)
  return { txn_id, ...(citizen.mobile && { otpTo: citizen.mobile }) }
}
const searchedInit = async (citizen: Citizen): Promise<At> => {
  const at = await searched(citizen)
  assert.equal((await take('login/init', at)).txn_id, at.txn_id)
  return at
}

const only = (citizen: Citizen): [string, string] => {
  assert.ok(citizen.mobile)
  return [citizen.abha_addresses[0] ?? citizen.mobile, citizen.mobile]
}
const withoutAddress = () => known({ abha_addresses: [] })

type State = { reach: () => Promise<At>; accepts: readonly Step[] }
const choosing = ['login/phr', 'registration/aadhaar/auto-login', 'registration/suggest'] as const
const creatingByAadhaar = ['registration/aadhaar/create-phr', 'registration/suggest'] as const
const confirming = ['registration/aadhaar/mobile/verify', 'registration/aadhaar/mobile/resend'] as const

const states: { readonly [name: string]: State } = {
  'registration.mobile at otp_sent': {
    reach: () => mobileInit(),
    accepts: ['registration/mobile/resend', 'registration/mobile/verify'],
  },
  'registration.mobile at abha_create': {
    reach: async () => verified('registration/mobile/verify', await mobileInit(), 'abha_create'),
    accepts: ['registration/mobile/create-phr', 'registration/suggest'],
  },
  'registration.mobile at abha_select': {
    reach: async () => {
      const [, mobile] = only(await known())
      return verified('registration/mobile/verify', await mobileInit(mobile), 'abha_select')
    },
    accepts: ['registration/mobile/create-phr', ...choosing],
  },
  'registration.aadhaar at otp_sent': {
    reach: async () => aadhaarInit(await addCitizen(product, {})),
    accepts: ['registration/aadhaar/resend', 'registration/aadhaar/verify'],
  },
  'registration.aadhaar at confirm_mobile_otp': {
    reach: async () => {
      const wished = freshMobile()
      const at = await aadhaarInit(await addCitizen(product, {}), wished)
      return { ...(await verified('registration/aadhaar/verify', at, 'confirm_mobile_otp')), otpTo: wished }
    },
    accepts: confirming,
  },
  'registration.aadhaar at abha_create, nothing offered': {
    reach: async () =>
      verified('registration/aadhaar/verify', await aadhaarInit(await addCitizen(product, {})), 'abha_create'),
    accepts: creatingByAadhaar,
  },
  'registration.aadhaar at abha_create, something offered': {
    reach: async () => verified('registration/aadhaar/verify', await aadhaarInit(await known()), 'abha_create'),
    accepts: [...creatingByAadhaar, 'registration/aadhaar/auto-login'],
  },
  'face-auth at pending': {
    reach: async () => faceInit(await known()),
    accepts: ['face-auth/capture'],
  },
  'face-auth at verified': {
    reach: async () => phoneSays(await faceInit(await known()), 'verified'),
    accepts: ['face-auth/capture', 'face-auth/verify'],
  },
  'face-auth at failed': {
    reach: async () => phoneSays(await faceInit(await known()), 'failed'),
    accepts: ['face-auth/capture'],
  },
  'face-auth at confirm_mobile_otp': {
    reach: async () => {
      const wished = freshMobile()
      const at = await phoneSays(await faceInit(await addCitizen(product, { mobile: null })), 'verified')
      return { ...(await verified('face-auth/verify', { ...at, wished }, 'confirm_mobile_otp')), otpTo: wished }
    },
    accepts: confirming,
  },
  'face-auth at abha_create': {
    reach: async () =>
      verified('face-auth/verify', await phoneSays(await faceInit(await known()), 'verified'), 'abha_create'),
    accepts: [...creatingByAadhaar, 'registration/aadhaar/auto-login'],
  },
  'login by phr_address at otp_sent': {
    reach: async () => loginInit('phr_address', ...only(await known())),
    accepts: ['login/verify'],
  },
  'login by mobile at otp_sent': {
    reach: async () => {
      const [, mobile] = only(await known())
      return loginInit('mobile', mobile, mobile)
    },
    accepts: ['login/verify'],
  },
  'login by mobile at abha_select': {
    reach: async () => {
      const [, mobile] = only(await known())
      return verified('login/verify', await loginInit('mobile', mobile, mobile), 'abha_select')
    },
    accepts: choosing,
  },
  'login by mobile at abha_create': {
    reach: async () => {
      const [, mobile] = only(await withoutAddress())
      return verified('login/verify', await loginInit('mobile', mobile, mobile), 'abha_create')
    },
    accepts: ['registration/mobile/create-phr', 'registration/suggest'],
  },
  'login by abha_number at otp_sent': {
    reach: async () => {
      const { abha_number, mobile } = await known()
      return loginInit('abha_number', abha_number ?? '', mobile ?? '')
    },
    accepts: ['login/verify'],
  },
  'login by abha_number at abha_select': {
    reach: async () => {
      const { abha_number, mobile } = await known()
      return verified('login/verify', await loginInit('abha_number', abha_number ?? '', mobile ?? ''), 'abha_select')
    },
    accepts: choosing,
  },
  'login by abha_number at abha_create': {
    reach: async () => {
      const { abha_number, mobile } = await withoutAddress()
      return verified('login/verify', await loginInit('abha_number', abha_number ?? '', mobile ?? ''), 'abha_create')
    },
    accepts: creatingByAadhaar,
  },
  'login by aadhaar_number at otp_sent': {
    reach: async () => {
      const { aadhaar_number, mobile } = await known()
      return loginInit('aadhaar_number', aadhaar_number, mobile ?? '')
    },
    accepts: ['login/verify'],
  },
  'login by aadhaar_number at abha_create, something offered': {
    reach: async () => {
      const { aadhaar_number, mobile } = await known()
      return verified('login/verify', await loginInit('aadhaar_number', aadhaar_number, mobile ?? ''), 'abha_create')
    },
    accepts: [...creatingByAadhaar, ...choosing],
  },
  'login by aadhaar_number at abha_create, nothing offered': {
    reach: async () => {
      const { aadhaar_number, mobile } = await withoutAddress()
      return verified('login/verify', await loginInit('aadhaar_number', aadhaar_number, mobile ?? ''), 'abha_create')
    },
    accepts: creatingByAadhaar,
  },
  'profile.search at found': {
    reach: async () => searched(await known()),
    accepts: ['login/init'],
  },
  'login by search at otp_sent': {
    reach: async () => searchedInit(await known()),
    accepts: ['login/verify'],
  },
  'login by search at abha_select': {
    reach: async () => verified('login/verify', await searchedInit(await known()), 'abha_select'),
    accepts: choosing,
  },
  'login by search at abha_create': {
    reach: async () => verified('login/verify', await searchedInit(await withoutAddress()), 'abha_create'),
    accepts: creatingByAadhaar,
  },
  'session at otp_sent': {
    reach: async () => {
      const [abha_address, mobile] = only(await known())
      return begin('/abdm/v1/session/init', { abha_address }, { otpTo: mobile })
    },
    accepts: ['session/verify'],
  },
  'profile.kyc at otp_sent': {
    reach: async () => {
      const citizen = await addCitizen(product, { ...kycAddress(), abha_addresses: [] })
      const { oid } = await register(product, client, {
        profile: {
          year_of_birth: citizen.year_of_birth,
          month_of_birth: citizen.month_of_birth,
          day_of_birth: citizen.day_of_birth,
          gender: citizen.gender,
        },
      })
      const body = { method: 'abha-number', identifier: citizen.abha_number }
      const at = await begin(`/abdm/v1/profile/kyc/init?oid=${oid}`, body)
      return { ...at, oid, ...(citizen.mobile && { otpTo: citizen.mobile }) }
    },
    accepts: ['kyc/resend', 'kyc/verify'],
  },
}

const everyStep = Object.keys(steps) as Step[]

const refusesAllBut = async (at: At, accepted: readonly Step[], refusal: (typeof refusals)[keyof typeof refusals]) => {
  for (const step of everyStep) {
    if (accepted.includes(step)) continue
    assertRefused(await steps[step].send(at), refusal, step)
  }
}

for (const [name, { reach, accepts }] of Object.entries(states)) {
  for (const [index, step] of accepts.entries()) {
    test(`${name} accepts ${step}${index === 0 ? ', refuses every other step, and is none the worse for it' : ''}`, async () => {
      const at = await reach()
      if (index === 0) {
        const before = product.upstreamCalls()
        await refusesAllBut(at, accepts, refusals.stepNotAllowed)
        assert.equal(product.upstreamCalls(), before, 'a refused step went upstream')
      }
      if (step.endsWith('resend')) await product.advance(61)
      await client.relogin()
      await take(step, at)
    })
  }
}

const ends: readonly [name: string, state: string, step: Step][] = [
  ['registration.mobile', 'registration.mobile at abha_create', 'registration/mobile/create-phr'],
  ['registration.aadhaar', 'registration.aadhaar at abha_create, nothing offered', 'registration/aadhaar/create-phr'],
  ['face-auth', 'face-auth at abha_create', 'registration/aadhaar/auto-login'],
  ['login by phr_address', 'login by phr_address at otp_sent', 'login/verify'],
  ['login by mobile', 'login by mobile at abha_select', 'login/phr'],
  ['login by aadhaar_number', 'login by aadhaar_number at abha_create, something offered', 'login/phr'],
  ['login by search', 'login by search at abha_select', 'registration/aadhaar/auto-login'],
  ['session', 'session at otp_sent', 'session/verify'],
  ['profile.kyc', 'profile.kyc at otp_sent', 'kyc/verify'],
]

for (const [name, state, step] of ends) {
  test(`a finished ${name} is unknown to every step`, async () => {
    const at = await states[state]?.reach()
    assert.ok(at)
    await take(step, at)
    await refusesAllBut(at, [], refusals.txnUnknown)
  })
}

test('no transaction of another client is known to any step', async () => {
  const stranger = await product.client('openabha-dev-2')
  for (const [name, { reach, accepts }] of Object.entries(states)) {
    const at = await reach()
    const mine = client
    const user = loggedIn
    client = stranger
    loggedIn = (await register(product, stranger)).oid
    try {
      const { oid: _, ...theirs } = at
      for (const step of accepts) assertRefused(await steps[step].send(theirs), refusals.txnUnknown, `${name}: ${step}`)
    } finally {
      client = mine
      loggedIn = user
    }
  }
})
