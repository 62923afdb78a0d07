import { existsSync, rmSync } from 'node:fs'
import { Type } from 'typebox'
import { clientRows } from '../clients.ts'
import type { Clock } from '../clock.ts'
import { type Config, ConfigError } from '../config.ts'
import { newUuid } from '../ids.ts'
import { type MasterKeys, masterKeys } from '../keys.ts'
import { sandboxClients } from '../sandbox/sandbox.ts'
import type { Collection, Store } from '../store/store.ts'
import { failed, ok, type Round, type Step, type Verdict } from './round.ts'

/** What this machine holds: settings, keys, database. Nothing that was not there before is left behind. */

export type OpenStore = (file: string, key: Buffer) => Store
/** `isWhole`: it is the product's own, and not one in memory that stands in for it. */
export type OpenedStore = { readonly store: Store; readonly isWhole: boolean }

const probeRows: Collection<{ text: string }> = { name: 'doctor', body: Type.Object({ text: Type.String() }) }

const refused = (thrown: unknown): Verdict<never> => {
  if (!(thrown instanceof ConfigError)) throw thrown
  const { problems } = thrown
  return failed(problems.length === 1 ? 'one needs attention' : `${problems.length} need attention`, problems)
}

export const settingsStep = (round: Round, read: () => Config): Step<Config> =>
  round.step({
    name: 'settings',
    needs: [],
    check: () => {
      try {
        const config = read()
        return ok(`ABDM_ENV is ${config.environment}; nothing is missing or unsafe`, config)
      } catch (thrown) {
        return refused(thrown)
      }
    },
  })

export const keysStep = (round: Round, settings: Step<Config>): Step<MasterKeys> =>
  round.step({
    name: 'keys',
    needs: [settings],
    check: ([{ keys }]) => {
      const file = keys.file !== undefined && existsSync(keys.file) ? keys.file : undefined
      let held: MasterKeys
      try {
        held = masterKeys({ ...keys, file })
      } catch (thrown) {
        return refused(thrown)
      }
      if (held.encryption.equals(held.signing))
        return failed('the two are the same', 'Give SIGNING_KEY and ENCRYPTION_KEY different random bytes.')
      const areGiven = keys.encryption !== undefined && keys.signing !== undefined
      if (areGiven) return ok('both are given, and they differ', held)
      return ok(file ? `both are there, and they differ: ${file}` : 'none yet: the first start makes them', held)
    },
  })

/** Writes a row, reads it back, and takes it away. */
const tryOut = async (store: Store, clock: Clock): Promise<boolean> => {
  const id = newUuid()
  await store.insert(probeRows, id, { text: id }, { expiresAt: clock.now() + 60_000 })
  return (await store.take(probeRows, id))?.body.text === id
}

/** With one of these the server does not start before a real upstream. */
const sandboxClientIn = async (store: Store): Promise<string | undefined> => {
  for (const { clientId } of sandboxClients) if (await store.get(clientRows, clientId)) return clientId
  return undefined
}

const isInUse = (thrown: unknown): boolean =>
  (Number(((thrown as Error).cause as { errcode?: unknown } | undefined)?.errcode) & 0xff) === 5

const todoFor = (message: string): string => {
  if (/encryption key/.test(message))
    return 'Set ENCRYPTION_KEY to the key that the database was made with, or name a new file in DATABASE_URL.'
  if (/read-only|no permission/.test(message))
    return 'Let the user that runs OpenABHA write the file and its folder, or name another file in DATABASE_URL.'
  return 'Bring the file back from a backup, or name another one in DATABASE_URL.'
}

export const databaseStep = (
  round: Round,
  deps: { settings: Step<Config>; keys: Step<MasterKeys>; open: OpenStore; clock: Clock },
): Step<OpenedStore> =>
  round.step({
    name: 'database',
    needs: [deps.settings, deps.keys],
    async check([{ database, sandbox }, { encryption }]): Promise<Verdict<OpenedStore>> {
      const { file } = database
      const standIn = () => deps.open(':memory:', encryption)
      if (file === ':memory:')
        return ok('in memory: each start forgets everything', { store: standIn(), isWhole: true })
      const isNew = !existsSync(file)
      let store: Store
      try {
        store = deps.open(file, encryption)
      } catch (thrown) {
        const { message } = thrown as Error
        if (!isInUse(thrown)) return failed(message, todoFor(message))
        const todo =
          'If that is your server, all is well (ask its /readyz). To examine the database, stop the server first.'
        const says = `${file} is in use by another process, so it was not examined`
        return { state: 'attention', says, todo, value: { store: standIn(), isWhole: false } }
      }
      const works = await tryOut(store, deps.clock).catch(() => false)
      if (isNew || !works) await store.close()
      if (isNew) for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${end}`, { force: true })
      if (!works)
        return failed(`${file} does not take what is written`, 'Look at the space and the health of its disk.')
      if (isNew) return ok(`${file} is not there yet, and can be made`, { store: standIn(), isWhole: true })
      const stranger = sandbox ? undefined : await sandboxClientIn(store)
      if (stranger)
        return failed(
          `${file} holds the sandbox client ${stranger}, whose secret is public`,
          'Name a new file in DATABASE_URL for a real upstream.',
        )
      return ok(`${file} opens and takes writes, and the key fits`, { store, isWhole: true })
    },
  })
