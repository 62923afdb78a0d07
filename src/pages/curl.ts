import type { Route } from '../route.ts'
import { escapeText, type Html } from './html.ts'
import { type Setting, sampleObject } from './samples.ts'

/** A call as a curl command that can be pasted into a shell. */

/** Stands in for the address of this server until the page's script knows it. */
export const shownOrigin = 'http://127.0.0.1:8080'

/** The server's address and the variables are marked: the page fills in one, the reader looks for the others. */
export const command = (text: string): Html => ({
  html: escapeText(text)
    .replaceAll('ORIGIN', `<span data-origin>${shownOrigin}</span>`)
    .replace(/\$[A-Z][A-Z_]+/g, (name) => `<var data-var="${name.slice(1)}">${name}</var>`),
})

const hasVariable = (text: string): boolean => /\$[A-Z]/.test(text)

/** Short bodies in quotes, the others as a here-document, in which the shell fills in variables. */
const bodyOf = (value: Record<string, unknown>): { option: string; document: string } => {
  const short = JSON.stringify(value)
  if (!hasVariable(short) && short.length <= 90 && !short.includes("'")) {
    return { option: `-d '${short}'`, document: '' }
  }
  const document =
    short.length <= 80 ? short.replaceAll('":', '": ').replaceAll(',"', ', "') : JSON.stringify(value, null, 2)
  return { option: '-d @- <<JSON', document: `\n${document}\nJSON` }
}

/** Only where the call is about a user and nothing else in it says which. */
const namesUser = (declared: Route<never>): boolean =>
  declared.names !== undefined && (declared.needsUserSession === true || declared.errors.includes('userNotNamed'))

const headerSample = (name: string, { isSandbox }: Setting): string => {
  if (name === 'Authorization') return 'Bearer $TOKEN'
  return name === 'Client-Id' ? (isSandbox ? 'openabha-dev' : 'your-client-id') : `<${name}>`
}

export const curlOf = (declared: Route<never>, setting: Setting): string => {
  const { method, path, auth, query, params, body, operationId, replyType, publishedHeaders = [] } = declared
  const inPath = params ? sampleObject('', params, setting) : {}
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => String(inPath[name] ?? `<${name}>`))
  const asked = query ? Object.entries(sampleObject(operationId, query, setting)) : []
  const search = asked.map(([name, value]) => `${name}=${value}`).join('&')
  const address = `ORIGIN${filled}${search && `?${search}`}`
  const isStream = replyType === 'text/event-stream'
  // What is taken as it is was answered by an earlier call.
  const isVerbatim = body !== undefined && 'x-verbatim' in body
  const sent = isVerbatim
    ? { option: '-d "$STATE"', document: '' }
    : body && bodyOf(sampleObject(operationId, body, setting))
  const parts = [
    `curl -s${isStream ? 'N' : ''}${replyType?.startsWith('image/') ? ' -o card.png' : ''}${method === 'GET' || (method === 'POST' && sent) ? '' : ` -X ${method}`} ${search ? `"${address}"` : address}`,
    ...(auth === 'none' ? [] : ['-H "Authorization: Bearer $TOKEN"']),
    ...publishedHeaders.map(({ name }) => `-H "${name}: ${headerSample(name, setting)}"`),
    ...(namesUser(declared) ? ['-H "X-Pt-Id: $OID"'] : []),
    ...(sent ? ["-H 'Content-Type: application/json'", sent.option] : []),
  ]
  return parts.join(' \\\n  ') + (sent?.document ?? '')
}
