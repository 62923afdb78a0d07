import { after, test } from 'node:test'
import { type Alone, startAlone } from './alone.ts'
import { answers, uuid } from './like.ts'
import { type Asking, type Place, type RawClient, rawClient } from './raw-client.ts'

/** One emulator for all walks; each begins in a fresh world, its clock included, with a client that has just signed in. */

let started: Promise<Alone> | undefined
export const theAlone = async (): Promise<Alone> => {
  started ??= startAlone()
  return started
}
after(async () => (await started)?.stop())

export type Visit = Awaited<ReturnType<typeof startVisit>>

export const startVisit = async () => {
  const alone = await theAlone()
  await alone.sandbox('POST', '/reset')
  const nha: RawClient = rawClient(alone.printed)
  await nha.signIn()
  const later = async (seconds: number): Promise<void> => {
    await alone.sandbox('POST', '/clock', { advance_seconds: seconds })
    nha.moveOn(seconds)
  }
  return {
    alone,
    nha,
    later,
    /** The gateway token lives for twenty minutes only. */
    async laterSignedIn(seconds: number): Promise<void> {
      await later(seconds)
      await nha.signIn()
    },
    /** Asks for an OTP, reads it in the inbox, and sends it back. */
    async proven(place: Place, asking: Asking, mobile: string, headers = {}, scope = asking.scope) {
      const asked = answers(await nha.ask(place, asking, headers), 200, { txnId: uuid, message: String })
      return nha.verify(place, scope, asked.txnId, await alone.otpTo(mobile), headers)
    },
  }
}

export const walk = (name: string, act: (visit: Visit) => Promise<void>): void =>
  void test(name, async () => act(await startVisit()))

export const otherThan = (otp: string): string => (otp === '000000' ? '111111' : '000000')
