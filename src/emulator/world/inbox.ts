import { type Clock, isoTime, seconds } from '../../clock.ts'
import { type Static, Type } from '../../schema.ts'
import { type Collection, inserting, type Store, type Write } from '../../store/store.ts'
import type { OrderedIds } from './ordered-ids.ts'

/** The messages that NHA would send to phones and mailboxes: every OTP, kept for a day, found by mobile or e-mail. */

const purpose = Type.Union([
  Type.Literal('registration.mobile'),
  Type.Literal('registration.aadhaar'),
  Type.Literal('session'),
  Type.Literal('profile.login'),
  Type.Literal('profile.kyc'),
  Type.Literal('profile.change'),
])
/** Connect's word for what an OTP is for; it has none for a change of the account itself. */
export type Purpose = Static<typeof purpose>

const message = Type.Object({
  id: Type.String(),
  to: Type.String(),
  otp: Type.String(),
  purpose,
  text: Type.String(),
  created_at: Type.String(),
})
export type Message = Static<typeof message>

export const messages: Collection<Message> = {
  name: 'emulator.message',
  body: message,
  lookups: { to: { unique: false, values: ({ to }) => to } },
}

const livesSeconds = 86_400
/** More than one number can receive in a day: ten sends in half an hour for each way to ask for one. */
const perNumberMax = 5_000
const clearBatch = 500

export type Inbox = ReturnType<typeof createInbox>

export const createInbox = (store: Store, clock: Clock, newId: OrderedIds) => {
  const subscribers = new Set<(message: Message) => void>()
  return {
    /** A message and the write that keeps it; `announce` it when the write has gone through. */
    compose(to: string, otp: string, purpose: Purpose, what: string): { message: Message; write: Write } {
      const now = clock.now()
      const text = `${otp} is your OTP to ${what}. It is valid for 10 minutes. Do not share it. (ABDM emulator)`
      const made: Message = { id: newId(), to, otp, purpose, text, created_at: isoTime(now) }
      return { message: made, write: inserting(messages, made.id, made, now + seconds(livesSeconds)) }
    },

    announce(made: Message): void {
      for (const subscriber of subscribers) subscriber(made)
    },

    /** Newest first. */
    async list({ to, limit }: { to?: string | undefined; limit: number }): Promise<Message[]> {
      const rows = to
        ? (await store.find(messages, 'to', to, { limit: perNumberMax })).reverse().slice(0, limit)
        : await store.list(messages, { limit })
      return rows.map(({ body }) => body)
    },

    /** Message by message: emptying the store's collection would also empty every counter of sends. */
    async clear(): Promise<void> {
      for (;;) {
        const rows = await store.list(messages, { limit: clearBatch })
        await Promise.all(rows.map(({ id }) => store.take(messages, id)))
        if (rows.length < clearBatch) return
      }
    },

    subscribe(subscriber: (message: Message) => void): () => void {
      // Wrapped, so that one function subscribed twice is two subscriptions.
      const own = (made: Message) => subscriber(made)
      subscribers.add(own)
      return () => void subscribers.delete(own)
    },
  }
}
