import { existsSync } from 'node:fs'
import { systemClock } from './clock.ts'
import { type KeyConfig, readConfig } from './config.ts'
import { type DatabaseConfig, keyFileOf, nameOf, readDatabase } from './config-database.ts'
import { instanceRows } from './instances.ts'
import { keepKeys, keptKeys, masterKeys } from './keys.ts'
import { type MoveOutcome, move } from './store/move.ts'
import { openRaw } from './store/raw.ts'

/** What an operator does for a whole database from the command line. */

export const migrateDatabase = async (): Promise<void> => {
  const { database, keys } = readConfig()
  const raw = await openRaw(database, { key: masterKeys(keys).encryption })
  const { versionFound, version } = raw
  await raw.close()
  const name = nameOf(database)
  if (versionFound === version) console.log(`Nothing to do: the schema of ${name} has version ${version} already.`)
  else if (versionFound === 0) console.log(`The schema of ${name} was made, with version ${version}.`)
  else console.log(`The schema of ${name} was brought from version ${versionFound} to ${version}.`)
}

/** Both are written as in DATABASE_URL. Every other setting is the server's. */
export const moveDatabase = async (fromUrl: string, toUrl: string): Promise<void> => {
  const { keys, sandbox } = readConfig()
  const from = databaseAt('<from>', fromUrl, sandbox !== undefined)
  const to = databaseAt('<to>', toUrl, sandbox !== undefined)
  const [source, destination] = [nameOf(from), nameOf(to)]
  if (from.kind === 'sqlite' && !existsSync(from.file)) throw new Error(`There is no database ${source}.`)
  const { encryption, handOver } = keysFor(keys, from, to)

  const here = await openRaw(from, { key: encryption })
  try {
    const [next] = await here.rowsAfter({ collection: instanceRows.name, id: '' }, systemClock.now(), 1)
    if (next?.collection === instanceRows.name)
      throw new Error(
        `A server uses ${source}: stop every one, and run this again (20 seconds later, if one was killed).`,
      )
    const there = await openRaw(to, { key: encryption, mayBeUnfinished: true })
    try {
      const outcome = await move(here, there, {
        clock: systemClock,
        onBegin: handOver,
        onProgress: progressEvery(2_000),
        onAnew: () => console.error(`${source} has changed since the move was interrupted: it begins anew.`),
      })
      console.log(wordsFor(outcome, source, destination))
    } finally {
      await there.close()
    }
  } finally {
    await here.close()
  }
}

const databaseAt = (place: string, given: string, isEmulated: boolean): DatabaseConfig => {
  const problems: string[] = []
  const database = readDatabase(given, { isEmulated, poolMax: 1, problems })
  if (problems.length === 0 && nameOf(database) === ':memory:')
    problems.push('DATABASE_URL is sqlite::memory:, which is empty and soon forgotten.')
  if (problems[0]) throw new Error(problems[0].replace('DATABASE_URL', place))
  return database
}

/** Rows stay sealed with the key that they were sealed with, so the destination's server must have the same. */
const keysFor = (
  { encryption, signing, file }: KeyConfig,
  from: DatabaseConfig,
  to: DatabaseConfig,
): { encryption: Buffer; handOver(): void } => {
  if (encryption && (signing || file === undefined)) return { encryption, handOver: () => undefined }
  const [fromFile, toFile] = [keyFileOf(from) ?? '', keyFileOf(to) ?? '']
  const kept = keptKeys(fromFile)
  if (!kept)
    throw new Error(
      `The keys of ${nameOf(from)} are not there: bring ${fromFile} back, or set ENCRYPTION_KEY and SIGNING_KEY.`,
    )
  const held = keptKeys(toFile)
  if (held && !(held.encryption.equals(kept.encryption) && held.signing.equals(kept.signing)))
    throw new Error(
      `${toFile} holds other keys than ${fromFile}: move it away if no database needs it, or set ENCRYPTION_KEY and SIGNING_KEY.`,
    )
  return {
    encryption: encryption ?? kept.encryption,
    handOver() {
      if (!held) keepKeys(toFile, kept)
    },
  }
}

/** The first of each step at once. */
const progressEvery = (ms: number): ((step: string, done: number, total: number) => void) => {
  let last = { step: '', at: 0 }
  return (step, done, total) => {
    const at = performance.now()
    if (step === last.step && at - last.at < ms) return
    last = { step, at }
    console.error(`${step}: ${done} of ${total}`)
  }
}

const wordsFor = (outcome: MoveOutcome, source: string, destination: string): string => {
  switch (outcome.kind) {
    case 'taken':
      throw new Error(`${destination} holds something else already, and stays as it is: name an empty database.`)
    case 'changed':
      throw new Error(`${source} was written to while it was moved: stop every server on it, and run this again.`)
    case 'moved before':
      return `Nothing to do: ${source} was moved to ${destination} at ${outcome.at}. What was written to it since then is not there.`
    case 'moved': {
      const counts = [...outcome.counts, ['counters', outcome.counters] as const]
      const width = Math.max(...counts.map(([name]) => name.length)) + 2
      const lines = counts.map(([name, count]) => `  ${name.padEnd(width)}${String(count).padStart(10)}`)
      return `${source} was moved to ${destination}, and both were compared:\n\n${lines.join('\n')}\n\nName the new database in DATABASE_URL and start. ${source} is as it was.`
    }
  }
}
