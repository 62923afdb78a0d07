import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Collection, Store, Write } from './store.ts'

/** A store that refuses a body that is not what its collection says. For tests: elsewhere the types have to do. */
export const checkedStore = (store: Store): Store => {
  const checks = new Map<TSchema, (body: unknown) => boolean>()
  const checkFor = (schema: TSchema): ((body: unknown) => boolean) => {
    const known = checks.get(schema)
    if (known) return known
    const compiled = Compile(schema)
    const check = (body: unknown): boolean => compiled.Check(body)
    checks.set(schema, check)
    return check
  }
  const check = <Body>(collection: Collection<Body>, body: unknown): void => {
    // As it will be read: without the properties that are undefined.
    if (!checkFor(collection.body)(JSON.parse(JSON.stringify(body))))
      throw new TypeError(`A body of "${collection.name}" is not what its collection says: ${JSON.stringify(body)}`)
  }
  const checkAll = (writes: readonly Write[] = []): void => {
    for (const write of writes) if (write.kind !== 'take') check(write.collection, write.row.body)
  }
  return {
    ...store,
    async insert(collection, id, body, options) {
      check(collection, body)
      checkAll(options?.also)
      return store.insert(collection, id, body, options)
    },
    async update(collection, row, body, options) {
      check(collection, body)
      checkAll(options?.also)
      return store.update(collection, row, body, options)
    },
    async take(collection, id, options) {
      checkAll(options?.also)
      return store.take(collection, id, options)
    },
  }
}
