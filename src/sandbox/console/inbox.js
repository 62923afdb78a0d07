import { call } from './api.js'
import { announce, copyButton } from './base.js'
import { agoText, sandboxNow, timeText } from './clock.js'
import { acting, byId, make, saying } from './dom.js'
import { nameOf } from './people.js'

/** The OTPs, newest first. */

const shownMax = 8
const list = byId('messages')
const filter = byId('filter')
const older = byId('older')
const say = saying('inbox-said')

/** By id. */
const items = new Map()
let isOlderShown = false
let isLoaded = false

const wanted = () => filter.value.replace(/\D/g, '').replace(/^91(?=\d{10}$)/, '')

const card = ({ id, to, otp, purpose, created_at: createdAt }) => {
  const at = Date.parse(createdAt)
  const when = make('time', { datetime: createdAt, title: new Date(at).toLocaleString() })
  const who = make('span', { class: 'who' })
  const node = make(
    'li',
    { class: 'message' },
    make('p', { class: 'otp' }, make('span', {}, otp.slice(0, 3)), make('span', {}, otp.slice(3))),
    make(
      'div',
      { class: 'about-message' },
      make(
        'p',
        { class: 'to' },
        make(
          'button',
          { type: 'button', class: 'number', title: 'Show only this mobile', onclick: () => showOnly(to) },
          make('span', { class: 'unseen' }, 'Show only '),
          to,
        ),
        who,
      ),
      make('p', { class: 'facts-line' }, make('code', {}, purpose), ' ', when),
    ),
    copyButton(`OTP ${otp}`, () => otp),
  )
  const refresh = () => {
    when.textContent = `${timeText(at)} · ${agoText(at)}`
    who.textContent = nameOf(to)
  }
  refresh()
  return { id, node, refresh, to, at }
}

/** Within a millisecond ids tell what came first. */
const isNewer = (one, other) => other.at - one.at || (one.id < other.id ? 1 : -1)

const show = () => {
  const digits = wanted()
  const ordered = [...items.values()].sort(isNewer)
  const fitting = ordered.filter(({ to }) => to.includes(digits))
  const shown = isOlderShown ? fitting : fitting.slice(0, shownMax)
  const nodes = new Set(shown.map(({ node }) => node))
  for (const node of [...list.children]) if (!nodes.has(node)) node.remove()
  // Only what is not in its place moves: a button that has the focus keeps it.
  for (const [index, node] of [...nodes].entries()) {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null)
  }
  older.hidden = fitting.length <= shown.length
  older.textContent = `Show ${fitting.length - shown.length} older`
  byId('empty').hidden = !isLoaded || items.size > 0
  byId('empty-filter').hidden = !isLoaded || items.size === 0 || fitting.length > 0
  byId('empty-filter').textContent =
    `No OTP went to a mobile with “${filter.value.trim()}”. Empty the field to see all of them.`
  byId('clear').disabled = items.size === 0
}

const take = (message) => {
  if (items.has(message.id)) return false
  items.set(message.id, card(message))
  return true
}

export const showOnly = (mobile) => {
  filter.value = mobile
  narrow()
  byId('inbox').focus()
  announce(`Only OTPs to ${mobile}`)
}

const narrowed = async () => {
  show()
  const digits = wanted()
  // The page holds the latest of all; those of one number may be further back.
  if (/^[6-9]\d{9}$/.test(digits)) {
    const { messages } = await call('GET', `/messages?to=${digits}&limit=50`)
    for (const message of messages) take(message)
    show()
  }
}

const narrow = () => void narrowed().catch((thrown) => say(thrown.message, true))

const loadedMax = 100

/** What is there stays as it is, so that nobody loses the place where they are. */
export const loadInbox = async () => {
  const { messages } = await call('GET', `/messages?limit=${loadedMax}`)
  const ids = new Set(messages.map(({ id }) => id))
  const oldest = messages.length < loadedMax ? 0 : Date.parse(messages.at(-1).created_at)
  for (const { id, at } of items.values()) if (!ids.has(id) && at >= oldest) items.delete(id)
  for (const message of messages) take(message)
  isLoaded = true
  show()
}

/** A title is seen from another tab too. */
const plainTitle = document.title
const showInTitle = (otp) => {
  if (document.visibilityState === 'visible') return
  document.title = `${otp} · ${plainTitle}`
}
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') document.title = plainTitle
})

export const arrived = (message) => {
  if (!take(message)) return
  items.get(message.id).node.classList.add('arriving')
  show()
  say('')
  showInTitle(message.otp)
  announce(`OTP ${[...message.otp].join(' ')} for ${message.to}`)
}

/** Whether a message bears a time that the shown clock cannot explain. */
export const isOutOfTime = ({ created_at: createdAt }) => Math.abs(Date.parse(createdAt) - sandboxNow()) > 5_000

export const refreshInbox = () => {
  for (const { refresh } of items.values()) refresh()
}

export const startInbox = () => {
  const clear = byId('clear')
  clear.addEventListener(
    'click',
    acting(clear, say, async () => {
      await call('DELETE', '/messages')
      items.clear()
      show()
      say('The inbox is empty. The OTPs themselves still work.')
    }),
  )
  filter.addEventListener('input', narrow)
  older.addEventListener('click', () => {
    isOlderShown = true
    show()
  })
  setInterval(refreshInbox, 1000)
}
