import type { Clock } from '../../clock.ts'
import { newUuid } from '../../ids.ts'

/**
 * Row ids that sort in the order in which they were made, also within one millisecond, on a clock that stands still or
 * one that is set back: lists show what came first, or last, by their ids.
 */
export type OrderedIds = {
  (): string
  /** Begins again at the clock's time, or after an id: for when everything that has one is gone and the clock may have been set back. */
  restart(after?: string): void
}

export const createOrderedIds = (clock: Clock): OrderedIds => {
  let latest = 0
  let count = 0
  const next = (): string => {
    const now = clock.now()
    count = now > latest ? 0 : count + 1
    latest = Math.max(now, latest)
    return `${latest.toString(16).padStart(12, '0')}-${count.toString(16).padStart(6, '0')}-${newUuid().slice(0, 8)}`
  }
  const restart = (after = ''): void => {
    const [time = '', nth = ''] = after.split('-')
    latest = Number.parseInt(time, 16) || 0
    count = Number.parseInt(nth, 16) || 0
  }
  return Object.assign(next, { restart })
}
