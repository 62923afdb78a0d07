import { Worker } from 'node:worker_threads'
import type { CardSubject } from './card.ts'
import type { Drawn, Order } from './worker.ts'

/** The pictures that ABDM sends. The worker begins with the first of them and ends with the emulator. */

export type Images = ReturnType<typeof createImages>

export const createImages = () => {
  let worker: Worker | undefined
  let orders = 0
  const waiting = new Map<number, { resolve(png: Buffer): void; reject(problem: Error): void }>()

  const giveUp = (problem: Error): void => {
    worker = undefined
    for (const { reject } of waiting.values()) reject(problem)
    waiting.clear()
  }

  const started = (): Worker => {
    const made = new Worker(new URL('./worker.ts', import.meta.url))
    made.unref()
    made.on('message', (drawn: Drawn) => {
      const order = waiting.get(drawn.id)
      waiting.delete(drawn.id)
      if ('png' in drawn) order?.resolve(Buffer.from(drawn.png))
      else order?.reject(new Error(`a picture could not be drawn: ${drawn.problem}`))
    })
    made.on('error', giveUp)
    made.on('exit', () => giveUp(new Error('the drawing worker ended')))
    return made
  }

  const order = (content: string, card: CardSubject | undefined): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      worker ??= started()
      const id = ++orders
      waiting.set(id, { resolve, reject })
      worker.postMessage({ id, content, card } satisfies Order)
    })

  return {
    card: (subject: CardSubject, content: string) => order(content, subject),
    qr: (content: string) => order(content, undefined),
    close: async (): Promise<void> => {
      await worker?.terminate()
    },
  }
}
