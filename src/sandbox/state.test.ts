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

  product.calm()
  const again = await product.client()
  assert.ok((await openSession(product, again, user)).token)
})

test('what is no state, or contradicts itself, is refused in words, and the world that is there stays', async () => {
  const put = (body: unknown) => product.send('PUT', '/sandbox/v1/state', { body })
  await addCitizen(product, { first_name: 'Staying' })
  await product.fault({ operation: 'phr.profile.get', mode: 'timeout', times: 3 })
  for (const wrong of [{}, [], { version: 2 }, { version: 1, clock: {}, faults: [], world: {} }])
    assert.equal((await put(wrong)).status, 400, JSON.stringify(wrong))

  const kept = await read('/sandbox/v1/state')
  const [person] = kept.world.people
  const [address] = kept.world.addresses
  const twin = { ...person.body, aadhaarNumber: '200000009996', abhaNumber: null }
  const strike = kept.faults.at(-1)
  const withPeople = (...more: object[]) => ({
    ...kept,
    world: { ...kept.world, people: [...kept.world.people, ...more] },
  })
  const withFault = (change: object) => ({ ...kept, faults: [...kept.faults, { ...strike, ...change }] })
  const nth = kept.faults.length
  const mistakes: [object, string | RegExp][] = [
    [withPeople({ ...person, body: twin }), 'two of world.people have the same id'],
    [withPeople({ ...person, id: 'another' }), 'two of world.people have the same aadhaarNumber'],
    [
      { ...kept, world: { ...kept.world, addresses: [...kept.world.addresses, { ...address, id: 'another' }] } },
      'two of world.addresses have the same name',
    ],
    [withPeople({ id: 'another', expires_at: 1e18, body: twin }), /^world\.people\.\d+\.expires_at must be /],
    [withPeople({ id: '', expires_at: null, body: twin }), /^world\.people\.\d+\.id must match/],
    [
      withPeople({ id: 'another', expires_at: null, body: { ...twin, pet: 'Tom' } }),
      /^world\.people\.\d+\.body\.pet is no key/,
    ],
    [withPeople({ id: 'another', expires_at: null, body: twin, pet: 'Tom' }), /^world\.people\.\d+\.pet is no key/],
    [{ ...kept, clock: { ...kept.clock, offset_ms: 8.7e15 } }, /^clock\.offset_ms must be <= /],
    [{ ...kept, clock: { ...kept.clock, offset_ms: -1 } }, /^clock\.offset_ms must be >= /],
    [{ ...kept, clock: { ...kept.clock, upstream_offset_ms: 86_400_001 } }, /^clock\.upstream_offset_ms must be <= /],
    [
      { ...kept, world: { ...kept.world, gate: { ...kept.world.gate, locked_until: 1e18 } } },
      /^world\.gate\.locked_until/,
    ],
    [withFault({ times: 0 }), new RegExp(`^faults\\.${nth}\\.times must be `)],
    [withFault({ times: null }), `faults.${nth}: either times or probability must be null`],
    [withFault({ probability: 0.5 }), `faults.${nth}: either times or probability must be null`],
    [withFault({ times: null, probability: 5.5 }), new RegExp(`^faults\\.${nth}\\.probability must be `)],
    [withFault({ status: 99_999 }), new RegExp(`^faults\\.${nth}\\.status must be `)],
    [withFault({ mode: 'error', status: 0 }), `faults.${nth}: status must be 200 to 599 in mode error`],
    [withFault({ delay_ms: -1 }), new RegExp(`^faults\\.${nth}\\.delay_ms must be `)],
    [withFault({ operation: 'phr.none' }), `faults.${nth}.operation is no operation of this emulator`],
  ]
  for (const [state, words] of mistakes) {
    const { status, body } = await put(state)
    assert.equal(status, 400, JSON.stringify(body))
    const said = body.source_error.message
    assert.ok(words instanceof RegExp ? words.test(said) : words === said, `${said} instead of ${words}`)
    assert.deepEqual(await read('/sandbox/v1/state'), kept, said)
  }
  assert.equal((await put(kept)).status, 204)
  assert.deepEqual(await read('/sandbox/v1/state'), kept)
})

test('the clock goes no further than a saved one may stand', async () => {
  const state = await read('/sandbox/v1/state')
  const nearEnd = { ...state, clock: { ...state.clock, offset_ms: 31_557_599_999_000 } }
  assert.equal((await product.send('PUT', '/sandbox/v1/state', { body: nearEnd })).status, 204)
  const advance = () => product.send('POST', '/sandbox/v1/clock', { body: { advance_seconds: 1 } })
  assert.equal((await advance()).status, 200)
  const { status, body } = await advance()
  assert.equal(status, 400)
  assert.match(body.source_error.message, /more than a thousand years ahead/)
  const saved = await read('/sandbox/v1/state')
  assert.equal((await product.send('PUT', '/sandbox/v1/state', { body: saved })).status, 204)
})
