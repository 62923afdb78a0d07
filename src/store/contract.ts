import { describe } from 'node:test'
import { proveAtRest } from './contract/at-rest.ts'
import { proveLimits } from './contract/limits.ts'
import { proveLookups } from './contract/lookups.ts'
import { proveModel } from './contract/model.ts'
import { proveRaces } from './contract/races.ts'
import { proveRows } from './contract/rows.ts'
import { type Open, proveWith } from './contract/setting.ts'
import { proveTogether } from './contract/together.ts'

/** `store.ts` as a test. Every store passes it unchanged; what only one store promises is in that store's own test. */
export const storeContract = (name: string, open: Open): void => {
  const prove = proveWith(open)
  describe(`store contract, ${name}: rows`, () => proveRows(prove))
  describe(`store contract, ${name}: lookups`, () => proveLookups(prove))
  describe(`store contract, ${name}: writes that go together`, () => proveTogether(prove))
  describe(`store contract, ${name}: races`, () => proveRaces(prove))
  describe(`store contract, ${name}: limits`, () => proveLimits(prove))
  describe(`store contract, ${name}: at rest`, () => proveAtRest(prove))
  describe(`store contract, ${name}: model`, () => proveModel(prove))
}
