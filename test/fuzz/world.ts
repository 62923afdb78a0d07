import assert from 'node:assert/strict'
import type { Product } from '../harness.ts'
import { addCitizen, kycAddress } from '../people.ts'
import { begin, type Client, freshMobile, paths, prove, register } from '../walks.ts'
import type { Known } from './requests.ts'

/** What the spoilt requests speak of: a client's token, a user with a session, people, and a transaction in every kind of state. */
export const meetWorld = async (product: Product): Promise<Known> => {
  const login = await product.send('POST', paths.login, {
    body: { client_id: 'openabha-dev', client_secret: 'openabha-dev-secret' },
  })
  const client = await product.client()
  const { oid, minToken, mobile, abhaAddress } = await register(product, client)
  const citizen = await addCitizen(product, kycAddress())
  const aadhaar = citizen.aadhaar_number
  const linked = citizen.mobile ?? ''
  return {
    token: client.token,
    refreshToken: login.body.refresh_token,
    oid,
    minToken,
    identifiers: [mobile, abhaAddress, linked, aadhaar, citizen.abha_number ?? '', ...citizen.abha_addresses, '1'],
    addresses: [abhaAddress, ...citizen.abha_addresses],
    aadhaar,
    txnIds: [
      await begin(client, freshMobile()),
      await prove(product, client, freshMobile()),
      await prove(product, client, linked),
      ...(await byAadhaar(product, client, aadhaar, linked)),
      ...(await byFace(product, client)),
      await opened(client, '/abdm/na/v1/profile/login/init', { method: 'mobile', identifier: linked }),
      await loggingIn(product, client, linked),
      await opened(client, '/abdm/v1/profile/search', { mobile: linked }),
      await opened(client, paths.sessionInit, { abha_address: abhaAddress }),
      await opened(client, `/abdm/v1/profile/kyc/init?oid=${oid}`, { method: 'aadhaar', identifier: aadhaar }),
    ],
  }
}

const opened = async (client: Client, path: string, body?: unknown): Promise<string> => {
  const reply = await client.post(path, body)
  assert.equal(reply.status, 200, `${path} ${reply.text}`)
  return reply.body.txn_id
}

/** At otp_sent, at confirm_mobile_otp and at abha_create. */
const byAadhaar = async (product: Product, client: Client, aadhaar_number: string, linked: string) => {
  const init = () => opened(client, '/abdm/na/v1/registration/aadhaar/init', { aadhaar_number })
  const proved = async (mobile: string) => {
    const txn_id = await init()
    const otp = await product.otpTo(linked)
    return opened(client, '/abdm/na/v1/registration/aadhaar/verify', { txn_id, otp, mobile })
  }
  return [await proved(freshMobile()), await proved(linked), await init()]
}

/** Waiting for the phone, and with a captured face. */
const byFace = async (product: Product, client: Client) => {
  const init = () => opened(client, '/abdm/na/v1/face-auth/init')
  const captured = await init()
  await product.send('POST', `/sandbox/v1/face-auth/${captured}`, { body: { result: 'verified' } })
  await opened(client, '/abdm/na/v1/face-auth/capture', { txn_id: captured })
  return [await init(), captured]
}

const loggingIn = async (product: Product, client: Client, identifier: string) => {
  const txn_id = await opened(client, '/abdm/na/v1/profile/login/init', { method: 'mobile', identifier })
  return opened(client, '/abdm/na/v1/profile/login/verify', { txn_id, otp: await product.otpTo(identifier) })
}
