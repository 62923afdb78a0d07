import type { Database } from './sqlite-database.ts'
import { type SealedWrite, type StoredRow, splitKeys } from './vault.ts'

/** Rows and their lookups in SQLite. Every statement finds its rows through an index; `sqlite.test.ts` checks that. */
export type Rows = {
  /** Carries out every write in order, or none. Gives the row that the first one took, or whether it was done. */
  apply(writes: readonly SealedWrite[], now: number): StoredRow | boolean
  get(collection: string, id: string, now: number): StoredRow | undefined
  find(key: Uint8Array, isUnique: boolean, now: number, limit: number): StoredRow[]
  list(collection: string, now: number, limit: number): StoredRow[]
  sweep(now: number, batch: number): number
  clear(collection: string): void
}

type Insert = Extract<SealedWrite, { kind: 'insert' }>
type Update = Extract<SealedWrite, { kind: 'update' }>
type Take = Extract<SealedWrite, { kind: 'take' }>

type StoredColumns = [id: string, revision: number, expiresAt: number | null, body: Uint8Array]
/** What is needed to remove a row and all that points to it. */
type Remains = [row: number, id: string, uniqueKeys: Uint8Array | null, keys: Uint8Array | null]

const live = (nowParameter: string, table = ''): string =>
  `(${table}expires_at IS NULL OR ${table}expires_at > ${nowParameter})`

// A bare parameter as LIMIT makes SQLite prepare the statement anew at every call; a sum does not.
export const rowStatements = {
  insert: `INSERT INTO rows (collection, id, revision, expires_at, unique_keys, keys, body)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (collection, id) DO NOTHING`,
  // The common update changes neither lookups nor expiry, and touches no index.
  updateBody: `UPDATE rows SET revision = ?1, body = ?2
    WHERE collection = ?3 AND id = ?4 AND revision = ?5 AND ${live('?6')}
    AND expires_at IS ?7 AND unique_keys IS ?8 AND keys IS ?9`,
  updateAll: 'UPDATE rows SET revision = ?, body = ?, expires_at = ?, unique_keys = ?, keys = ? WHERE row = ?',
  forUpdate: `SELECT row, id, unique_keys, keys FROM rows
    WHERE collection = ?1 AND id = ?2 AND revision = ?3 AND ${live('?4')}`,
  take: `DELETE FROM rows WHERE collection = ?1 AND id = ?2 AND (?3 IS NULL OR revision = ?3) AND ${live('?4')}
    RETURNING revision, expires_at, body, row, unique_keys, keys`,
  expired: 'SELECT row, id, unique_keys, keys FROM rows WHERE collection = ? AND id = ? AND expires_at <= ?',
  remove: 'DELETE FROM rows WHERE row = ?',

  uniqueOwner: `SELECT rows.row, rows.id, rows.unique_keys, rows.keys, rows.expires_at
    FROM unique_lookups AS lookup CROSS JOIN rows ON rows.row = lookup.row WHERE lookup.key = ?`,
  insertUnique: 'INSERT INTO unique_lookups (key, row) VALUES (?, ?)',
  removeUnique: 'DELETE FROM unique_lookups WHERE key = ? AND row = ?',
  insertLookup: 'INSERT INTO lookups (key, id, row) VALUES (?, ?, ?)',
  removeLookup: 'DELETE FROM lookups WHERE key = ? AND id = ?',

  get: `SELECT revision, expires_at, body FROM rows WHERE collection = ?1 AND id = ?2 AND ${live('?3')}`,
  findUnique: `SELECT rows.id, revision, expires_at, body FROM unique_lookups AS lookup
    CROSS JOIN rows ON rows.row = lookup.row WHERE lookup.key = ?1 AND ${live('?2', 'rows.')} LIMIT ?3 + 0`,
  find: `SELECT rows.id, revision, expires_at, body FROM lookups AS lookup
    CROSS JOIN rows ON rows.row = lookup.row WHERE lookup.key = ?1 AND ${live('?2', 'rows.')}
    ORDER BY lookup.id LIMIT ?3 + 0`,
  list: `SELECT id, revision, expires_at, body FROM rows
    WHERE collection = ?1 AND ${live('?2')} ORDER BY id DESC LIMIT ?3 + 0`,

  sweep: `DELETE FROM rows WHERE row IN (SELECT row FROM rows WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)
    RETURNING row, id, unique_keys, keys`,
  clear: 'DELETE FROM rows WHERE collection = ? RETURNING row, id, unique_keys, keys',
  savepoint: 'SAVEPOINT batch',
  undo: 'ROLLBACK TO batch',
  release: 'RELEASE batch',
}

export const rowsIn = (database: Database): Rows => {
  const sql = rowStatements
  const insert = database.prepare(sql.insert)
  const updateBody = database.prepare(sql.updateBody)
  const updateAll = database.prepare(sql.updateAll)
  const forUpdate = database.prepare<Remains>(sql.forUpdate)
  const take = database.prepare<
    [revision: number, expiresAt: number | null, body: Uint8Array, row: number, Remains[2], Remains[3]]
  >(sql.take)
  const expired = database.prepare<Remains>(sql.expired)
  const remove = database.prepare(sql.remove)
  const uniqueOwner = database.prepare<[...Remains, expiresAt: number | null]>(sql.uniqueOwner)
  const insertUnique = database.prepare(sql.insertUnique)
  const removeUnique = database.prepare(sql.removeUnique)
  const insertLookup = database.prepare(sql.insertLookup)
  const removeLookup = database.prepare(sql.removeLookup)
  const get = database.prepare<[revision: number, expiresAt: number | null, body: Uint8Array]>(sql.get)
  const findUnique = database.prepare<StoredColumns>(sql.findUnique)
  const find = database.prepare<StoredColumns>(sql.find)
  const list = database.prepare<StoredColumns>(sql.list)
  const sweep = database.prepare<Remains>(sql.sweep)
  const clear = database.prepare<Remains>(sql.clear)
  const savepoint = database.prepare(sql.savepoint)
  const undo = database.prepare(sql.undo)
  const release = database.prepare(sql.release)

  const addLookups = (row: number, { id, uniqueKeys, keys }: Insert | Update): void => {
    for (const key of splitKeys(uniqueKeys)) insertUnique.run(key, row)
    for (const key of splitKeys(keys)) insertLookup.run(key, id, row)
  }
  const removeLookups = ([row, id, uniqueKeys, keys]: Remains): void => {
    for (const key of splitKeys(uniqueKeys)) removeUnique.run(key, row)
    for (const key of splitKeys(keys)) removeLookup.run(key, id)
  }
  const removeExpired = (remains: Remains): void => {
    remove.run(remains[0])
    removeLookups(remains)
  }

  /** True when no live row but `except` holds one of the values; an expired holder makes way. */
  const areFree = (uniqueKeys: Uint8Array | null, now: number, except?: number): boolean => {
    for (const key of splitKeys(uniqueKeys)) {
      const owner = uniqueOwner.get(key)
      if (!owner || owner[0] === except) continue
      const [row, id, ownerUniqueKeys, ownerKeys, expiresAt] = owner
      if (expiresAt === null || expiresAt > now) return false
      removeExpired([row, id, ownerUniqueKeys, ownerKeys])
    }
    return true
  }

  const applyInsert = (write: Insert, now: number): boolean => {
    if (write.uniqueKeys && !areFree(write.uniqueKeys, now)) return false
    const { collection, id, revision, expiresAt, uniqueKeys, keys, body } = write
    let inserted = insert.run(collection, id, revision, expiresAt, uniqueKeys, keys, body)
    if (inserted.changes === 0) {
      const remains = expired.get(collection, id, now)
      if (!remains) return false
      removeExpired(remains)
      inserted = insert.run(collection, id, revision, expiresAt, uniqueKeys, keys, body)
    }
    if (uniqueKeys || keys) addLookups(Number(inserted.lastInsertRowid), write)
    return true
  }

  const applyUpdate = (write: Update, now: number): boolean => {
    const { collection, id, revision, revisionBefore, expiresAt, uniqueKeys, keys, body } = write
    if (updateBody.run(revision, body, collection, id, revisionBefore, now, expiresAt, uniqueKeys, keys).changes === 1)
      return true
    const remains = forUpdate.get(collection, id, revisionBefore, now)
    if (!remains) return false
    const row = remains[0]
    if (uniqueKeys && !areFree(uniqueKeys, now, row)) return false
    updateAll.run(revision, body, expiresAt, uniqueKeys, keys, row)
    if (!isSame(remains[2], uniqueKeys) || !isSame(remains[3], keys)) {
      removeLookups(remains)
      addLookups(row, write)
    }
    return true
  }

  const applyTake = ({ collection, id, revisionBefore }: Take, now: number): StoredRow | false => {
    const taken = take.get(collection, id, revisionBefore, now)
    if (!taken) return false
    const [revision, expiresAt, body, row, uniqueKeys, keys] = taken
    if (uniqueKeys || keys) removeLookups([row, id, uniqueKeys, keys])
    return { id, revision, expiresAt, body }
  }

  const applyOne = (write: SealedWrite, now: number): StoredRow | boolean => {
    if (write.kind === 'insert') return applyInsert(write, now)
    return write.kind === 'update' ? applyUpdate(write, now) : applyTake(write, now)
  }

  return {
    apply(writes, now) {
      const [first, ...others] = writes
      if (!first) return true
      // A single write checks before it changes anything; only several need a way back.
      if (others.length === 0) return applyOne(first, now)
      savepoint.run()
      const result = applyOne(first, now)
      const isDone = result !== false && others.every((write) => applyOne(write, now) !== false)
      if (!isDone) undo.run()
      release.run()
      return isDone && result
    },
    get(collection, id, now) {
      const found = get.get(collection, id, now)
      return found && { id, revision: found[0], expiresAt: found[1], body: found[2] }
    },
    find: (key, isUnique, now, limit) => (isUnique ? findUnique : find).all(key, now, limit).map(stored),
    list: (collection, now, limit) => list.all(collection, now, limit).map(stored),
    sweep(now, batch) {
      const swept = sweep.all(now, batch)
      for (const remains of swept) removeLookups(remains)
      return swept.length
    },
    clear(collection) {
      for (const remains of clear.all(collection)) removeLookups(remains)
    },
  }
}

const stored = ([id, revision, expiresAt, body]: StoredColumns): StoredRow => ({ id, revision, expiresAt, body })

const isSame = (left: Uint8Array | null, right: Uint8Array | null): boolean =>
  left === null || right === null ? left === right : Buffer.compare(left, right) === 0
