import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { inflateSync } from 'node:zlib'
import * as hb from 'harfbuzzjs'

/**
 * Sets text as outlines. The picture renderer places the letters of Indian scripts wrongly and has no fonts of its own, so a
 * shaping library does it with fonts from packages, one per script: a name looks the same on every machine.
 */

const indic = [
  'Devanagari',
  'Bengali',
  'Gurmukhi',
  'Gujarati',
  'Oriya',
  'Tamil',
  'Telugu',
  'Kannada',
  'Malayalam',
] as const
type Script = (typeof indic)[number] | 'Latin'

const letters = new Map<Script, RegExp>(indic.map((script) => [script, new RegExp(`\\p{Script=${script}}`, 'u')]))
const joining = /(?!\s)[\p{Script=Inherited}\p{Cf}]/u

/** Cut into stretches of one script each; joiners and signs go with what stands before them. */
const stretchesOf = (text: string): { words: string; script: Script }[] => {
  const stretches: { words: string; script: Script }[] = []
  for (const sign of text) {
    const last = stretches.at(-1)
    const own = indic.find((script) => letters.get(script)?.test(sign)) ?? 'Latin'
    const script = last && joining.test(sign) ? last.script : own
    if (last?.script === script) last.words += sign
    else stretches.push({ words: sign, script })
  }
  return stretches
}

const headerBytes = 12
const recordBytes = 16

/** WOFF 1.0: the tables of an OpenType file, each deflated, behind a directory of their own. */
export const openTypeFrom = (woff: Buffer): Buffer => {
  const count = woff.readUInt16BE(12)
  const tables = Array.from({ length: count }, (_, index) => {
    const at = 44 + index * 20
    const offset = woff.readUInt32BE(at + 4)
    const packedBytes = woff.readUInt32BE(at + 8)
    const bytes = woff.readUInt32BE(at + 12)
    const packed = woff.subarray(offset, offset + packedBytes)
    return {
      tag: woff.readUInt32BE(at),
      sum: woff.readUInt32BE(at + 16),
      data: packedBytes < bytes ? inflateSync(packed) : packed,
    }
  })
  const head = Buffer.alloc(headerBytes + count * recordBytes)
  const power = 2 ** Math.floor(Math.log2(count))
  head.writeUInt32BE(woff.readUInt32BE(4), 0)
  head.writeUInt16BE(count, 4)
  head.writeUInt16BE(power * 16, 6)
  head.writeUInt16BE(Math.log2(power), 8)
  head.writeUInt16BE(count * 16 - power * 16, 10)
  const parts: Uint8Array[] = [head]
  let at = head.length
  for (const [index, { tag, sum, data }] of tables.entries()) {
    const record = headerBytes + index * recordBytes
    head.writeUInt32BE(tag, record)
    head.writeUInt32BE(sum, record + 4)
    head.writeUInt32BE(at, record + 8)
    head.writeUInt32BE(data.length, record + 12)
    const padding = (4 - (data.length % 4)) % 4
    parts.push(data, Buffer.alloc(padding))
    at += data.length + padding
  }
  return Buffer.concat(parts)
}

export type Weight = 400 | 700
const { resolve } = createRequire(import.meta.url)

const fileOf = (script: Script, weight: Weight): string => {
  const name = script.toLowerCase()
  const folder = script === 'Latin' ? 'noto-sans' : `noto-sans-${name}`
  return resolve(`@fontsource/${folder}/files/${folder}-${name}-${weight}-normal.woff`)
}

type Font = { readonly font: hb.Font; readonly unitsPerEm: number }
const opened = new Map<string, Font>()

const fontOf = (script: Script, weight: Weight): Font => {
  const key = `${script} ${weight}`
  const known = opened.get(key)
  if (known) return known
  const data = openTypeFrom(readFileSync(fileOf(script, weight)))
  const face = new hb.Face(new hb.Blob(new Uint8Array(data).buffer))
  const made = { font: new hb.Font(face), unitsPerEm: face.upem }
  opened.set(key, made)
  return made
}

type Glyph = { readonly path: string; readonly x: number; readonly y: number; readonly scale: number }
export type Outline = { readonly glyphs: readonly Glyph[]; readonly width: number }

/** The text at size 1; `width` is where the next letter would stand. */
export const outlineOf = (text: string, weight: Weight): Outline => {
  const glyphs: Glyph[] = []
  let width = 0
  for (const { words, script } of stretchesOf(text)) {
    const { font, unitsPerEm } = fontOf(script, weight)
    const buffer = new hb.Buffer()
    buffer.addText(words)
    buffer.guessSegmentProperties()
    hb.shape(font, buffer)
    const positions = buffer.getGlyphPositions()
    for (const [index, { codepoint }] of buffer.getGlyphInfos().entries()) {
      const { xAdvance = 0, xOffset = 0, yOffset = 0 } = positions[index] ?? {}
      const path = font.glyphToPath(codepoint)
      if (path) glyphs.push({ path, x: width + xOffset / unitsPerEm, y: yOffset / unitsPerEm, scale: 1 / unitsPerEm })
      width += xAdvance / unitsPerEm
    }
  }
  return { glyphs, width }
}
