/** One examination after another: each is timed, has a deadline, and is skipped when what it builds on is not in order. */

export type State = 'ok' | 'attention' | 'failed' | 'skipped'

/** What an examination found. `says` and `todo` hold no secret and nothing personal. */
export type Verdict<Value> =
  | {
      readonly state: 'ok' | 'attention'
      readonly says: string
      readonly todo?: string | undefined
      readonly value: Value
    }
  | { readonly state: 'failed'; readonly says: string; readonly todo: string | readonly string[] }
  | { readonly state: 'skipped'; readonly says: string }

export type Finding = {
  readonly step: string
  readonly state: State
  readonly ms: number
  readonly says: string
  readonly todo: readonly string[]
}

/** An examination under way. `value` is there when it came out well enough to build on. */
export type Step<Value> = {
  readonly name: string
  readonly finding: Promise<Finding>
  readonly value: Promise<Value | undefined>
}

type Values<Needs extends readonly Step<unknown>[]> = {
  [Index in keyof Needs]: Needs[Index] extends Step<infer Value> ? Value : never
}

type Wanted<Needs extends readonly Step<unknown>[], Value> = {
  readonly name: string
  readonly needs: Needs
  /** Waited for, however it ends. */
  readonly after?: readonly Step<unknown>[]
  readonly deadlineMs?: number
  /** Lets go of what it holds when the signal comes: nobody waits any more. */
  readonly check: (values: Values<Needs>, signal: AbortSignal) => Verdict<Value> | Promise<Verdict<Value>>
}

export const ok = <Value = undefined>(says: string, value?: Value): Verdict<Value> => ({
  state: 'ok',
  says,
  value: value as Value,
})
export const failed = (says: string, todo: string | readonly string[]): Verdict<never> => ({
  state: 'failed',
  says,
  todo,
})

export type Round = ReturnType<typeof createRound>

/** Findings are told in the order in which the steps began. */
export const createRound = (deadlineMsUsual: number, tell: (finding: Finding) => void) => {
  const findings: Finding[] = []
  let told: Promise<void> = Promise.resolve()

  const examined = async <Value>(
    check: (signal: AbortSignal) => Verdict<Value> | Promise<Verdict<Value>>,
    deadlineMs: number,
  ): Promise<Verdict<Value>> => {
    const giveUp = new AbortController()
    const late = Promise.withResolvers<Verdict<Value>>()
    const seconds = `${Math.round(deadlineMs / 100) / 10} s`
    const timer = setTimeout(
      () =>
        late.resolve(
          failed(
            `no answer within ${seconds}`,
            'Something on the way swallows it: look at firewall, proxy and the address.',
          ),
        ),
      deadlineMs,
    )
    try {
      return await Promise.race([(async () => check(giveUp.signal))(), late.promise])
    } catch (thrown) {
      // The words of an error that nobody foresaw may quote anything.
      const { name, code } = thrown as NodeJS.ErrnoException
      return failed(`it broke: ${code ?? name}`, 'This is a fault of OpenABHA’s: report it with this line.')
    } finally {
      clearTimeout(timer)
      giveUp.abort()
    }
  }

  return {
    step<const Needs extends readonly Step<unknown>[], Value>(wanted: Wanted<Needs, Value>): Step<Value> {
      const { name, needs, after = [], deadlineMs = deadlineMsUsual, check } = wanted
      const outcome = (async (): Promise<{ verdict: Verdict<Value>; ms: number }> => {
        await Promise.all(after.map(({ finding }) => finding))
        for (const need of needs) {
          const { state } = await need.finding
          if (state === 'failed' || state === 'skipped')
            return { verdict: { state: 'skipped', says: `needs ${need.name}` }, ms: 0 }
        }
        const values = (await Promise.all(needs.map(({ value }) => value))) as Values<Needs>
        const startedAt = performance.now()
        const verdict = await examined((signal) => check(values, signal), deadlineMs)
        return { verdict, ms: Math.round(performance.now() - startedAt) }
      })()
      const finding = outcome.then(({ verdict, ms }): Finding => {
        const todo = 'todo' in verdict && verdict.todo ? [verdict.todo].flat() : []
        return { step: name, state: verdict.state, ms, says: verdict.says, todo }
      })
      told = Promise.all([finding, told]).then(([found]) => {
        findings.push(found)
        tell(found)
      })
      return { name, finding, value: outcome.then(({ verdict }) => ('value' in verdict ? verdict.value : undefined)) }
    },

    async end(): Promise<readonly Finding[]> {
      await told
      return findings
    },
  }
}
