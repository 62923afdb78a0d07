import { addCitizen, listCitizens } from './citizens.ts'
import { moveClock, readClock } from './clock.ts'
import { consoleRoutes } from './console.ts'
import { decideFace } from './face-auth.ts'
import { addFault, clearFaults, listFaults } from './faults.ts'
import { clearMessages, listMessages, streamMessages } from './messages.ts'
import { reset } from './reset.ts'
import { rotateKeys } from './rotate-keys.ts'
import { readTrace } from './trace.ts'

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
  ...consoleRoutes,
]
