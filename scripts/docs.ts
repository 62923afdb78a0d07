// Makes docs/openapi.json and docs/errors.md from the code: `npm run docs`. With --check it writes nothing and fails when one is stale.

import { readFileSync, writeFileSync } from 'node:fs'
import { UpstreamFailure } from '../src/abdm/failure.ts'
import { meaningOf } from '../src/abdm/reader.ts'
import { translate } from '../src/abdm/translate.ts'
import { connectRoutes } from '../src/api/index.ts'
import { type ErrorName, errorNames, errorTable } from '../src/errors.ts'
import { openApiDocument } from '../src/openapi.ts'
import { operationsRoutes } from '../src/operations.ts'
import { publishedErrors } from '../src/published-errors.ts'
import { errorsOf, type Route } from '../src/route.ts'
import { sandboxRoutes } from '../src/sandbox/index.ts'

/** What each status asks of the caller: connect.md §5.2. */
const statuses: { readonly [status: number]: readonly [who: string, what: string] } = {
  400: [
    'you or the person',
    'Correct the value, or take the step that `skip_state` names. Repeating the same call does not help.',
  ],
  401: ['your server', 'Log in again with the client credentials, or refresh, and repeat the call.'],
  403: ['you', 'Use a client token, or the token of the user that the call names.'],
  404: ['you', 'Check the path, the `oid` or the pincode.'],
  429: ['your server', 'Wait as many seconds as `Retry-After` says. Nothing was sent.'],
  491: [
    'the person',
    'Open a session with `POST /abdm/v1/session/init` and `/verify`, then repeat the call. The client token is fine.',
  ],
  500: [
    'nobody at once',
    'ABDM refused for a reason that `source_error` names, or this server failed. Tell the person to try later; show the operator the `X-Request-Id`.',
  ],
  502: ['your server', 'Repeat the call after a moment. The transaction is as it was.'],
  503: ['your server', 'Repeat the call later.'],
  504: ['your server', 'Repeat the call. It may have had its effect at ABDM.'],
}

/** Codes with more than one meaning: which words of ABDM lead elsewhere than the code alone. Where they lead is asked of `translate`. */
const byWords: readonly { readonly code: string; readonly message: string; readonly when: string }[] = [
  { code: 'ABDM-1006', message: 'Invalid combinations of scopes', when: 'about combinations of scopes' },
  { code: 'ABDM-1035', message: 'Invalid HIP ID', when: 'about an HIP id' },
  { code: 'ABDM-1204', message: 'UIDAI Error code : 400 : Invalid Aadhaar OTP value.', when: 'about the OTP' },
  { code: 'ABDM-1204', message: 'UIDAI Error code : 330 : locked', when: 'about anything else' },
  { code: 'ABDM-9999', message: 'Invalid OTP Value', when: 'about the OTP' },
  { code: 'ABDM-9999', message: 'User not found.', when: '“User not found”' },
  { code: 'ABDM-9999', message: 'This ABHA Address already exists.', when: '“already exists”' },
]
const wordsLeadingTo = (name: ErrorName): string[] =>
  byWords
    .filter(({ code, message }) => {
      const read = { http: 400, code, message }
      const meaning = meaningOf(read, false)
      return translate(new UpstreamFailure('any', 'refused', { meaning, mayHaveActed: true, read })).kind === name
    })
    .map(({ code, when }) => `\`${code}\` ${when}`)

const routes: readonly Route<never>[] = [...connectRoutes, ...operationsRoutes, ...sandboxRoutes]
const nameOf = ({ method, path }: Route<never>): string => `\`${method} ${path}\``

const asksAbdm = '[every operation that asks ABDM](#operations-that-ask-abdm)'

/** Groups that an error may be common to, the widest first. */
const groups: readonly { readonly words: string; readonly members: readonly Route<never>[] }[] = [
  { words: 'every operation', members: routes },
  { words: 'every operation that takes a bearer token', members: routes.filter(({ auth }) => auth !== 'none') },
  {
    words: '[every operation that asks ABDM](#operations-that-ask-abdm)',
    members: routes.filter((one) => one.upstream),
  },
]

const answeredBy = (name: ErrorName): string => {
  const members = routes.filter((declared) => errorsOf(declared).has(name))
  if (members.length === 0 && name === 'pathUnknown') return 'a path or method that is no operation'
  if (members.length === 0) return 'no operation that this server has yet'
  const group = groups.find(
    (one) => one.members.length === members.length && one.members.every((member) => members.includes(member)),
  )
  return group?.words ?? members.map(nameOf).join(', ')
}

const inTable = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
const byStatus = errorNames.toSorted((one, other) => errorTable[one].status - errorTable[other].status)
const codeOf = (name: ErrorName): string => {
  const { source, abdm = [] } = errorTable[name]
  const codes = source ? [source.code] : abdm
  if (codes.length > 4) return 'many'
  return codes.length > 0 ? codes.map((code) => `\`${code}\``).join(' ') : 'none'
}

const isPublished = (name: ErrorName): boolean => name in publishedErrors

const section = (name: ErrorName): string => {
  const { status, text, source, abdm = [], meaning } = errorTable[name]
  const upstream = [...abdm.map((code) => `\`${code}\``), ...wordsLeadingTo(name)]
  return [
    `### ${name}`,
    `**${status}** · ${inTable(text)}`,
    meaning,
    [
      source && `- \`source_error\`: \`${source.code}\`${source.message === text ? '' : `, “${source.message}”`}`,
      upstream.length > 0 && `- from ABDM: ${upstream.join(', ')}`,
      // The chapter says it once for all.
      !(isPublished(name) && answeredBy(name) === asksAbdm) && `- answered by: ${answeredBy(name)}`,
    ]
      .filter(Boolean)
      .join('\n'),
  ].join('\n\n')
}

export const errorsPage = (): string => `# Errors

Everything that a caller can receive instead of an answer. Made from \`src/error-table.ts\` by \`npm run docs\`; do not edit.

## How to read an error

\`\`\`json
{"code": 400, "error": "OTP doesn't match", "source_error": {"code": "ABDM-1035", "message": "OTP does not match"}}
\`\`\`

| field | type | what it is |
| --- | --- | --- |
| \`code\` | integer | The HTTP status again. |
| \`error\` | text | For people. Stable, but decide by the other two. |
| \`source_error.code\` | text | The finer reason, in ABDM’s vocabulary: an error that this server finds itself uses the code that ABDM has for the same thing. |
| \`source_error.message\` | text | What exactly: the field that is wrong and its rule, or ABDM’s words. Never repeats what was sent. |

\`source_error\` is absent where there is no such code, and always on the account operations (\`/connect-auth\`). The header \`X-Request-Id\` names the line in
the server’s log; a 429 has \`Retry-After\` in seconds. Decide by the status first, by \`source_error.code\` second:

| status | who can do something | what |
| --- | --- | --- |
${Object.entries(statuses)
  .map(([status, [who, what]]) => `| ${status} | ${who} | ${what} |`)
  .join('\n')}

## All errors by status

| status | text | code | name |
| --- | --- | --- | --- |
${byStatus
  .map(
    (name) =>
      `| ${errorTable[name].status} | ${inTable(errorTable[name].text)} | ${codeOf(name)} | [${name}](#${name.toLowerCase()}) |`,
  )
  .join('\n')}

## Found by this server

Without asking ABDM, or because ABDM could not be asked.

${byStatus
  .filter((name) => !isPublished(name))
  .map(section)
  .join('\n\n')}

## Passed on from ABDM

An error that came from ABDM has the published status and text of its code; \`source_error\` holds ABDM’s code and words. Each of them can be the answer
of ${asksAbdm}.

${byStatus.filter(isPublished).map(section).join('\n\n')}

## Operations that ask ABDM

${routes
  .filter((one) => one.upstream)
  .map((one) => `- ${nameOf(one)}`)
  .join('\n')}
`

export const documents = (): { readonly file: string; readonly text: string }[] => [
  { file: 'docs/openapi.json', text: `${JSON.stringify(openApiDocument(connectRoutes), null, 2)}\n` },
  { file: 'docs/errors.md', text: errorsPage() },
]

const place = (file: string): URL => new URL(`../${file}`, import.meta.url)
const kept = (file: string): string | undefined => {
  try {
    return readFileSync(place(file), 'utf8')
  } catch {
    return undefined
  }
}

export const staleDocuments = (read: (file: string) => string | undefined = kept): string[] =>
  documents().flatMap(({ file, text }) => (read(file) === text ? [] : [file]))

if (import.meta.main) {
  if (process.argv.includes('--check')) {
    for (const file of staleDocuments()) {
      console.error(`${file} is stale: run npm run docs and commit it.`)
      process.exitCode = 1
    }
  } else {
    for (const { file, text } of documents()) writeFileSync(place(file), text)
  }
}
