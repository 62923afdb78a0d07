import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { machineNode } from './machine.ts'
import { launcher, type ProductSettings, startProduct } from './processes.ts'

/** Time from spawning a process until it takes connections, several ways, in turn. */

/** `hasGoal`: what somebody waits for who starts a server that ran before. */
export type StartUps = { readonly name: string; readonly hasGoal: boolean; readonly tookMs: readonly number[] }[]

const direct = [process.execPath, launcher] as const

const once = async (settings: ProductSettings): Promise<number> => {
  const product = await startProduct(settings)
  await product.stop()
  return product.startMs
}

export const measureStartUps = async (scratch: string, runs: number, firstRuns: number): Promise<StartUps> => {
  const fresh = (name: string) => mkdtempSync(join(scratch, `${name}-`))
  const kept = fresh('kept')
  const temporary = fresh('tmp')
  // Makes the keys and fills the compile cache for what follows.
  await once({ command: direct, folder: kept, temporary })

  const ways: { name: string; times: number; settings: () => ProductSettings }[] = [
    {
      name: 'keys exist, `bin/openabha.mjs` with the project’s Node',
      times: runs,
      settings: () => ({ command: direct, folder: kept, temporary }),
    },
    {
      name: 'keys exist, `bin/openabha.mjs` with the machine’s `node`',
      times: runs,
      settings: () => ({ command: [machineNode()?.path ?? process.execPath, launcher], folder: kept, temporary }),
    },
    {
      name: 'keys exist, empty compile cache',
      times: runs,
      settings: () => ({ command: direct, folder: kept, temporary: fresh('cold') }),
    },
    {
      name: 'first start: makes database and RSA keys',
      times: firstRuns,
      settings: () => ({ command: direct, folder: fresh('first'), temporary }),
    },
  ]
  const taken = ways.map(({ name }, index) => ({ name, hasGoal: index < 2, tookMs: [] as number[] }))
  for (let round = 0; round < Math.max(runs, firstRuns); round++) {
    for (const [index, { times, settings }] of ways.entries()) {
      if (round < times) taken[index]?.tookMs.push(await once(settings()))
    }
  }
  return taken
}
