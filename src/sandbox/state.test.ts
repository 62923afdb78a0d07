import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { type Product, startProduct } from '../../test/harness.ts'
import { addCitizen } from '../../test/people.ts'
import { begin, openSession, register } from '../../test/walks.ts'

/** A world that was saved comes back whole from one file, and takes the place of whatever is there. */

let product: Product
before(async () => {
  product = await startProduct()
})
after(() => product.stop())

const openabha = (...given: string[]) => promisify(execFile)(process.execPath, ['src/main.ts', ...given])
const read = async (path: string) => (await product.send('GET', path)).body
const world = async () => ({
  citizens: await read('/sandbox/v1/citizens'),
  messages: await read('/sandbox/v1/messages?limit=100'),
  faults: await read('/sandbox/v1/faults'),
  clock: await read('/sandbox/v1/clock'),
})

test('people, addresses, inbox, clock and faults are saved by the command and loaded again', async () => {
  await product.advance(3_600)
  const client = await product.client()
  await addCitizen(product, { first_name: 'Tessora', email: 'x@example.com' })
  const user = await register(product, client, {})
  await product.fault({ operation: 'phr.profile.get', status: 500, code: 'ABDM-1004', times: 3 })
  await product.fault({ operation: '*', mode: 'html', probability: 0 })
  const wanted = await world()
  const file = join(product.folder, 'world.json')
  await openabha('sandbox', 'save', file, product.origin)
  assert.equal(JSON.parse(readFileSync(file, 'utf8')).version, 1)

  await product.send('POST', '/sandbox/v1/reset')
  await addCitizen(product, { first_name: 'Passing' })
  await begin(await product.client(), '9300000001')
  assert.notDeepEqual(await world(), wanted)
  await openabha('sandbox', 'load', file, product.origin)
  assert.deepEqual(await world(), wanted)

  await product.send('DELETE', '/sandbox/v1/faults')
  const again = await product.client()
  assert.ok((await openSession(product, again, user)).token)
})

test('what is no state, or contradicts itself, is refused, and a fresh world stands there', async () => {
  const put = (body: unknown) => product.send('PUT', '/sandbox/v1/state', { body })
  for (const wrong of [{}, [], { version: 2 }, { version: 1, clock: {}, faults: [], world: {} }])
    assert.equal((await put(wrong)).status, 400, JSON.stringify(wrong))
  const state = await read('/sandbox/v1/state')
  const [first] = state.world.people
  state.world.people.push({ ...first, id: `${first.id}-twin` })
  assert.equal((await put(state)).status, 400)
})
