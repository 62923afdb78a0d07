/** HTML made of templates in which everything is escaped unless a template made it. */

export type Html = { readonly html: string }
type Part = Html | string | number | false | undefined | readonly Part[]

const marks: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
export const escapeText = (text: string): string => text.replace(/[&<>"']/g, (mark) => marks[mark] ?? '')

const render = (part: Part): string => {
  if (part === undefined || part === false) return ''
  if (typeof part === 'string') return escapeText(part)
  if (typeof part === 'number') return String(part)
  if ('html' in part) return part.html
  return part.map(render).join('')
}

export const html = (texts: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  html: texts.map((text, index) => text + render(parts[index])).join(''),
})

export const nothing: Html = { html: '' }

/** Prose in which `backticks` mark code. */
export const prose = (text: string): Html => ({
  html: text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? `<code>${escapeText(part)}</code>` : escapeText(part)))
    .join(''),
})

/** A path that may break after each slash, so that it fits a phone. */
export const pathText = (path: string): Html => ({ html: escapeText(path).replace(/\/(?=.)/g, '/<wbr>') })
