import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { describeMachine } from './machine.ts'
import { login, rssOf, startCommand, startProduct } from './processes.ts'
import { createWalks, type Person } from './soak-walks.ts'

/** `npm run soak`: mixed flows for a while with an ABDM that fails and changes its keys. Words to stderr, Markdown to stdout. */

const { values: given } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    people: { type: 'string', default: '12' },
    faults: { type: 'string', default: '0.05' },
    folder: { type: 'string', default: tmpdir() },
  },
})
const minutes = Number(given.minutes)
const people = Number(given.people)
const probability = Number(given.faults)
const say = (words: string): void => void process.stderr.write(`${words}\n`)
const modes = [
  { mode: 'error', status: 500, code: 'ABDM-9999', message: 'Unknown exception' },
  { mode: 'drop_before' },
  { mode: 'drop_after' },
  { mode: 'html', status: 502 },
  { mode: 'empty', status: 503 },
]
const fixedOtp = '123456'
const sampleEveryMs = 2_000

mkdirSync(given.folder, { recursive: true })
const folder = mkdtempSync(join(given.folder, 'openabha-soak-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const product = await startProduct({
  command: startCommand,
  folder,
  temporary: folder,
  fixedOtp,
  env: { OTP_RESEND_WAIT_SECONDS: '0', ABDM_ANSWER_TIMEOUT_MS: '5000', LOG_LEVEL: 'warn' },
})
const origin = `http://127.0.0.1:${product.port}`
let token = await login(product.port)
const walks = createWalks(origin, () => token, fixedOtp)
const sandbox = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
  const response = await fetch(`${origin}/sandbox/v1/${path}`, {
    method,
    ...(body !== undefined && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${path}: ${text}`)
  return text ? JSON.parse(text) : {}
}

let serial = 0
const nextPerson = async (): Promise<Person> => {
  const number = ++serial
  const address = `soak.${String(100_000 + number)}@sbx`
  if (number % 3 !== 0) return { mobile: `8${String(number).padStart(9, '0')}`, address }
  const mobile = `9${String(number).padStart(9, '0')}`
  const { citizen } = (await sandbox('POST', 'citizens', { mobile })) as { citizen: { aadhaar_number: string } }
  return { mobile, address, aadhaar: citizen.aadhaar_number }
}

for (const mode of probability > 0 ? modes : []) {
  await sandbox('POST', 'faults', { operation: '*', probability: probability / modes.length, ...mode })
}
const startedAt = performance.now()
const isOver = () => performance.now() - startedAt > minutes * 60_000
const samples: number[] = []
let rotations = 0

const watching = (async () => {
  let rotatedAt = performance.now()
  let renewedAt = performance.now()
  while (!isOver()) {
    await pause(sampleEveryMs)
    samples.push(rssOf(product.pid))
    const now = performance.now()
    if (now - rotatedAt >= 60_000) {
      await sandbox('POST', 'rotate-keys')
      rotatedAt = now
      rotations++
      say(
        `${Math.round((now - startedAt) / 1000)} s: ${walks.acknowledged.length} registered, ${samples.at(-1)?.toFixed(0)} MB`,
      )
    }
    if (now - renewedAt >= 600_000) {
      token = await login(product.port)
      renewedAt = now
    }
  }
})()
let logins = 0
let nextEarlier = 0
const walker = async (): Promise<void> => {
  for (let turn = 0; !isOver(); turn++) {
    await walks.register(await nextPerson())
    // Each person once: ABDM bars a receiver of too many OTPs for a while.
    const earlier = walks.acknowledged[nextEarlier++]
    if (earlier && (await walks.logIn(earlier, turn % 2 === 0))) logins++
  }
}
say(`${people} people, ${minutes} minutes, faults at ${probability * 100} % …`)
await Promise.all([watching, ...Array.from({ length: people }, walker)])
const seconds = (performance.now() - startedAt) / 1000

say('without faults: is everything there, and once? …')
await sandbox('DELETE', 'faults')
token = await login(product.port)
await pause(1_000)
const lost: string[] = []
const doubled: string[] = []
const unchecked = [...walks.acknowledged]
const check = async (): Promise<void> => {
  for (let person = unchecked.pop(); person; person = unchecked.pop()) {
    // The default address of an ABHA number is nobody's choice.
    const there = (await walks.addressesOf(person)).filter((address) => !/^\d{14}@/.test(address))
    if (!there.includes(person.address)) lost.push(person.address)
    if (there.length > 1) doubled.push(there.join(', '))
  }
}
await Promise.all(Array.from({ length: 8 }, check))
const ready = await fetch(`${origin}/readyz`)
await product.stop()

const mean = (from: number, to: number): number => {
  const part = samples.slice(Math.floor(samples.length * from), Math.ceil(samples.length * to))
  return part.reduce((sum, one) => sum + one, 0) / part.length
}
const [early, late] = [mean(0.25, 0.5), mean(0.75, 1)]
const rows: [what: string, figure: string][] = [
  [
    'machine',
    describeMachine(folder)
      .map((row) => row.join(' '))
      .join('; '),
  ],
  ['duration, people, faults', `${Math.round(seconds)} s, ${people}, ${probability * 100} % on every operation`],
  ['rotations of the keys', String(rotations)],
  ['registrations acknowledged', String(walks.acknowledged.length)],
  ['logins and sessions', String(logins)],
  ['lost accounts', String(lost.length)],
  ['people with more than one account', String(doubled.length)],
  ['flows that never ended', String(walks.stuck.length)],
  ['unexpected 5xx', String(walks.unexpected.length)],
  ['memory, second quarter and last', `${early.toFixed(0)} and ${late.toFixed(0)} MB (${(late / early).toFixed(2)})`],
  ['/readyz at the end', String(ready.status)],
]
console.log(['| soak | |', '| --- | --- |', ...rows.map(([what, figure]) => `| ${what} | ${figure} |`)].join('\n'))
console.log('\n| answer | times |\n| --- | --- |')
for (const [what, times] of Object.entries(walks.seen).sort()) console.log(`| ${what} | ${times} |`)
for (const line of [...walks.stuck, ...walks.unexpected, ...doubled].slice(0, 20)) say(line)
const isGood =
  [lost, doubled, walks.stuck, walks.unexpected].every(({ length }) => length === 0) && ready.status === 200
process.exitCode = isGood ? 0 : 1
