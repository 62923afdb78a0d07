import assert from 'node:assert/strict'
import { type IncomingHttpHeaders, request } from 'node:http'
import type { Product } from '../harness.ts'

/** Programs that exist, as connect §10 describes how they send and what they cannot bear in an answer. */

export type Headers = Record<string, string>
export type Got = { status: number; headers: IncomingHttpHeaders; bytes: Buffer }

/** Exactly these headers and bytes; no client library adds its own. */
export const exchange = (
  { origin }: Product,
  method: string,
  path: string,
  headers: Headers,
  body?: string,
): Promise<Got> =>
  new Promise((resolve, reject) => {
    const sent = request(origin + path, { method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes: Buffer.concat(chunks) }),
      )
    })
    sent.on('error', reject)
    if (body === undefined) sent.end()
    else sent.end(body)
  })

/** Every kind of value as a typed language would refuse or take it. */
export const assertText = (value: unknown, name: string) => assert.equal(typeof value, 'string', name)
export const assertProfile = (profile: any) => {
  for (const name of ['year_of_birth', 'month_of_birth', 'day_of_birth']) {
    if (name in profile) assert.ok(Number.isInteger(profile[name]), name)
  }
  for (const name of ['abha_address', 'abha_number', 'first_name', 'gender', 'mobile', 'pincode']) {
    if (name in profile) assertText(profile[name], name)
  }
  assert.equal(typeof profile.kyc_verified, 'boolean')
  assert.ok(Array.isArray(profile.abha_addresses))
  assert.ok(!Object.values(profile).includes(null), 'a field without a value is left out')
}
export const assertProfiles = (profiles: any) => {
  assert.ok(Array.isArray(profiles))
  for (const one of profiles) {
    for (const name of ['abha_address', 'kyc_verified', 'name']) assertText(one[name], name)
  }
}

/** The Go SDK: JSON content type always, no user header but the ones that are filled, every status under 400 is success. */
export const goProgram = async (product: Product) => {
  const send = async (method: string, path: string, token: string, body?: object, more: Headers = {}) => {
    const got = await exchange(
      product,
      method,
      path,
      {
        Authorization: token ? `Bearer ${token}` : 'Bearer',
        'Content-Type': 'application/json',
        'User-Agent': 'eka-sdk-go/1.0.0',
        'Accept-Encoding': 'gzip',
        ...more,
      },
      body && JSON.stringify(body),
    )
    assert.ok(got.status < 400, `${method} ${path}: ${got.status} ${got.bytes}`)
    return got
  }
  const json = async (...call: Parameters<typeof send>): Promise<any> => JSON.parse(String((await send(...call)).bytes))
  const pair = await json('POST', '/connect-auth/v1/account/login', '', {
    client_id: 'openabha-dev',
    client_secret: 'openabha-dev-secret',
    sharing_key: '',
  })
  assert.ok(Number.isInteger(pair.expires_in) && pair.expires_in > 300)
  const renewed = await json('POST', '/connect-auth/v1/account/refresh', '', {
    access_token: pair.access_token,
    refresh_token: pair.refresh_token,
  })
  const token: string = renewed.access_token
  return {
    send: (m: string, p: string, b?: object, h?: Headers) => send(m, p, token, b, h),
    json: (m: string, p: string, b?: object, h?: Headers) => json(m, p, token, b, h),
  }
}

/** The Python SDK: names nobody anywhere, and takes whatever says that it is JSON for JSON. */
export const pythonProgram = (product: Product, token: string | undefined) => {
  const send = (method: string, path: string, body?: object): Promise<Got> =>
    exchange(
      product,
      method,
      path,
      {
        'client-id': 'openabha-dev',
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        Accept: '*/*',
        'User-Agent': 'python-requests/2.32.3',
        ...(body && { 'Content-Type': 'application/json' }),
      },
      body && JSON.stringify(body),
    )
  const read = ({ status, headers, bytes }: Got): any => {
    if (status === 204) return { success: true }
    assert.ok(status < 400, String(bytes))
    return headers['content-type']?.includes('application/json') ? JSON.parse(String(bytes)) : bytes
  }
  return {
    send,
    read,
    call: async (method: string, path: string, body?: object): Promise<any> => read(await send(method, path, body)),
  }
}
