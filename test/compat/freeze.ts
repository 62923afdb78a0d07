import { writeFileSync } from 'node:fs'
import { factsOf, writeFacts } from './openapi-facts.ts'
import { sharedContract } from './shared-contract.ts'

/** Writes the frozen facts anew: `node bin/openabha.mjs node test/compat/freeze.ts`, after the contract itself has changed. */

const name = 'connect-m1.openapi.json'
const reference = sharedContract(name)
if (!reference) throw new Error(`There is no ${name} to freeze.`)
writeFileSync(new URL('connect-facts.txt', import.meta.url), writeFacts(factsOf(reference)))
