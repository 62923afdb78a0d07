import { spawn } from 'node:child_process'
import { chmodSync, globSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { keysOfTheRun, sharedKeys } from '../src/emulator/testing-keys.ts'
import { reaching } from './reaching.ts'

/**
 * Runs the tests in a few groups, one more at a time than there are cores (three at most: each group waits a good part of its time
 * for servers that it starts), and closes with the total. With files as arguments: only those, in one group, with everything that they
 * print.
 */

/**
 * A test file belongs to the longest of these that its path begins with; the groups that take longest come first, so that no core
 * waits for the last one. All files of a group begin together, so one that holds too many servers overwhelms a database that they share.
 */
const groups = [
  'test/crash/',
  'test/trouble/',
  'src/api/',
  'test/trouble/modes-of-flows',
  'src/',
  'test/fuzz/',
  'test/stories/',
  'test/cassettes/',
  'test/',
  'src/store/',
  'src/emulator/',
]
const groupOf = (file: string): string =>
  groups
    .filter((group) => file.startsWith(group))
    .reduce((longest, one) => (one.length > longest.length ? one : longest), '')
/** Longer than any test takes on a slow machine; it also covers the loading of the group's files. */
const testTimeoutMs = 300_000
const groupTimeoutMs = 540_000

/** With a PostgreSQL server to use, what only that one promises is tried, too. */
const isOnPostgres = process.env.TEST_DATABASE_URL !== undefined
const kinds = isOnPostgres ? ['test', 'pg'] : ['test']
const patterns = kinds.flatMap((kind) => [`src/**/*.${kind}.ts`, `test/**/*.${kind}.ts`])
/** On PostgreSQL: how many instances take turns in answering (`test/harness.ts`). Each product of `src/api/` is started anew. */
const instancesOf = (file: string): number =>
  file.startsWith('test/stories/') ? 4 : file.startsWith('src/api/') ? 2 : 1

/**
 * Where tests make their databases: in memory, where the system has a folder for that. What a test kills is a process, and the
 * system keeps what a process wrote; waiting for a disk a hundred thousand times is half of a run.
 */
const memoryFolder = '/dev/shm'
const roomWanted = 1e9
const temporary = ((): string | undefined => {
  try {
    const { bavail, bsize } = statfsSync(memoryFolder)
    if (bavail * bsize < roomWanted) return undefined
    const folder = mkdtempSync(`${memoryFolder}/openabha-`)
    // As open to others as the system's own is: some tests become another user.
    chmodSync(folder, 0o755)
    return folder
  } catch {
    return undefined
  }
})()
/** The emulator's keys, made once for all groups. */
if (temporary) writeFileSync(join(temporary, keysOfTheRun), JSON.stringify(await sharedKeys))
if (temporary) process.on('exit', () => rmSync(temporary, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

const asked = process.argv.slice(2)
const all = globSync(asked.length > 0 ? asked : patterns)
  .map((file) => file.replaceAll('\\', '/'))
  .sort()
const meetsDatabase = reaching('test/database.ts')
/** A test that meets no database, or SQLite alone, is the same one on PostgreSQL. */
const isTheSame = (file: string): boolean => file.endsWith('.test.ts') && !meetsDatabase(file)
const files = isOnPostgres && asked.length === 0 ? all.filter((file) => !isTheSame(file)) : all
if (files.length === 0) throw new Error(`no test file: ${asked.join(' ')}`)
if (files.length < all.length)
  console.log(`… without ${all.length - files.length} files that PostgreSQL has no part in`)

type Outcome = { passed: number; failed: number; skipped: number; isGood: boolean }

/** The counts of the closing line; a group that closes on none has failed. */
const outcomeOf = (output: string, status: number | null): Outcome => {
  const counts = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm
  const [, passed = 0, failed = 0, skipped = 0] = [...output.matchAll(counts)].at(-1)?.map(Number) ?? []
  return { passed, failed, skipped, isGood: status === 0 && failed === 0 && passed > 0 }
}

const runGroup = (paths: readonly string[], isShown: boolean): Promise<Outcome & { output: string }> =>
  new Promise((resolve) => {
    // What a failed test leaves open must not hold up the rest.
    const options = ['--test', '--test-isolation=none', '--test-force-exit', `--test-timeout=${testTimeoutMs}`]
    const reporter = '--test-reporter=./scripts/test-reporter.mjs'
    const instances = Math.min(...paths.map(instancesOf))
    const child = spawn(process.execPath, [...options, reporter, ...paths], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        TEST_INSTANCES: String(instances),
        // The cache that the product fills, too: a group has some hundred sources to load.
        NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
        ...process.env,
        ...(temporary && { TMPDIR: temporary }),
      },
    })
    const late = setTimeout(() => child.kill('SIGKILL'), groupTimeoutMs)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
        if (isShown) process.stdout.write(text)
      })
    }
    child.on('close', (status) => {
      clearTimeout(late)
      resolve({ ...outcomeOf(output, status), output })
    })
  })

const byGroup = asked.length > 0 ? new Map([['the files asked for', files]]) : new Map<string, string[]>()
if (asked.length === 0) {
  for (const group of groups) byGroup.set(group, [])
  for (const file of files) byGroup.get(groupOf(file))?.push(file)
}

const waiting = [...byGroup].filter(([, paths]) => paths.length > 0)
const total = { passed: 0, failed: 0, skipped: 0 }
const bad: string[] = []

const work = async (): Promise<void> => {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const [name, paths] = next
    const startedAt = performance.now()
    console.log(`… ${name}: ${paths.length} files`)
    const { output, isGood, ...counts } = await runGroup(paths, asked.length > 0)
    total.passed += counts.passed
    total.failed += counts.failed
    total.skipped += counts.skipped
    if (asked.length === 0) console.log(output)
    const seconds = Math.round((performance.now() - startedAt) / 1000)
    console.log(`${isGood ? '✔' : '✖'} ${name}: ${counts.passed} passed, ${counts.failed} failed in ${seconds} s`)
    if (!isGood) bad.push(name)
  }
}
await Promise.all(Array.from({ length: Math.min(3, availableParallelism() + 1) }, work))

if (bad.length > 0) console.log(`\nNot good: ${bad.join(', ')}`)
// A group that died or closed on no test counts as a failure, although no test of it may have.
const failed = Math.max(total.failed, bad.length)
console.log(`\n${total.passed} passed, ${failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
process.exitCode = bad.length > 0 ? 1 : 0
