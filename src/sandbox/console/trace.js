import { call } from './api.js'
import { copyButton } from './base.js'
import { timeText } from './clock.js'
import { acting, byId, make, saying } from './dom.js'

/** The upstream calls of a transaction, sealed fields with their plaintext. */

const longText = 80

const shortened = (text) => (text.length > longText ? `${text.slice(0, 28)}…` : text)

/** JSON as text, with what was sealed shown open in its place. */
const json = (value, decrypted = {}) => {
  const parts = []
  const write = (part, path, indent) => {
    const opened = decrypted[path.join('.')]
    if (opened !== undefined) {
      parts.push(
        make('mark', {}, JSON.stringify(opened)),
        make('span', { class: 'sealed' }, ` sealed on the wire, ${String(part).length} characters`),
      )
    } else if (Array.isArray(part) || (part !== null && typeof part === 'object')) {
      const isList = Array.isArray(part)
      const entries = Object.entries(part)
      if (entries.length === 0) return parts.push(isList ? '[]' : '{}')
      parts.push(isList ? '[\n' : '{\n')
      for (const [index, [name, inner]] of entries.entries()) {
        parts.push(`${indent}  `)
        if (!isList) parts.push(make('span', { class: 'key' }, JSON.stringify(name)), ': ')
        write(inner, [...path, name], `${indent}  `)
        parts.push(index < entries.length - 1 ? ',\n' : '\n')
      }
      parts.push(`${indent}${isList ? ']' : '}'}`)
    } else if (typeof part === 'string' && part.length > longText) {
      parts.push(JSON.stringify(shortened(part)), make('span', { class: 'sealed' }, ` ${part.length} characters`))
    } else parts.push(JSON.stringify(part))
  }
  write(value, [], '')
  return parts
}

const bodyText = (body) => (typeof body === 'string' ? body : JSON.stringify(body, null, 2))

export const side = (title, what, body, decrypted) =>
  make(
    'div',
    { class: 'side' },
    make('div', { class: 'side-head' }, make('h4', {}, title), body !== null && copyButton(what, () => bodyText(body))),
    body === null
      ? make('p', { class: 'none' }, 'no body')
      : make(
          'pre',
          { tabindex: '0', role: 'region', 'aria-label': what },
          ...(typeof body === 'string' ? [body.slice(0, 2_000)] : json(body, decrypted)),
        ),
  )

export const statusOf = (status) =>
  status === null
    ? make('span', { class: 'result bad' }, 'no answer')
    : make('span', { class: `result ${status < 400 ? 'good' : 'bad'}` }, String(status))

export const headersOf = (headers) =>
  make(
    'details',
    {},
    make('summary', {}, 'Headers'),
    make(
      'dl',
      { class: 'headers' },
      ...Object.entries(headers).flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, shortened(value))]),
    ),
  )

const card = (exchange, index) => {
  const { operation, method, path, status, milliseconds, at, headers, decrypted } = exchange
  const name = operation ?? path
  return make(
    'li',
    { class: 'exchange' },
    make(
      'div',
      { class: 'exchange-head' },
      make('h3', {}, `${index + 1}. ${name}`),
      statusOf(status),
      make('span', { class: 'dim' }, `${Math.round(milliseconds)} ms · ${timeText(Date.parse(at))}`),
    ),
    make('p', { class: 'dim path-line' }, make('code', {}, `${method} ${path}`)),
    make(
      'div',
      { class: 'sides' },
      side('Request', `request body of ${name}`, exchange.request_body, decrypted),
      status === null
        ? make(
            'p',
            { class: 'none' },
            'ABDM gave no answer: the connection was closed or left open. A fault may do that.',
          )
        : side('Answer', `answer of ${name}`, exchange.response_body),
    ),
    headersOf(headers),
  )
}

const latestMax = 20
const say = saying('trace-said')
const list = byId('exchanges')

const show = async (txnId) => {
  const { exchanges } = await call('GET', `/trace${txnId ? `?txn_id=${encodeURIComponent(txnId)}` : ''}`)
  const shown = txnId ? exchanges : exchanges.slice(-latestMax).reverse()
  list.replaceChildren(...shown.map(card))
  const count = `${shown.length} ${shown.length === 1 ? 'call' : 'calls'}`
  if (shown.length > 0) return say(txnId ? `${count}, oldest first.` : `The latest ${count}, newest first.`)
  say(
    txnId
      ? 'No call is kept for this txn_id. Copy it from an answer of this server; the trace holds the latest calls, and a reset empties it.'
      : 'No call went to ABDM yet. Send an OTP and look again.',
  )
}

export const startTrace = () => {
  const form = byId('trace-form')
  const input = byId('trace-id')
  form.addEventListener(
    'submit',
    acting(form, say, async () => {
      const txnId = input.value.trim()
      if (txnId === '') return say('Paste a txn_id first, or show the latest calls.', true)
      await show(txnId)
    }),
  )
  const latest = byId('trace-latest')
  latest.addEventListener(
    'click',
    acting(latest, say, () => show(undefined)),
  )
}

/** So that a link can lead to a trace. */
export const showLinkedTrace = () => {
  const given = new URLSearchParams(location.search).get('txn_id')
  if (!given) return
  byId('trace-id').value = given
  byId('trace-form').requestSubmit()
  byId('trace').scrollIntoView()
}

export const clearTrace = () => {
  list.replaceChildren()
  say('')
}
