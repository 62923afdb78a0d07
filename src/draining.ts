import type { FastifyInstance, FastifyReply } from 'fastify'

/** From the signal on; a request whose body never comes, or whose answer nobody reads, does not end by itself. */
const cutAfterMs = 8_000
/** Whoever has been answered, or has asked for nothing, is given this long to go by itself. */
const graceMs = 500

/** The end of a server: what came before the stop is answered, what comes after it is turned away. */
export const createDraining = (app: FastifyInstance) => {
  let isStopping = false
  let inFlight = 0
  const answered = Promise.withResolvers<void>()

  // A connection that is kept alive would hold up the stop, which closed only those that were idle then.
  app.addHook('onResponse', (_request, _reply, next) => {
    if (isStopping) setImmediate(() => app.server.closeIdleConnections())
    next()
  })

  return {
    /** False: the server is stopping, and the reply says that its connection closes. */
    takes(reply: FastifyReply): boolean {
      if (isStopping) {
        reply.header('Connection', 'close')
        return false
      }
      inFlight++
      reply.raw.once('close', () => {
        inFlight--
        if (isStopping && inFlight === 0) answered.resolve()
      })
      return true
    },

    /** New requests are turned away until those in flight have ended, on new connections too; then nobody needs to listen. */
    async stop(): Promise<void> {
      isStopping = true
      if (inFlight === 0) return
      const late = setTimeout(() => app.server.closeAllConnections(), cutAfterMs)
      await answered.promise
      clearTimeout(late)
    },

    /** Nobody listens any more, and no connection is left, also none that has never carried a request. */
    async close(): Promise<void> {
      const grace = setTimeout(() => app.server.closeAllConnections(), graceMs)
      await app.close()
      clearTimeout(grace)
    },
  }
}
