import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Listening, root, startListening } from './processes.ts'

/** Programs that serve canned answers from an OpenAPI document, given the same three operations to answer. */

const folder = join(import.meta.dirname, 'peers', 'node_modules')
export const peersCommand = 'npm ci --prefix bench/peers'

export type PeerName = 'Prism' | 'Mockoon'

/** Each as fast as its options make it: no log of requests. */
const peers: { readonly [name in PeerName]: { file: string; args: (document: string, port: number) => string[] } } = {
  Prism: {
    file: join(folder, '@stoplight', 'prism-cli', 'dist', 'index.js'),
    args: (document, port) => [
      'mock',
      document,
      '--port',
      String(port),
      '--verboseLevel',
      'silent',
      '--cors',
      'false',
      '--multiprocess',
      'false',
    ],
  },
  Mockoon: {
    file: join(folder, '@mockoon', 'cli', 'bin', 'run.js'),
    args: (document, port) =>
      ['start', '--data', document, '--port', String(port), '--hostname', '127.0.0.1'].concat([
        '--disable-log-to-file',
        '--disable-admin-api',
        '--max-transaction-logs',
        '1',
      ]),
  },
}

export const arePeersThere = (): boolean => Object.values(peers).every(({ file }) => existsSync(file))

const txn_id = '0199f0a2-7c1e-7b55-9d5a-0d4d6a1f2b3c'
const canned: { readonly [step: string]: object } = {
  init: { txn_id, hint: 'OTP is sent to Mobile number ending with ******3210' },
  verify: { txn_id, skip_state: 'abha_create', abha_profiles: [] },
  'create-phr': {
    txn_id,
    skip_state: 'abha_end',
    profile: { abha_address: 'bench.000000001@sbx', first_name: 'Asha', last_name: 'Rao', gender: 'F' },
  },
}

type Media = { schema: object; example?: object }
type Operation = { responses: { [status: string]: { content?: { 'application/json'?: Media } } } }

/** The published document without all other operations, the canned answers as its examples. */
const documentFor = (scratch: string): string => {
  const document = JSON.parse(readFileSync(join(root, 'docs', 'openapi.json'), 'utf8'))
  const paths = Object.entries(canned).map(([step, example]) => {
    const path = `/abdm/na/v1/registration/mobile/${step}`
    const { post } = document.paths[path] as { post: Operation }
    const media = post.responses['200']?.content?.['application/json']
    if (!media) throw new Error(`${path} publishes no answer`)
    media.example = example
    return [path, { post }]
  })
  const file = join(scratch, 'canned.json')
  const { webhooks: _, ...rest } = document
  writeFileSync(file, JSON.stringify({ ...rest, servers: [], paths: Object.fromEntries(paths) }))
  return file
}

export const startPeers = async (scratch: string): Promise<{ readonly [name in PeerName]: Listening }> => {
  const document = documentFor(scratch)
  const start = ({ file, args }: (typeof peers)[PeerName]): Promise<Listening> =>
    startListening((port) => ({
      command: [process.execPath, file, ...args(document, port)],
      cwd: scratch,
      env: { NODE_ENV: 'production' },
    }))
  return { Prism: await start(peers.Prism), Mockoon: await start(peers.Mockoon) }
}
