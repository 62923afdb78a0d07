import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Exchanged } from '../../src/abdm/transport.ts'
import { type Filed, readCassettes } from '../../src/cassettes/cassette.ts'
import { createRecorder } from '../../src/cassettes/recorder.ts'
import { operations } from '../../src/cassettes/shape.ts'
import { createCaller, startBench } from '../../src/emulator/testing.ts'
import { createSteps } from '../fidelity/reach.ts'
import { type Contract, type Row, rows } from '../fidelity/rows.ts'
import { steps } from '../fidelity/steps.ts'

/** Everything that the V3 contract's table asks of an emulator, well and badly, as cassettes. */

const ofTheConnection = /^(host|connection|content-length|transfer-encoding)$/i

const headersOf = (raw: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    raw.flatMap((name, at) =>
      at % 2 === 0 && !ofTheConnection.test(name) ? [[name, raw[at + 1] ?? ''] as const] : [],
    ),
  )

export type Walked = {
  readonly cassettes: readonly Filed[]
  /** The numbers of those whose fields were sealed with the other key. */
  readonly otherKey: ReadonlySet<number>
  readonly stop: () => void
}

export const recordWalk = async (contract: Contract, lenientKeys: boolean): Promise<Walked> => {
  const folder = mkdtempSync(join(tmpdir(), 'openabha-cassettes-'))
  const bench = await startBench({ settings: { lenientKeys } })
  const problems: string[] = []
  const recorder = createRecorder(folder, randomBytes(32), { problem: (about) => problems.push(about) })
  const { bases } = bench.emulator
  const routes = new Map<string, Exchanged['op']>(
    operations.map((op) => [`${op.method} ${new URL(bases[op.service]).pathname}${op.path}`, op]),
  )
  let number = 0

  const keep = (method: string, url: URL, raw: readonly string[], sent: Buffer, answer: Exchanged['answer']): void => {
    const op = routes.get(`${method} ${url.pathname}`)
    if (!op) throw new Error(`${method} ${url.pathname} is no operation`)
    number++
    recorder.keep({
      op,
      plain: undefined,
      query: op.query && Object.fromEntries(url.searchParams),
      headers: headersOf(raw),
      body: sent.length > 0 ? sent.toString() : undefined,
      answer,
    })
  }
  const target = new URL(bases.abha)
  const through = createServer(async (incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming
    const sent = Buffer.concat(await incoming.toArray())
    const forward = request(
      { hostname: target.hostname, port: target.port, method, path: url, headers },
      async (got) => {
        const body = Buffer.concat(await got.toArray())
        const status = got.statusCode ?? 0
        const type = got.headers['content-type']
        keep(method, new URL(url, target), incoming.rawHeaders, sent, { status, date: got.headers.date, type, body })
        outgoing.writeHead(status, got.headers)
        outgoing.end(body)
      },
    )
    forward.end(sent)
  })
  await new Promise<void>((resolve) => through.listen(0, '127.0.0.1', resolve))
  const { port } = through.address() as AddressInfo
  const passed = (base: string) => `http://127.0.0.1:${port}${new URL(base).pathname}`
  const caller = createCaller(
    {
      ...bench.emulator,
      bases: {
        gateway: passed(bases.gateway),
        abha: passed(bases.abha),
        'phr-app': passed(bases['phr-app']),
        'phr-web': passed(bases['phr-web']),
      },
    },
    bench.clock,
  )
  await caller.signIn()
  const world = createSteps({ ...bench, caller }, contract)
  const otherKey = new Set<number>()

  const walk = async (row: Row): Promise<void> => {
    const { op, choice, key } = row
    await bench.emulator.reset()
    const ready = await steps[op.id]?.(row, world)
    if (!ready) throw new Error(op.id)
    const good = await ready(key ?? 4096)
    for (const name of ['Authorization', 'REQUEST-ID', 'TIMESTAMP', 'X-CM-ID', ...Object.keys(good.headers ?? {})])
      await world.send(op.id, { ...good, headers: { ...good.headers, [name]: undefined } })
    if (choice && choice.scope.length > 0)
      await world.send(op.id, { ...good, body: { ...(good.body as object), scope: [...choice.scope, 'unknown'] } })
    if (good.body) await world.send(op.id, { ...good, body: {} })
    await world.send(op.id, good)
    await world.send(op.id, good)
    if (!key) return
    await bench.emulator.reset()
    const again = await steps[op.id]?.(row, world)
    const bad = await again?.(key === 4096 ? 2048 : 4096)
    if (bad) await world.send(op.id, bad)
    otherKey.add(number)
  }

  /** What is wrong with the people of the sandbox is told when they ask for an OTP, or after it. */
  const meetEverybody = async (): Promise<void> => {
    await bench.emulator.reset()
    for (const { aadhaar_number, mobile } of await bench.emulator.citizens.list()) {
      if (!aadhaar_number || !mobile) continue
      const ask = async (
        id: string,
        scope: string[],
        login_hint: string,
        otp_system: 'abdm' | 'aadhaar',
        value: string,
      ) =>
        world.send(id, {
          body: world.asking({ by: '', scope, login_hint, otp_system }, {}, await world.seal(4096, value)),
        })
      await ask('abha.login.request_otp', ['abha-login', 'mobile-verify'], 'mobile', 'abdm', mobile)
      const sent = await ask('abha.enrollment.request_otp', ['abha-enrol'], 'aadhaar', 'aadhaar', aadhaar_number)
      if (sent.status !== 200) continue
      const { txnId } = sent.body as { txnId: string }
      const otpValue = await world.seal(4096, await caller.latestOtp(mobile))
      const authData = { authMethods: ['otp'], otp: { txnId, otpValue, mobile } }
      const consent = { code: 'abha-enrollment', version: '1.4' }
      await world.send('abha.enrollment.by_aadhaar', { body: { authData, consent } })
    }
  }

  for (const row of rows) {
    await walk(row)
    await recorder.settled()
  }
  await meetEverybody()
  await recorder.settled()
  caller.close()
  through.closeAllConnections()
  await new Promise((resolve) => through.close(resolve))
  await bench.close()
  if (problems.length > 0) throw new Error(problems.join())
  return {
    cassettes: await readCassettes(folder),
    otherKey,
    stop: () => rmSync(folder, { recursive: true, force: true }),
  }
}
