import type { District } from './lgd.ts'

/**
 * The table as JSON text, one district a line, states and districts by code, so that a change touches few lines.
 * The pincodes of a district ascend: n is the pincode n after the one before (the first: after 0), -n the n that follow it.
 */
export const encode = (source: string, places: ReadonlyMap<string, District>): string => {
  const pincodesOf = Map.groupBy([...places.keys()].map(Number), (pincode) => places.get(String(pincode)))
  const districts = [...pincodesOf.keys()].filter((district) => district !== undefined)
  const states = Map.groupBy(districts, (district) => district.stateCode)
  const blocks = [...states]
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([stateCode, members]) => {
      const lines = members
        .sort((a, b) => Number(a.code) - Number(b.code))
        .map((district) => JSON.stringify([district.code, district.name, steps(pincodesOf.get(district) ?? [])]))
      return `[${JSON.stringify(stateCode)},${JSON.stringify(members[0]?.stateName)},[\n${lines.join(',\n')}\n]]`
    })
  const head = `{\n"source":${JSON.stringify(source)},\n"pincodes":${places.size},\n"states":[\n`
  return `${head}${blocks.join(',\n')}\n]\n}\n`
}

const steps = (pincodes: readonly number[]): number[] => {
  const runs: { first: number; last: number }[] = []
  for (const pincode of pincodes.toSorted((a, b) => a - b)) {
    const run = runs.at(-1)
    if (run && pincode === run.last + 1) run.last = pincode
    else runs.push({ first: pincode, last: pincode })
  }
  return runs.flatMap(({ first, last }, i) => {
    const step = first - (runs[i - 1]?.last ?? 0)
    return last > first ? [step, first - last] : [step]
  })
}
