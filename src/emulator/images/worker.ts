import { parentPort } from 'node:worker_threads'
import { Resvg } from '@resvg/resvg-js'
import { create } from 'qrcode'
import { type CardSubject, cardSvg, type Modules, qrSvg } from './card.ts'

/** Draws off the main thread: a card takes dozens of milliseconds of a core. */

export type Order = { readonly id: number; readonly content: string; readonly card: CardSubject | undefined }
export type Drawn =
  | { readonly id: number; readonly png: Uint8Array }
  | { readonly id: number; readonly problem: string }

/** Bytes that the largest code holds with level M; what is longer gets the lowest level, which has room for everything that a profile can say. */
const bytesOfM = 2_331

const modulesOf = (content: string): Modules => {
  const errorCorrectionLevel = Buffer.byteLength(content) > bytesOfM ? 'L' : 'M'
  const { modules } = create(content, { errorCorrectionLevel })
  return { size: modules.size, isDark: (row, column) => modules.get(row, column) === 1 }
}

const draw = ({ content, card }: Order): Uint8Array => {
  const qr = modulesOf(content)
  const svg = card ? cardSvg(card, qr) : qrSvg(qr)
  return new Resvg(svg, { font: { loadSystemFonts: false } }).render().asPng()
}

parentPort?.on('message', (order: Order) => {
  try {
    parentPort?.postMessage({ id: order.id, png: draw(order) } satisfies Drawn)
  } catch (thrown) {
    const problem = thrown instanceof Error ? thrown.name : 'unknown'
    parentPort?.postMessage({ id: order.id, problem } satisfies Drawn)
  }
})
