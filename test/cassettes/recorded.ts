import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Filed, readCassettes } from '../../src/cassettes/cassette.ts'
import { freshAbhaNumber } from '../people.ts'
import { type Lossy, startLossy } from '../trouble/lossy-proxy.ts'
import { type Client, freshAddress, openSession, paths, register } from '../walks.ts'

/** A product that records what it exchanges with another one's emulator, which is real to it. */

export const startRecorded = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'openabha-cassettes-'))
  const lossy = await startLossy({ ABDM_RECORD: folder, ABDM_ANSWER_TIMEOUT_MS: '20000' })
  let isRunning = true
  const halt = async (): Promise<void> => {
    if (isRunning) await lossy.stop()
    isRunning = false
  }
  return {
    ...lossy,
    folder,
    /** Everything is written when the product has stopped. */
    cassettes: async (): Promise<Filed[]> => {
      await halt()
      return readCassettes(folder)
    },
    text: (): string =>
      readdirSync(folder)
        .map((file) => file + readFileSync(join(folder, file), 'utf8'))
        .join('\n'),
    stop: async () => {
      await halt()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
export type Recorded = Awaited<ReturnType<typeof startRecorded>>

export type Person = {
  mobile: string
  abhaAddress: string
  profile: { first_name: string; last_name: string; address?: string; middle_name?: string }
}

const ok = <R extends { status: number; text: string; body: any }>(reply: R): any => {
  if (reply.status !== 200) throw new Error(`${reply.status} ${reply.text}`)
  return reply.body
}

/** Registration, a session and the profile. */
export const signUp = async ({ product, caller }: Pick<Lossy, 'product' | 'caller'>, person: Person) => {
  const user = await register(product as never, caller as Client, person)
  await openSession(product as never, caller as Client, person)
  ok(await caller.get(paths.profile, { headers: { 'X-Pt-Id': user.oid } }))
  return user
}

/** KYC by ABHA number and the card that comes with it. */
export const proveAndFetchCard = async (
  { product, caller, upstream }: Pick<Lossy, 'product' | 'caller' | 'upstream'>,
  oid: string,
  more: Record<string, unknown> = {},
) => {
  const abha_number = freshAbhaNumber()
  const wish = { abha_number, abha_addresses: [], ...more }
  const { citizen } = (await upstream.send('POST', '/sandbox/v1/citizens', { body: wish })).body
  const kyc = '/abdm/v1/profile/kyc'
  const { txn_id } = ok(await caller.post(`${kyc}/init?oid=${oid}`, { method: 'abha-number', identifier: abha_number }))
  const otp = await product.otpTo(citizen.mobile)
  ok(await caller.post(`${kyc}/verify?oid=${oid}`, { txn_id, otp }))
  const card = await caller.get(`${paths.profile}/asset/card`, { headers: { 'X-Pt-Id': oid } })
  if (card.status !== 200) throw new Error(`${card.status} ${card.text}`)
  return citizen
}

export const newAddress = freshAddress
