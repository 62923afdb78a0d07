import { type Outline, outlineOf, type Weight } from './fonts.ts'

/** How an ABHA card looks, as SVG. Made for this emulator: it imitates no government document and says that it is a sample. */

export type CardSubject = {
  readonly name: string
  readonly abhaNumber: string
  readonly abhaAddress: string
  readonly birthDate: string
  readonly gender: string
  readonly mobile: string
  /** Base64 of a picture; empty: initials stand in for it. */
  readonly photo: string
}

/** The modules of a QR code, row by row. */
export type Modules = { readonly size: number; isDark(row: number, column: number): boolean }

const genders: { readonly [letter: string]: string } = { M: 'Male', F: 'Female', O: 'Other' }

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })
const firstOf = (word: string): string => [...graphemes.segment(word)][0]?.segment ?? ''

const initials = (name: string): string => {
  const words = name.split(/\s+/).filter(Boolean)
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words
  return ends.map((word) => firstOf(word ?? '').toUpperCase()).join('')
}

/** One path for all dark modules: a row's neighbours are one stroke. */
const qrPath = ({ size, isDark }: Modules, x: number, y: number, width: number): string => {
  const unit = width / size
  const runs: string[] = []
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      if (!isDark(row, column)) continue
      const from = column
      while (column + 1 < size && isDark(row, column + 1)) column++
      const place = `${(x + from * unit).toFixed(3)} ${(y + row * unit).toFixed(3)}`
      runs.push(
        `M${place}h${((column - from + 1) * unit).toFixed(3)}v${unit.toFixed(3)}h-${((column - from + 1) * unit).toFixed(3)}z`,
      )
    }
  }
  return runs.join('')
}

type Style = { fill: string; weight?: Weight; anchor?: 'start' | 'middle'; widest?: number; spacing?: number }

const drawn = (
  { glyphs, width }: Outline,
  x: number,
  y: number,
  size: number,
  { fill, anchor, spacing = 0 }: Style,
): string => {
  const left = anchor === 'middle' ? x - (width * size) / 2 : x
  const paths = glyphs.map(
    (glyph, index) =>
      `<path transform="translate(${(left + glyph.x * size + index * spacing).toFixed(2)} ${(y - glyph.y * size).toFixed(2)}) scale(${(glyph.scale * size).toFixed(6)} ${(-glyph.scale * size).toFixed(6)})" d="${glyph.path}"/>`,
  )
  return `<g fill="${fill}">${paths.join('')}</g>`
}

/** One line; what is too wide gets smaller. */
const text = (x: number, y: number, size: number, words: string, style: Style): string => {
  const outline = outlineOf(words, style.weight ?? 400)
  const fitting = style.widest ? Math.min(size, style.widest / outline.width) : size
  return drawn(outline, x, y, fitting, style)
}

const nameSize = 50
const nameTwoLines = 40
/** Below this a line goes over two. */
const nameOneLine = 34
/** Below this a line is cut; the code has the whole name. */
const nameSmallest = 22
const nameWidest = 480

const widthOf = (words: string): number => outlineOf(words, 700).width

/** As much of a line as has room at a size, and a sign that there is more. */
const cut = (line: string, size: number): string => {
  if (widthOf(line) * size <= nameWidest) return line
  const letters = [...graphemes.segment(line)].map(({ segment }) => segment)
  const shown = (count: number): string => `${letters.slice(0, count).join('')}…`
  let [fits, tooMany] = [0, letters.length]
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1
    if (widthOf(shown(middle)) * size <= nameWidest) fits = middle
    else tooMany = middle
  }
  return shown(fits)
}

/** A name that is too long for one line at a readable size goes over two. */
const nameText = (name: string): string => {
  const style: Style = { fill: ink, weight: 700, widest: nameWidest }
  const words = name.split(' ')
  const width = widthOf(name)
  if (width * nameOneLine <= nameWidest) return text(312, 250, nameSize, name, style)
  if (words.length === 1) return text(312, 250, nameSize, cut(name, nameSmallest), style)
  const splits = words
    .slice(1)
    .map((_, index) => [words.slice(0, index + 1).join(' '), words.slice(index + 1).join(' ')] as const)
  const longest = (lines: readonly string[]): number => Math.max(...lines.map(widthOf))
  const [first, second] = splits.reduce(
    (best, one) => (longest(one) < longest(best) ? one : best),
    splits[0] ?? [name, ''],
  )
  const size = Math.min(nameTwoLines, Math.max(nameSmallest, nameWidest / longest([first, second])))
  const top = 226 - (nameTwoLines - size) / 4
  return text(312, top, size, cut(first, size), style) + text(312, top + size * 1.35, size, cut(second, size), style)
}

const ink = '#14213d'
const quiet = '#5b6880'

const labelled = (x: number, y: number, label: string, value: string): string =>
  value ? text(x, y, 21, label, { fill: quiet }) + text(x, y + 38, 30, value, { fill: ink, weight: 700 }) : ''

/** Nothing but base64 may stand in the attribute: what closed it could name files of this machine. */
const photoOf = (photo: string): string | undefined => {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(photo)) return undefined
  if (photo.startsWith('/9j/')) return `data:image/jpeg;base64,${photo}`
  return photo.startsWith('iVBOR') ? `data:image/png;base64,${photo}` : undefined
}

export const cardWidth = 1280
export const cardHeight = 800

const quietModules = 4

/** In the middle of a white square. A small module that is no whole number of pixels is hard to read. */
const qrIn = (qr: Modules, x: number, y: number, side: number, widest: number): string => {
  const smooth = widest / qr.size
  const unit = smooth >= 4 ? smooth : Math.floor(side / (qr.size + 2 * quietModules))
  const inset = Math.floor((side - unit * qr.size) / 2)
  const modules = qrPath(qr, x + inset, y + inset, unit * qr.size)
  return `<path d="${modules}" fill="#0a1626" shape-rendering="crispEdges"/>`
}

export const cardSvg = (subject: CardSubject, qr: Modules): string => {
  const picture = photoOf(subject.photo)
  const portrait = picture
    ? `<image href="${picture}" x="64" y="192" width="208" height="248" preserveAspectRatio="xMidYMid slice" clip-path="url(#portrait)"/>`
    : text(168, 348, 88, initials(subject.name), { fill: '#0f6b5c', weight: 700, anchor: 'middle', widest: 160 })
  const masked = subject.mobile && `••••••${subject.mobile.slice(-4)}`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${cardWidth}" height="${cardHeight}" viewBox="0 0 ${cardWidth} ${cardHeight}">
<defs>
<linearGradient id="band" x1="0" y1="0" x2="1" y2="0"><stop offset="0" stop-color="#0b4f6c"/><stop offset="1" stop-color="#0f8b76"/></linearGradient>
<linearGradient id="paper" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#ffffff"/><stop offset="1" stop-color="#eef6f6"/></linearGradient>
<clipPath id="portrait"><rect x="64" y="192" width="208" height="248" rx="20"/></clipPath>
<clipPath id="edge"><rect width="${cardWidth}" height="${cardHeight}" rx="36"/></clipPath>
</defs>
<g clip-path="url(#edge)">
<rect width="${cardWidth}" height="${cardHeight}" fill="url(#paper)"/>
<circle cx="1180" cy="720" r="330" fill="#0f8b76" opacity="0.05"/>
<circle cx="1180" cy="720" r="220" fill="#0f8b76" opacity="0.05"/>
<rect width="${cardWidth}" height="136" fill="url(#band)"/>
<path d="M64 68h28l10-26 18 54 12-28h34" fill="none" stroke="#ffffff" stroke-width="6" stroke-linecap="round" stroke-linejoin="round"/>
${text(190, 64, 40, 'ABHA card', { fill: '#ffffff', weight: 700 })}
${text(190, 104, 26, 'Ayushman Bharat Health Account', { fill: '#d3efe9' })}
<rect x="990" y="44" width="226" height="50" rx="25" fill="#ffffff" opacity="0.16"/>
${text(1103, 78, 24, 'Sandbox sample', { fill: '#ffffff', weight: 700, anchor: 'middle' })}
<rect x="64" y="192" width="208" height="248" rx="20" fill="#dcefeb"/>
${portrait}
${nameText(subject.name)}
${labelled(312, 318, 'Date of birth', subject.birthDate)}
${labelled(556, 318, 'Gender', genders[subject.gender] ?? '')}
${labelled(312, 402, 'Mobile', masked)}
<rect x="64" y="500" width="728" height="228" rx="24" fill="#e3f1ef"/>
${text(100, 546, 24, subject.abhaNumber ? 'ABHA number' : 'ABHA address', { fill: '#5b6880' })}
${
  subject.abhaNumber
    ? text(100, 606, 58, subject.abhaNumber, { fill: '#0b4f6c', weight: 700, spacing: 2 })
    : text(100, 610, 46, subject.abhaAddress, { fill: '#0b4f6c', weight: 700, widest: 656 })
}
${
  subject.abhaNumber
    ? text(100, 654, 22, 'ABHA address', { fill: '#5b6880' }) +
      text(100, 694, 32, subject.abhaAddress, { fill: '#14213d', weight: 700, widest: 656 })
    : text(100, 682, 26, 'Not yet verified with KYC', { fill: '#5b6880' })
}
<rect x="840" y="192" width="376" height="376" rx="24" fill="#ffffff" stroke="#cfdfe0" stroke-width="2"/>
${qrIn(qr, 840, 192, 376, 320)}
${text(1028, 622, 25, 'Scan to share your profile', { fill: '#14213d', weight: 700, anchor: 'middle' })}
${text(1028, 658, 22, 'at a hospital, clinic or lab', { fill: '#5b6880', anchor: 'middle' })}
${text(1028, 722, 17, 'A synthetic person. Not an identity document.', { fill: '#8a4b00', anchor: 'middle', widest: 376 })}
</g>
</svg>`
}

/** The QR code alone, with the quiet zone that a reader needs. */
export const qrSvg = (qr: Modules): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="600" height="600" viewBox="0 0 600 600"><rect width="600" height="600" fill="#ffffff"/>${qrIn(qr, 0, 0, 600, 504)}</svg>`
