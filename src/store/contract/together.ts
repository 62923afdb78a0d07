import assert from 'node:assert/strict'
import { inserting, taking, updating } from '../store.ts'
import { given, ids, note, noteRows, type Prove, person, personRows } from './setting.ts'

/** Several writes of one call. */
export const proveTogether = (prove: Prove): void => {
  prove('writes that go together are all there afterwards, whatever collection they belong to', async (setting) => {
    const { store, now } = setting
    const updated = await given(store.insert(noteRows, 'updated', note('before')))
    const taken = await given(store.insert(noteRows, 'taken', note('before')))
    const also = [
      inserting(personRows, 'inserted', person('Asha', 'asha@abdm'), now + 5),
      updating(noteRows, updated, note('after')),
      taking(noteRows, taken),
    ]
    assert.ok(await store.insert(noteRows, 'own', note('own'), { also }))
    assert.deepEqual(ids(await store.list(noteRows)), ['updated', 'own'])
    assert.deepEqual(await store.get(noteRows, 'updated'), { ...updated, revision: 2, body: note('after') })
    const [inserted] = await store.find(personRows, 'address', 'asha@abdm')
    assert.deepEqual(inserted, { id: 'inserted', revision: 1, body: person('Asha', 'asha@abdm'), expiresAt: now + 5 })
  })

  prove('an update and a take carry others with them as an insert does', async ({ store }) => {
    const row = await given(store.insert(noteRows, 'a', note('one')))
    const next = await given(store.update(noteRows, row, note('two'), { also: [inserting(noteRows, 'b', note('b'))] }))
    assert.deepEqual(await store.take(noteRows, 'a', { also: [inserting(noteRows, 'c', note('c'))] }), next)
    assert.deepEqual(ids(await store.list(noteRows)), ['c', 'b'])
  })

  prove('when one of the writes that go together fails, none is made', async ({ store, clock, now }) => {
    const row = await given(store.insert(personRows, 'a', person('Asha', 'asha@abdm')))
    await given(store.insert(personRows, 'holder', { name: 'H', mobile: '', addresses: ['held@abdm'] }))
    const moved = await given(store.insert(noteRows, 'moved', note('one')))
    const current = await given(store.update(noteRows, moved, note('two')))
    const expired = await given(store.insert(noteRows, 'expired', note('old'), { expiresAt: now + 1 }))
    clock.moveTo(1)
    const before = [await store.list(personRows), await store.list(noteRows)]
    const failing = [
      inserting(noteRows, 'moved', note('id is held')),
      inserting(personRows, 'b', person('Binod', 'held@abdm')),
      updating(noteRows, moved, note('revision has moved')),
      updating(noteRows, expired, note('row is gone')),
      taking(noteRows, moved),
      taking(noteRows, expired),
      taking(noteRows, { ...current, id: 'nobody' }),
    ]
    for (const failed of failing) {
      // Two that would succeed alone, one of them before it and one after it.
      const also = [inserting(personRows, 'c', person('Chitra', 'c@abdm')), failed, taking(noteRows, current)]
      assert.equal(await store.insert(noteRows, 'own', note('own'), { also }), undefined)
      assert.equal(await store.update(personRows, row, person('Asha', 'new@abdm'), { also }), undefined)
      assert.equal(await store.take(personRows, 'a', { also }), undefined)
      assert.deepEqual([await store.list(personRows), await store.list(noteRows)], before)
      assert.deepEqual(await store.find(personRows, 'address', 'asha@abdm'), [row])
      for (const address of ['c@abdm', 'new@abdm'])
        assert.deepEqual(await store.find(personRows, 'address', address), [])
      assert.deepEqual(ids(await store.find(personRows, 'mobile', row.body.mobile)), ['a'])
    }
    const also = [inserting(personRows, 'c', person('Chitra', 'c@abdm')), taking(noteRows, current)]
    assert.ok(await store.update(personRows, row, person('Asha', 'new@abdm'), { also }))
  })

  prove('when the call’s own write fails, none of the others is made', async ({ store }) => {
    const row = await given(store.insert(noteRows, 'a', note('one')))
    await given(store.update(noteRows, row, note('two')))
    const also = [inserting(noteRows, 'b', note('b'))]
    assert.equal(await store.insert(noteRows, 'a', note('three'), { also }), undefined)
    assert.equal(await store.update(noteRows, row, note('three'), { also }), undefined)
    assert.equal(await store.take(noteRows, 'a', { revision: 1, also }), undefined)
    assert.equal(await store.take(noteRows, 'nobody', { also }), undefined)
    assert.deepEqual(ids(await store.list(noteRows)), ['a'])
  })

  prove('two writes of one call that contradict each other fail together', async ({ store }) => {
    const row = await given(store.insert(noteRows, 'a', note('one')))
    const failing = [
      [inserting(noteRows, 'own', note('same id'))],
      [inserting(noteRows, 'b', note('b')), inserting(noteRows, 'b', note('same id'))],
      [inserting(personRows, 'c', person('C', 'c@abdm')), inserting(personRows, 'd', person('D', 'c@abdm'))],
      [updating(noteRows, row, note('two')), updating(noteRows, row, note('three'))],
      [taking(noteRows, row), updating(noteRows, row, note('two'))],
      [taking(noteRows, row), taking(noteRows, row)],
    ]
    for (const also of failing) {
      assert.equal(await store.insert(noteRows, 'own', note('own'), { also }), undefined)
      assert.deepEqual(await store.list(noteRows), [row])
      assert.deepEqual(await store.list(personRows), [])
    }
  })

  prove('writes of one call follow one another, the own one first, so a value can change hands', async ({ store }) => {
    const row = await given(store.insert(personRows, 'a', person('Asha', 'asha@abdm')))
    const heir = person('Binod', 'asha@abdm')
    assert.equal(await store.insert(personRows, 'b', heir, { also: [taking(personRows, row)] }), undefined)
    const also = [inserting(personRows, 'b', heir)]
    assert.deepEqual(await store.take(personRows, 'a', { also }), row)
    assert.deepEqual(ids(await store.find(personRows, 'address', 'asha@abdm')), ['b'])
  })
}
