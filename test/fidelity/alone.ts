import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { node, settingsFor } from '../crash/server.ts'
import type { Printed } from './raw-client.ts'

/** `openabha emulator` as a process of its own, known only by what it prints, and what the sandbox's own routes do to it. */

export type Alone = Awaited<ReturnType<typeof startAlone>>

export const startAlone = async (...options: readonly string[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'openabha-alone-'))
  const running = node(['emulator', ...options], settingsFor(folder))
  const printed = async (label: string): Promise<string> =>
    (await running.says(new RegExp(`^ *${label} +(\\S.*?)\\n`, 'm')))[1] ?? ''
  const inbox = await printed('OTPs')
  const [, clientId = '', clientSecret = '', cmId = ''] =
    /^(\S+) \/ (\S+) +X-CM-ID (\S+)$/.exec(await printed('Client')) ?? []
  const bases = {
    gateway: await printed('gateway'),
    abha: await printed('abha'),
    'phr-app': await printed('phr-app'),
    'phr-web': await printed('phr-web'),
  }
  const origin = new URL(inbox).origin
  const [banner] = await running.says(/^ *OpenABHA emulator .*messages\n/ms)
  const sandbox = async (method: string, path: string, body?: object): Promise<any> => {
    const response = await fetch(`${origin}/sandbox/v1${path}`, {
      method,
      ...(body && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
    })
    const text = await response.text()
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`)
    return text && JSON.parse(text)
  }

  return {
    printed: { bases, clientId, clientSecret, cmId } satisfies Printed,
    origin,
    /** Everything that it prints once it listens. */
    banner,
    sandbox,
    /** The newest OTP that went to a mobile. */
    otpTo: async (mobile: string): Promise<string> => {
      const { messages } = await sandbox('GET', `/messages?to=${mobile}&limit=1`)
      assert.ok(messages[0], `no OTP went to ${mobile}`)
      return messages[0].otp
    },
    addCitizen: async (citizen: object = {}): Promise<any> => (await sandbox('POST', '/citizens', citizen)).citizen,
    citizenOn: async (mobile: string): Promise<any> =>
      (await sandbox('GET', '/citizens')).citizens.find((one: { mobile: string }) => one.mobile === mobile),
    async stop(): Promise<void> {
      running.kill('SIGTERM')
      await running.ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
