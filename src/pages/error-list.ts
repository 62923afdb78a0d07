import type { ErrorRow } from '../error-table.ts'
import { type ErrorName, errorNames, errorTable } from '../errors.ts'
import { publishedErrors } from '../published-errors.ts'
import { type Html, html, prose } from './html.ts'

/** Every error of the table, in two groups: found here, and passed on from ABDM with the published status and text. */

export const hasPublishedRow = (name: ErrorName): boolean => name in publishedErrors

const codes = ({ source, abdm = [] }: ErrorRow): Html => {
  const all = source ? [source.code, ...abdm] : abdm
  if (all.length === 0) return html`<p class="codes">no <code>source_error</code></p>`
  if (all.length <= 4) return html`<p class="codes">${all.map((one) => html`<code>${one}</code> `)}</p>`
  return html`<details class="more"><summary>ABDM codes <span class="count">${all.length}</span></summary><p class="codes">${all.map((one) => html`<code>${one}</code> `)}</p></details>`
}

const entry = (name: ErrorName): Html => {
  const row = errorTable[name]
  return html`<article class="error" id="error-${name}" data-find>
<p class="error-status"><span class="status s${Math.floor(row.status / 100)}">${row.status}</span></p>
<div>
<h4>${row.text}</h4>
<p>${prose(row.meaning)}</p>
${row.source && row.source.message !== row.text && html`<p class="rule">source_error.message: “${row.source.message}”</p>`}
</div>
${codes(row)}
</article>`
}

/** Only routes that exist with the emulator answer these. */
const sandboxOnly: readonly ErrorName[] = ['foreignPage']

export const errorList = (isSandbox: boolean): Html => {
  const shown = errorNames.filter((name) => isSandbox || !sandboxOnly.includes(name))
  const byStatus = shown.toSorted((one, other) => errorTable[one].status - errorTable[other].status)
  return html`<h3 id="errors-here">Found by this server</h3>
<p>An honest 4xx wherever the caller can do something about it. Where the published vocabulary has a code for the same thing, <code>source_error.code</code> carries it, so a client sees one vocabulary.</p>
<div class="error-list">${byStatus.filter((name) => !hasPublishedRow(name)).map(entry)}</div>
<h3 id="errors-abdm">Passed on from ABDM</h3>
<p>An error that came from ABDM keeps the published status and text of its code; <code>source_error</code> holds the code and the words of ABDM.</p>
<div class="error-list">${byStatus.filter(hasPublishedRow).map(entry)}</div>`
}
