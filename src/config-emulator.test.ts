import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readEmulatorConfig } from './config.ts'
import { noFiles, real } from './config-testing.ts'

/** `openabha emulator` and `replay` run in the environment of whatever is beside them. */

const database = { kind: 'sqlite', file: './data/emulator.db' }

test('they have a port and a file of their own, also where these are named and left empty', () => {
  for (const env of [{}, { PORT: '', DATABASE_URL: ' ', DATABASE_URL_FILE: '' }]) {
    const config = readEmulatorConfig(env, noFiles)
    assert.deepEqual([config.listen.port, config.database], [8090, database])
  }
  const given = readEmulatorConfig({ PORT: '9', DATABASE_URL: 'sqlite:./x.db' }, noFiles)
  assert.deepEqual([given.listen.port, given.database], [9, { kind: 'sqlite', file: './x.db' }])
})

test('a database named in a file is the only one that is named', () => {
  const config = readEmulatorConfig({ DATABASE_URL_FILE: '/run/db' }, () => 'sqlite:./from-file.db\n')
  assert.deepEqual(config.database, { kind: 'sqlite', file: './from-file.db' })
})

test('where a real upstream is recorded they start all the same, and record nothing', () => {
  const config = readEmulatorConfig({ ...real, ABDM_ENV: 'sandbox', ABDM_RECORD: 'cassettes' }, noFiles)
  assert.deepEqual([config.environment, config.recordTo], ['emulator', undefined])
  assert.equal(config.upstream.clientId, 'SBXID_000001')
})
