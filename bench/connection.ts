import { connect, type Socket } from 'node:net'

/** One keep-alive HTTP/1.1 connection with one request at a time: as little client as possible beside the measured server. */

export type Answer = { readonly status: number; readonly body: string }

export class Connection {
  readonly #socket: Socket
  #text = ''
  #resolve: ((answer: Answer) => void) | undefined
  #reject: ((error: Error) => void) | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    // All test data is ASCII, so characters are bytes.
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => this.#take(text))
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('the server closed the connection')))
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new Connection(socket))
      })
    })
  }

  send(request: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new Error('the connection is closed'))
      this.#resolve = resolve
      this.#reject = reject
      this.#socket.write(request, 'latin1')
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(text: string): void {
    this.#text += text
    const headEnd = this.#text.indexOf('\r\n\r\n')
    if (headEnd < 0) return
    const length = /\r\ncontent-length: *(\d+)/i.exec(this.#text.slice(0, headEnd))?.[1]
    if (length === undefined) {
      this.#fail(new Error('an answer without Content-Length'))
      return
    }
    const end = headEnd + 4 + Number(length)
    if (this.#text.length < end) return
    const answer = { status: Number(this.#text.slice(9, 12)), body: this.#text.slice(headEnd + 4, end) }
    this.#text = this.#text.slice(end)
    const resolve = this.#resolve
    this.#resolve = undefined
    this.#reject = undefined
    resolve?.(answer)
  }

  #fail(error: Error): void {
    const reject = this.#reject
    this.#resolve = undefined
    this.#reject = undefined
    this.#socket.destroy()
    reject?.(error)
  }
}

type Asked = { port: number; method: 'GET' | 'POST'; path: string; token?: string; body?: unknown }

export const requestText = ({ port, method, path, token, body }: Asked): string => {
  const text = body === undefined ? '' : JSON.stringify(body)
  const head = [
    `${method} ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    ...(token ? [`Authorization: Bearer ${token}`] : []),
    ...(body === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${text.length}`]),
  ]
  return `${head.join('\r\n')}\r\n\r\n${text}`
}
