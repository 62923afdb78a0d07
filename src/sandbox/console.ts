import { assetRoutes } from '../pages/assets.ts'
import { keeping } from '../pages/keeping.ts'
import { sandboxRoute } from './sandbox.ts'

/** The console: a page over the public routes of the sandbox. Made when somebody first opens it. */

const rendered = keeping(async (_: 'console') => Buffer.from((await import('./console/page.ts')).consolePage()))

const consolePage = sandboxRoute({
  method: 'GET',
  path: '/console',
  operationId: 'sandboxConsole',
  tag: 'sandbox',
  summary: 'The sandbox for people: OTPs as they arrive, people, time, faults, trace',
  auth: 'none',
  replyType: 'text/html; charset=utf-8',
  errors: [],
  handle: () => rendered('console'),
})

const home = sandboxRoute({
  method: 'GET',
  path: '/',
  operationId: 'sandboxHome',
  tag: 'sandbox',
  summary: 'The console, for whoever opens the bare address',
  auth: 'none',
  replyType: 'text/html; charset=utf-8',
  errors: [],
  handle: () => rendered('console'),
})

/** The emulator alone serves these routes without the documentation, so the shared files are here too. */
const files = assetRoutes(sandboxRoute, '/console', [
  { folder: import.meta.resolve('../pages/'), names: ['base.css', 'controls.css', 'base.js'] },
  {
    folder: import.meta.resolve('./console/'),
    names: [
      'console.css',
      'panels.css',
      'trace.css',
      'console.js',
      'api.js',
      'clock.js',
      'dom.js',
      'faults.js',
      'inbox.js',
      'people.js',
      'stream.js',
      'trace.js',
      'webhooks.js',
    ],
  },
])

export const consoleRoutes = [consolePage, home, ...files]
