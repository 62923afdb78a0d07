import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmulatorKeys, generateKeys } from './emulator.ts'

/** One set of the emulator's keys for all tests of a process; of a run, where the run has put one into its temporary folder. */

export const keysOfTheRun = 'openabha-test-emulator.keys.json'

const madeBefore = join(tmpdir(), keysOfTheRun)
export const sharedKeys: Promise<EmulatorKeys> = existsSync(madeBefore)
  ? readFile(madeBefore, 'utf8').then((text) => JSON.parse(text))
  : generateKeys()
