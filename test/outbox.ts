import assert from 'node:assert/strict'
import { after } from 'node:test'
import { startBench } from '../src/emulator/testing.ts'
import { createLog } from '../src/log.ts'
import { type createOutbox, jobRows } from '../src/outbox.ts'
import type { Store } from '../src/store/store.ts'

/** What the tests of the outbox have in common: a store of their own, jobs in it, and waiting. */

export const bench = await startBench()
after(() => bench.close())

export const log = createLog('silent', bench.clock)
const expires = () => bench.clock.now() + 86_400_000

type Queue = { kind?: string; lane?: string }
export const put = async (
  store: Store,
  outbox: ReturnType<typeof createOutbox>,
  id: string,
  { kind = 'try', ...queue }: Queue = {},
): Promise<void> => {
  const job = outbox.adding(kind, { id, ...queue }, { expiresAt: expires(), ...queue })
  assert.equal(job.kind, 'insert')
  if (job.kind === 'insert') await store.insert(jobRows, id, job.row.body as never, { expiresAt: job.row.expiresAt })
}

export const settled = async (isOver: () => boolean): Promise<void> => {
  for (let turn = 0; turn < 3_000 && !isOver(); turn++) await new Promise((resolve) => setTimeout(resolve, 10))
  assert.ok(isOver(), 'it did not come about')
}
