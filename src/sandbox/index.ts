import { addCitizen, listCitizens } from './citizens.ts'
import { moveClock, readClock } from './clock.ts'
import { consoleRoutes } from './console.ts'
import { decideFace } from './face-auth.ts'
import { listFacilities } from './facilities.ts'
import { addFault, clearFaults, listFaults } from './faults.ts'
import { clearMessages, listMessages, streamMessages } from './messages.ts'
import { reset } from './reset.ts'
import { rotateKeys } from './rotate-keys.ts'
import { loadState, saveState } from './state.ts'
import { readTrace } from './trace.ts'
import { listWebhooks, setWebhook } from './webhooks.ts'

/** Not with the emulator alone, which has no clients and shares nothing. */
export const productRoutes = [listFacilities, listWebhooks, setWebhook]

export const sandboxRoutes = [
  listMessages,
  streamMessages,
  clearMessages,
  listCitizens,
  addCitizen,
  readClock,
  moveClock,
  listFaults,
  addFault,
  clearFaults,
  decideFace,
  rotateKeys,
  readTrace,
  reset,
  saveState,
  loadState,
  ...consoleRoutes,
]
