import type { Clock } from '../clock.ts'
import { UpstreamFailure } from './failure.ts'
import type { Operation, ServiceName } from './wire/operation.ts'

/**
 * Spares a service that is down, and the callers that would wait for it: after some failures in a row calls fail at once, and
 * after a pause one call tries whether it is back.
 */

const pauseMs = 30_000

/** The service did not answer as itself. A refusal with a code of ABDM's is an answer, whatever its status. */
const isDown = (thrown: unknown): boolean => {
  if (!(thrown instanceof UpstreamFailure)) return false
  const { kind, read } = thrown
  return kind === 'unreachable' || kind === 'tooSlow' || (kind === 'refused' && !read?.code && (read?.http ?? 0) >= 500)
}

type State = { failures: number; openUntil: number; isTrying: boolean }

/** `failuresMax` zero: never. */
export const createBreaker = (clock: Clock, failuresMax: number) => {
  const states = new Map<ServiceName, State>()

  return {
    /** Makes the call, unless its service is down; then nothing is sent. */
    async guard<Answer>({ id, service }: Operation, send: () => Promise<Answer>): Promise<Answer> {
      const state = states.get(service) ?? { failures: 0, openUntil: 0, isTrying: false }
      states.set(service, state)
      const isOpen = failuresMax > 0 && state.failures >= failuresMax
      // A clock that was set back leaves no service closed for longer than the pause.
      const waitMs = state.openUntil - clock.now()
      if (isOpen && (state.isTrying || (waitMs > 0 && waitMs <= pauseMs))) {
        throw new UpstreamFailure(id, 'overloaded', { mayHaveActed: false })
      }
      state.isTrying = isOpen
      try {
        const answer = await send()
        state.failures = 0
        return answer
      } catch (thrown) {
        if (isDown(thrown)) {
          state.failures++
          state.openUntil = clock.now() + pauseMs
        } else state.failures = 0
        throw thrown
      } finally {
        if (isOpen) state.isTrying = false
      }
    },
  }
}
