import { call } from './api.js'
import { acting, byId, make, saying } from './dom.js'

/** Failures on request, new keys, and the fresh sandbox. */

const details = {
  error: { status: 500, code: 'ABDM-9999', message: 'Unknown exception' },
}

const words = {
  error: ({ status, code }) => `answers ${status} ${code}`,
  timeout: () => 'never answers',
  drop_before: () => 'breaks off before it acts',
  drop_after: () => 'acts, the answer is lost',
  empty: ({ status }) => `answers ${status} with nothing`,
  html: ({ status }) => `answers ${status} with an HTML page`,
  truncated: () => 'breaks off in the middle of the answer',
  huge: () => 'answers with far too much',
}

const often = ({ times, probability }) =>
  times === null ? `${Math.round(probability * 100)} % of the calls` : times === 1 ? 'once' : `${times} times`

const list = byId('faults')
const say = saying('faults-said')
let timer

const show = (faults) => {
  list.replaceChildren(
    ...faults.map((fault) =>
      make(
        'li',
        {},
        make('code', {}, fault.operation === '*' ? 'any call' : fault.operation),
        ` ${words[fault.mode]?.(fault) ?? fault.mode}, ${often(fault)}`,
      ),
    ),
  )
  byId('clear-faults').hidden = faults.length === 0
  // They are used up by calls that this page does not see.
  clearTimeout(timer)
  if (faults.length > 0) timer = setTimeout(() => void loadFaults().catch(() => undefined), 2_000)
}

export const loadFaults = async () => {
  const before = list.children.length
  const { faults } = await call('GET', '/faults')
  show(faults)
  if (before > 0 && faults.length === 0) say('All faults have struck. The trace shows the calls.')
}

export const startFaults = () => {
  const form = byId('fault-form')
  form.addEventListener(
    'submit',
    acting(form, say, async () => {
      const mode = byId('fault-kind').value
      const operation = byId('fault-operation').value
      const { faults } = await call('POST', '/faults', {
        operation,
        mode,
        times: Number(byId('fault-times').value),
        ...details[mode],
      })
      show(faults)
      say('Added. Make the call now and see how your client takes it.')
    }),
  )
  const clear = byId('clear-faults')
  clear.addEventListener(
    'click',
    acting(clear, say, async () => {
      await call('DELETE', '/faults')
      show([])
      say('No faults. The next calls go through.')
    }),
  )
}

export const startKeysAndReset = (onReset) => {
  const told = saying('more-said')
  const rotate = byId('rotate')
  rotate.addEventListener(
    'click',
    acting(rotate, told, async () => {
      await call('POST', '/rotate-keys')
      told('New certificates are published. Make a call: a server that still seals with the old ones is refused.')
    }),
  )
  const dialog = byId('reset-dialog')
  const reset = byId('reset')
  reset.addEventListener('click', () => {
    dialog.returnValue = 'keep'
    dialog.showModal()
  })
  dialog.addEventListener(
    'close',
    acting(reset, told, async () => {
      if (dialog.returnValue !== 'reset') return told('Nothing was reset.')
      told('Resetting …')
      await call('POST', '/reset')
      await onReset()
      told('A fresh sandbox. Access tokens still work; begin your flow again.')
    }),
  )
}
