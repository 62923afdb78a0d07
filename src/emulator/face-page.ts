import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FaceOutcome, Faces } from './world/faces.ts'

/** The page that the face link opens: who builds a client is the patient's phone here. Works without a script. */

export const facePagePath = '/face-auth'

const style = `:root{color-scheme:light dark;--page:#f2f7f7;--card:#fff;--ink:#14213d;--quiet:#55627a;--line:#d5e2e2;--brand:#0b6b5c;--fill:#0b6b5c;--bad:#a3261b}
@media(prefers-color-scheme:dark){:root{--page:#0d1517;--card:#152124;--ink:#eaf3f2;--quiet:#9fb3b3;--line:#2a3c3f;--brand:#2aa58f;--fill:#0e7a69;--bad:#e5695d}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:20px;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{width:100%;max-width:400px;background:var(--card);border:1px solid var(--line);border-radius:24px;padding:28px 24px;text-align:center}
svg{width:120px;height:120px;margin:4px auto 12px;display:block}h1{font-size:22px;line-height:1.25;margin:0 0 8px}p{margin:0 0 20px;color:var(--quiet)}
form{display:grid;gap:12px}button{font:inherit;font-weight:600;min-height:52px;border-radius:14px;border:1px solid var(--fill);background:var(--fill);color:#fff;cursor:pointer}
button[value=failed]{background:transparent;border-color:var(--line);color:var(--bad)}button:focus-visible{outline:3px solid var(--brand);outline-offset:3px}
small{display:block;margin-top:20px;color:var(--quiet)}code{font-size:12px;overflow-wrap:anywhere}`

const face = (stroke: string, mouth: string): string =>
  `<svg viewBox="0 0 120 120" aria-hidden="true" fill="none" stroke="${stroke}" stroke-width="5" stroke-linecap="round"><path d="M10 34V20a10 10 0 0 1 10-10h14M86 10h14a10 10 0 0 1 10 10v14M110 86v14a10 10 0 0 1-10 10H86M34 110H20a10 10 0 0 1-10-10V86"/><circle cx="60" cy="60" r="30"/><path d="M50 54v3M70 54v3"/><path d="${mouth}"/></svg>`

const smile = 'M48 68q12 12 24 0'
const page = (title: string, words: string, picture: string, more = ''): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>${title}</title><style>${style}</style></head><body><main>${picture}<h1>${title}</h1><p>${words}</p>${more}<small>ABDM emulator. No camera is used and nobody’s face is seen.</small></main></body></html>`

const asking = (txnId: string): string =>
  page(
    'You are the patient’s phone',
    'The real page would now look at a face and let UIDAI compare it. Here you say how that ends.',
    face('var(--brand)', smile),
    `<form method="post"><input type="hidden" name="txnId" value="${txnId}"><button name="result" value="verified">The face matches</button><button name="result" value="failed">It does not match</button></form>`,
  )

const ended: { readonly [result: string]: string } = {
  verified: page(
    'The face matches',
    'Go back to the app that showed you the link: its next poll answers “Verified”.',
    face('var(--brand)', smile),
  ),
  failed: page(
    'The face does not match',
    'Go back to the app: its next poll answers “Failed”, and a new link is needed.',
    face('var(--bad)', 'M48 74q12 -10 24 0'),
  ),
}

const missing: { readonly [outcome in Exclude<FaceOutcome, 'done'>]: string } = {
  unknown: page(
    'This link is over or unknown',
    'A link lives ten minutes. Begin again in the app to get a new one.',
    face('var(--bad)', 'M48 72h24'),
  ),
  over: page(
    'This capture has ended already',
    'Go back to the app that showed you the link.',
    face('var(--brand)', 'M48 72h24'),
  ),
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const formBytesMax = 2_000

const readForm = async (request: IncomingMessage): Promise<URLSearchParams> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes > formBytesMax) break
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}

const answer = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  })
  response.end(text)
}

export const serveFacePage = async (
  request: IncomingMessage,
  response: ServerResponse,
  faces: Faces,
): Promise<void> => {
  const asked = new URL(request.url ?? '/', 'http://page').searchParams
  const form = request.method === 'POST' ? await readForm(request) : undefined
  const txnId = (form ?? asked).get('txnId') ?? ''
  if (!uuid.test(txnId)) return answer(response, 404, missing.unknown)
  const result = form?.get('result')
  if (form && result !== 'verified' && result !== 'failed') return answer(response, 400, missing.unknown)
  const outcome =
    result === 'verified' || result === 'failed' ? await faces.decide(txnId, result) : await faces.scan(txnId)
  if (outcome !== 'done') return answer(response, outcome === 'over' ? 200 : 404, missing[outcome])
  answer(response, 200, (result && ended[result]) || asking(txnId))
}
