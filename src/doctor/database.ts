import { existsSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { clientRows } from '../clients.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { type DatabaseConfig, nameOf } from '../config-database.ts'
import { missingFolders, removeEmpty } from '../folder.ts'
import { newUuid } from '../ids.ts'
import type { MasterKeys } from '../keys.ts'
import { sandboxClients } from '../sandbox/sandbox.ts'
import { Type } from '../schema.ts'
import type { Collection, Store } from '../store/store.ts'
import { failed, ok, type Round, type Step, type Verdict } from './round.ts'

/** The database: whether it opens, takes writes and fits the key. Nothing that was not there before is left behind. */

export type OpenStore = (database: DatabaseConfig, key: Buffer) => Promise<Store>
/** `isWhole`: it is the product's own, and not one in memory that stands in for it. */
export type OpenedStore = { readonly store: Store; readonly isWhole: boolean }

const probeRows: Collection<{ text: string }> = { name: 'doctor', body: Type.Object({ text: Type.String() }) }

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

const todoFor = (message: string, isFile: boolean): string => {
  if (/encryption key/.test(message))
    return `Set ENCRYPTION_KEY to the key that the database was made with, or name a new ${isFile ? 'file' : 'database'} in DATABASE_URL.`
  if (!isFile) return 'Mend what it says, or name another database in DATABASE_URL.'
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
      const isFile = database.kind === 'sqlite'
      const name = nameOf(database)
      const standIn = () => deps.open({ kind: 'sqlite', file: ':memory:' }, encryption)
      if (name === ':memory:')
        return ok('in memory: each start forgets everything', { store: await standIn(), isWhole: true })
      const isNew = isFile && !existsSync(name)
      const made = isNew ? missingFolders(dirname(name)) : []
      let store: Store
      try {
        store = await deps.open(database, encryption)
      } catch (thrown) {
        removeEmpty(made)
        const { message } = thrown as Error
        if (isSchemaBehind(thrown))
          return ok(`${name} is reached; the next start makes its tables or brings them up to date`, {
            store: await standIn(),
            isWhole: true,
          })
        if (!isInUse(thrown)) return failed(message, todoFor(message, isFile))
        const todo =
          'If that is your server, all is well (ask its /readyz). To examine the database, stop the server first.'
        const says = `${name} is in use by another process, so it was not examined`
        return { state: 'attention', says, todo, value: { store: await standIn(), isWhole: false } }
      }
      const works = await tryOut(store, deps.clock).catch(() => false)
      if (isNew || !works) await store.close()
      if (isNew) {
        for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${name}${end}`, { force: true })
        removeEmpty(made)
      }
      if (!works)
        return failed(`${name} does not take what is written`, 'Look at the space and the health of its disk.')
      if (isNew) return ok(`${name} is not there yet, and can be made`, { store: await standIn(), isWhole: true })
      const stranger = sandbox ? undefined : await sandboxClientIn(store)
      if (stranger)
        return failed(
          `${name} holds the sandbox client ${stranger}, whose secret is public`,
          `Name a new ${isFile ? 'file' : 'database'} in DATABASE_URL for a real upstream.`,
        )
      return ok(`${name} opens and takes writes, and the key fits`, { store, isWhole: true })
    },
  })

const isSchemaBehind = (thrown: unknown): boolean => (thrown as Error).name === 'SchemaBehind'
