import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectRoutes } from '../src/api/index.ts'

/** The 30-second rule: whoever has a URL has the file. */

const fileOf = (path: string): string[] => {
  const parts = path
    .split('/')
    .filter(
      (part) =>
        part !== '' && !['abdm', 'na', 'connect-auth'].includes(part) && !/^v\d+$/.test(part) && !part.startsWith('{'),
    )
  const plain = join('src/api', `${parts.join('/')}.ts`)
  return [plain, join('src/api', ...parts, `${parts.at(-1)}.ts`)]
}

test('every Connect operation is declared in the file that its path names', () => {
  for (const { path } of connectRoutes) {
    const file = fileOf(path).find((one) => existsSync(one))
    assert.ok(file, `${path} should be in ${fileOf(path).join(' or ')}`)
    assert.ok(readFileSync(file, 'utf8').includes(`path: '${path}'`), `${file} should declare ${path}`)
  }
})

test('no file of the sources is longer than about 300 lines', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const long = files.filter((name) => readFileSync(join('src', name), 'utf8').split('\n').length > 320)
  assert.deepEqual(long, [])
})
