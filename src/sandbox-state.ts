import { readFile, writeFile } from 'node:fs/promises'

/** Keeps a running sandbox's world in a file, and brings it back. Returns the exit status. */
export const runSandboxCommand = async (
  [action, file, origin = 'http://127.0.0.1:8080']: readonly string[],
  usage: string,
): Promise<number> => {
  if (!file || (action !== 'save' && action !== 'load')) {
    console.error(usage)
    return 2
  }
  const at = new URL('/sandbox/v1/state', origin)
  const reply =
    action === 'save'
      ? await fetch(at)
      : await fetch(at, {
          method: 'PUT',
          headers: { 'Content-Type': 'application/json' },
          body: await readFile(file, 'utf8'),
        })
  const text = await reply.text()
  if (!reply.ok) {
    console.error(`${at.origin} answered ${reply.status}: ${text.slice(0, 300)}`)
    return 1
  }
  if (action === 'save') await writeFile(file, `${JSON.stringify(JSON.parse(text), null, 2)}\n`, { mode: 0o600 })
  return 0
}
