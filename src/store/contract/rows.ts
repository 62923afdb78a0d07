import assert from 'node:assert/strict'
import { given, ids, note, noteRows, type Prove, person, personRows } from './setting.ts'

/** Single rows: writing, reading, guarding, expiring, sweeping. */
export const proveRows = (prove: Prove): void => {
  prove('a row is read as it was written, from its first revision', async ({ store, now }) => {
    const body = { text: 'नमस्ते "\u0000\ud83d\ude00' }
    const written = await store.insert(noteRows, 'a', body, { expiresAt: now + 1 })
    const expected = { id: 'a', revision: 1, body, expiresAt: now + 1 }
    assert.deepEqual(written, expected)
    assert.deepEqual(await store.get(noteRows, 'a'), expected)
    assert.equal((await given(store.insert(noteRows, 'b', body))).expiresAt, undefined)
    assert.equal((await store.get(noteRows, 'b'))?.expiresAt, undefined)
  })

  prove('a body keeps its shape however large or nested it is', async ({ store }) => {
    const text = JSON.stringify({ deep: [{ er: [null, true, 1.5, ''] }], large: 'x'.repeat(300_000) })
    await given(store.insert(noteRows, 'a', note(text)))
    assert.deepEqual((await store.get(noteRows, 'a'))?.body, note(text))
  })

  prove('what a caller does to its object after the call is not stored', async ({ store }) => {
    const body = note('as it was')
    const writing = store.insert(noteRows, 'a', body)
    body.text = 'as it became'
    await writing
    assert.deepEqual((await store.get(noteRows, 'a'))?.body, note('as it was'))
  })

  prove('a row is found in its own collection only', async ({ store }) => {
    await given(store.insert(noteRows, 'a', note('here')))
    assert.equal(await store.get(personRows, 'a'), undefined)
    assert.ok(await store.insert(personRows, 'a', person('Asha')))
    assert.deepEqual((await store.get(noteRows, 'a'))?.body, note('here'))
  })

  prove('an id of any characters is either somebody’s or nobody’s', async ({ store }) => {
    await given(store.insert(noteRows, 'a', note('one')))
    for (const id of ['', 'A', 'a ', 'a\u0000', '%', "'", '\ud800', 'x'.repeat(10_000)])
      assert.equal(await store.get(noteRows, id), undefined, JSON.stringify(id))
  })

  prove('an id that a live row holds is not given again', async ({ store }) => {
    await given(store.insert(noteRows, 'a', note('first')))
    assert.equal(await store.insert(noteRows, 'a', note('second')), undefined)
    assert.deepEqual((await store.get(noteRows, 'a'))?.body, note('first'))
  })

  prove('an update replaces the body, moves the revision and keeps the expiry', async ({ store, now }) => {
    const row = await given(store.insert(noteRows, 'a', note('first'), { expiresAt: now + 5 }))
    const expected = { id: 'a', revision: 2, body: note('second'), expiresAt: now + 5 }
    assert.deepEqual(await store.update(noteRows, row, note('second')), expected)
    assert.deepEqual(await store.get(noteRows, 'a'), expected)
  })

  prove('an update may give a new expiry', async ({ store, clock, now }) => {
    const row = await given(store.insert(noteRows, 'a', note('first'), { expiresAt: now + 5 }))
    assert.equal((await store.update(noteRows, row, note('second'), { expiresAt: now + 10 }))?.expiresAt, now + 10)
    clock.moveTo(9)
    assert.equal((await store.get(noteRows, 'a'))?.expiresAt, now + 10)
    clock.moveTo(10)
    assert.equal(await store.get(noteRows, 'a'), undefined)
  })

  prove('an update of a revision that has moved writes nothing', async ({ store }) => {
    const row = await given(store.insert(noteRows, 'a', note('first')))
    await given(store.update(noteRows, row, note('second')))
    assert.equal(await store.update(noteRows, row, note('third')), undefined)
    assert.deepEqual(await store.get(noteRows, 'a'), {
      id: 'a',
      revision: 2,
      body: note('second'),
      expiresAt: undefined,
    })
  })

  prove('an update of a row that was never there or was taken writes nothing', async ({ store }) => {
    const row = await given(store.insert(noteRows, 'a', note('first')))
    assert.equal(await store.update(noteRows, { ...row, id: 'b' }, note('second')), undefined)
    await given(store.take(noteRows, 'a'))
    assert.equal(await store.update(noteRows, row, note('second')), undefined)
    assert.equal(await store.get(noteRows, 'a'), undefined)
  })

  prove('a taken row is handed over whole, and is gone', async ({ store, now }) => {
    const row = await given(store.insert(noteRows, 'a', note('once'), { expiresAt: now + 1 }))
    assert.deepEqual(await store.take(noteRows, 'a'), row)
    assert.equal(await store.take(noteRows, 'a'), undefined)
    assert.equal(await store.get(noteRows, 'a'), undefined)
    assert.ok(await store.insert(noteRows, 'a', note('again')))
  })

  prove('a take of another revision takes nothing', async ({ store }) => {
    const row = await given(store.insert(noteRows, 'a', note('first')))
    await given(store.update(noteRows, row, note('second')))
    assert.equal(await store.take(noteRows, 'a', { revision: 1 }), undefined)
    assert.equal((await store.take(noteRows, 'a', { revision: 2 }))?.body.text, 'second')
  })

  prove('a row lives until the millisecond of its expiry, and from then on is gone for every verb', async (setting) => {
    const { store, clock, now } = setting
    const expiresAt = now + 1000
    const row = await given(store.insert(personRows, 'a', person('Asha', 'asha@abdm'), { expiresAt }))
    clock.moveTo(999)
    assert.deepEqual(await store.get(personRows, 'a'), row)
    clock.moveTo(1000)
    assert.equal(await store.get(personRows, 'a'), undefined)
    assert.deepEqual(await store.find(personRows, 'address', 'asha@abdm'), [])
    assert.deepEqual(await store.find(personRows, 'mobile', row.body.mobile), [])
    assert.deepEqual(await store.list(personRows), [])
    assert.equal(await store.update(personRows, row, person('Asha'), { expiresAt: now + 9999 }), undefined)
    assert.equal(await store.take(personRows, 'a'), undefined)
  })

  prove(
    'an expired row makes way for a new one of its id, with all that pointed to it',
    async ({ store, clock, now }) => {
      const row = await given(store.insert(personRows, 'a', person('Asha', 'asha@abdm'), { expiresAt: now + 1 }))
      clock.moveTo(1)
      const next = await store.insert(personRows, 'a', {
        name: 'Binod',
        mobile: '9000000002',
        addresses: ['binod@abdm'],
      })
      assert.equal(next?.revision, 1)
      assert.deepEqual(await store.get(personRows, 'a'), next)
      assert.deepEqual(await store.find(personRows, 'address', 'asha@abdm'), [])
      assert.deepEqual(await store.find(personRows, 'mobile', row.body.mobile), [])
      assert.deepEqual(await store.find(personRows, 'address', 'binod@abdm'), [next])
    },
  )

  prove('an expiry that is no whole millisecond harms nobody but its caller', async ({ store, now }) => {
    const [bad, good] = await Promise.allSettled([
      store.insert(noteRows, 'a', note('bad'), { expiresAt: now + 0.5 }),
      store.insert(noteRows, 'b', note('good')),
    ])
    assert.equal(bad.status, 'rejected')
    assert.equal(good.status, 'fulfilled')
    assert.equal(await store.get(noteRows, 'a'), undefined)
    assert.ok(await store.get(noteRows, 'b'))
  })

  prove(
    'a sweep deletes what has expired, at most a batch at a time, and nothing else',
    async ({ store, clock, now }) => {
      for (let index = 0; index < 5; index++)
        await given(store.insert(personRows, `old${index}`, person('Asha', `a${index}@abdm`), { expiresAt: now + 10 }))
      await given(store.insert(noteRows, 'lasting', note('no expiry')))
      await given(store.insert(noteRows, 'young', note('later'), { expiresAt: now + 11 }))
      const ending = ['k', 'l', 'm'].map((key) => ({ key, max: 1, windowSeconds: 1 }))
      await store.hit(ending)
      await store.hit([{ key: 'running', max: 1, windowSeconds: 9 }])
      assert.equal(await store.sweep(), 0)
      clock.moveTo(10)
      assert.equal(await store.sweep(3), 3)
      assert.equal(await store.sweep(3), 2)
      assert.equal(await store.sweep(3), 0)
      assert.deepEqual(ids(await store.list(noteRows)), ['young', 'lasting'])
      clock.moveTo(1000)
      assert.equal(await store.sweep(3), 3, 'the younger row and two of the ended counters')
      assert.equal(await store.sweep(3), 1)
      assert.equal(await store.sweep(3), 0)
      assert.equal((await store.hit([{ key: 'running', max: 1, windowSeconds: 9 }])).allowed, false)
      assert.deepEqual(ids(await store.list(noteRows)), ['lasting'])
    },
  )

  prove('a list has every live row of its collection, newest id first', async ({ store, clock, now }) => {
    for (const id of ['b', 'd', 'a', 'c']) await given(store.insert(noteRows, id, note(id)))
    await given(store.insert(noteRows, 'e', note('old'), { expiresAt: now + 1 }))
    await given(store.insert(personRows, 'f', person('Asha')))
    clock.moveTo(1)
    assert.deepEqual(ids(await store.list(noteRows)), ['d', 'c', 'b', 'a'])
    assert.deepEqual(ids(await store.list(noteRows, { limit: 2 })), ['d', 'c'])
  })

  prove('clearing removes the named collections and every counter, and leaves the others', async ({ store }) => {
    const limit = { key: 'k', max: 1, windowSeconds: 60 }
    await given(store.insert(personRows, 'a', person('Asha', 'asha@abdm')))
    await given(store.insert(noteRows, 'a', note('stays')))
    await store.hit([limit])
    await store.clear([personRows])
    assert.deepEqual(await store.list(personRows), [])
    assert.deepEqual(await store.find(personRows, 'address', 'asha@abdm'), [])
    assert.deepEqual(ids(await store.list(noteRows)), ['a'])
    assert.deepEqual(await store.hit([limit]), { allowed: true })
    assert.ok(await store.insert(personRows, 'b', person('Asha', 'asha@abdm')))
  })
}
