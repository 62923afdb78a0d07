import { readdir, readFile } from 'node:fs/promises'

/**
 * The doc comments of the operations, by operationId. They are written in the caller's words and stand beside the code
 * that they describe; a second text for the documentation would drift from them.
 */

const source = new URL('../', import.meta.url)

const declared =
  /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport const \w+ = \w*[rR]oute\(\{(?:(?!\n\}\))[\s\S])*?operationId: '(\w+)'/g

const plain = (comment: string): string =>
  comment
    .replace(/^\s*\* ?/gm, '')
    // Where the contract says it is of use to whoever changes the code, not to whoever calls it.
    .replace(/\s*\((?:connect|abdm-v3|sandbox)[^)]*§[^)]*\)/g, '')
    .replace(/\s+/g, ' ')
    .trim()

const filesBelow = async (folder: string): Promise<string[]> =>
  (await readdir(new URL(folder, source), { recursive: true, encoding: 'utf8' }))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => folder + name.replaceAll('\\', '/'))

export const readComments = async (folders: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const files = (await Promise.all(folders.map(filesBelow))).flat()
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, source), 'utf8')))
  return new Map(
    texts.flatMap((text) =>
      [...text.matchAll(declared)].map(([, comment = '', operationId = '']) => [operationId, plain(comment)] as const),
    ),
  )
}
