import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { dropSchema, newSchema, textIn, withTestClient } from '../../test/database.ts'
import { fixtureOptions, oldRowsLoad } from './contract/old-rows.ts'
import { given, note, noteRows } from './contract/setting.ts'
import { postgresMigrations } from './migrations/postgres/index.ts'
import { openPostgres } from './postgres.ts'
import { counterStatements } from './postgres-counters.ts'
import { rowStatements } from './postgres-rows.ts'

/** A PostgreSQL database is opened by any number at once, made by one of them, and refused where it is not ours to use. */
const options = { key: Buffer.alloc(32, 'test'), clock: { now: () => Date.UTC(2026, 0, 1) } }

const inSchema = (guarantee: string, proof: (url: string, schema: string) => Promise<void>): void => {
  test(guarantee, async () => {
    const { schema, url } = newSchema()
    try {
      await proof(url, schema)
    } finally {
      await dropSchema(schema)
    }
  })
}
const openAndClose = async (url: string, more = {}): Promise<void> =>
  (await openPostgres({ url, ...options, ...more })).close()

describe('PostgreSQL: opening', () => {
  for (let round = 1; round <= 10; round++)
    inSchema(`eight that start at once on nothing all find one whole schema, round ${round}`, async (url) => {
      const stores = await Promise.all(Array.from({ length: 8 }, () => openPostgres({ url, ...options, poolMax: 1 })))
      for (const [index, store] of stores.entries()) await given(store.insert(noteRows, `n${index}`, note('here')))
      for (const store of stores) assert.equal((await store.list(noteRows)).length, 8)
      await Promise.all(stores.map((store) => store.close()))
    })

  inSchema('of two that start at once with different keys one is told, and the other has the database', async (url) => {
    const outcomes = await Promise.allSettled([openAndClose(url), openAndClose(url, { key: Buffer.alloc(32, 'b') })])
    const told = outcomes.filter((outcome) => outcome.status === 'rejected')
    assert.equal(told.length, 1)
    assert.match(String(told[0]?.reason), /was written with another encryption key/)
  })

  inSchema('a database that was written with another key is refused and left as it is', async (url, schema) => {
    await openAndClose(url)
    const before = await textIn(schema)
    await assert.rejects(
      openAndClose(url, { key: Buffer.alloc(32, 'other') }),
      /was written with another encryption key/,
    )
    assert.equal(await textIn(schema), before)
    await openAndClose(url)
  })

  inSchema(
    'a database whose own settings would lose what was acknowledged, or spell bytes otherwise, is refused',
    async (url) => {
      const withSetting = (setting: string) => openAndClose(`${url}&options=${encodeURIComponent(`-c ${setting}`)}`)
      await assert.rejects(withSetting('synchronous_commit=off'), /its synchronous_commit is off/)
      await assert.rejects(withSetting('bytea_output=escape'), /its bytea_output is escape/)
      await withSetting('synchronous_commit=local')
    },
  )

  inSchema('a schema of a newer version is refused and left as it is', async (url, schema) => {
    await openAndClose(url)
    await withTestClient((client) =>
      client.query(`UPDATE ${schema}.openabha_meta SET value = $1 WHERE name = 'schema_version'`, [
        postgresMigrations.length + 1,
      ]),
    )
    const before = await textIn(schema)
    await assert.rejects(openAndClose(url), /last used by a newer one/)
    assert.equal(await textIn(schema), before)
  })
})

/** Enough for PostgreSQL to think twice before it looks through all of it. */
const fill = `
  INSERT INTO openabha_rows
    SELECT 'c' || n % 5, 'id' || n, 1, CASE WHEN n % 3 > 0 THEN n END, ARRAY[uuid_send(gen_random_uuid())],
      ARRAY[uuid_send(gen_random_uuid())], convert_to(repeat('x', 300), 'UTF8') FROM generate_series(1, 20000) AS n;
  INSERT INTO openabha_unique_lookups SELECT unnest(unique_keys), collection, id FROM openabha_rows;
  INSERT INTO openabha_lookups SELECT unnest(keys), id, collection FROM openabha_rows;
  INSERT INTO openabha_counters SELECT unnest(keys), 1, 1000 FROM openabha_rows;
  ANALYZE openabha_rows, openabha_unique_lookups, openabha_lookups, openabha_counters`

describe('PostgreSQL: schema', () => {
  oldRowsLoad('postgres', postgresMigrations.length, async (sql, use) => {
    const { schema, url } = newSchema()
    await withTestClient((client) => client.query(`CREATE SCHEMA ${schema}; SET search_path TO ${schema}; ${sql}`))
    const store = await openPostgres({ url, ...fixtureOptions })
    try {
      await use(store)
    } finally {
      await store.close()
      await dropSchema(schema)
    }
  })

  inSchema('no statement of a request looks through a table or sorts one', async (url, schema) => {
    await openAndClose(url)
    const { clear: _rows, ...rows } = rowStatements
    const { clear: _counters, ...counters } = counterStatements
    // The few limits of one group are put in order before they are locked.
    const inOrder: readonly string[] = [counterStatements.hit.name, counterStatements.giveBack.name]
    await withTestClient(async (client) => {
      await client.query(`SET search_path TO ${schema}; ${fill}`)
      for (const { name, text } of [...Object.values(rows), ...Object.values(counters)]) {
        // How much a sweep may take is known when it is planned; the others are planned for whatever comes.
        const isSweep = name.startsWith('sweep')
        const values = isSweep ? ['20000', '5'] : [...new Set(text.match(/\$\d+/g))].fill('NULL')
        await client.query(`SET plan_cache_mode = force_${isSweep ? 'custom' : 'generic'}_plan`)
        await client.query(`PREPARE looked_at AS ${text}`)
        const plan = await client.query(`EXPLAIN EXECUTE looked_at (${values.join(', ')})`)
        const lines = plan.rows.map((row) => row['QUERY PLAN']).join('\n')
        assert.doesNotMatch(lines, /Seq Scan on openabha/, `${name}: ${lines}`)
        if (!inOrder.includes(name)) assert.doesNotMatch(lines, /Sort/, `${name}: ${lines}`)
        await client.query('DEALLOCATE looked_at')
      }
    })
  })
})
