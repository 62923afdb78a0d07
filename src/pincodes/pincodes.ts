import { readFileSync } from 'node:fs'

export type Place = {
  pincode: string
  districtCode: string
  districtName: string
  stateCode: string
  stateName: string
}

/** The shape of table.json, which `npm run pincodes` makes; scripts/pincodes/encode.ts says how steps are written. */
type Table = {
  pincodes: number
  states: [stateCode: string, stateName: string, districts: [code: string, name: string, steps: number[]][]][]
}

/** Runs of consecutive pincodes of one district, ascending: `first << 10 | district` of each, and its last pincode. */
type Index = { districts: Omit<Place, 'pincode'>[]; firsts: Uint32Array; lasts: Uint32Array }

const districtBits = 10
const districtMask = (1 << districtBits) - 1

const readIndex = (): Index => {
  const table: Table = JSON.parse(readFileSync(new URL('./table.json', import.meta.url), 'utf8'))
  const districts: Index['districts'] = []
  const firsts: number[] = []
  const lasts: number[] = []
  for (const [stateCode, stateName, members] of table.states) {
    for (const [districtCode, districtName, steps] of members) {
      let pincode = 0
      for (const step of steps) {
        pincode += Math.abs(step)
        if (step > 0) firsts.push((pincode << districtBits) | districts.length)
        else lasts.pop()
        lasts.push(pincode)
      }
      districts.push({ districtCode, districtName, stateCode, stateName })
    }
  }
  // Runs never overlap, so both columns sort alike.
  return { districts, firsts: Uint32Array.from(firsts).sort(), lasts: Uint32Array.from(lasts).sort() }
}

let index: Index | undefined

/** The district and state of a pincode by their LGD names and codes; undefined if unknown or not a pincode. */
export const findPincode = (pincode: string): Place | undefined => {
  if (!/^[1-9][0-9]{5}$/.test(pincode)) return undefined
  // Read at the first question: a server that is never asked pays nothing.
  index ??= readIndex()
  const { districts, firsts, lasts } = index
  const wanted = Number(pincode)
  let low = 0
  let high = lasts.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((lasts[middle] ?? 0) < wanted) low = middle + 1
    else high = middle
  }
  const run = firsts[low]
  if (run === undefined || wanted < run >>> districtBits) return undefined
  const district = districts[run & districtMask]
  return district && { pincode, ...district }
}
