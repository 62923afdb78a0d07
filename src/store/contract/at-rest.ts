import assert from 'node:assert/strict'
import { StoreUnavailable } from '../store.ts'
import { given, ids, note, noteRows, type Prove, person, personRows } from './setting.ts'

/** What is on the disk, and what closing and opening do to it. */
export const proveAtRest = (prove: Prove): void => {
  prove('reopening keeps everything', async ({ store, place, clock, now }) => {
    const limit = { key: 'k', max: 1, windowSeconds: 60 }
    const first = await given(store.insert(personRows, 'a', person('Asha', 'asha@abdm'), { expiresAt: now + 100 }))
    const row = await given(store.update(personRows, first, person('Asha Rao', 'asha@abdm')))
    await given(store.insert(noteRows, 'taken', note('taken')))
    await given(store.take(noteRows, 'taken'))
    await store.hit([limit])

    const reopened = await place.reopen()
    assert.deepEqual(await reopened.get(personRows, 'a'), row)
    assert.deepEqual(await reopened.find(personRows, 'address', 'asha@abdm'), [row])
    assert.deepEqual(await reopened.find(personRows, 'mobile', row.body.mobile), [row])
    assert.deepEqual(await reopened.list(noteRows), [])
    assert.equal((await reopened.hit([limit])).allowed, false)
    assert.equal(await reopened.update(personRows, first, person('late')), undefined)
    assert.equal(await reopened.insert(personRows, 'b', person('B', 'asha@abdm')), undefined)
    clock.moveTo(100)
    assert.equal(await reopened.get(personRows, 'a'), undefined)
  })

  prove('closing waits for what is being written', async ({ store, place }) => {
    const writing = store.insert(noteRows, 'a', note('late'))
    await store.close()
    const row = await given(writing)
    assert.deepEqual(await (await place.reopen()).get(noteRows, 'a'), row)
  })

  prove('after closing every call is rejected, and closing again is harmless', async ({ store }) => {
    const row = await given(store.insert(personRows, 'a', person('Asha', 'asha@abdm')))
    await store.close()
    await store.close()
    const calls = [
      () => store.insert(noteRows, 'b', note('b')),
      () => store.get(personRows, 'a'),
      () => store.find(personRows, 'address', 'asha@abdm'),
      () => store.update(personRows, row, row.body),
      () => store.take(personRows, 'a'),
      () => store.hit([{ key: 'k', max: 1, windowSeconds: 1 }]),
      () => store.hit([]),
      () => store.sweep(),
      () => store.list(personRows),
      () => store.clear([personRows]),
    ]
    for (const call of calls) await assert.rejects(call(), StoreUnavailable, String(call))
  })

  prove('a database that was written with another key is refused, and left as it is', async ({ store, place }) => {
    const row = await given(store.insert(noteRows, 'a', note('mine')))
    await assert.rejects(place.reopen({ key: Buffer.alloc(32, 'other') }), /another encryption key/)
    assert.deepEqual(await (await place.reopen()).get(noteRows, 'a'), row)
  })

  prove('neither bodies nor lookup values nor limit keys are on the disk in clear', async ({ store, place }) => {
    const body = { name: 'Lakshmi Devi', mobile: '9876501234', addresses: ['lakshmi.devi@abdm'] }
    const row = await given(store.insert(personRows, 'plain-id', body))
    await given(store.update(personRows, row, { ...body, name: 'Lakshmi Kumari' }))
    await store.hit([{ key: 'otp/9876509999', max: 3, windowSeconds: 60 }])
    const isThere = async (text: string): Promise<boolean> => {
      const bytes = await place.rawBytes()
      return bytes.includes(text) || bytes.includes(Buffer.from(text).toString('hex'))
    }
    assert.ok(await isThere('plain-id'), 'rawBytes() must see what was written')
    for (const text of ['Lakshmi', 'Devi', 'Kumari', '9876501234', 'lakshmi.devi', '9876509999', 'contractcontract'])
      assert.equal(await isThere(text), false, text)
  })

  prove('opening again and again loses and repeats nothing', async ({ store, place }) => {
    let current = store
    for (let index = 10; index < 26; index++) {
      await given(current.insert(noteRows, `n${index}`, note(String(index))))
      current = await place.reopen()
    }
    assert.equal(ids(await current.list(noteRows)).length, 16)
  })
}
