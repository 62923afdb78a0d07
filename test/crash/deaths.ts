import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Reply } from '../harness.ts'

/**
 * Walks that share the deaths of one server: a start costs more than all that a walk asks for. One walk is under way at a time,
 * until the server has to die for it to go on; when nobody can go on, the server dies and comes back.
 */

/** What was held up is let go while the server is dead. */
type Mortal = { dieAndReturn(letGo: () => Promise<unknown>): Promise<unknown> }
/** Holds the next call of a path, before or after upstream has acted. */
type Hold = (path: string, when: 'before' | 'after') => { reached: Promise<unknown>; letGo: () => void }

export const shareDeaths = (mortal: () => Mortal, hold?: Hold) => {
  const walks = new Map<string, () => Promise<void>>()
  let walking = 0
  let waiting: (() => Promise<unknown>)[] = []
  let death = Promise.withResolvers<unknown>()

  let last: Promise<void> = Promise.resolve()
  /** Of the walk that is under way. */
  let pass = (): void => undefined
  const awaitTurn = async (): Promise<void> => {
    const before = last
    const mine = Promise.withResolvers<void>()
    last = mine.promise
    await before
    pass = mine.resolve
  }

  const dieIfAllWait = async (): Promise<void> => {
    if (waiting.length === 0 || waiting.length < walking) return
    const held = waiting
    const { resolve, reject } = death
    waiting = []
    death = Promise.withResolvers()
    await mortal()
      .dieAndReturn(() => Promise.all(held.map((letGo) => letGo())))
      .then(resolve, reject)
  }
  const die = async (letGo: () => Promise<unknown>): Promise<void> => {
    waiting.push(letGo)
    const { promise } = death
    pass()
    try {
      await Promise.all([promise, dieIfAllWait()])
    } finally {
      await awaitTurn()
    }
  }

  return {
    walk: (name: string, steps: () => Promise<void>): void => void walks.set(name, steps),
    /** Each walk is a test; all of them begin at once. The hooks are of this server alone. */
    walkTogether: (name: string, hooks: () => void = () => undefined): void => {
      describe(name, { concurrency: true }, () => {
        hooks()
        walking = walks.size
        for (const [each, steps] of walks)
          test(each, async () => {
            await awaitTurn()
            try {
              await steps()
            } finally {
              walking--
              pass()
              await dieIfAllWait()
            }
          })
      })
    },
    /** Takes a step, sees that it was answered well, and goes on after the death that follows it. */
    async take(act: () => Promise<Reply>, status = 200): Promise<any> {
      const reply = await act()
      assert.equal(reply.status, status, reply.text)
      await die(async () => undefined)
      return reply.body
    },
    /** Takes a step and goes on after a death in the midst of its call of this path. */
    async dieInside(path: string, when: 'before' | 'after', act: () => Promise<Reply>): Promise<void> {
      const held = hold?.(path, when)
      assert.ok(held)
      const acting = act().then(
        ({ text }) => assert.fail(`an answer came from a server that was dead: ${text}`),
        () => undefined,
      )
      await Promise.race([held.reached, acting])
      await die(() => {
        held.letGo()
        return acting
      })
    },
  }
}
