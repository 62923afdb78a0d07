import { Worker } from 'node:worker_threads'
import type { CardSubject } from './card.ts'
import type { Drawn, Order } from './worker.ts'

/** The pictures that ABDM sends. The worker begins with the first of them and ends with the emulator. */

type Waiting = Map<number, { resolve(png: Buffer): void; reject(problem: Error): void }>
export type Images = ReturnType<typeof createImages>

export const createImages = (work: URL = new URL('./worker.ts', import.meta.url)) => {
  let orders = 0
  let current: { worker: Worker; waiting: Waiting } | undefined

  const started = () => {
    const worker = new Worker(work)
    const waiting: Waiting = new Map()
    const made = { worker, waiting }
    // An error is followed by an exit, by which time another worker may be drawing.
    const giveUp = (problem: Error): void => {
      if (current === made) current = undefined
      for (const { reject } of waiting.values()) reject(problem)
      waiting.clear()
    }
    worker.unref()
    worker.on('message', (drawn: Drawn) => {
      const order = waiting.get(drawn.id)
      waiting.delete(drawn.id)
      if ('png' in drawn) order?.resolve(Buffer.from(drawn.png))
      else order?.reject(new Error(`a picture could not be drawn: ${drawn.problem}`))
    })
    worker.on('error', giveUp)
    worker.on('exit', () => giveUp(new Error('the drawing worker ended')))
    return made
  }

  const order = (content: string, card: CardSubject | undefined): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      current ??= started()
      const id = ++orders
      current.waiting.set(id, { resolve, reject })
      current.worker.postMessage({ id, content, card } satisfies Order)
    })

  return {
    card: (subject: CardSubject, content: string) => order(content, subject),
    qr: (content: string) => order(content, undefined),
    close: async (): Promise<void> => {
      await current?.worker.terminate()
    },
  }
}
