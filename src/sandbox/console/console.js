import { readClock, startClock } from './clock.js'
import { byId, saying } from './dom.js'
import { loadFaults, startFaults, startKeysAndReset } from './faults.js'
import { arrived, isOutOfTime, loadInbox, refreshInbox, showOnly, startInbox } from './inbox.js'
import { loadPeople, startPeople } from './people.js'
import { listen } from './stream.js'
import { clearTrace, showLinkedTrace, startTrace } from './trace.js'
import { startWebhooks } from './webhooks.js'

/** The console: what the server says is loaded anew whenever the connection is. */

const connection = byId('connection')
const lost = byId('lost')

const setConnection = (state, text) => {
  if (connection.dataset.state === state) return
  connection.dataset.state = state
  connection.textContent = text
}

const load = async () => {
  await Promise.all([readClock(), loadPeople(showOnly), loadInbox(), loadFaults()])
  refreshInbox()
}

startInbox()
startClock(async () => {
  await loadInbox()
  refreshInbox()
})
startPeople(showOnly)
startFaults()
startKeysAndReset(async () => {
  clearTrace()
  await load()
})
startTrace()

const problem = (thrown) => saying('inbox-said')(thrown.message, true)

/** The emulator alone has no API to document and none to send an OTP with. */
const learnWhatIsServed = async () => {
  const hasApi = await fetch('/openapi.json').then(
    ({ ok }) => ok,
    () => true,
  )
  byId('docs-link').hidden = !hasApi
  byId('first-otp').hidden = !hasApi
  byId('first-otp-alone').hidden = hasApi
  if (hasApi) startWebhooks(() => connection.dataset.state === 'live')
}
void learnWhatIsServed()

let isFirst = true

listen({
  onOpen: (wasLost) => {
    setConnection('live', 'Live')
    lost.hidden = true
    void load().then(() => {
      if (wasLost) saying('inbox-said')('Connected again; nothing is missing.')
      if (isFirst) showLinkedTrace()
      isFirst = false
    }, problem)
  },
  onMessage: (message) => {
    arrived(message)
    if (isOutOfTime(message)) void readClock().catch(problem)
  },
  onLost: () => {
    setConnection('lost', 'Not connected')
    lost.textContent =
      'The server does not answer. Start it again (npm start); this page tries every few seconds and goes on by itself.'
    lost.hidden = false
  },
})

// Another window or a script may have moved the clock or added faults in the meantime.
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible' && connection.dataset.state === 'live') void load().catch(problem)
})
