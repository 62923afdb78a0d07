import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Holds a process to a part of one core, by a control group of its own (Linux, as root). */

const groups = '/sys/fs/cgroup'
const isUnified = existsSync(join(groups, 'cgroup.controllers'))
/** Short, so that whoever has used up a part waits for milliseconds. */
const periodUs = 10_000

/** False where this machine lets nobody do that. */
export const holdTo = (share: number, pid: number): boolean => {
  const folder = join(groups, isUnified ? '' : 'cpu', `openabha-bench-${pid}`)
  const quotaUs = Math.round(share * periodUs)
  const write = (file: string, value: string): void => writeFileSync(join(folder, file), value)
  try {
    mkdirSync(folder)
    if (isUnified) write('cpu.max', `${quotaUs} ${periodUs}`)
    else {
      write('cpu.cfs_period_us', String(periodUs))
      write('cpu.cfs_quota_us', String(quotaUs))
    }
    write('cgroup.procs', String(pid))
  } catch {
    return false
  }
  process.once('exit', () => {
    try {
      rmdirSync(folder)
    } catch {
      // Somebody is still in it; an empty group costs nothing.
    }
  })
  return true
}
