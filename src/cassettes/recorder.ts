import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as later } from 'node:timers/promises'
import type { Exchanged, Recorder } from '../abdm/transport.ts'
import { causeOf, type Log } from '../log.ts'
import { nameOf, numberOf } from './cassette.ts'
import { createCleaner } from './clean.ts'
import { createSynthetic } from './synthetic.ts'

/** Writes cassettes behind the calls' backs, one after another. What cannot be written is left out. Several processes may share a folder. */

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

  const lastNumber = async (): Promise<number> =>
    (await readdir(folder)).reduce((highest, file) => Math.max(highest, numberOf(file)), 0)

  const open = async (): Promise<void> => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    number = await lastNumber()
  }

  /** Another process may have taken the number in the meantime: then the one after its last. */
  const file = async (operation: string, text: string): Promise<void> => {
    for (;;) {
      try {
        return await writeFile(join(folder, nameOf(++number, operation)), text, { mode: 0o600, flag: 'wx' })
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
        number = await lastNumber()
      }
    }
  }

  const write = async (exchanged: Exchanged): Promise<void> => {
    await later()
    const cassette = clean(exchanged)
    await file(cassette.operation, `${JSON.stringify(cassette, null, 2)}\n`)
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
