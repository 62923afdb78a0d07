import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../clock.ts'
import { checkedStore } from './checked.ts'
import { given, note, noteRows, person, personRows } from './contract/setting.ts'
import { openSqlite } from './sqlite.ts'
import { inserting } from './store.ts'

/** In tests a body that its collection does not describe is not written, whatever the call. */
test('a body that is not what its collection says is refused by every write', async () => {
  const store = checkedStore(openSqlite({ file: ':memory:', key: Buffer.alloc(32), clock: systemClock }))
  const row = await given(store.insert(noteRows, 'a', note('good')))
  const wrong = { text: 7 } as never
  const also = [inserting(noteRows, 'c', wrong)]
  await assert.rejects(store.insert(noteRows, 'b', wrong), /"note"/)
  await assert.rejects(store.update(noteRows, row, wrong), /"note"/)
  await assert.rejects(store.insert(personRows, 'b', person('Asha'), { also }), /"note"/)
  await assert.rejects(store.update(noteRows, row, note('b'), { also }), /"note"/)
  await assert.rejects(store.take(noteRows, 'a', { also }), /"note"/)
  assert.deepEqual(await store.list(noteRows), [row])
  assert.deepEqual(await store.list(personRows), [])
  await store.close()
})
