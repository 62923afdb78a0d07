import { constants, createPublicKey, type KeyObject, publicEncrypt, randomUUID } from 'node:crypto'

/**
 * A V3 client of somebody else: written from abdm-v3.md alone, with fetch and node:crypto, so that it shares no mistake with the
 * product's own client. It remembers the gateway token and the two certificates and leaves everything else to its caller.
 */

export type Service = 'gateway' | 'abha' | 'phr-app' | 'phr-web'

/** What the emulator prints when it starts. */
export type Printed = {
  readonly bases: { readonly [service in Service]: string }
  readonly clientId: string
  readonly clientSecret: string
  readonly cmId: string
}

export type Answer = {
  readonly status: number
  readonly type: string
  readonly bytes: Buffer
  readonly text: string
  /** The parsed body, or undefined. */
  readonly body: any
  header(name: string): string | null
}

type Headers = { readonly [name: string]: string | undefined }

export type Asking = {
  readonly scope: readonly string[]
  readonly hint: string
  /** In clear: it is sealed here. */
  readonly id: string
  readonly system: 'abdm' | 'aadhaar'
  readonly txnId?: string
  /** Sealed under the other family's key, as a mistake. */
  readonly bits?: 2048 | 4096
}

/** The two steps of an OTP, wherever a service has them. */
const otpPaths = {
  'abha-enrol': ['abha', '/enrollment/request/otp', '/enrollment/auth/byAbdm'],
  'abha-login': ['abha', '/profile/login/request/otp', '/profile/login/verify'],
  'phr-enrol': ['phr-app', '/enrollment/request/otp', '/enrollment/verify'],
  'phr-login': ['phr-app', '/login/request/otp', '/login/verify'],
  'phr-profile': ['phr-app', '/login/profile/request/otp', '/login/profile/verify'],
  'web-login': ['phr-web', '/login/abha/request/otp', '/login/abha/verify'],
} as const
export type Place = keyof typeof otpPaths

/** §3.3: 2048 bits for `abha-address-…` scopes on PHR app, 4096 for everything else. */
const bitsFor = (service: Service, scope: readonly string[]): 2048 | 4096 =>
  service === 'phr-app' && scope.some((member) => member.startsWith('abha-address-')) ? 2048 : 4096

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export type RawClient = ReturnType<typeof rawClient>

export const rawClient = ({ bases, clientId, clientSecret, cmId }: Printed) => {
  let bearer = ''
  let aheadMs = 0
  const keys = new Map<number, KeyObject>()

  /** `undefined` leaves a usual header out. */
  const send = async (
    service: Service,
    method: string,
    path: string,
    { body, headers }: { body?: unknown; headers?: Headers } = {},
  ): Promise<Answer> => {
    const all: Headers = {
      Authorization: bearer && `Bearer ${bearer}`,
      'REQUEST-ID': randomUUID(),
      TIMESTAMP: new Date(Date.now() + aheadMs).toISOString(),
      'X-CM-ID': service === 'gateway' ? cmId : undefined,
      'Content-Type': body === undefined ? undefined : 'application/json',
      ...headers,
    }
    const sent = Object.entries(all).filter((entry): entry is [string, string] => Boolean(entry[1]))
    const response = await fetch(bases[service] + path, {
      method,
      headers: sent,
      redirect: 'error',
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    const text = bytes.toString('utf8')
    const type = response.headers.get('content-type')?.split(';')[0] ?? ''
    return {
      status: response.status,
      type,
      bytes,
      text,
      body: parsed(text),
      header: (name) => response.headers.get(name),
    }
  }

  const certificate = (bits: 2048 | 4096): Promise<Answer> =>
    bits === 2048
      ? send('phr-app', 'GET', '/login/public/certificate')
      : send('abha', 'GET', '/profile/public/certificate')

  /** §3.2: OAEP with SHA-1 for both digests, no label. */
  const seal = async (bits: 2048 | 4096, plaintext: string): Promise<string> => {
    let key = keys.get(bits)
    if (!key) {
      const der = Buffer.from((await certificate(bits)).body.publicKey, 'base64')
      key = createPublicKey({ key: der, format: 'der', type: 'spki' })
      keys.set(bits, key)
    }
    const padding = constants.RSA_PKCS1_OAEP_PADDING
    return publicEncrypt({ key, padding, oaepHash: 'sha1' }, Buffer.from(plaintext, 'utf8')).toString('base64')
  }

  const session = (secret = clientSecret): Promise<Answer> =>
    send('gateway', 'POST', '/sessions', {
      body: { clientId, clientSecret: secret, grantType: 'client_credentials' },
      headers: { Authorization: undefined },
    })

  return {
    send,
    certificate,
    seal,
    session,

    async signIn(): Promise<void> {
      const answer = await session()
      if (answer.status > 299) throw new Error(`no session: ${answer.status} ${answer.text}`)
      bearer = answer.body.accessToken
    },

    /** The emulator's clock has been moved: go with it. */
    moveOn(seconds: number): void {
      aheadMs += seconds * 1000
    },

    async ask(place: Place, { scope, hint, id, system, txnId, bits }: Asking, headers: Headers = {}): Promise<Answer> {
      const [service, path] = otpPaths[place]
      const loginId = await seal(bits ?? bitsFor(service, scope), id)
      const body = { ...(txnId !== undefined && { txnId }), scope, loginHint: hint, loginId, otpSystem: system }
      return send(service, 'POST', path, { body, headers })
    },

    async verify(
      place: Place,
      scope: readonly string[],
      txnId: string,
      otp: string,
      headers: Headers = {},
    ): Promise<Answer> {
      const [service, , path] = otpPaths[place]
      const otpValue = await seal(bitsFor(service, scope), otp)
      const body = { scope, authData: { authMethods: ['otp'], otp: { txnId, otpValue } } }
      return send(service, 'POST', path, { body, headers })
    },

    /** §6.2, §15: the mobile is plain, the consent is fixed. */
    byAadhaar: (authData: object): Promise<Answer> =>
      send('abha', 'POST', '/enrollment/enrol/byAadhaar', {
        body: { authData, consent: { code: 'abha-enrollment', version: '1.4' } },
      }),

    get: (service: Service, path: string, headers: Headers = {}): Promise<Answer> =>
      send(service, 'GET', path, { headers }),
    post: (service: Service, path: string, body: unknown, headers: Headers = {}): Promise<Answer> =>
      send(service, 'POST', path, { body, headers }),
  }
}

export const xToken = (token: string) => ({ 'X-token': `Bearer ${token}` })
export const tToken = (token: string) => ({ 'T-token': `Bearer ${token}` })
export const rToken = (token: string) => ({ 'R-token': `Bearer ${token}` })
