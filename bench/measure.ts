import { availableParallelism } from 'node:os'
import type { Contender } from './contenders.ts'
import type { Counted, Job } from './load.ts'
import { answerOf, cpuMsOf, machineCpuMs, rssOf, startWorker } from './processes.ts'

/** Puts load on one contender at a time and reads what it used meanwhile. */

export type Figures = {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Processor time of the server for each one done. */
  readonly cpuMs: number
  readonly generatorCpu: number
  /** Share of the machine that programs outside this run used meanwhile. */
  readonly others: number
  /** Memory in MB, as it was looked at ten times a second. */
  readonly rss: readonly number[]
}

export type Errors = { readonly [what: string]: number }

export type Load = { readonly kind: Job['kind']; readonly seconds: number; readonly connections: number }

/** `pids`: every process of this run but the generator, which is started here. */
export const createMeasure = (pids: readonly number[], fixedOtp: string | undefined) => {
  const generator = startWorker('load.ts')
  const ours = [process.pid, generator.pid ?? 0, ...pids]
  const oursMs = () => ours.reduce((sum, pid) => sum + cpuMsOf(pid), 0)
  const errors: { [what: string]: number } = {}
  let next = 0

  return {
    errors: errors as Errors,
    stop: () => void generator.kill(),

    async measure({ pid, port, token }: Contender, name: string, load: Load): Promise<Figures> {
      const job: Job = { ...load, port, token: await token(), from: next, fixedOtp }
      const rss: number[] = []
      const sampling = setInterval(() => rss.push(rssOf(pid)), 100)
      const before = { at: performance.now(), own: cpuMsOf(pid), ours: oursMs(), machine: machineCpuMs() }
      const counted = await answerOf<Counted>(generator, job)
      clearInterval(sampling)
      next = counted.next
      for (const [what, times] of Object.entries(counted.errors)) {
        const of = `${name}: ${what}`
        errors[of] = (errors[of] ?? 0) + times
      }
      const { perSecond, p50Ms, p99Ms, generatorCpu } = counted
      const othersMs = machineCpuMs() - before.machine - (oursMs() - before.ours)
      return {
        perSecond,
        p50Ms,
        p99Ms,
        generatorCpu,
        cpuMs: (cpuMsOf(pid) - before.own) / counted.done,
        others: Math.max(0, othersMs / availableParallelism() / (performance.now() - before.at)),
        rss,
      }
    },
  }
}
