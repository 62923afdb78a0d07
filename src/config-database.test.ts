import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problemsOf, production, read } from './config-testing.ts'

test('a pool has as many connections as are asked for, and PostgreSQL on this machine or with a word about TLS is taken', () => {
  const pool = read({ DATABASE_URL: 'postgres://db/abha', DATABASE_POOL_MAX: '25' }).database
  assert.deepEqual(pool, { kind: 'postgres', url: 'postgres://db/abha', poolMax: 25 })
  for (const url of [
    'postgres://u:p@localhost/abha',
    'postgres://127.0.0.1:5433/abha',
    'postgres://%2Fvar%2Frun%2Fpostgresql/abha',
    'postgres:///abha?host=/var/run/postgresql',
    'postgres://u:p@db.example/abha?sslmode=verify-full',
    'postgres://u:p@db/abha?sslmode=disable',
  ])
    assert.deepEqual(problemsOf({ ...production, DATABASE_URL: url }), [], url)
  const fromFile = read({ DATABASE_URL_FILE: '/run/secrets/db' }, () => 'postgres://u:p@db/abha\n').database
  assert.equal(fromFile.kind === 'postgres' && fromFile.url, 'postgres://u:p@db/abha')
})
