import assert from 'node:assert/strict'
import { type At, face, login, ok, registration, type Step, stepsOf, type World } from './flow-steps.ts'
import { addCitizen, type Citizen, kycAddress } from './people.ts'
import { freshMobile, register } from './walks.ts'

/** Every state of every flow, how a transaction gets there, and which steps connect §6 allows in it. */

export type State = { readonly reach: () => Promise<At>; readonly accepts: readonly Step[] }

export const walkerOf = (world: () => World) => {
  const steps = stepsOf(world)
  const take = (step: Step, at: At) => ok(steps[step].send(at))

  const begin = async (path: string, body: unknown, rest: Omit<At, 'txn_id'> = {}): Promise<At> => ({
    txn_id: (await ok(world().client.post(path, body))).txn_id,
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

  const known = (partial: Record<string, unknown> = {}) => addCitizen(world().product, { ...kycAddress(), ...partial })

  const faceInit = async (citizen: Citizen): Promise<At> => ({
    ...(await begin(`${face}/init`, undefined)),
    citizen,
  })
  const phoneSays = async (at: At, result: 'verified' | 'failed'): Promise<At> => {
    const said = await world().product.send('POST', `/sandbox/v1/face-auth/${at.txn_id}`, { body: { result } })
    assert.equal(said.status, 200, said.text)
    const { status } = await take('face-auth/capture', at)
    assert.equal(status, result === 'verified' ? 'Verified' : 'Failed')
    return at
  }

  const searched = async (citizen: Citizen): Promise<At> => {
    const { txn_id, profiles } = await ok(world().client.post('/abdm/v1/profile/search', { mobile: citizen.mobile }))
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
      reach: async () => aadhaarInit(await addCitizen(world().product, {})),
      accepts: ['registration/aadhaar/resend', 'registration/aadhaar/verify'],
    },
    'registration.aadhaar at confirm_mobile_otp': {
      reach: async () => {
        const wished = freshMobile()
        const at = await aadhaarInit(await addCitizen(world().product, {}), wished)
        return { ...(await verified('registration/aadhaar/verify', at, 'confirm_mobile_otp')), otpTo: wished }
      },
      accepts: confirming,
    },
    'registration.aadhaar at abha_create, nothing offered': {
      reach: async () =>
        verified(
          'registration/aadhaar/verify',
          await aadhaarInit(await addCitizen(world().product, {})),
          'abha_create',
        ),
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
        const at = await phoneSays(await faceInit(await addCitizen(world().product, { mobile: null })), 'verified')
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
        const citizen = await addCitizen(world().product, { ...kycAddress(), abha_addresses: [] })
        const { oid } = await register(world().product, world().client, {
          profile: {
            year_of_birth: citizen.year_of_birth,
            month_of_birth: citizen.month_of_birth ?? 1,
            day_of_birth: citizen.day_of_birth ?? 1,
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

  return { steps, states, take }
}
