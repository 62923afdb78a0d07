import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * The contract's own files lie beside the checkout, not in it. A plain clone does without them and says so; the gate does
 * not, because there their absence would mean that nothing was compared.
 */
export const sharedText = (name: string): string | undefined => {
  const file = fileURLToPath(new URL(`../../../shared/contract/${name}`, import.meta.url))
  if (existsSync(file)) return readFileSync(file, 'utf8')
  assert.notEqual(process.env.CI, 'true', `${file} is not there, so nothing can be compared with it`)
  return undefined
}
export const sharedContract = (name: string): any => {
  const text = sharedText(name)
  return text && JSON.parse(text)
}

export const notCompared = (name: string): string => `../shared/contract/${name} is not there: not compared with it`
