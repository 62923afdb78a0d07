import { Agent, request } from 'undici'
import { guardedLookup, type Reach } from './addresses.ts'

/** Sends one event to one endpoint. Loaded with the first of them: most of the client's library is used by nothing else. */
const answerWithinMs = 10_000

export type Post = ReturnType<typeof createPost>

export const createPost = (reach: Reach) => {
  const agent = new Agent({
    connect: { lookup: guardedLookup(reach), timeout: answerWithinMs },
    headersTimeout: answerWithinMs,
    bodyTimeout: answerWithinMs,
    maxResponseSize: 65_536,
  })
  return {
    /** The status of the answer; null when there was none. Redirects are answers like any other, and nothing of a body is kept. */
    async send(url: string, headers: Record<string, string>, body: string): Promise<number | null> {
      try {
        const signal = AbortSignal.timeout(answerWithinMs)
        const answer = await request(url, { method: 'POST', headers, body, dispatcher: agent, signal })
        await answer.body.dump({ limit: 65_536 }).catch(() => undefined)
        return answer.statusCode
      } catch {
        return null
      }
    },
    close: () => agent.destroy(),
  }
}
