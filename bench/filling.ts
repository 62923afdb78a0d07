import { DatabaseSync } from 'node:sqlite'
import { systemClock } from '../src/clock.ts'
import { type TxnBody, txnRows } from '../src/flow.ts'
import { newBytes, newTimedId, newUuid } from '../src/ids.ts'
import { masterKeys } from '../src/keys.ts'
import { type User, userRows } from '../src/people.ts'
import { openSqlite } from '../src/store/sqlite.ts'
import { rowStatements } from '../src/store/sqlite-rows.ts'
import { type Collection, inserting } from '../src/store/store.ts'
import { openVault, type SealedWrite, splitKeys } from '../src/store/vault.ts'

/**
 * A database as years would leave it: rows as the product writes them, sealed and with their lookups, but thousands to a
 * commit that nobody waits for. Counts what is there and adds what is missing, so it may be interrupted and run again.
 */

export type Filling = { readonly live: number; readonly expired: number; readonly users: number }

const perCommit = 20_000
const dayMs = 86_400_000
/** What is live stays so from one run to the next. */
const livesMs = 3_650 * dayMs

/** As long as ABDM's tokens are; what they say makes no difference to a row. */
const randomText = newBytes(1 << 20).toString('base64url')
let textAt = 0
const textOf = (length: number): string => {
  textAt = (textAt + 7_919) % (randomText.length - length)
  return randomText.slice(textAt, textAt + length)
}
const tokenLengths = { transfer: 760, user: 1_160, refresh: 800 }

const numbered = (digits: number, number: number): string => String(number).padStart(digits, '0')

/** A third each: sent, proved, ended. */
const txnOf = (number: number, createdAt: number): TxnBody => {
  const state = (['otp_sent', 'abha_create', 'abha_end'] as const)[number % 3] ?? 'otp_sent'
  const transfer = { token: textOf(tokenLengths.transfer), expiresAt: createdAt + 300_000 }
  return {
    flow: 'registration.mobile',
    state,
    clientId: 'openabha-dev',
    workspace: 'openabha-dev',
    named: {},
    otp: { sentAt: createdAt, resends: 0, tries: state === 'otp_sent' ? 0 : 1 },
    upstreamTxnIds: [newUuid()],
    data: {
      ...(state !== 'abha_end' && { mobile: `9${numbered(9, number)}` }),
      ...(state === 'abha_create' && { offered: [], transfer }),
    },
  }
}

const userOf = (number: number, now: number): User => {
  const abhaAddress = `grown.${numbered(9, number)}@sbx`
  return {
    workspace: 'openabha-dev',
    uuid: newUuid(),
    abhaAddresses: [abhaAddress],
    preferredAddress: abhaAddress,
    isKycVerified: number % 2 === 0,
    ...(number % 2 === 0 && { abhaNumber: `91-${numbered(12, number).replace(/(.{4})(?!$)/g, '$1-')}` }),
    mobile: `8${numbered(9, number)}`,
    session: {
      family: 'phr-app',
      abhaAddress,
      token: textOf(tokenLengths.user),
      expiresAt: now,
      refreshToken: textOf(tokenLengths.refresh),
      refreshExpiresAt: now + 15 * dayMs,
    },
  }
}

/** Opens the file as the product does, once, so that schema and keys are the product's. */
const openFile = async (file: string) => {
  const key = masterKeys({ encryption: undefined, signing: undefined, file: `${file}.keys.json` }).encryption
  await openSqlite({ file, key, clock: systemClock }).close()
  const database = new DatabaseSync(file)
  database.exec(
    'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -1048576',
  )
  return { database, vault: openVault(key) }
}

export const fill = async (file: string, wanted: Filling, say: (words: string) => void): Promise<void> => {
  const { database, vault } = await openFile(file)
  const now = systemClock.now()
  const insert = database.prepare(rowStatements.insert)
  const insertUnique = database.prepare(rowStatements.insertUnique)
  const insertLookup = database.prepare(rowStatements.insertLookup)

  const add = <Body>(collection: Collection<Body>, id: string, body: Body, expiresAt?: number): void => {
    const sealed = vault.sealWrite(inserting(collection, id, body, expiresAt)) as Extract<
      SealedWrite,
      { kind: 'insert' }
    >
    const { uniqueKeys, keys } = sealed
    const row = insert.run(collection.name, id, 1, sealed.expiresAt, uniqueKeys, keys, sealed.body).lastInsertRowid
    for (const key of splitKeys(uniqueKeys)) insertUnique.run(key, row)
    for (const key of splitKeys(keys)) insertLookup.run(key, id, row)
  }
  const count = (sql: string, ...values: number[]): number => Number(database.prepare(sql).get(...values)?.n)

  const addMissing = (what: string, there: number, all: number, one: (number: number) => void): void => {
    for (let number = there; number < all; ) {
      database.exec('BEGIN')
      for (const end = Math.min(all, number + perCommit); number < end; number++) one(number)
      database.exec('COMMIT')
      if (number % (perCommit * 25) === 0 || number === all) say(`${what}: ${number} of ${all}`)
    }
  }

  const expired = count('SELECT count(*) AS n FROM rows WHERE expires_at <= ?', now)
  addMissing('expired transactions', expired, wanted.expired, (number) => {
    const createdAt = now - 31 * dayMs + Math.floor((number / wanted.expired) * 30 * dayMs)
    add(txnRows, newTimedId(createdAt), txnOf(number, createdAt), createdAt + 1_800_000)
  })
  const users = count(`SELECT count(*) AS n FROM rows WHERE collection = 'user' AND id < '17'`)
  addMissing('users', users, wanted.users, (number) => {
    // Apart from the ids that the product gives.
    add(userRows, `16${numbered(13, number * 4_000_003)}`, userOf(number, now))
  })
  const live = count('SELECT count(*) AS n FROM rows WHERE expires_at > ?', now + livesMs / 2)
  addMissing('live transactions', live, wanted.live, (number) => {
    add(txnRows, newTimedId(now - (number % 1_800_000)), txnOf(number, now), now + livesMs + number)
  })
  say('writing to disk …')
  database.exec('PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA optimize')
  database.close()
}
