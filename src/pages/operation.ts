import { type ErrorName, errorNames, errorTable } from '../errors.ts'
import { errorsOf, type Route } from '../route.ts'
import { command, curlOf } from './curl.ts'
import { hasPublishedRow } from './error-list.ts'
import { type Html, html, pathText, prose } from './html.ts'
import { code } from './page.ts'
import type { Setting } from './samples.ts'
import { type Described, fieldsOf } from './schema.ts'

/** One operation: what it does, who may call it, what goes in, what comes out, what can go wrong, and a call to copy. */

/** Words of the code (states, upstream operations) are set as code. */
const sentence = (text: string): Html =>
  prose(
    text.replace(
      /`[^`]*`|\b[a-z]+(?:[._][a-z]+)*(?:_[a-z]+)+\b|\b(?:phr|web|abha|gateway|registration)(?:\.[a-z_]+)+\b/g,
      (word) => (word.startsWith('`') ? word : `\`${word}\``),
    ),
  )

/** What the contract publishes and this server never does. */
const notes: Readonly<Record<string, string>> = {
  registrationMobileVerify:
    '`eka` is part of the published answer and is never sent by this step: it does not end the flow.',
}

const callers = {
  none: html`Anybody; no token is asked for.`,
  client: html`A <strong>client token</strong>. A user-scoped token is answered <a href="#error-notForThisUser">403</a>.`,
  'client-or-user': html`A <strong>client token</strong>, or a <strong>user-scoped token</strong> (<code>eka.min_token</code>) for its own user.`,
} as const

type Field = Pick<Described, 'name' | 'type'> & Partial<Described>
type Side = 'asked' | 'answered'

/** Of what is asked the required is news; of what is answered, the optional. */
const presence = (side: Side, isRequired: boolean | undefined): Html | false =>
  side === 'asked'
    ? isRequired === true && html` <span class="required">required</span>`
    : isRequired === false && html` <span class="optional">may be absent</span>`

const fieldItem = (
  side: Side,
  { name, type, isRequired, description, rule, example, fields = [] }: Field,
): Html => html`<li>
<p class="field"><code class="field-name">${name}</code> <span class="field-type">${type}</span>${presence(side, isRequired)}</p>
${
  (description !== undefined || rule !== undefined || example !== undefined) &&
  html`<p>${description !== undefined && html`${prose(description)} `}${rule !== undefined && html`<span class="rule">Must be ${rule}.</span> `}${example !== undefined && html`<span class="rule">Example: <code>${example}</code></span>`}</p>`
}${fields.length > 0 && fieldList(fields, side)}</li>`

const fieldList = (fields: readonly Field[], side: Side = 'asked'): Html =>
  html`<ul class="fields">${fields.map((field) => fieldItem(side, field))}</ul>`

const part = (title: string, fields: readonly Field[]): Html | false =>
  fields.length > 0 && html`<h4>${title}</h4>${fieldList(fields)}`

/** The same few on almost every operation: named at a glance, explained on demand. */
const headersPart = (declared: Route<never>): Html | false => {
  const fields = headersOf(declared)
  return (
    fields.length > 0 &&
    html`<h4>Headers</h4><details class="more"><summary>${fields.map(({ name }, index) => html`${index > 0 && ' '}<code>${name}</code>`)}</summary>${fieldList(fields)}</details>`
  )
}

const headersOf = ({ auth, names, body, publishedHeaders = [] }: Route<never>): Field[] => [
  ...(auth === 'none'
    ? []
    : [
        {
          name: 'Authorization',
          type: 'Bearer <token>',
          isRequired: true,
          description: 'The scheme in any case. Without this header `auth: <token>` is read instead.',
        },
      ]),
  ...publishedHeaders.map(({ name, description }) => ({ name, type: 'string', description })),
  ...(body ? [{ name: 'Content-Type', type: 'application/json' }] : []),
  ...(names
    ? [
        { name: 'X-Pt-Id', type: 'string', description: 'The user’s `oid` on this server.' },
        { name: 'X-Partner-Pt-Id', type: 'string', description: 'Your own identifier of the user.' },
        {
          name: 'X-Hip-Id',
          type: 'string',
          description: 'The facility on whose behalf you call. Never selects a user.',
        },
      ]
    : []),
]

const queryOf = ({ names, query }: Route<never>): Field[] => [
  ...(names === 'headers-and-oid'
    ? [{ name: 'oid', type: 'string', description: 'The user’s `oid`; goes before `X-Pt-Id`.' }]
    : []),
  ...fieldsOf(query),
]

/** Several rows have one text by contract; their messages tell them apart. */
const isOneOfSeveral = (name: ErrorName): boolean =>
  errorNames.some(
    (other) => other !== name && errorTable[other].source && errorTable[other].text === errorTable[name].text,
  )

const errorLink = (name: ErrorName): Html => {
  const { status, text, source } = errorTable[name]
  return html`<li><span class="status">${status}</span> <span><a href="#error-${name}">${text}</a>${
    source !== undefined && html` <code class="source">${source.code}</code>`
  }${source !== undefined && isOneOfSeveral(name) && html` <span class="rule">${source.message}</span>`}</span></li>`
}

const errorsPart = (declared: Route<never>): Html => {
  const all = errorsOf(declared)
  const own = new Set<ErrorName>([
    ...declared.errors,
    ...(declared.needsUserSession ? (['sessionEnded'] as const) : []),
  ])
  const usual = errorNames.filter((name) => all.has(name) && !own.has(name) && !hasPublishedRow(name))
  return html`<h4>Errors</h4>
${own.size > 0 && html`<ul class="errors">${[...own].map(errorLink)}</ul>`}<details class="more"><summary>Of every operation of this kind <span class="count">${usual.length}</span></summary><ul class="errors">${usual.map(errorLink)}</ul></details>
${declared.upstream && html`<p class="passed">This operation asks ABDM: what ABDM refuses is <a href="#errors-abdm">passed on</a>.</p>`}`
}

const countOf = (fields: readonly { readonly fields: readonly Described[] }[]): number =>
  fields.reduce((sum, field) => sum + 1 + countOf(field.fields), 0)

/** An answer longer than this is folded. */
const shownMax = 12

const answerPart = ({ status = 200, reply, replyType }: Route<never>): Html => {
  const fields = fieldsOf(reply, true).map(({ rule: _, ...field }) => field)
  const kind = status === 204 ? 'no body' : (replyType ?? 'application/json')
  const list = fields.length > 0 && fieldList(fields, 'answered')
  const count = countOf(fields)
  return html`<h4>Answer <span class="status">${status}</span> <span class="field-type">${kind}</span></h4>
${count > shownMax ? html`<details class="more"><summary>Fields <span class="count">${count}</span></summary>${list}</details>` : list}`
}

export const operation = (declared: Route<never>, comment: string | undefined, setting: Setting): Html => {
  const { operationId, method, path, summary, auth, params, body, deprecated, needsUserSession } = declared
  const note = notes[operationId]
  return html`<article class="operation" id="${operationId}" data-find>
<header>
<h3><a class="anchor" href="#${operationId}">${summary}</a></h3>
<p class="call"><span class="method ${method.toLowerCase()}">${method}</span> <code class="path">${pathText(path)}</code></p>
${(deprecated || needsUserSession) && html`<p class="tags">${deprecated && html`<span class="tag warn">older form</span> `}${needsUserSession && html`<a class="tag" href="#session-ended">answers 491 without a user session</a>`}</p>`}
</header>
${comment !== undefined && html`<p class="comment">${sentence(comment)}</p>`}
${note !== undefined && html`<p class="note">${prose(note)}</p>`}
${code(`curl for ${method} ${path}`, command(curlOf(declared, setting)))}
<div class="columns">
<div><h4>Who may call</h4>
<p>${callers[auth]}</p>
${headersPart(declared)}${part('Path', fieldsOf(params))}${part('Query', queryOf(declared))}${part('Body', fieldsOf(body))}</div>
<div>${answerPart(declared)}
${errorsPart(declared)}</div>
</div>
</article>`
}
