import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { type Environment, readConfig } from '../config.ts'
import { baseSettings } from '../config-defaults.ts'
import { keys } from '../config-testing.ts'
import { clientId, clientSecret } from '../emulator/testing.ts'
import { examine } from './doctor.ts'
import type { Bases } from './network.ts'
import type { Finding } from './round.ts'

/** What the doctor's tests share: settings of a real upstream that lead to one of the test's, and certificates of any age. */

const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})
export const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'openabha-doctor-'))
  folders.push(folder)
  return folder
}

export const realEnv = (bases: Bases): Environment => ({
  ABDM_ENV: 'sandbox',
  ABDM_CLIENT_ID: clientId,
  ABDM_CLIENT_SECRET: clientSecret,
  ...keys,
  DATABASE_URL: `sqlite:${join(newFolder(), 'openabha.db')}`,
  ...Object.fromEntries(Object.entries(baseSettings).map(([service, name]) => [name, bases[service as keyof Bases]])),
})

type Overrides = NonNullable<Parameters<typeof examine>[0]>
export const examined = async (env: Environment, overrides: Overrides = {}) => {
  const findings = await examine({ read: () => readConfig(env), ...overrides })
  const of = (step: string): Finding => {
    const found = findings.find((one) => one.step === step)
    if (!found) throw new Error(`no step ${step} among ${findings.map((one) => one.step).join(', ')}`)
    return found
  }
  const inState = (state: Finding['state']) => findings.filter((one) => one.state === state).map(({ step }) => step)
  return { findings, of, inState }
}

const der = (tag: number, ...parts: (Buffer | string)[]): Buffer => {
  const content = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part)))
  const length = content.length
  const head =
    length < 128 ? [tag, length] : length < 256 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from(head), content])
}
const time = (ms: number): Buffer =>
  der(0x18, Buffer.from(`${new Date(ms).toISOString().replace(/\D/g, '').slice(0, 14)}Z`))

/** A certificate for `localhost` that signs itself. */
export const selfSigned = (fromMs: number, toMs: number): { cert: string; key: string } => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ecdsaWithSha256 = der(0x30, '06082a8648ce3d040302')
  const name = der(0x30, der(0x31, der(0x30, '0603550403', der(0x0c, Buffer.from('localhost')))))
  const alternative = der(0x04, der(0x30, der(0x82, Buffer.from('localhost'))))
  const serial = createHash('sha256').update(`${fromMs} ${toMs}`).digest().subarray(0, 8)
  const body = der(
    0x30,
    'a003020102',
    der(0x02, Buffer.from([1]), serial),
    ecdsaWithSha256,
    name,
    der(0x30, time(fromMs), time(toMs)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, der(0x30, '0603551d11', alternative))),
  )
  const whole = der(0x30, body, ecdsaWithSha256, der(0x03, '00', sign('sha256', body, privateKey)))
  const cert = `-----BEGIN CERTIFICATE-----\n${whole.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}
