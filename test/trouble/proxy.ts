import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A proxy before the emulator: passes calls on and then spoils their answers, or holds a call at a chosen moment. */

/** What becomes of an answer after upstream has acted. */
export type Spoiling =
  | { kind: 'drop' | 'never' | 'truncate' | 'huge' }
  | { kind: 'replace'; status: number; type?: string; body?: string }
  /** Bytes instead of HTTP. */
  | { kind: 'raw'; bytes: Buffer }

type Planned = { path: string; spoiling: Spoiling; times: number }

/** A call that has come, or whose effect upstream has come about, and that goes on only when it is let go. */
type Hold = { path: string; when: 'before' | 'after'; nth: number; reach: () => void; gone: Promise<void> }

const hugeBody = `{"message":"${'x'.repeat(8_388_608)}"}`

export const startProxy = async (target: string) => {
  let planned: Planned[] = []
  let holds: Hold[] = []
  const paths: string[] = []
  const { hostname, port } = new URL(target)
  const server = createServer({ keepAliveTimeout: 75_000 }, (incoming, outgoing) => {
    const path = (incoming.url ?? '').split('?')[0] ?? ''
    const plan = planned.find((one) => path.endsWith(one.path))
    if (plan && --plan.times === 0) planned = planned.filter((one) => one !== plan)
    paths.push(path)
    const hold = holds.find((one) => path.endsWith(one.path) && --one.nth === 0)
    holds = holds.filter((one) => one !== hold)
    const heldBefore = hold?.when === 'before' ? hold : undefined
    const heldAfter = hold?.when === 'after' ? hold : undefined

    const pass = () => {
      const forward = request(
        { hostname, port, path: incoming.url, method: incoming.method, headers: incoming.headers },
        (answer) => {
          const chunks: Buffer[] = []
          answer.on('data', (chunk: Buffer) => chunks.push(chunk))
          answer.on('end', async () => {
            heldAfter?.reach()
            await heldAfter?.gone
            if (answer.headers.date) outgoing.setHeader('date', answer.headers.date)
            const type = answer.headers['content-type']
            spoil(plan?.spoiling, answer.statusCode ?? 500, type, Buffer.concat(chunks))
          })
        },
      )
      forward.on('error', () => incoming.socket.destroy())
      incoming.pipe(forward)
    }
    heldBefore?.reach()
    if (heldBefore) void heldBefore.gone.then(pass)
    else pass()

    const spoil = (how: Spoiling | undefined, status: number, sent: string | undefined, body: Buffer): void => {
      const answer = (code: number, type: string, text: Buffer | string) => {
        outgoing.writeHead(code, { 'content-type': type, 'content-length': Buffer.byteLength(text) })
        outgoing.end(text)
      }
      if (!how) answer(status, sent ?? 'application/json', body)
      else if (how.kind === 'drop') incoming.socket.destroy()
      else if (how.kind === 'truncate')
        answer(status, 'application/json', body.subarray(0, Math.floor(body.length / 2)))
      else if (how.kind === 'huge') answer(status, 'application/json', hugeBody)
      else if (how.kind === 'raw') incoming.socket.end(how.bytes)
      else if (how.kind === 'replace') answer(how.status, how.type ?? 'application/json', how.body ?? '')
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The answers of the next calls whose path ends like this. */
    spoil: (path: string, spoiling: Spoiling, times = 1) => planned.push({ path, spoiling, times }),
    /** The paths of all calls so far. */
    paths,
    /** The next call of a path, or the nth from now, waits, before or after upstream has acted, until it is let go. */
    hold(path: string, when: 'before' | 'after', nth = 1) {
      const reached = Promise.withResolvers<void>()
      const release = Promise.withResolvers<void>()
      holds.push({ path, when, nth, reach: reached.resolve, gone: release.promise })
      return { reached: reached.promise, letGo: release.resolve }
    },
    heal: () => {
      planned = []
      holds = []
    },
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
