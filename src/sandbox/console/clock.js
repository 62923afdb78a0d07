import { call } from './api.js'
import { acting, byId, saying } from './dom.js'

/** The sandbox's time: read once, then it runs with this machine's own clock. */

let offsetMs = 0
let skewMs = 0

export const sandboxNow = () => Date.now() + offsetMs

const time = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
})
const date = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })

export const timeText = (ms) => time.format(ms)

const units = [
  [86_400, 'day', 'days'],
  [3_600, 'h', 'h'],
  [60, 'min', 'min'],
]

const spanText = (seconds) => {
  const [size, one, many] = units.find(([least]) => seconds >= least) ?? [1, 's', 's']
  const count = Math.floor(seconds / size)
  return `${count} ${count === 1 ? one : many}`
}

export const agoText = (ms) => {
  const seconds = Math.floor((sandboxNow() - ms) / 1000)
  return seconds < 3 ? 'just now' : `${spanText(seconds)} ago`
}

const show = () => {
  const now = sandboxNow()
  const shown = byId('clock-time')
  shown.textContent = timeText(now)
  shown.dateTime = new Date(now).toISOString()
  const ahead = Math.round(offsetMs / 1000)
  const parts = [
    date.format(now),
    ahead > 5 ? `${spanText(ahead)} ahead of real time` : 'real time',
    ...(Math.abs(skewMs) > 2000
      ? [`ABDM’s clock ${spanText(Math.abs(skewMs) / 1000)} ${skewMs > 0 ? 'ahead' : 'behind'}`]
      : []),
  ]
  byId('clock-about').textContent = parts.join(' · ')
}

const take = ({ now, upstream_now: upstreamNow }) => {
  offsetMs = Date.parse(now) - Date.now()
  skewMs = Date.parse(upstreamNow) - Date.parse(now)
  show()
}

export const readClock = async () => take(await call('GET', '/clock'))

const effects = {
  600: '10 minutes on. OTPs sent before have ended: resend, or begin again.',
  1800: '30 minutes on. Flows and access tokens from before have ended: log in again.',
  86400: 'A day on. Messages, flows, access tokens and ABHA tokens from before have ended: log in again.',
}

export const startClock = (onMoved) => {
  const say = saying('clock-said')
  for (const button of document.querySelectorAll('[data-advance]')) {
    const seconds = Number(button.dataset.advance)
    button.addEventListener(
      'click',
      acting(button, say, async () => {
        take(await call('POST', '/clock', { advance_seconds: seconds }))
        say(effects[seconds])
        await onMoved()
      }),
    )
  }
  setInterval(show, 1000)
}
