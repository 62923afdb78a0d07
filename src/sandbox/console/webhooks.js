import { call } from './api.js'
import { timeText } from './clock.js'
import { acting, byId, make, saying } from './dom.js'
import { headersOf, side, statusOf } from './trace.js'

/** Where the events of the sandbox client go, and every attempt to deliver one. */

const shownMax = 20
const lookEveryMs = 3_000
const say = saying('webhooks-said')
const list = byId('deliveries')
let shownNow = ''

const card = ({ url, headers, body, status, attempt, at }) => {
  const event = JSON.parse(body)
  return make(
    'li',
    { class: 'exchange' },
    make(
      'div',
      { class: 'exchange-head' },
      make('h3', {}, `${event.event} ${event.data.abha_address}`),
      statusOf(status),
      make('span', { class: 'dim' }, `attempt ${attempt} · ${timeText(Date.parse(at))}`),
    ),
    make('p', { class: 'dim path-line' }, make('code', {}, `POST ${url}`)),
    side('Event', `event for ${event.data.abha_address}`, event),
    headersOf(headers),
  )
}

export const loadWebhooks = async () => {
  const { deliveries } = await call('GET', '/webhooks')
  const shown = deliveries.slice(0, shownMax)
  // What somebody has opened stays open while nothing is new.
  const newest = shown.map(({ id }) => id).join()
  byId('no-deliveries').hidden = shown.length > 0
  if (newest === shownNow) return
  shownNow = newest
  list.replaceChildren(...shown.map(card))
}

/** Only with the whole product: the emulator alone sends no events. Deliveries are made in the background, so it looks for them. */
export const startWebhooks = (isLive) => {
  byId('webhooks').hidden = false
  byId('webhooks-link').hidden = false
  const form = byId('webhook-form')
  form.addEventListener(
    'submit',
    acting(form, say, async () => {
      const url = byId('webhook-url').value.trim()
      const key = byId('webhook-key').value
      const { is_signed: isSigned } = await call('PUT', '/webhooks/endpoint', { url, ...(key && { signing_key: key }) })
      say(
        isSigned
          ? 'The next abha.created goes there, signed. Finish a registration to see it.'
          : 'The next abha.created goes there, without a signature. Finish a registration to see it.',
      )
    }),
  )
  const look = () => {
    if (document.visibilityState === 'visible' && isLive()) void loadWebhooks().catch(() => undefined)
  }
  void loadWebhooks().catch(() => undefined)
  setInterval(look, lookEveryMs)
}
