/**
 * Whether ABDM takes calls now, by asking it. Anybody may ask this server, so one question at a time serves all who wait, and
 * after a burst the last answer stands for a while.
 */

const burstMax = 10
const burstMs = 10_000

export const createProbe = (ask: () => Promise<unknown>) => {
  let asked: number[] = []
  let running: Promise<boolean> | undefined
  let last = false

  return (): Promise<boolean> | boolean => {
    if (running) return running
    // Real time, because it is a real upstream that is spared.
    const now = performance.now()
    asked = asked.filter((at) => now < at + burstMs)
    if (asked.length >= burstMax) return last
    asked.push(now)
    running = ask()
      .then(
        () => true,
        () => false,
      )
      .then((answer) => {
        last = answer
        running = undefined
        return answer
      })
    return running
  }
}
