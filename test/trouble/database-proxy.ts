import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'
import type { PostgresServer } from '../postgres-server.ts'

/** Stands before PostgreSQL and passes on what is said, until it is told to break connections, to lose an answer or to fall silent. */
export const startDatabaseProxy = async ({ url, port }: Pick<PostgresServer, 'url' | 'port'>) => {
  const open = new Set<Socket>()
  let losing: { statement: string; lost: () => void } | undefined
  let isSilent = false
  let waiting: (() => void)[] = []

  const server = createServer((socket) => {
    const there = connect(port, '127.0.0.1')
    const both = [socket, there]
    let loses: (() => void) | undefined
    const pass = (to: Socket, bytes: Buffer): void => {
      if (isSilent) waiting.push(() => to.write(bytes))
      else to.write(bytes)
    }
    for (const one of both) {
      open.add(one)
      one.on('error', () => undefined)
      one.on('close', () => {
        open.delete(one)
        for (const other of both) other.destroy()
      })
    }
    socket.on('data', (bytes) => {
      // A call of a statement names it.
      if (losing && bytes.includes(`\0${losing.statement}\0`)) {
        loses = losing.lost
        losing = undefined
      }
      pass(there, bytes)
    })
    there.on('data', (bytes) => {
      if (!loses) return pass(socket, bytes)
      socket.destroy()
      loses()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = new URL(url)
  address.port = String((server.address() as AddressInfo).port)
  return {
    url: address.href,
    /** Every connection breaks at once. */
    cut: (): void => {
      for (const one of open) one.destroy()
    },
    /** The next call of a statement is carried out, and its answer breaks off. */
    loseAnswerOf(statement: string): Promise<void> {
      return new Promise((lost) => {
        losing = { statement, lost }
      })
    },
    /** Connections are taken and nothing is said any more; what was said meanwhile is handed on at the end. */
    fallSilent(): () => void {
      isSilent = true
      return () => {
        isSilent = false
        for (const pass of waiting) pass()
        waiting = []
      }
    },
    stop: async (): Promise<void> => {
      for (const one of open) one.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
