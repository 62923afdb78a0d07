import assert from 'node:assert/strict'
import { inserting } from '../store.ts'
import { atOnce, given, ids, note, noteRows, type Prove, person, personRows, winners } from './setting.ts'

/** Sixteen callers at once, everywhere. */
export const proveRaces = (prove: Prove): void => {
  prove('of sixteen inserts of one id exactly one wins', async ({ store }) => {
    const won = winners(await atOnce((index) => store.insert(noteRows, 'a', note(`caller ${index}`))))
    assert.equal(won.length, 1)
    assert.deepEqual(await store.get(noteRows, 'a'), won[0])
  })

  prove('of sixteen inserts of one unique value exactly one wins', async ({ store }) => {
    const won = winners(await atOnce((index) => store.insert(personRows, `p${index}`, person('Asha', 'asha@abdm'))))
    assert.equal(won.length, 1)
    assert.deepEqual(await store.list(personRows), won)
    assert.deepEqual(await store.find(personRows, 'address', 'asha@abdm'), won)
    assert.deepEqual(await store.find(personRows, 'mobile', '9000000001'), won)
  })

  prove('of sixteen inserts over an expired holder of id and value exactly one wins', async ({ store, clock, now }) => {
    await given(store.insert(personRows, 'a', person('Asha', 'asha@abdm'), { expiresAt: now + 1 }))
    clock.moveTo(1)
    const won = winners(await atOnce(() => store.insert(personRows, 'a', person('Binod', 'asha@abdm'))))
    assert.equal(won.length, 1)
    assert.deepEqual(await store.list(personRows), won)
  })

  prove('of sixteen updates of one revision exactly one wins', async ({ store }) => {
    const row = await given(store.insert(noteRows, 'a', note('start')))
    const won = winners(await atOnce((index) => store.update(noteRows, row, note(`caller ${index}`))))
    assert.equal(won.length, 1)
    assert.deepEqual(await store.get(noteRows, 'a'), won[0])
  })

  prove('of sixteen rows that change to one unique value at once exactly one gets it', async ({ store }) => {
    const rows = await atOnce((index) => given(store.insert(personRows, `p${index}`, person('P', `p${index}@abdm`))))
    const won = winners(await Promise.all(rows.map((row) => store.update(personRows, row, person('P', 'one@abdm')))))
    assert.equal(won.length, 1)
    assert.deepEqual(await store.find(personRows, 'address', 'one@abdm'), won)
  })

  prove('of sixteen takes of one row exactly one gets it', async ({ store }) => {
    const row = await given(store.insert(noteRows, 'a', note('once')))
    assert.deepEqual(winners(await atOnce(() => store.take(noteRows, 'a'))), [row])
  })

  prove('of sixteen takes and sixteen updates of one revision exactly one wins', async ({ store }) => {
    const row = await given(store.insert(noteRows, 'a', note('start')))
    const answers = await atOnce((index) =>
      index % 2 === 0
        ? Promise.all([store.take(noteRows, 'a', { revision: 1 }), store.update(noteRows, row, note('moved'))])
        : Promise.all([store.update(noteRows, row, note('moved')), store.take(noteRows, 'a', { revision: 1 })]),
    )
    const won = winners(answers.flat())
    assert.equal(won.length, 1)
    const left = await store.get(noteRows, 'a')
    assert.deepEqual(left, won[0]?.revision === 2 ? won[0] : undefined)
  })

  prove('only the winner’s companions are written', async ({ store }) => {
    const row = await given(store.insert(noteRows, 'a', note('start')))
    const answers = await atOnce((index) => {
      const also = [inserting(personRows, `p${index}`, person(`caller ${index}`, 'asha@abdm'))]
      if (index % 3 === 0) return store.take(noteRows, 'a', { revision: 1, also })
      if (index % 3 === 1) return store.update(noteRows, row, note('moved'), { also })
      return store.insert(noteRows, 'b', note('beside'), { also })
    })
    assert.equal(winners(answers).length, 1)
    const winner = answers.findIndex((answer) => answer !== undefined)
    assert.deepEqual(ids(await store.list(personRows)), [`p${winner}`])
    assert.deepEqual(ids(await store.find(personRows, 'mobile', '9000000001')), [`p${winner}`])
  })

  prove('one caller’s failing guard never harms another caller', async ({ store }) => {
    await given(store.insert(noteRows, 'held', note('held')))
    const answers = await atOnce((index) => {
      const also = [inserting(noteRows, index % 2 ? 'held' : `also${index}`, note('also'))]
      return store.insert(noteRows, `own${index}`, note('own'), { also })
    })
    assert.deepEqual(
      answers.map((answer) => answer !== undefined),
      answers.map((_, index) => index % 2 === 0),
    )
    assert.equal((await store.list(noteRows)).length, 1 + 8 * 2)
  })

  prove('a limit lets exactly its number through, whoever comes at once', async ({ store }) => {
    const limit = { key: 'k', max: 5, windowSeconds: 60 }
    const answers = await atOnce(() => store.hit([limit]))
    assert.equal(answers.filter(({ allowed }) => allowed).length, 5)
  })

  prove('limits that are counted together let the smallest number through, and count no more', async ({ store }) => {
    const wide = { key: 'wide', max: 5, windowSeconds: 60 }
    const narrow = { key: 'narrow', max: 3, windowSeconds: 60 }
    const answers = await atOnce((index) => store.hit(index % 2 ? [wide, narrow] : [narrow, wide]))
    assert.equal(answers.filter(({ allowed }) => allowed).length, 3)
    const rest = await atOnce(() => store.hit([wide]))
    assert.equal(rest.filter(({ allowed }) => allowed).length, 2)
  })

  prove('every verb at once keeps its own promise', async ({ store }) => {
    const row = await given(store.insert(noteRows, 'update', note('start')))
    await given(store.insert(noteRows, 'take', note('start')))
    const limit = { key: 'k', max: 7, windowSeconds: 60 }
    const answers = await atOnce(async (index) => {
      const [inserted, updated, taken, hit] = await Promise.all([
        store.insert(personRows, `p${index}`, person('P', 'one@abdm')),
        store.update(noteRows, row, note('moved')),
        store.take(noteRows, 'take'),
        store.hit([limit]),
      ])
      return { inserted, updated, taken, hit: hit.allowed ? hit : undefined }
    })
    assert.equal(winners(answers.map(({ inserted }) => inserted)).length, 1)
    assert.equal(winners(answers.map(({ updated }) => updated)).length, 1)
    assert.equal(winners(answers.map(({ taken }) => taken)).length, 1)
    assert.equal(winners(answers.map(({ hit }) => hit)).length, 7)
  })
}
