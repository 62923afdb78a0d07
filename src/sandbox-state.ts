import { readFile, stat, writeFile } from 'node:fs/promises'

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

const ask = async (at: URL, how: string, request: RequestInit): Promise<{ status: number; body: unknown }> => {
  const signal = AbortSignal.timeout(answerMs)
  try {
    const reply = await fetch(at, { ...request, redirect: 'manual', signal })
    const text = await reply.text()
    try {
      return { status: reply.status, body: text === '' ? undefined : JSON.parse(text) }
    } catch {
      return { status: reply.status, body: undefined }
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
  const { status, body } = await ask(at, `sandbox save ${file}`, {})
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
  const headers = { 'Content-Type': 'application/json' }
  const { status, body } = await ask(at, `sandbox load ${file}`, { method: 'PUT', headers, body: text })
  const refusal = refusalIn(status, body)
  if (refusal)
    throw new Error(
      `${at.origin} does not take ${file}: ${refusal}. Load a file that openabha sandbox save has written.`,
    )
  if (status !== 204) throw notASandbox(at.origin, status)
}
