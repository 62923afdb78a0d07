import { type Html, html } from './html.ts'

/** The frame of every page: everything from this origin, nothing inline. */

const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  'img-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

const icon = html`<svg xmlns="http://www.w3.org/2000/svg" class="mark" viewBox="0 0 32 32" width="26" height="26" aria-hidden="true"><rect width="32" height="32" rx="8" fill="#0b6656"/><path d="M9 21.5 16 9l7 12.5" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/><circle cx="16" cy="20.5" r="2.2" fill="#8fe3cb"/></svg>`

export const page = (parts: {
  title: string
  description: string
  /** Where its files are. */
  base: string
  styles: readonly string[]
  script: string
  body: Html
}): string => {
  const { title, description, base, styles, script, body } = parts
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="description" content="${description}">
<title>${title}</title>
<link rel="icon" type="image/svg+xml" href="data:image/svg+xml,${encodeURIComponent(icon.html)}">
${styles.map((style) => html`<link rel="stylesheet" href="${base}/style/${style}">\n`)}<script type="module" src="${base}/script/${script}"></script>
</head>
<body>
${body}
</body>
</html>
`.html
}

/** Commands to copy. The script adds the button and puts in the address of this server. */
export const code = (label: string, text: Html | string, caption = 'Shell'): Html => html`<figure class="code">
<figcaption>${caption}</figcaption><pre tabindex="0" role="region" aria-label="${label}"><code>${text}</code></pre></figure>`

export const wordmark = (label: string): Html =>
  html`${icon}<span class="name">OpenABHA</span> <span class="where">${label}</span>`
