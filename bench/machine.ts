import { execFileSync } from 'node:child_process'
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { delimiter, join } from 'node:path'

/** What the figures were measured on. */

/** Milliseconds to append a page and have it on the disk, as every commit does; sorted. */
export const measureSync = (folder: string, times: number): number[] => {
  const file = openSync(join(folder, 'sync'), 'w')
  const page = Buffer.alloc(4096, 1)
  const took = Array.from({ length: times }, () => {
    const startedAt = performance.now()
    writeSync(file, page)
    fdatasyncSync(file)
    return performance.now() - startedAt
  })
  closeSync(file)
  return took.sort((left, right) => left - right)
}

const fileSystemOf = (folder: string): string => {
  try {
    const mounts = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([, at = '']) => at === '/' || folder === at || folder.startsWith(`${at}/`))
      .sort(([, left = ''], [, right = '']) => left.length - right.length)
    return mounts.at(-1)?.[2] ?? 'unknown'
  } catch {
    return 'unknown'
  }
}

/** The `node` that the machine has by itself: npm puts the project's own one first on the PATH. */
export const machineNode = (): { path: string; version: string } | undefined => {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder === '' || folder.includes('node_modules')) continue
    try {
      const path = join(folder, 'node')
      return { path, version: execFileSync(path, ['-v'], { encoding: 'utf8' }).trim() }
    } catch {}
  }
  return undefined
}

export const describeMachine = (folder: string): readonly (readonly [string, string])[] => {
  const synced = measureSync(folder, 300)
  const at = (share: number) => `${(synced[Math.floor(synced.length * share)] ?? Number.NaN).toFixed(2)} ms`
  return [
    ['processor', `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores`],
    ['memory', `${(totalmem() / 2 ** 30).toFixed(1)} GiB`],
    ['kernel', `${type()} ${release()} ${process.arch}`],
    ['Node', `${process.version} (the machine’s own: ${machineNode()?.version ?? 'none'})`],
    ['file system', `${fileSystemOf(folder)}; append 4 KiB + fdatasync: p50 ${at(0.5)}, p99 ${at(0.99)}`],
  ]
}
