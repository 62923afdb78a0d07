import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { MovableClock } from '../../clock.ts'
import { type Collection, inserting, type Row, type Store, taking, updating, type Write } from '../store.ts'
import { createPlainStore, type PlainStore } from './plain-store.ts'
import { type Note, noteRows, type Person, type Prove, personRows } from './setting.ts'

/**
 * Random calls, made on a store and on the plainest store that can be written (`plain-store.ts`); every answer must be
 * the same. Ids, values and keys are few, so that calls meet each other.
 */
export const proveModel = (prove: Prove): void => {
  prove('any sequence of calls is answered as by a plain map', async ({ store, clock }) => {
    const sequences = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const walk = await beginWalk(store, clock)
      for (const each of steps) await walk.take([each])
      await walk.compareAll()
    })
    await fc.assert(sequences, { numRuns: 150 })
  })
}

/** For stores that promise to answer the writes of one turn in the order of calling. */
export const proveModelInGroups = (prove: Prove): void => {
  prove('any calls of one turn are answered as by a plain map that is asked in the same order', async (setting) => {
    const groups = fc.array(fc.array(step, { minLength: 1, maxLength: 12 }), { maxLength: 12 })
    const sequences = fc.asyncProperty(groups, async (turns) => {
      const walk = await beginWalk(setting.store, setting.clock)
      for (const steps of turns) {
        // The reads of a turn see what was committed before it, and the clock stands still in it.
        await walk.take(steps.filter(({ verb }) => verb !== 'read' && verb !== 'wait'))
        for (const each of steps) if (each.verb === 'read' || each.verb === 'wait') await walk.take([each])
      }
      await walk.compareAll()
    })
    await fc.assert(sequences, { numRuns: 100 })
  })
}

/** Objects as JSON gives them back. */
const record = <Fields extends object>(fields: { [Name in keyof Fields]: fc.Arbitrary<Fields[Name]> }) =>
  fc.record<Fields>(fields, { noNullPrototype: true })

const id = fc.constantFrom('a', 'b', 'c', 'd')
const life = fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined })
const isPerson = fc.boolean()
const value = record({
  name: fc.string({ maxLength: 5 }),
  mobile: fc.constantFrom('', '1', '2'),
  addresses: fc.array(fc.constantFrom('v', 'w', 'x', 'y', 'z'), { maxLength: 3 }),
})
/** `age`: 0 writes with the newest row that was seen, 1 with the one before. */
const age = fc.constantFrom(0, 0, 0, 1)
const change = record({ kind: fc.constantFrom('insert', 'update', 'take'), isPerson, id, age, life, value })
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never

const limits = fc.uniqueArray(
  record({
    key: fc.constantFrom('k', 'l'),
    max: fc.integer({ min: 0, max: 3 }),
    windowSeconds: fc.constantFrom(1, 2),
  }),
  { maxLength: 3, selector: ({ key, windowSeconds }) => `${key}${windowSeconds}` },
)

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: record({ verb: fc.constant('change'), change, also: fc.array(change, { maxLength: 2 }) }),
  },
  { weight: 3, arbitrary: record({ verb: fc.constant('hit'), limits, by: fc.constantFrom(1, 1, 1, -1) }) },
  { weight: 2, arbitrary: record({ verb: fc.constant('read'), isPerson, id, value }) },
  { weight: 2, arbitrary: record({ verb: fc.constant('wait'), ms: fc.constantFrom(1, 5, 20, 700) }) },
  { weight: 1, arbitrary: record({ verb: fc.constant('sweep'), batch: fc.integer({ min: 1, max: 4 }) }) },
) as fc.Arbitrary<Step>
type Step =
  | { verb: 'change'; change: Change; also: Change[] }
  | { verb: 'hit'; limits: { key: string; max: number; windowSeconds: number }[]; by: 1 | -1 }
  | { verb: 'read'; isPerson: boolean; id: string; value: Person }
  | { verb: 'wait'; ms: number }
  | { verb: 'sweep'; batch: number }

const beginWalk = async (store: Store, clock: MovableClock) => {
  await store.clear([personRows as Collection<never>, noteRows as Collection<never>])
  const plain = createPlainStore(clock)
  const seen = new Map<string, Row<unknown>[]>()

  const collectionOf = ({ isPerson: asks }: { isPerson: boolean }) =>
    (asks ? personRows : noteRows) as Collection<unknown>
  const bodyOf = (change: Change): Person | Note => (change.isPerson ? change.value : { text: change.value.name })
  const expiryOf = ({ life: lives }: Change) => (lives === undefined ? undefined : clock.now() + lives)
  const before = (change: Change): Row<unknown> => {
    const known = seen.get(`${collectionOf(change).name}/${change.id}`) ?? []
    const nobody = { id: change.id, revision: 1, body: bodyOf(change), expiresAt: undefined }
    return known[known.length - 1 - change.age] ?? known.at(-1) ?? nobody
  }
  const asWrite = (change: Change): Write => {
    const collection = collectionOf(change)
    if (change.kind === 'insert') return inserting(collection, change.id, bodyOf(change), expiryOf(change))
    if (change.kind === 'take') return taking(collection, before(change))
    return updating(collection, before(change), bodyOf(change), expiryOf(change))
  }
  const remember = (change: Change, row: Row<unknown> | undefined): void => {
    const key = `${collectionOf(change).name}/${change.id}`
    if (row) seen.set(key, [...(seen.get(key) ?? []), row])
  }

  /** The same call on either store; the plain one answers at once. */
  const call = <On extends Store | PlainStore>(on: On, asked: Step) => {
    if (asked.verb === 'change') {
      const { change } = asked
      const collection = collectionOf(change)
      const also = asked.also.map(asWrite)
      const options = { expiresAt: expiryOf(change), also }
      if (change.kind === 'insert') return on.insert(collection, change.id, bodyOf(change), options)
      if (change.kind === 'update') return on.update(collection, before(change), bodyOf(change), options)
      return on.take(collection, change.id, change.age ? { revision: before(change).revision, also } : { also })
    }
    if (asked.verb === 'hit') return on.hit(asked.limits, asked.by)
    if (asked.verb === 'sweep') return on.sweep(asked.batch)
    return undefined
  }

  const compareRead = async (collection: Collection<unknown>, asked: string, { mobile, addresses }: Person) => {
    assert.deepEqual(await store.get(collection, asked), plain.get(collection, asked))
    if (!collection.lookups) return
    const wanted: [string, string][] = [
      ['mobile', mobile],
      ...addresses.map((each): [string, string] => ['address', each]),
    ]
    for (const [lookup, each] of wanted)
      assert.deepEqual(await store.find(collection, lookup, each), plain.find(collection, lookup, each))
  }

  return {
    async take(steps: readonly Step[]): Promise<void> {
      const answering = steps.map((each) => call(store, each))
      const expected = steps.map((each) => call(plain, each))
      const answers = await Promise.all(answering)
      for (const [index, each] of steps.entries()) {
        const answer = answers[index]
        // What is expired but not removed is each store's own affair, and so is how much of it a sweep meets.
        if (each.verb === 'sweep') assert.ok(Number(answer) <= each.batch)
        else assert.deepEqual(answer, expected[index], JSON.stringify(each))
        if (each.verb === 'change' && each.change.kind !== 'take')
          remember(each.change, answer as Row<unknown> | undefined)
        if (each.verb === 'read') await compareRead(collectionOf(each), each.id, each.value)
        if (each.verb === 'wait') clock.moveTo(clock.offsetMs + each.ms)
      }
    },
    async compareAll(): Promise<void> {
      const everything = { name: '', mobile: '1', addresses: ['v', 'w', 'x', 'y', 'z'] }
      for (const collection of [personRows, noteRows] as Collection<unknown>[]) {
        assert.deepEqual(await store.list(collection), plain.list(collection))
        for (const each of ['a', 'b', 'c', 'd']) await compareRead(collection, each, everything)
      }
    },
  }
}
