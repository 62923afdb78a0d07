import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Tells of a source file whether it imports another one, by however many in between. */
export const reaching = (wanted: string): ((file: string) => boolean) => {
  const importsOf = new Map<string, readonly string[]>()
  const read = (file: string): readonly string[] => {
    const text = readFileSync(file, 'utf8')
    const found = [...text.matchAll(/(?:from|import\()\s*'(\.[^']+\.ts)'/g)].map(([, path = '']) =>
      join(dirname(file), path).replaceAll('\\', '/'),
    )
    importsOf.set(file, found)
    return found
  }
  return (file) => {
    const seen = new Set([file])
    for (const one of seen) {
      if (one === wanted) return true
      for (const next of importsOf.get(one) ?? read(one)) seen.add(next)
    }
    return false
  }
}
