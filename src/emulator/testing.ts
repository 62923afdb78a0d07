import { constants, createPublicKey, publicEncrypt, randomBytes, randomUUID } from 'node:crypto'
import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { after } from 'node:test'
import { type MovableClock, movableClock } from '../clock.ts'
import { openSqlite } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import { type Emulator, type EmulatorSettings, startEmulator } from './emulator.ts'
import { sharedKeys } from './testing-keys.ts'

/**
 * What the emulator's tests share: an emulator on a store in memory with a clock that
 * only tests move, and a V3 client written from abdm-v3.md that shares no code with src/abdm.
 */
export const clientId = 'SBXID_000001'
export const clientSecret = 'openabha-emulator-secret'
export const startOfTime = Date.UTC(2026, 0, 2, 3, 4, 5, 678)

export type Bench = {
  readonly emulator: Emulator
  readonly store: Store
  readonly clock: MovableClock
  readonly caller: Caller
  advance(seconds: number): void
  close(): Promise<void>
}

/** A failed test leaves its emulator open, which would keep the process alive. */
const open = new Set<Bench>()
after(() => Promise.all([...open].map((bench) => bench.close())))

type Given = { settings?: Partial<EmulatorSettings>; store?: Store; clock?: MovableClock }

/** A running emulator and a caller that has a gateway token. */
export const startBench = async ({ settings, store: givenStore, clock: givenClock }: Given = {}): Promise<Bench> => {
  const clock = givenClock ?? movableClock({ now: () => startOfTime })
  const store = givenStore ?? openSqlite({ file: ':memory:', key: randomBytes(32), clock })
  const emulator = await startEmulator({
    store,
    clock,
    keys: await sharedKeys,
    settings: { clientId, clientSecret, cmId: 'sbx', addressSuffix: 'sbx', traceMax: 0, ...settings },
  })
  const caller = createCaller(emulator, clock)
  await caller.signIn()
  const bench: Bench = {
    emulator,
    store,
    clock,
    caller,
    advance: (seconds) => clock.moveTo(clock.offsetMs + seconds * 1000),
    async close() {
      if (!open.delete(bench)) return
      caller.close()
      await emulator.close()
      if (!givenStore) await store.close()
    },
  }
  open.add(bench)
  return bench
}

export type Answer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The parsed body, or undefined. */
  readonly body: unknown
}

/** `undefined` leaves a usual header out. */
type Headers = { readonly [name: string]: string | undefined }
export type Caller = ReturnType<typeof createCaller>

/** The value at a dotted path of an answer. */
export const at = (answer: Answer, path: string): unknown => {
  let value = answer.body
  for (const name of path.split('.')) value = (value as { readonly [name: string]: unknown } | undefined)?.[name]
  return value
}
export const textAt = (answer: Answer, path: string): string => {
  const value = at(answer, path)
  if (typeof value !== 'string') throw new Error(`no text at ${path} in ${answer.status} ${answer.text}`)
  return value
}

const readable = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

type Service = keyof Emulator['bases']
const scopes = {
  enrolByMobile: ['abha-address-enroll', 'mobile-verify'],
  byAddress: ['abha-address-login', 'mobile-verify'],
  byNumber: ['abha-login', 'mobile-verify'],
  byNumberAadhaar: ['abha-login', 'aadhaar-verify'],
  byAadhaar: ['abha-login', 'aadhaar-verify', 'aadhaar-otp-verify'],
  webAadhaar: ['abha-address-login', 'aadhaar-verify'],
} as const
export type ScopeName = keyof typeof scopes

export const createCaller = (emulator: Emulator, clock: MovableClock) => {
  const agent = new Agent({ keepAlive: true })
  let bearer = ''

  const send = (
    service: Service,
    method: string,
    path: string,
    body?: unknown,
    headers: Headers = {},
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const all: Headers = {
        Authorization: bearer ? `Bearer ${bearer}` : undefined,
        'REQUEST-ID': randomUUID(),
        TIMESTAMP: new Date(clock.now()).toISOString(),
        'Content-Type': body === undefined ? undefined : 'application/json',
        'X-CM-ID': service === 'gateway' ? 'sbx' : undefined,
        ...headers,
      }
      const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as {
        [name: string]: string
      }
      const going = request(`${emulator.bases[service]}${path}`, { method, agent, headers: sent }, (coming) => {
        const chunks: Buffer[] = []
        coming.on('data', (chunk: Buffer) => chunks.push(chunk))
        coming.on('error', reject)
        coming.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          resolve({ status: coming.statusCode ?? 0, headers: coming.headers, text, body: readable(text) })
        })
      })
      going.on('error', reject)
      going.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
    })

  const certificate = async (bits: 2048 | 4096): Promise<string> =>
    textAt(
      bits === 2048
        ? await send('phr-app', 'GET', '/login/public/certificate')
        : await send('abha', 'GET', '/profile/public/certificate'),
      'publicKey',
    )

  const session = (id = clientId, secret = clientSecret, headers: Headers = {}): Promise<Answer> =>
    send(
      'gateway',
      'POST',
      '/sessions',
      { clientId: id, clientSecret: secret, grantType: 'client_credentials' },
      { Authorization: undefined, ...headers },
    )

  const caller = {
    send,
    session,
    agent,

    async signIn(): Promise<void> {
      bearer = textAt(await session(), 'accessToken')
    },

    /** RSA-OAEP with SHA-1, under the certificate as published now. */
    async seal(bits: 2048 | 4096, plaintext: string): Promise<string> {
      const key = createPublicKey({ key: Buffer.from(await certificate(bits), 'base64'), format: 'der', type: 'spki' })
      const padding = constants.RSA_PKCS1_OAEP_PADDING
      return publicEncrypt({ key, padding, oaepHash: 'sha1' }, Buffer.from(plaintext)).toString('base64')
    },

    /** `/enrollment/request/otp` by mobile. */
    async askToEnrol(mobile: string, headers: Headers = {}): Promise<Answer> {
      const loginId = await caller.seal(2048, mobile)
      const body = { scope: scopes.enrolByMobile, loginHint: 'mobile-number', loginId, otpSystem: 'abdm' }
      return send('phr-app', 'POST', '/enrollment/request/otp', body, headers)
    },

    async requestOtp(path: string, scope: ScopeName, loginHint: string, plaintext: string): Promise<Answer> {
      const isWeb = path.startsWith('/login/abha/')
      const loginId = await caller.seal(
        isWeb || scope.startsWith('byN') || scope === 'byAadhaar' ? 4096 : 2048,
        plaintext,
      )
      const otpSystem = /aadhaar/i.test(scope) ? 'aadhaar' : 'abdm'
      const body = { scope: scopes[scope], loginHint, loginId, otpSystem }
      return send(isWeb ? 'phr-web' : 'phr-app', 'POST', path, body)
    },

    async verifyOtp(path: string, scope: ScopeName, txnId: string, otp: string): Promise<Answer> {
      const isWeb = path.startsWith('/login/abha/')
      const otpValue = await caller.seal(isWeb || scope.startsWith('byN') || scope === 'byAadhaar' ? 4096 : 2048, otp)
      const body = { scope: scopes[scope], authData: { authMethods: ['otp'], otp: { txnId, otpValue } } }
      return send(isWeb ? 'phr-web' : 'phr-app', 'POST', path, body)
    },

    /** The OTP that went last to this mobile. */
    async latestOtp(mobile: string): Promise<string> {
      const [latest] = await emulator.inbox.list({ to: mobile, limit: 1 })
      if (!latest) throw new Error(`no message went to ${mobile}`)
      return latest.otp
    },

    /** A mobile that has proven itself for an enrolment. */
    async proveMobile(mobile: string): Promise<{ txnId: string; verified: Answer }> {
      const txnId = textAt(await caller.askToEnrol(mobile), 'txnId')
      const otp = await caller.latestOtp(mobile)
      return { txnId, verified: await caller.verifyOtp('/enrollment/verify', 'enrolByMobile', txnId, otp) }
    },

    async details(mobile: string, abhaAddress: string, more: object = {}): Promise<object> {
      return {
        mobile: await caller.seal(2048, mobile),
        firstName: 'Meera',
        middleName: '',
        lastName: 'Nidarshan',
        dayOfBirth: '09',
        monthOfBirth: '04',
        yearOfBirth: '1990',
        gender: 'F',
        email: '',
        profilePhoto: '',
        address: '12 Lake Road',
        stateName: 'Jharkhand',
        stateCode: '20',
        districtName: 'Ranchi',
        districtCode: '339',
        pinCode: '834001',
        abhaAddress,
        ...more,
      }
    },

    async enrol(txnId: string, mobile: string, abhaAddress: string, more: object = {}): Promise<Answer> {
      const phrDetails = await caller.details(mobile, abhaAddress, more)
      return send('phr-app', 'POST', '/enrollment/enrol', { txnId, phrDetails })
    },

    verifyUser: (transferToken: string, txnId: string, abhaAddress: string): Promise<Answer> =>
      send('phr-app', 'POST', '/login/verify/user', { abhaAddress, txnId }, { 'T-token': `Bearer ${transferToken}` }),

    profile: (finalToken: string): Promise<Answer> =>
      send('phr-app', 'GET', '/login/profile', undefined, { 'X-token': `Bearer ${finalToken}` }),

    /** From nothing to a final token by an OTP to the address. */
    async logInByAddress(address: string, mobile: string): Promise<Answer> {
      const txnId = textAt(await caller.requestOtp('/login/request/otp', 'byAddress', 'abha-address', address), 'txnId')
      return caller.verifyOtp('/login/verify', 'byAddress', txnId, await caller.latestOtp(mobile))
    },

    close: () => agent.destroy(),
  }
  return caller
}
