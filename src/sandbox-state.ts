import { readFile, stat, writeFile } from 'node:fs/promises'
import { connect, isIP } from 'node:net'

/** Keeps a running sandbox's world in a file, and brings it back. Whatever is in the way is thrown in words for people. */

const defaultAddress = 'http://127.0.0.1:8080'
/** A world of ten thousand people takes seconds. */
const answerMs = 120_000

const addressOf = (given: string): URL => {
  const address = URL.parse(given)
  if (address && /^https?:$/.test(address.protocol) && address.username === '' && address.password === '')
    return new URL('/sandbox/v1/state', address)
  const example = URL.canParse(`http://${given}`) && !given.includes('//') ? `http://${given}` : defaultAddress
  throw new Error(`"${given}" is no address of a server. Write it with http://, for example ${example}`)
}

const fileProblem = (file: string, thrown: unknown): string => {
  const { code, message } = thrown as NodeJS.ErrnoException
  if (code === 'EISDIR') return `${file} is a folder. Name a file.`
  if (code === 'EACCES' || code === 'EPERM')
    return `${file} may not be opened. Give yourself the right to, or name another file.`
  return `${file} cannot be opened: ${message}. Name another file.`
}

const notASandbox = (origin: string, status: number): Error =>
  new Error(
    `What answers at ${origin} is no OpenABHA sandbox (status ${status}). Give the address of a running sandbox; a server with a real ABDM has none.`,
  )

type Reply = { readonly status: number; readonly text: string }

/**
 * One question and its answer in HTTP/1.0, which knows neither chunks nor a connection that stays. By the socket itself,
 * because to load Node's HTTP client takes longer than to load the world.
 */
const exchange = async (at: URL, sent: string | undefined, signal: AbortSignal): Promise<Reply> => {
  const isSealed = at.protocol === 'https:'
  const host = at.hostname.replace(/^\[|\]$/g, '')
  const to = { host, port: Number(at.port || (isSealed ? 443 : 80)) }
  const named = isIP(host) === 0 ? { servername: host } : {}
  const socket = isSealed ? (await import('node:tls')).connect({ ...to, ...named }) : connect(to)
  const giveUp = () => void socket.destroy(new Error('no answer in time'))
  signal.addEventListener('abort', giveUp)
  try {
    const body = Buffer.from(sent ?? '')
    const kind = sent === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${body.length}`]
    const head = [`${sent === undefined ? 'GET' : 'PUT'} ${at.pathname} HTTP/1.0`, `Host: ${at.host}`, ...kind]
    socket.write(`${head.join('\r\n')}\r\n\r\n`)
    socket.write(body)
    const came: Buffer[] = []
    try {
      for await (const part of socket) came.push(part)
    } catch (thrown) {
      // Who refuses a file before it is all there may cut the line behind the answer.
      if (came.length === 0) throw thrown
    }
    return readReply(Buffer.concat(came))
  } finally {
    signal.removeEventListener('abort', giveUp)
    socket.destroy()
  }
}

const readReply = (came: Buffer): Reply => {
  const end = came.indexOf('\r\n\r\n')
  const head = came.toString('latin1', 0, Math.max(end, 0))
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]
  const body = came.subarray(end + 4)
  const length = /^content-length: *(\d+)/im.exec(head)?.[1]
  if (status === undefined || (length !== undefined && Number(length) !== body.length))
    throw new Error('no whole answer of an HTTP server')
  return { status: Number(status), text: body.toString('utf8') }
}

const ask = async (at: URL, how: string, sent?: string): Promise<{ status: number; body: unknown }> => {
  const signal = AbortSignal.timeout(answerMs)
  try {
    const { status, text } = await exchange(at, sent, signal)
    try {
      return { status, body: text === '' ? undefined : JSON.parse(text) }
    } catch {
      return { status, body: undefined }
    }
  } catch {
    if (signal.aborted)
      throw new Error(`${at.origin} has not answered for two minutes. Look whether the sandbox there still works.`)
    throw new Error(
      `No server answers at ${at.origin}. Start the sandbox (npm start), or give the address at which it runs: openabha ${how} <address>`,
    )
  }
}

const field = (body: unknown, name: string): unknown =>
  typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined

/** What the server says is wrong with the request; undefined when these are not the words of an OpenABHA. */
const refusalIn = (status: number, body: unknown): string | undefined => {
  const text = field(field(body, 'source_error'), 'message') ?? field(body, 'error')
  return status !== 404 && field(body, 'code') === status && typeof text === 'string' ? text : undefined
}

/** Only an older save is written over. */
const refuseToOverwrite = async (file: string): Promise<void> => {
  const there = await stat(file).catch(() => undefined)
  // What is no plain file, as /dev/stdout, loses nothing by being written to.
  if (!there?.isFile() || there.size === 0) return
  const text = await readFile(file, 'utf8').catch((thrown) => {
    throw new Error(fileProblem(file, thrown))
  })
  let kept: unknown
  try {
    kept = JSON.parse(text)
  } catch {}
  if (field(kept, 'world') === undefined)
    throw new Error(`${file} is there already and is no saved sandbox. Name another file, or remove this one first.`)
}

export const saveSandbox = async (file: string, address = defaultAddress): Promise<void> => {
  const at = addressOf(address)
  await refuseToOverwrite(file)
  const { status, body } = await ask(at, `sandbox save ${file}`)
  const refusal = refusalIn(status, body)
  if (refusal) throw new Error(`${at.origin} does not give its world: ${refusal}`)
  if (status !== 200 || field(body, 'world') === undefined) throw notASandbox(at.origin, status)
  await writeFile(file, `${JSON.stringify(body, null, 2)}\n`, { mode: 0o600 }).catch((thrown) => {
    const isFolderMissing = thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR'
    throw new Error(
      isFolderMissing ? `There is no folder for ${file}. Make it, or name another file.` : fileProblem(file, thrown),
    )
  })
}

export const loadSandbox = async (file: string, address = defaultAddress): Promise<void> => {
  const at = addressOf(address)
  const text = await readFile(file, 'utf8').catch((thrown) => {
    const isMissing = thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR'
    throw new Error(
      isMissing
        ? `There is no file ${file}. Save a world first: openabha sandbox save ${file}`
        : fileProblem(file, thrown),
    )
  })
  try {
    JSON.parse(text)
  } catch {
    throw new Error(`${file} is no saved sandbox: it is not JSON. Load a file that openabha sandbox save has written.`)
  }
  const { status, body } = await ask(at, `sandbox load ${file}`, text)
  const refusal = refusalIn(status, body)
  if (refusal)
    throw new Error(
      `${at.origin} does not take ${file}: ${refusal}. Load a file that openabha sandbox save has written.`,
    )
  if (status !== 204) throw notASandbox(at.origin, status)
}
