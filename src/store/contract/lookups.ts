import assert from 'node:assert/strict'
import { given, ids, type Prove, person, personRows } from './setting.ts'

/** Finding rows by what is in them. */
export const proveLookups = (prove: Prove): void => {
  prove('a row is found by each of its values, and by no part or variant of one', async ({ store }) => {
    const row = await given(store.insert(personRows, 'a', person('Asha', 'asha@abdm', 'a.rao@abdm')))
    assert.deepEqual(await store.find(personRows, 'address', 'asha@abdm'), [row])
    assert.deepEqual(await store.find(personRows, 'address', 'a.rao@abdm'), [row])
    assert.deepEqual(await store.find(personRows, 'mobile', '9000000001'), [row])
    for (const value of ['', 'asha', 'ASHA@abdm', 'asha@abdma.rao@abdm', '9000000001'])
      assert.deepEqual(await store.find(personRows, 'address', value), [], value)
  })

  prove('a row without a value is not found that way', async ({ store }) => {
    await given(store.insert(personRows, 'a', { name: 'Asha', mobile: '', addresses: [] }))
    assert.deepEqual(await store.find(personRows, 'mobile', ''), [])
    assert.ok(await store.insert(personRows, 'b', { name: 'Binod', mobile: '', addresses: [] }))
  })

  prove('a value that a row has twice counts once', async ({ store }) => {
    const row = await given(store.insert(personRows, 'a', person('Asha', 'asha@abdm', 'asha@abdm')))
    assert.deepEqual(await store.find(personRows, 'address', 'asha@abdm'), [row])
    await given(store.take(personRows, 'a'))
    assert.deepEqual(await store.find(personRows, 'address', 'asha@abdm'), [])
  })

  prove('rows that share a value come oldest id first, as many as asked for', async ({ store }) => {
    for (const id of ['c', 'a', 'd', 'b']) await given(store.insert(personRows, id, person(id, `${id}@abdm`)))
    assert.deepEqual(ids(await store.find(personRows, 'mobile', '9000000001')), ['a', 'b', 'c', 'd'])
    assert.deepEqual(ids(await store.find(personRows, 'mobile', '9000000001', { limit: 2 })), ['a', 'b'])
  })

  prove('a search returns a hundred rows unless told', async ({ store }) => {
    const numbers = Array.from({ length: 101 }, (_, index) => `n${index + 100}`)
    await Promise.all(numbers.map((id) => store.insert(personRows, id, person(id))))
    assert.deepEqual(ids(await store.find(personRows, 'mobile', '9000000001')), numbers.slice(0, 100))
    assert.equal((await store.find(personRows, 'mobile', '9000000001', { limit: 101 })).length, 101)
  })

  prove('expired rows do not use up what a search may return', async ({ store, clock, now }) => {
    for (const id of ['a', 'b', 'c']) await given(store.insert(personRows, id, person(id), { expiresAt: now + 1 }))
    await given(store.insert(personRows, 'd', person('d')))
    clock.moveTo(1)
    assert.deepEqual(ids(await store.find(personRows, 'mobile', '9000000001', { limit: 1 })), ['d'])
  })

  prove('two live rows never share a unique value', async ({ store }) => {
    await given(store.insert(personRows, 'a', person('Asha', 'asha@abdm', 'rao@abdm')))
    assert.equal(await store.insert(personRows, 'b', person('Binod', 'binod@abdm', 'rao@abdm')), undefined)
    assert.equal(await store.get(personRows, 'b'), undefined)
    assert.deepEqual(await store.find(personRows, 'address', 'binod@abdm'), [])
    assert.deepEqual(ids(await store.find(personRows, 'mobile', '9000000001')), ['a'])
    assert.ok(await store.insert(personRows, 'b', person('Binod', 'binod@abdm')))
  })

  prove('an update to a unique value of another live row writes nothing', async ({ store }) => {
    await given(store.insert(personRows, 'a', person('Asha', 'asha@abdm')))
    const row = await given(store.insert(personRows, 'b', person('Binod', 'binod@abdm')))
    assert.equal(await store.update(personRows, row, person('Binod', 'new@abdm', 'asha@abdm')), undefined)
    assert.deepEqual(await store.get(personRows, 'b'), row)
    assert.deepEqual(await store.find(personRows, 'address', 'binod@abdm'), [row])
    assert.deepEqual(await store.find(personRows, 'address', 'new@abdm'), [])
  })

  prove(
    'an update moves a row to its new values, keeps the ones it still has and frees the others',
    async ({ store }) => {
      const row = await given(store.insert(personRows, 'a', person('Asha', 'old@abdm', 'kept@abdm')))
      const body = { name: 'Asha', mobile: '9000000002', addresses: ['kept@abdm', 'new@abdm'] }
      const next = await given(store.update(personRows, row, body))
      assert.deepEqual(await store.find(personRows, 'address', 'new@abdm'), [next])
      assert.deepEqual(await store.find(personRows, 'address', 'kept@abdm'), [next])
      assert.deepEqual(await store.find(personRows, 'mobile', '9000000002'), [next])
      assert.deepEqual(await store.find(personRows, 'address', 'old@abdm'), [])
      assert.deepEqual(await store.find(personRows, 'mobile', '9000000001'), [])
      assert.ok(await store.insert(personRows, 'b', person('Binod', 'old@abdm')))
    },
  )

  prove('an update that changes only a shared value moves the row to it', async ({ store }) => {
    const row = await given(store.insert(personRows, 'a', person('Asha', 'asha@abdm')))
    const next = await given(store.update(personRows, row, { ...row.body, mobile: '9000000002' }))
    assert.deepEqual(await store.find(personRows, 'mobile', '9000000002'), [next])
    assert.deepEqual(await store.find(personRows, 'mobile', '9000000001'), [])
    assert.deepEqual(await store.find(personRows, 'address', 'asha@abdm'), [next])
  })

  prove('an update that was made by changing the body in place is found by its new values', async ({ store }) => {
    const row = await given(store.insert(personRows, 'a', person('Asha', 'old@abdm')))
    row.body.addresses = ['new@abdm']
    const next = await given(store.update(personRows, row, row.body))
    assert.deepEqual(await store.find(personRows, 'address', 'new@abdm'), [next])
    assert.deepEqual(await store.find(personRows, 'address', 'old@abdm'), [])
  })

  prove('a row from before its collection had lookups is found from its next update on', async ({ store }) => {
    const { name, body } = personRows
    const before = await given(store.insert({ name, body }, 'a', person('Asha', 'asha@abdm')))
    const row = await given(store.update(personRows, before, person('Asha', 'asha@abdm')))
    assert.deepEqual(await store.find(personRows, 'address', 'asha@abdm'), [row])
    assert.deepEqual(await store.find(personRows, 'mobile', '9000000001'), [row])
    assert.deepEqual(await store.take(personRows, 'a'), row)
    assert.ok(await store.insert(personRows, 'b', person('Binod', 'asha@abdm')))
  })

  prove('a taken row frees its unique values', async ({ store }) => {
    await given(store.insert(personRows, 'a', person('Asha', 'asha@abdm')))
    await given(store.take(personRows, 'a'))
    assert.deepEqual(await store.find(personRows, 'mobile', '9000000001'), [])
    assert.ok(await store.insert(personRows, 'b', person('Binod', 'asha@abdm')))
  })

  prove('an expired row frees its unique values, for an insert and for an update', async ({ store, clock, now }) => {
    await given(store.insert(personRows, 'a', person('Asha', 'one@abdm'), { expiresAt: now + 1 }))
    await given(store.insert(personRows, 'b', person('Binod', 'two@abdm'), { expiresAt: now + 1 }))
    const row = await given(store.insert(personRows, 'c', person('Chitra', 'three@abdm')))
    clock.moveTo(1)
    const inserted = await given(store.insert(personRows, 'd', person('Dev', 'one@abdm')))
    const updated = await given(store.update(personRows, row, person('Chitra', 'two@abdm')))
    assert.deepEqual(await store.find(personRows, 'address', 'one@abdm'), [inserted])
    assert.deepEqual(await store.find(personRows, 'address', 'two@abdm'), [updated])
    assert.deepEqual(ids(await store.find(personRows, 'mobile', '9000000001')), ['c', 'd'])
    await store.sweep()
    assert.deepEqual(await store.find(personRows, 'address', 'one@abdm'), [inserted])
    assert.deepEqual(await store.find(personRows, 'address', 'two@abdm'), [updated])
  })

  prove('a swept row leaves nothing in the way', async ({ store, clock, now }) => {
    await given(store.insert(personRows, 'a', person('Asha', 'asha@abdm'), { expiresAt: now + 1 }))
    clock.moveTo(1)
    assert.equal(await store.sweep(), 1)
    const row = await given(store.insert(personRows, 'b', person('Binod', 'asha@abdm')))
    assert.deepEqual(await store.find(personRows, 'mobile', '9000000001'), [row])
  })

  prove('a lookup that the collection does not have is refused', async ({ store }) => {
    await assert.rejects(store.find(personRows, 'name', 'Asha'), TypeError)
  })
}
