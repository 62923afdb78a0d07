import { setTimeout as pause } from 'node:timers/promises'
import { hasMeaning, isOtpWrong, isOutcomeUnknown, UpstreamFailure, wasNotSent } from './abdm/failure.ts'
import type { Caller } from './clients.ts'
import type { Clock } from './clock.ts'
import type { OtpConfig } from './config.ts'
import { ConnectError, error } from './errors.ts'
import type { Change, Flow, Flows, OtpState, StepOf, Txn } from './flow.ts'
import { keyedHash } from './ids.ts'
import type { Limit, Store } from './store/store.ts'

/** What holds for every OTP of every flow: budgets of sends, the pause before a resend, life and tries. */

export type Sender = { readonly caller: Caller; readonly remoteAddress: string }
type Sent = { readonly txnId: string; readonly message?: string | null | undefined }

const isOverBudget = (thrown: unknown): boolean => thrown instanceof ConnectError && thrown.kind === 'tooManyRequests'

/** ABDM's words for a transaction that a newer OTP to the same receiver has made void; other codes keep their published meaning. */
const isSuperseded = (thrown: unknown): boolean =>
  thrown instanceof UpstreamFailure && thrown.read?.code === 'ABDM-9999'

const hasCode = (thrown: unknown): boolean => thrown instanceof UpstreamFailure && thrown.read?.code !== undefined

const momentMs = 10_000
/** How long a process waits for what another one is just writing down. */
const elsewhereMs = 250
const lookEveryMs = 25

const perhapsUsed = 'The OTP may have been used up when an answer of ABDM was lost; ask for a new one'

export type Otps = ReturnType<typeof createOtps>

export const createOtps = (store: Store, flows: Flows, clock: Clock, settings: OtpConfig, concealingKey: Buffer) => {
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

  const refuseInPause = (sentAt: number): void => {
    const allowedAt = sentAt + settings.resendWaitSeconds * 1000
    if (clock.now() < allowedAt) throw error.tooManyRequests({ retryAfterSeconds: secondsUntil(allowedAt) })
  }

  /** Best effort: a transaction that has moved on meanwhile needs nothing back, and the caller is to hear what went wrong before. */
  const giveBack = async <F extends Flow>(
    counted: Txn<F>,
    step: StepOf<F>,
    change: (otp: OtpState) => Partial<OtpState>,
  ): Promise<void> => {
    try {
      await flows.record(counted, step, ({ otp }) => (otp ? { otp: { ...otp, ...change(otp) } } : {}))
    } catch {}
  }

  /** Whether a resend has put another OTP in the place of the one that was asked about, or is just doing so. */
  const wasReplaced = async <F extends Flow>(asked: Txn<F>, step: StepOf<F>): Promise<boolean> => {
    const { otp, upstreamTxnId, row } = await flows.again(asked, step)
    return upstreamTxnId !== asked.upstreamTxnId || (otp?.resends ?? 0) >= row.body.upstreamTxnIds.length
  }

  /** What upstream is being asked by this process about a step of a transaction. */
  const undecided = new Map<string, Set<Promise<unknown>>>()
  /** Whose right OTP was heard a moment ago, oldest first; the step that it takes may not be written down yet. */
  const heard = new Map<string, number>()
  const hear = (question: string): void => {
    for (const [old, until] of heard) {
      if (clock.now() < until) break
      heard.delete(old)
    }
    heard.set(question, clock.now() + momentMs)
  }
  const wasHeard = (question: string): boolean => clock.now() < (heard.get(question) ?? 0)
  const deciding = async <Answer>(question: string, ask: () => Promise<Answer>): Promise<Answer> => {
    const asked = ask()
    const beside = undecided.get(question) ?? new Set()
    undecided.set(question, beside.add(asked))
    try {
      const answer = await asked
      hear(question)
      return answer
    } finally {
      beside.delete(asked)
      if (beside.size === 0) undecided.delete(question)
    }
  }
  /** Whether one of those that are being asked about, or were just now, is right. */
  const isRight = async (question: string): Promise<boolean> => {
    await Promise.allSettled(undecided.get(question) ?? [])
    return wasHeard(question)
  }

  /**
   * Whether another process that asked about the same step writes down something of this kind; its write may come a moment later.
   * That the step was taken is told by throwing.
   */
  const comesElsewhere = async <F extends Flow>(
    txn: Txn<F>,
    step: StepOf<F>,
    isThere: (newest: Txn<F>) => boolean,
  ): Promise<boolean> => {
    if (store.isExclusive) return false
    for (let waitedMs = 0; waitedMs < elsewhereMs; waitedMs += lookEveryMs) {
      await pause(lookEveryMs)
      if (isThere(await flows.again(txn, step))) return true
    }
    return false
  }

  /** A try is counted by a guarded write before anything is compared, so that guesses made at once all count. */
  const count = async <F extends Flow>(start: Txn<F>, step: StepOf<F>): Promise<Txn<F>> => {
    for (let txn = start; ; txn = await flows.again(txn, step)) {
      const otp = txn.otp
      if (!otp) throw error.stepNotAllowed()
      if (otp.tries >= settings.triesMax) {
        // Who sent the right OTP several times is not told to start again.
        if (await isRight(`${txn.id}/${step}`)) throw error.stepNotAllowed()
        if (await comesElsewhere(txn, step, (newest) => (newest.otp?.tries ?? 0) < otp.tries)) continue
        throw error.triesUsedUp()
      }
      if (clock.now() >= otp.sentAt + settings.lifetimeSeconds * 1000) throw error.otpEnded()
      const written = await flows.amend(txn, { otp: { ...otp, tries: otp.tries + 1 } })
      if (written) return written
    }
  }

  /** Stands for an identifier that is not to be kept, not even encrypted; the same for the same one, so budgets hold. */
  const conceal = keyedHash(concealingKey)

  const oneTryLess = ({ otp }: Txn): { otp?: OtpState } => (otp ? { otp: { ...otp, tries: otp.tries - 1 } } : {})

  const verify = async <F extends Flow, Answer>(
    start: Txn<F>,
    step: StepOf<F>,
    ask: (txn: Txn<F>) => Promise<Answer>,
    isProved: (txn: Txn<F>) => boolean = () => false,
  ): Promise<{ answer: Answer; txn: Txn<F> }> => {
    const counted = await count(start, step)
    try {
      return { answer: await deciding(`${counted.id}/${step}`, () => ask(counted)), txn: counted }
    } catch (thrown) {
      if (isOtpWrong(thrown)) {
        // Used up by the same call at the same time: the step has been taken.
        if ((await isRight(`${counted.id}/${step}`)) || (await comesElsewhere(counted, step, isProved)))
          throw error.stepNotAllowed({ cause: thrown })
        // A code of ABDM's keeps its published text; the bare "failed" is where this server has words of its own.
        if (counted.otp?.mayBeUsed && !hasCode(thrown)) throw error.otpEnded({ message: perhapsUsed, cause: thrown })
        throw thrown
      }
      const mayBeUsed = isOutcomeUnknown(thrown)
      await giveBack(counted, step, ({ tries }) => ({
        tries: Math.max(0, tries - 1),
        ...(mayBeUsed && { mayBeUsed }),
      }))
      if (hasMeaning(thrown, 'txnGone') && (isSuperseded(thrown) || (await wasReplaced(counted, step)))) {
        throw error.otpEnded({ cause: thrown })
      }
      throw thrown
    }
  }

  /** The answer waits for a write on the count that was read, so guesses made at once all count. */
  const repeat = async <F extends Flow>(start: Txn<F>, step: StepOf<F>, isSame: boolean): Promise<Txn<F>> => {
    for (let txn = start; ; txn = await flows.again(txn, step)) {
      const { otp } = txn
      if (!otp) throw error.stepNotAllowed()
      if (otp.tries >= settings.triesMax) throw error.triesUsedUp()
      const written = await flows.amend(txn, isSame ? {} : { otp: { ...otp, tries: otp.tries + 1 } })
      if (written && !isSame) throw error.otpWrong()
      if (written) return written
    }
  }

  return {
    conceal,

    /** One OTP follows another only after a pause, also where it is not known whether the other went out. */
    refuseInPause,

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
      start: Txn<F>,
      step: StepOf<F>,
      identifier: string,
      sender: Sender,
      send: () => Promise<Sent>,
      isProved: (txn: Txn<F>) => boolean = () => false,
    ): Promise<Sent> {
      const { claimed, resends, sentAt } = await (async () => {
        for (let txn = start; ; txn = await flows.again(txn, step)) {
          const otp = txn.otp
          if (!otp) throw error.stepNotAllowed()
          // Another OTP would prove nothing more.
          if (isProved(txn)) throw error.stepNotAllowed({ message: 'The OTP was right; repeat the verification' })
          if (otp.tries >= settings.triesMax) throw error.triesUsedUp()
          if (otp.resends >= settings.resendsMax) {
            throw error.tooManyRequests({ retryAfterSeconds: secondsUntil(txn.row.expiresAt ?? 0) })
          }
          refuseInPause(otp.sentAt)
          const written = await flows.amend(txn, {
            otp: { ...otp, resends: otp.resends + 1, sentAt: clock.now(), mayBeUsed: false },
          })
          if (written) return { claimed: written, resends: otp.resends, sentAt: otp.sentAt }
        }
      })()
      const sent = await spend(identifier, sender, send).catch(async (thrown) => {
        if (wasNotSent(thrown) || isOverBudget(thrown)) await giveBack(claimed, step, () => ({ resends, sentAt }))
        // A refusal sent nothing either; only the pause stays, for ABDM's sake.
        else if (!isOutcomeUnknown(thrown)) await giveBack(claimed, step, () => ({ resends }))
        throw thrown
      })
      // What the former OTP has proved meanwhile goes on in its own upstream transaction.
      await flows.record(claimed, step, (newest) =>
        isProved(newest) ? {} : { upstreamTxnId: sent.txnId, renews: true },
      )
      return sent
    },

    /**
     * Asks upstream about an OTP. The try is counted before the question and given back unless upstream says that the OTP is
     * wrong. An OTP that a resend replaced meanwhile is unknown upstream: that is nobody's failure, it has ended.
     */
    verify,

    /**
     * As verify, where more calls follow the right OTP: what it brought is kept before they are made, under a mark that stands for
     * the OTP. Who repeats the call with the same one goes on from there and uses up no try; another one is wrong, and counts.
     */
    async prove<F extends Flow, Answer>(
      start: Txn<F>,
      step: StepOf<F>,
      proof: {
        otp: string
        markOf: (txn: Txn<F>) => string | undefined
        ask: (txn: Txn<F>) => Promise<Answer>
        keep: (answer: Answer, mark: string, newest: Txn<F>) => Omit<Change<F>, 'state' | 'otp'>
      },
    ): Promise<Txn<F>> {
      const { otp, markOf, ask, keep } = proof
      const given = conceal(`otp/${start.id}/${otp}`)
      const before = markOf(start)
      if (before !== undefined) return repeat(start, step, before === given)
      const isProved = (newest: Txn<F>): boolean => markOf(newest) !== undefined
      const asking = async (counted: Txn<F>): Promise<Answer> => {
        // Another call has proved it since: the OTP is used up, and this one is no wrong try.
        if (isProved(counted)) throw error.stepNotAllowed()
        return ask(counted)
      }
      const { answer, txn } = await verify(start, step, asking, isProved)
      return flows.record(txn, step, (newest) => ({ ...keep(answer, given, newest), ...oneTryLess(newest) }))
    },
  }
}
