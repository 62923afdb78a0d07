import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../clock.ts'
import { newUuid } from '../ids.ts'
import type { RawCounter, RawRow, RawStore, RowPlace } from './raw.ts'

/** Rows in one transaction of the destination. */
const atOnce = 500

export type Moving = {
  readonly clock: Clock
  /** The destination is taken into use. */
  onBegin(): void
  /** `done` of `total` are there; `total` may shrink, as nothing expired is moved. */
  onProgress(step: 'moving' | 'comparing', done: number, total: number): void
  /** What an interrupted move had brought is no longer what the source holds: it begins anew. */
  onAnew(): void
}

export type MoveOutcome =
  /** The destination now holds what the source does, compared row by row; how many of each collection, and of counters. */
  | { readonly kind: 'moved'; readonly counts: ReadonlyMap<string, number>; readonly counters: number }
  /** An earlier run has done so. */
  | { readonly kind: 'moved before'; readonly at: string }
  /** The destination holds what is not of this source; nothing was written. */
  | { readonly kind: 'taken' }
  /** The source was written to while it was moved. */
  | { readonly kind: 'changed' }

/**
 * Moves everything that is live from one database into an empty one. A part is one transaction, and parts come in the order of
 * ids, so what the destination holds says how far a move has come: one that was interrupted goes on there, after it has
 * compared what is there already. Until the end the destination is marked, and no server opens it.
 */
export const move = async (from: RawStore, to: RawStore, moving: Moving): Promise<MoveOutcome> => {
  const now = moving.clock.now()
  const id = await idOf(from)
  const begun = await to.mark('moving')
  if (begun === undefined) {
    const moved = JSON.parse((await to.mark('moved')) ?? '{}')
    if (moved.from === id) return { kind: 'moved before', at: moved.at }
    if ((await to.count()) > 0) return { kind: 'taken' }
    await to.setMark('moving', id)
  } else if (begun !== id) return { kind: 'taken' }
  moving.onBegin()
  if (begun !== undefined && !(await compare(from, to, now, moving)).isPart) {
    moving.onAnew()
    await to.empty()
  }

  await copy(from, to, now, moving)
  const compared = await compare(from, to, now, moving)
  if (!compared.isPart || !compared.isWhole) return { kind: 'changed' }
  await to.setMark('moved', JSON.stringify({ from: id, at: new Date(moving.clock.now()).toISOString() }))
  await to.setMark('moving', undefined)
  return { kind: 'moved', counts: compared.counts, counters: compared.counters }
}

/** By which a destination knows its source again, wherever the file lies by then. */
const idOf = async (store: RawStore): Promise<string> => {
  const known = await store.mark('id')
  if (known !== undefined) return known
  const id = newUuid()
  await store.setMark('id', id)
  return id
}

const copy = async (from: RawStore, to: RawStore, now: number, { onProgress }: Moving): Promise<void> => {
  const total = await from.count()
  let done = await to.count()
  for (let last = await to.lastRow(); ; ) {
    const rows = await from.rowsAfter(last, now, atOnce)
    if (rows.length === 0) break
    await to.addRows(rows)
    last = rows.at(-1)
    done += rows.length
    onProgress('moving', done, total)
  }
  for (let last = await to.lastCounter(); ; ) {
    const counters = await from.countersAfter(last, now, atOnce)
    if (counters.length === 0) break
    await to.addCounters(counters)
    last = counters.at(-1)?.key
    done += counters.length
    onProgress('moving', done, total)
  }
}

/** Byte by byte. `isPart`: all that the destination holds is what the source holds first; `isWhole`: and the source holds no more. */
const compare = async (from: RawStore, to: RawStore, now: number, { onProgress }: Moving) => {
  const counts = new Map<string, number>()
  const total = await to.count()
  let done = 0
  const rows = await walk<RawRow, RowPlace>(
    (last, most) => to.rowsAfter(last, now, most),
    (last, most) => from.rowsAfter(last, now, most),
    (row) => row,
    (part) => {
      for (const { collection } of part) counts.set(collection, (counts.get(collection) ?? 0) + 1)
      done += part.length
      onProgress('comparing', done, total)
    },
  )
  let counters = 0
  const counted = await walk<RawCounter, Buffer>(
    (last, most) => to.countersAfter(last, now, most),
    (last, most) => from.countersAfter(last, now, most),
    ({ key }) => key,
    (part) => {
      counters += part.length
    },
  )
  return { isPart: rows.isPart && counted.isPart, isWhole: rows.isWhole && counted.isWhole, counts, counters }
}

const walk = async <Item, Place>(
  there: (last: Place | undefined, most: number) => Promise<Item[]>,
  here: (last: Place | undefined, most: number) => Promise<Item[]>,
  placeOf: (item: Item) => Place,
  onSame: (part: readonly Item[]) => void,
): Promise<{ isPart: boolean; isWhole: boolean }> => {
  for (let last: Place | undefined; ; ) {
    const part = await there(last, atOnce)
    const end = part.at(-1)
    if (end === undefined) return { isPart: true, isWhole: (await here(last, 1)).length === 0 }
    if (!isDeepStrictEqual(await here(last, part.length), part)) return { isPart: false, isWhole: false }
    onSame(part)
    last = placeOf(end)
  }
}
