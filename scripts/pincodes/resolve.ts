import { districtAliases, stateAliases } from './aliases.ts'
import { exceptions, undecided } from './exceptions.ts'
import { type District, nameKey } from './lgd.ts'
import type { Row } from './source.ts'
import { movedSubDistricts } from './sub-districts.ts'

export type Unresolved = { pincode: string; state: string; district: string; reason: 'unknown district' | 'undecided' }
export type Resolution = {
  places: Map<string, District>
  unresolved: Unresolved[]
  /** Pincodes of more than one district, decided by count. */
  spanning: number
  /** Rows without a pincode. */
  unusable: number
  /** Lines of the hand-kept tables that name nothing, or nothing that exists. */
  problems: string[]
}

const isPincode = (text: string): boolean => /^[1-9][0-9]{5}$/.test(text)
const listed = (text: string): string[] =>
  text
    .split(/[,\n]/)
    .map((item) => item.trim())
    .filter(Boolean)
const path = (...names: string[]): string => names.map(nameKey).join('/')

/** A hand-kept table that knows which of its lines were of use. */
const tableOf = <T>(title: string) => {
  const lines = new Map<string, { value: T; text: string; used: boolean }>()
  return {
    add: (key: string, value: T, text: string): void => {
      if (lines.has(key)) throw new Error(`${title}: ${text} is written twice`)
      lines.set(key, { value, text, used: false })
    },
    get: (key: string): T | undefined => {
      const line = lines.get(key)
      if (line) line.used = true
      return line?.value
    },
    unused: (): string[] => [...lines.values()].filter((line) => !line.used).map((line) => `${title}: ${line.text}`),
  }
}

/** The place of every pincode of the source, as far as the hand-kept tables and the names themselves settle it. */
export const resolve = (rows: readonly Row[], districts: readonly District[]): Resolution => {
  const problems: string[] = []
  const byPath = new Map(districts.map((district) => [path(district.stateName, district.name), district]))
  const districtOf = (state: string, target: string): District | undefined => {
    const [first = '', second] = target.split(' / ')
    return second === undefined ? byPath.get(path(state, first)) : byPath.get(path(first, second))
  }
  const checked = (state: string, target: string): District => {
    const district = districtOf(state, target)
    if (!district) throw new Error(`${state} has no district ${target} in the LGD list`)
    return district
  }

  const states = tableOf<string>('state alias')
  for (const [from, to] of Object.entries(stateAliases)) states.add(nameKey(from), to, from)

  const aliases = tableOf<District>('district alias')
  for (const [state, names] of Object.entries(districtAliases)) {
    for (const [from, to] of Object.entries(names))
      aliases.add(path(state, from), checked(state, to), `${state}/${from}`)
  }

  const moved = tableOf<District>('moved sub-district')
  for (const [state, parents] of Object.entries(movedSubDistricts)) {
    for (const [parent, targets] of Object.entries(parents)) {
      const from = checked(state, parent)
      for (const [target, names] of Object.entries(targets)) {
        for (const name of listed(names)) {
          moved.add(`${from.code}/${nameKey(name)}`, checked(state, target), `${state}/${parent}/${name}`)
        }
      }
    }
  }

  const settled = tableOf<District | 'undecided'>('exception')
  const offices = new Set(rows.map((row) => `${row.pincode} ${row.office}`))
  const settle = (entry: string, value: District | 'undecided'): void => {
    const known = [...offices].some((office) => office === entry || office.startsWith(`${entry} `))
    if (!known) problems.push(`exception: ${entry} is not in the source`)
    settled.add(entry.slice(0, 6), value, entry)
  }
  for (const [state, targets] of Object.entries(exceptions)) {
    for (const [target, entries] of Object.entries(targets)) {
      for (const entry of listed(entries)) settle(entry, checked(state, target))
    }
  }
  for (const entry of listed(undecided)) settle(entry, 'undecided')

  const districtOfRow = (row: Row): District | undefined => {
    const state = states.get(nameKey(row.state)) ?? row.state
    const named = aliases.get(path(state, row.district)) ?? districtOf(state, row.district)
    return named && (moved.get(`${named.code}/${nameKey(row.subDistrict)}`) ?? named)
  }

  const byPincode = Map.groupBy(
    rows.filter((row) => isPincode(row.pincode)),
    (row) => row.pincode,
  )
  const places = new Map<string, District>()
  const unresolved: Unresolved[] = []
  let spanning = 0
  for (const [pincode, group] of byPincode) {
    const byHand = settled.get(pincode)
    const candidates = byHand ? [] : group.map(districtOfRow).filter((district) => district !== undefined)
    const decided = byHand ?? mostOffices(candidates)
    if (decided && decided !== 'undecided') places.set(pincode, decided)
    else {
      const { state = '', district = '' } = group[0] ?? {}
      unresolved.push({ pincode, state, district, reason: byHand === 'undecided' ? byHand : 'unknown district' })
    }
    if (new Set(candidates).size > 1) spanning += 1
  }

  const unused = [states, aliases, moved, settled].flatMap((table) => table.unused())
  problems.push(...unused.map((line) => `${line} is of no use`))
  return { places, unresolved, spanning, unusable: rows.filter((row) => !isPincode(row.pincode)).length, problems }
}

/** A pincode of several districts belongs to the one with the most post offices, among equals to the lowest code. */
const mostOffices = (candidates: readonly District[]): District | undefined => {
  const counts = new Map<District, number>()
  for (const district of candidates) counts.set(district, (counts.get(district) ?? 0) + 1)
  const [first] = [...counts].sort(([a, x], [b, y]) => y - x || Number(a.code) - Number(b.code))
  return first?.[0]
}
