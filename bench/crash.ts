import { parseArgs } from 'node:util'
import { startPostgres } from '../test/postgres-server.ts'
import { median } from './report.ts'

/** `npm run crash`: kills the server round after round and counts what was lost. Words to stderr, Markdown to stdout. */

const { values: given } = parseArgs({
  options: { rounds: { type: 'string', default: '50' }, postgres: { type: 'boolean', default: false } },
})
const rounds = Number(given.rounds)
// The tests' databases are where this names one.
const postgres = given.postgres ? await startPostgres() : undefined
if (postgres) process.env.TEST_DATABASE_URL = postgres.url
const { runRounds } = await import('../test/crash/rounds.ts')
const { cleanUp } = await import('../test/crash/server.ts')

const startedAt = performance.now()
try {
  const figures = await runRounds(rounds, (round) => process.stderr.write(`\rround ${round} of ${rounds}`))
  process.stderr.write('\n')
  const { points, acknowledged, lost, accounts, twice, events, untold, invented, restartsMs } = figures
  const most = Math.max(...restartsMs)
  const rows = [
    ['kills', rounds],
    ...points.map(({ name, met, there }) => [`points of ${name} that met one`, `${met} of ${there}`]),
    ['steps that were acknowledged before a kill', acknowledged],
    ['of these lost', lost.length],
    ['accounts that everybody has after it', accounts],
    ['people with another number than one', twice.length],
    ['events in the outbox', events],
    ['acknowledged creations without one', untold.length],
    ['events invented or doubled', invented.length],
    ['restart to listening, ms', `${Math.round(median(restartsMs))} (at most ${Math.round(most)})`],
    ['the whole, s', Math.round((performance.now() - startedAt) / 1000)],
  ]
  console.log(`\n| killed on ${postgres ? 'PostgreSQL' : 'SQLite'} | |\n| --- | --- |`)
  for (const [what, value] of rows) console.log(`| ${what} | ${value} |`)
  for (const one of [...lost, ...twice, ...untold, ...invented]) console.log(`\n- ${one}`)
  process.exitCode = lost.length + twice.length + untold.length + invented.length > 0 ? 1 : 0
} finally {
  cleanUp()
  await postgres?.remove()
}
// What the tests are made of would report a run of no tests.
process.exit()
