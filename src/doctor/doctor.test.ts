import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { launch } from '../../test/crash/server.ts'
import { createRound, ok } from './round.ts'
import { closingOf, lineOf } from './screen.ts'
import { newFolder } from './testing.ts'

/** The command as it is typed: its screen, its JSON, its exit status. */

const doctor = (args: readonly string[], settings: Record<string, string> = {}) =>
  launch(process.execPath, ['bin/openabha.mjs', 'doctor', ...args], {
    DATABASE_URL: `sqlite:${join(newFolder(), 'openabha.db')}`,
    ...settings,
  }).ended

test('without any setting the screen says that everything is in order, in plain text, with status 0', async () => {
  const { code, stdout, stderr } = await doctor([])
  assert.equal(stderr, '')
  const lines = stdout.trim().split('\n')
  assert.equal(lines.at(-1), 'Everything is in order.')
  for (const line of lines.slice(0, -2)) assert.match(line, /^✔ \S.{19} *\d+ ms {2}\S/)
  assert.ok(lines.length > 15)
  assert.equal(code, 0)
})

test('with --json it says the same to a program, and with what is wrong the status is 1', async () => {
  const { code, stdout } = await doctor(['--json'], { ABDM_ENV: 'production', ABDM_CLIENT_SECRET: 'secret-83kQ' })
  const { in_order, steps } = JSON.parse(stdout)
  assert.equal(in_order, false)
  assert.deepEqual([steps[0].step, steps[0].state, typeof steps[0].ms], ['settings', 'failed', 'number'])
  assert.equal(steps[0].todo.length, 3)
  assert.ok(!stdout.includes('secret-83kQ'))
  assert.equal(code, 1)
})

test('an argument that it does not know is refused with the usage', async () => {
  const { code, stdout, stderr } = await doctor(['--quick'])
  assert.deepEqual([code, stdout], [2, ''])
  assert.match(stderr, /doctor \[--json\]/)
})

test('a command whose reader has gone ends quietly, with the status that it would have had', async () => {
  const folder = newFolder()
  for (const args of ['doctor', 'doctor --json', 'version', 'help']) {
    const line = `{ "${process.execPath}" bin/openabha.mjs ${args}; echo $? >&2; } | true`
    // Nobody reads any more when it speaks.
    const { stderr } = await launch('sh', ['-c', line], { DATABASE_URL: `sqlite:${join(folder, 'openabha.db')}` }).ended
    assert.equal(stderr, '0\n', args)
  }
})

const finding = {
  step: 'clock',
  state: 'attention',
  ms: 3,
  says: '90 s behind',
  todo: ['Set it.', 'Then go on.'],
} as const

test('a line has its mark, its step, its time, its words, and below them what to do; colour is on the mark alone', () => {
  const [line, ...below] = lineOf(finding, false).split('\n')
  assert.equal(line, '! clock                    3 ms  90 s behind')
  assert.deepEqual(
    below.map((one) => one.trim()),
    ['→ Set it.', '→ Then go on.'],
  )
  assert.equal(lineOf(finding, true), lineOf(finding, false).replace('!', '\u001b[33m!\u001b[0m'))
  assert.match(
    lineOf({ ...finding, state: 'skipped', says: 'needs session', todo: [] }, false),
    /^- .*skipped: needs session$/,
  )
  assert.match(closingOf([finding]), /^Works/)
  assert.equal(closingOf([finding, { ...finding, state: 'failed' }]), '1 failed, 0 skipped.')
})

test('an error that nobody foresaw is named without its words, and findings come in the order of their steps', async () => {
  const told: string[] = []
  const round = createRound(1_000, ({ step }) => told.push(step))
  const slow = round.step({
    name: 'slow',
    needs: [],
    check: async () => {
      await setImmediate()
      return ok('there')
    },
  })
  round.step({
    name: 'broken',
    needs: [],
    check: () => {
      throw new TypeError('secret-83kQ')
    },
  })
  round.step({ name: 'after', needs: [slow], check: () => ok('too') })
  const findings = await round.end()
  assert.deepEqual(told, ['slow', 'broken', 'after'])
  assert.deepEqual(
    findings.map(({ state }) => state),
    ['ok', 'failed', 'ok'],
  )
  assert.equal(findings[1]?.says, 'it broke: TypeError')
})
