import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as later } from 'node:timers/promises'
import type { Exchanged, Recorder } from '../abdm/transport.ts'
import { causeOf, type Log } from '../log.ts'
import { nameOf, numberOf } from './cassette.ts'
import { createCleaner } from './clean.ts'
import { createSynthetic } from './synthetic.ts'

/** Writes cassettes behind the calls' backs, one after another. What cannot be written is left out. */

/** Bodies that wait for a disk that is slow. */
const waitingMax = 1_000

export const createRecorder = (folder: string, key: Buffer, log: Pick<Log, 'problem'>): Recorder => {
  const clean = createCleaner(createSynthetic(key))
  let waiting = 0
  let number = 0
  let hasComplained = false

  const complain = (cause: string): void => {
    if (hasComplained) return
    hasComplained = true
    log.problem('exchanges with ABDM could not be recorded; calls go on', { cause })
  }

  const open = async (): Promise<void> => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    number = Math.max(0, ...(await readdir(folder)).map(numberOf))
  }

  const write = async (exchanged: Exchanged): Promise<void> => {
    await later()
    const cassette = clean(exchanged)
    const file = join(folder, nameOf(++number, cassette.operation))
    await writeFile(file, `${JSON.stringify(cassette, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  }

  const failed = (thrown: unknown): void => complain(causeOf(thrown))
  let last: Promise<void> = open().catch(failed)

  return {
    keep(exchanged) {
      if (waiting >= waitingMax) {
        complain('too many are waiting to be written')
        return
      }
      waiting++
      last = last
        .then(() => write(exchanged))
        .catch(failed)
        .finally(() => {
          waiting--
        })
    },
    settled: () => last,
  }
}
