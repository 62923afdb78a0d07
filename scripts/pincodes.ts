// Makes src/pincodes/table.json from the registry package of pincodes and the LGD list of districts: `npm run pincodes`.

import { readFileSync, writeFileSync } from 'node:fs'
import { encode } from './pincodes/encode.ts'
import { readDistricts } from './pincodes/lgd.ts'
import { resolve } from './pincodes/resolve.ts'
import { readSource, sourcePackage } from './pincodes/source.ts'

const leastResolvedPercent = 98

const rows = readSource()
const districts = readDistricts(readFileSync(new URL('./pincodes/lgd-districts.tsv', import.meta.url), 'utf8'))
const { places, unresolved, spanning, unusable, problems } = resolve(rows, districts)

const distinct = places.size + unresolved.length
const percent = (100 * places.size) / distinct
const table = encode(sourcePackage, places)

console.log(`rows                 ${rows.length} (${unusable} without a pincode)`)
console.log(`distinct pincodes    ${distinct} (${spanning} of several districts)`)
console.log(`resolved             ${places.size} = ${percent.toFixed(2)} %`)
console.log(`districts reached    ${new Set(places.values()).size} of ${districts.length}`)
console.log(`table                ${Buffer.byteLength(table)} bytes`)
console.log(`unresolved           ${unresolved.length}`)
const groups = Map.groupBy(unresolved, ({ state, district, reason }) => `${state} / ${district} (${reason})`)
for (const [group, members] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
  console.log(`  ${String(members.length).padStart(4)}  ${group}: ${members.map(({ pincode }) => pincode).join(' ')}`)
}

if (percent < leastResolvedPercent)
  problems.push(`only ${percent.toFixed(2)} % resolved, ${leastResolvedPercent} % asked`)
for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
else writeFileSync(new URL('../src/pincodes/table.json', import.meta.url), table)
