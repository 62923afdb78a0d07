import { PassThrough } from 'node:stream'
import { error } from '../errors.ts'
import { Handle, Mobile } from '../fields.ts'
import { Type } from '../schema.ts'
import { sandboxRoute } from './sandbox.ts'

const text = Type.String()
const message = Type.Object({ id: text, to: text, otp: text, purpose: text, text, created_at: text })

/** The OTPs that went out, newest first. */
export const listMessages = sandboxRoute({
  method: 'GET',
  path: '/sandbox/v1/messages',
  operationId: 'sandboxMessages',
  tag: 'sandbox',
  summary: 'The OTPs that went out, newest first',
  auth: 'none',
  query: Type.Object({
    to: Type.Optional(Mobile),
    limit: Type.Optional(Handle('1 to 100, default 20.')),
  }),
  reply: Type.Object({ messages: Type.Array(message) }),
  errors: [],
  async handle({ query: { to, limit = '20' } }, { emulator }) {
    const count = /^[0-9]{1,3}$/.test(limit) ? Number(limit) : 0
    if (count < 1 || count > 100) throw error.invalidField({ message: 'limit must be from 1 to 100' })
    return { messages: await emulator.inbox.list({ limit: count, ...(to && { to }) }) }
  },
})

/** The same as they happen, as server-sent events: for the console and for tests that wait for an OTP. */
export const streamMessages = sandboxRoute({
  method: 'GET',
  path: '/sandbox/v1/messages/stream',
  operationId: 'sandboxMessageStream',
  tag: 'sandbox',
  summary: 'OTPs as they go out (server-sent events)',
  auth: 'none',
  replyType: 'text/event-stream',
  errors: [],
  async handle(_, sandbox) {
    const stream = new PassThrough()
    sandbox.keepStream(stream)
    stream.write(': connected\n\n')
    const unsubscribe = sandbox.emulator.inbox.subscribe((sent) => {
      stream.write(`event: message\nid: ${sent.id}\ndata: ${JSON.stringify(sent)}\n\n`)
    })
    stream.on('close', unsubscribe)
    return stream
  },
})

export const clearMessages = sandboxRoute({
  method: 'DELETE',
  path: '/sandbox/v1/messages',
  operationId: 'sandboxMessagesClear',
  tag: 'sandbox',
  summary: 'Empty the inbox',
  auth: 'none',
  status: 204,
  errors: [],
  async handle(_, { emulator }) {
    await emulator.inbox.clear()
    return undefined
  },
})
