import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dropTestSchemas, testDatabaseUrl } from '../test/database.ts'
import { startPostgres } from '../test/postgres-server.ts'

/**
 * Runs the tests on PostgreSQL: on the server that TEST_DATABASE_URL names, or on one of its own that is gone afterwards.
 * With arguments: only those files.
 */
const server = testDatabaseUrl === undefined ? await startPostgres({ durable: false }) : undefined
const url = server?.socketUrl ?? testDatabaseUrl
try {
  const child = spawn(process.execPath, ['scripts/test.ts', ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, TEST_DATABASE_URL: url },
  })
  const [status] = await once(child, 'exit')
  process.exitCode = status ?? 1
} finally {
  if (server) await server.remove()
  else await dropTestSchemas()
}
