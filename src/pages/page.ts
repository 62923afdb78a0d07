import { type Html, html } from './html.ts'

/** The frame of every page: everything from this origin, nothing inline. */

const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

export const page = (parts: {
  title: string
  description: string
  /** The folder of its files; `base.css` and `icon.svg` are in each. */
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
<link rel="icon" type="image/svg+xml" href="${base}/icon.svg">
${styles.map((style) => html`<link rel="stylesheet" href="${base}/${style}">\n`)}<script type="module" src="${base}/${script}"></script>
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

export const wordmark = (base: string, label: string): Html =>
  html`<img class="mark" src="${base}/icon.svg" alt="" width="26" height="26"><span class="name">OpenABHA</span> <span class="where">${label}</span>`
