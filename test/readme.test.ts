import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { startVisit } from './fidelity/visit.ts'
import { type Product, startProduct } from './harness.ts'

/** What the README tells a stranger to type works as printed. */

let product: Product
before(async () => {
  product = await startProduct()
})
after(() => product.stop())

const readme = readFileSync('README.md', 'utf8')
const linesOf = (title: string, language = 'sh'): string => {
  const section = readme.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? ''
  return [...section.matchAll(/^```(\w*)\n(.*?)^```/gms)]
    .filter(([, of]) => of === language)
    .map(([, , block]) => block)
    .join('\n')
}
/** In a folder of its own, since the lines write a file. */
const run = async (...titles: string[]): Promise<string> => {
  const script = titles
    .map((title) => linesOf(title))
    .join('\n')
    .replace('B=http://127.0.0.1:8080', `B=${product.origin}`)
  return (await promisify(execFile)('bash', ['-c', script], { cwd: product.folder })).stdout
}

test('the curl lines of the first flow lead to a profile, to 491 and to a new session', async () => {
  const stdout = await run('The first flow')
  assert.match(stdout, /"skip_state":"abha_create"/)
  assert.match(stdout, /"skip_state":"abha_end","success":true/)
  assert.match(stdout, /"code":491/)
  assert.match(stdout.trim().split('}{').at(-1) ?? '', /"abha_address":"asha.rao1990@sbx".*"kyc_verified":false/)
})

test('the curl lines of the other flows go on from there: Aadhaar, card, log-in, face, share and the webhook', async () => {
  await product.send('POST', '/sandbox/v1/reset')
  const stdout = await run('The first flow', 'The other flows', 'Webhooks')
  const others = stdout.slice(stdout.indexOf('"confirm_mobile_otp"'))
  assert.match(others, /"skip_state":"abha_end","eka":.*"abha_address":"asha.namuna90@sbx"/)
  assert.match(others, /"hid":"asha.namuna90@sbx"/)
  assert.match(others, /"skip_state":"abha_select"/)
  assert.match(others, /"skip_state":"abha_end".*"abha_address":"mitali.nomuna@sbx"/)
  assert.match(others, /"status":"Verified"/)
  assert.match(others, /"skip_state":"abha_create","abha_profiles":\[\{/)
  assert.match(others, /"request_id":"visit-1","status":"success","token_number":"\d+"/)
  assert.match(others, /"client_id":"openabha-dev","is_signed":true/)
  assert.ok(!others.includes('"error"'), others)
  assert.deepEqual([...readFileSync(`${product.folder}/card.png`).subarray(1, 4)], [...Buffer.from('PNG')])
})

test('what the README checks a signature with takes what is signed, and nothing else', async () => {
  const code = /```js\n(.*?)```/s.exec(readme)?.[1] ?? ''
  const { isGenuine } = await import(`data:text/javascript,${encodeURIComponent(code)}`)
  const v1 = createHmac('sha256', 'key').update('1000.{}').digest('hex')
  assert.equal(isGenuine(`t=1000,v1=${v1}`, '{}', 'key', 1_180), true)
  assert.equal(isGenuine(`t=1000,v1=${v1}`, '{}', 'key', 1_181), false)
  assert.equal(isGenuine(`t=1000,v1=${v1}`, '{ }', 'key', 1_000), false)
  assert.equal(isGenuine(`t=1001,v1=${v1}`, '{}', 'key', 1_000), false)
  assert.equal(isGenuine(undefined, '{}', 'key', 1_000), false)
})

test('the emulator alone prints what the README shows, and its Python lines get a session, a certificate and an OTP', async () => {
  const { alone } = await startVisit()
  const title = 'Use it as your offline ABDM'
  const here = (lines: string) => lines.replaceAll('http://127.0.0.1:8090', alone.origin)
  assert.equal(here(linesOf(title, '')), alone.banner)
  const run = promisify(execFile)

  const { stdout } = await run('python3', ['-c', here(linesOf(title, 'python'))], { cwd: product.folder })
  assert.match(stdout, /'OTP is sent to Mobile number ending with \*{6}6781'/)
  assert.equal(stdout.trim().split('\n').at(-1), await alone.otpTo('9123456781'))

  const [start, script = ''] = linesOf(title).split('\n\n')
  assert.equal(start, 'npm run emulator')
  assert.match(
    JSON.parse(readFileSync('package.json', 'utf8')).scripts.emulator,
    /^node .*bin\/openabha\.mjs emulator$/,
  )
  assert.equal((await run('bash', ['-c', here(script)])).stdout, 'asha.python90@sbx\n')
})
