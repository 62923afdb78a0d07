import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Filed, readCassettes } from './cassettes/cassette.ts'
import { compare, tableOf } from './cassettes/compare.ts'
import { createReplay } from './cassettes/replay.ts'
import { systemClock } from './clock.ts'
import { noBase, noResource, render } from './emulator/refusal.ts'
import { basePaths } from './emulator/server.ts'
import { alwaysFilled, emulatorCodes, refusalsWith, wouldRefuse } from './emulator/would-answer.ts'
import { newUuid } from './ids.ts'

/** Cassettes instead of ABDM: served, or held against what the emulator answers. */

export type Mode = 'strict' | 'lenient'

export const differencesIn = (cassettes: readonly Filed[], mode: Mode = 'strict') =>
  compare(cassettes, {
    wouldRefuse: (op, asked) => wouldRefuse(op, asked, mode === 'lenient'),
    codes: emulatorCodes,
    refusalsWith,
    alwaysFilled,
  })

export const serveReplay = async (folder: string, { host, port }: { host: string; port: number }) => {
  const cassettes = await readCassettes(folder)
  const notFound = (path: string) => {
    const isUnderBase = Object.values(basePaths).some((base) => path.startsWith(`${base}/`))
    const occasion = { now: systemClock.now(), path, requestId: newUuid() }
    return render(isUnderBase ? noResource() : noBase(), occasion)
  }
  const server = createServer({ keepAliveTimeout: 75_000 }, createReplay({ cassettes, bases: basePaths, notFound }))
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  return {
    bases: basePaths,
    count: cassettes.length,
    port: (server.address() as AddressInfo).port,
    async close(): Promise<void> {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Prints the table; the exit status says whether there was anything in it. */
export const printDifferences = async (folder: string, mode: Mode): Promise<number> => {
  const cassettes = await readCassettes(folder)
  const differences = await differencesIn(cassettes, mode)
  if (differences.length > 0) console.log(tableOf(differences))
  console.log(`${cassettes.length} exchanges, ${differences.length} differences`)
  return differences.length > 0 ? 1 : 0
}
