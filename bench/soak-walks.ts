import { setTimeout as pause } from 'node:timers/promises'

/** People who walk whole flows against a server in trouble and do what its answers tell them, until they are through. */

export type Person = { readonly mobile: string; readonly address: string; readonly aadhaar?: string }
type Reply = { readonly status: number; readonly body: Record<string, unknown> | undefined }

export type Walks = ReturnType<typeof createWalks>

const restartsMax = 25
const repeatsMax = 40

class Begin extends Error {}

/** `fixedOtp`: what every OTP is. */
export const createWalks = (origin: string, token: () => string, fixedOtp: string) => {
  const seen: { [what: string]: number } = {}
  const unexpected: string[] = []
  const stuck: string[] = []
  /** Who was told that the address is theirs. */
  const acknowledged: Person[] = []

  const once = async (method: string, path: string, body?: unknown, headers = {}): Promise<Reply> => {
    const response = await fetch(origin + path, {
      method,
      headers: {
        Authorization: `Bearer ${token()}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const reply = { status: response.status, body: text ? JSON.parse(text) : undefined }
    const key = `${reply.status}${reply.status < 400 ? '' : ` ${reply.body?.error}`}`
    seen[key] = (seen[key] ?? 0) + 1
    // A 500 is ABDM's own code, passed on; one without a code would be a fault of this server.
    if (reply.status === 500 && !reply.body?.source_error) unexpected.push(`${method} ${path}: ${text}`)
    return reply
  }

  /** Repeats what may be repeated; a refusal that ends the transaction begins the flow anew. */
  const call = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
    for (let count = 0; count < repeatsMax; count++) {
      const reply = await once(method, path, body, headers)
      if (reply.status < 300) return reply.body ?? {}
      if (reply.status === 429 || reply.status === 503) await pause(500)
      else if (reply.status < 500) throw new Begin(`${path}: ${JSON.stringify(reply.body)}`)
      else await pause(20)
    }
    throw new Begin(`${path}: no end of trouble`)
  }
  const post = (path: string, body: unknown) => call('POST', path, body)
  const read = (oid: unknown) => call('GET', '/abdm/v1/profile', undefined, { 'X-Pt-Id': String(oid) })

  const listed = (body: Record<string, unknown>, address: string): boolean =>
    ((body.abha_profiles ?? []) as { abha_address: string }[]).some(({ abha_address }) => abha_address === address)

  const details = {
    first_name: 'Asha',
    gender: 'F',
    year_of_birth: 1990,
    month_of_birth: 4,
    day_of_birth: 9,
    pincode: '411001',
  }
  const na = '/abdm/na/v1'

  const byMobile = async ({ mobile, address: abha_address }: Person): Promise<unknown> => {
    const { txn_id } = await post(`${na}/registration/mobile/init`, { mobile_number: mobile })
    const verified = await post(`${na}/registration/mobile/verify`, { txn_id, otp: fixedOtp })
    if (listed(verified, abha_address)) return post(`${na}/profile/login/phr`, { txn_id, phr_address: abha_address })
    return post(`${na}/registration/mobile/create-phr`, { txn_id, abha_address, profile: details })
  }

  const byAadhaar = async ({ aadhaar: aadhaar_number, mobile, address: abha_address }: Person): Promise<unknown> => {
    const { txn_id } = await post(`${na}/registration/aadhaar/init`, { aadhaar_number })
    const verified = await post(`${na}/registration/aadhaar/verify`, { txn_id, otp: fixedOtp, mobile })
    const isThere = listed(verified, abha_address)
    return post(`${na}/registration/aadhaar/${isThere ? 'auto-login' : 'create-phr'}`, { txn_id, abha_address })
  }

  const login = async ({ mobile, address: phr_address }: Person): Promise<unknown> => {
    const { txn_id } = await post(`${na}/profile/login/init`, { method: 'mobile', identifier: mobile })
    await post(`${na}/profile/login/verify`, { txn_id, otp: fixedOtp })
    return post(`${na}/profile/login/phr`, { txn_id, phr_address })
  }

  const session = async ({ address: abha_address }: Person): Promise<undefined> => {
    const { txn_id } = await post('/abdm/v1/session/init', { abha_address })
    await post('/abdm/v1/session/verify', { txn_id, otp: fixedOtp })
  }

  /** Begins again as often as the answers tell to; who is never through is stuck. */
  const toTheEnd = async (person: Person, walk: (person: Person) => Promise<unknown>): Promise<boolean> => {
    let last = ''
    for (let count = 0; count < restartsMax; count++) {
      try {
        const ended = (await walk(person)) as { eka?: { oid?: string } } | undefined
        if (ended?.eka) await read(ended.eka.oid)
        return true
      } catch (thrown) {
        if (!(thrown instanceof Begin)) throw thrown
        last = thrown.message
      }
    }
    stuck.push(`${walk.name}: ${last}`)
    return false
  }

  return {
    seen,
    unexpected,
    stuck,
    acknowledged,
    async register(person: Person): Promise<void> {
      if (await toTheEnd(person, person.aadhaar ? byAadhaar : byMobile)) acknowledged.push(person)
    },
    logIn: (person: Person, isBySession: boolean) => toTheEnd(person, isBySession ? session : login),
    /** The addresses that ABDM has on the person's mobile. */
    async addressesOf({ mobile }: Person): Promise<string[]> {
      const { txn_id } = await post(`${na}/profile/login/init`, { method: 'mobile', identifier: mobile })
      const { abha_profiles } = await post(`${na}/profile/login/verify`, { txn_id, otp: fixedOtp })
      return (abha_profiles as { abha_address: string }[]).map(({ abha_address }) => abha_address)
    },
  }
}
