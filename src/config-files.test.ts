import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readConfig } from './config.ts'
import { encryption, noFiles, problemsOf, production, read, signing } from './config-testing.ts'

/** A secret may stand in a file instead of the environment; a file that does not hold it is said, never passed over. */

test('a secret can come from a file, whose last line break does not count', () => {
  const files: Record<string, string> = {
    '/run/e': `${encryption}\n`,
    '/run/s': `${signing}\n`,
    '/run/c': 'given-by-nha\n',
  }
  const { ABDM_ENV, ABDM_CLIENT_ID } = production
  const named = { ABDM_CLIENT_SECRET_FILE: '/run/c', ENCRYPTION_KEY_FILE: '/run/e', SIGNING_KEY_FILE: '/run/s' }
  const config = read({ ABDM_ENV, ABDM_CLIENT_ID, ...named }, (path) => files[path] ?? noFiles(path))
  assert.deepEqual(config, read(production))
})

test('a secret file that is missing or empty, or given beside the secret itself, is a problem', () => {
  for (const name of ['ABDM_CLIENT_SECRET', 'ENCRYPTION_KEY', 'SIGNING_KEY'] as const) {
    const { [name]: secret, ...rest } = production
    const file = { ...rest, [`${name}_FILE`]: '/run/secret' }
    assert.ok(problemsOf(file).includes(`${name}_FILE names /run/secret, which cannot be read.`))
    assert.ok(problemsOf(file, () => '\n').includes(`${name}_FILE names /run/secret, which is empty.`))
    assert.deepEqual(
      problemsOf({ ...file, [name]: secret }, () => secret),
      [`${name} and ${name}_FILE are both set: keep one.`],
    )
  }
  // A file that was meant to hold the key must not be passed over by making another one.
  assert.deepEqual(
    problemsOf({ ENCRYPTION_KEY_FILE: '/run/e' }, () => ''),
    ['ENCRYPTION_KEY_FILE names /run/e, which is empty.'],
  )
})

test('with each real upstream the three secrets are read from the disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'openabha-secrets-'))
  const { ABDM_CLIENT_SECRET, ENCRYPTION_KEY, SIGNING_KEY, ABDM_CLIENT_ID } = production
  const named: Record<string, string> = {}
  for (const [name, secret] of Object.entries({ ABDM_CLIENT_SECRET, ENCRYPTION_KEY, SIGNING_KEY })) {
    named[`${name}_FILE`] = join(folder, name)
    writeFileSync(join(folder, name), `${secret}\n`)
  }
  try {
    for (const ABDM_ENV of ['sandbox', 'production'])
      assert.deepEqual(readConfig({ ABDM_ENV, ABDM_CLIENT_ID, ...named }), read({ ...production, ABDM_ENV }))
  } finally {
    rmSync(folder, { recursive: true })
  }
})
