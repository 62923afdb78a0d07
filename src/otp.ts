import { isOtpWrong, wasNotSent } from './abdm/failure.ts'
import type { Caller } from './clients.ts'
import type { Clock } from './clock.ts'
import type { OtpConfig } from './config.ts'
import { error } from './errors.ts'
import type { Flow, Flows, OtpState, Txn } from './flow.ts'
import type { Limit, Store } from './store/store.ts'

/** What holds for every OTP of every flow: budgets of sends, the pause before a resend, life and tries. */

export type Sender = { readonly caller: Caller; readonly remoteAddress: string }
type Sent = { readonly txnId: string; readonly message: string }

export type Otps = ReturnType<typeof createOtps>

export const createOtps = (store: Store, flows: Flows, clock: Clock, settings: OtpConfig) => {
  const limits = (identifier: string, { caller, remoteAddress }: Sender): Limit[] => [
    { key: `otp/identifier/hour/${identifier}`, max: settings.sendsPerIdentifierHour, windowSeconds: 3_600 },
    { key: `otp/identifier/day/${identifier}`, max: settings.sendsPerIdentifierDay, windowSeconds: 86_400 },
    { key: `otp/client/hour/${caller.clientId}`, max: settings.sendsPerClientHour, windowSeconds: 3_600 },
    { key: `otp/address/hour/${remoteAddress}`, max: settings.sendsPerAddressHour, windowSeconds: 3_600 },
  ]

  /** Counts the send against every budget, makes it, and gives it back when it is certain that nothing went out. */
  const spend = async (identifier: string, sender: Sender, send: () => Promise<Sent>): Promise<Sent> => {
    const budgets = limits(identifier, sender).filter(({ max }) => max > 0)
    const spent = budgets.length > 0 ? await store.hit(budgets) : { allowed: true as const }
    if (!spent.allowed) throw error.tooManyRequests({ retryAfterSeconds: spent.retryAfterSeconds })
    try {
      return await send()
    } catch (thrown) {
      if (wasNotSent(thrown) && budgets.length > 0) await store.hit(budgets, -1)
      throw thrown
    }
  }

  const secondsUntil = (ms: number): number => Math.max(1, Math.ceil((ms - clock.now()) / 1000))

  const giveBackTry = async <F extends Flow>(
    counted: Txn<F>,
    step: Parameters<typeof flows.again<F>>[1],
  ): Promise<void> => {
    for (let txn = counted; txn.otp; txn = await flows.again(txn, step)) {
      if (await flows.amend(txn, { otp: { ...txn.otp, tries: Math.max(0, txn.otp.tries - 1) } })) return
    }
  }

  return {
    /** Sends the first OTP of a transaction. `identifier`: whom it goes to, across clients. */
    async send(identifier: string, sender: Sender, send: () => Promise<Sent>): Promise<Sent & { otp: OtpState }> {
      const sent = await spend(identifier, sender, send)
      return { ...sent, otp: { sentAt: clock.now(), resends: 0, tries: 0 } }
    },

    /**
     * Sends another OTP. The slot is taken by a guarded write before the call, so two callers at once send one; an answer
     * that was lost leaves it taken, because the OTP may have gone out.
     */
    async resend<F extends Flow>(
      txn: Txn<F>,
      identifier: string,
      sender: Sender,
      send: () => Promise<Sent>,
    ): Promise<Sent> {
      const otp = txn.otp ?? { sentAt: 0, resends: 0, tries: 0 }
      if (otp.tries >= settings.triesMax) throw error.triesUsedUp()
      if (otp.resends >= settings.resendsMax) {
        throw error.tooManyRequests({ retryAfterSeconds: secondsUntil(txn.row.expiresAt ?? 0) })
      }
      const allowedAt = otp.sentAt + settings.resendWaitSeconds * 1000
      if (clock.now() < allowedAt) throw error.tooManyRequests({ retryAfterSeconds: secondsUntil(allowedAt) })
      const claimed = await flows.amend(txn, { otp: { ...otp, resends: otp.resends + 1, sentAt: clock.now() } })
      if (!claimed) throw error.tooManyRequests({ retryAfterSeconds: Math.max(1, settings.resendWaitSeconds) })
      try {
        const sent = await spend(identifier, sender, send)
        const kept = await flows.amend(claimed, { upstreamTxnId: sent.txnId, renews: true })
        if (!kept) throw error.stepNotAllowed()
        return sent
      } catch (thrown) {
        if (wasNotSent(thrown)) await flows.amend(claimed, { otp })
        throw thrown
      }
    },

    /**
     * Asks upstream about an OTP. The try is counted by a guarded write before the question, so that guesses made at once
     * all count; it is given back unless upstream says that the OTP is wrong.
     */
    async verify<F extends Flow, Answer>(
      start: Txn<F>,
      step: Parameters<typeof flows.again<F>>[1],
      ask: (txn: Txn<F>) => Promise<Answer>,
    ): Promise<{ answer: Answer; txn: Txn<F> }> {
      const counted = await (async () => {
        for (let txn = start; ; txn = await flows.again(txn, step)) {
          const otp = txn.otp
          if (!otp) throw error.stepNotAllowed()
          if (otp.tries >= settings.triesMax) throw error.triesUsedUp()
          if (clock.now() >= otp.sentAt + settings.lifetimeSeconds * 1000) throw error.otpEnded()
          const written = await flows.amend(txn, { otp: { ...otp, tries: otp.tries + 1 } })
          if (written) return written
        }
      })()
      try {
        return { answer: await ask(counted), txn: counted }
      } catch (thrown) {
        if (!isOtpWrong(thrown)) await giveBackTry(counted, step)
        throw thrown
      }
    },
  }
}
