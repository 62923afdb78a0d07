import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Product, startProduct } from '../../test/harness.ts'
import { at, type Caller, createCaller, textAt } from '../emulator/testing.ts'

/** Who is locked, blocked, or has used up tries or sends in a saved world is so wherever it is loaded, and nobody else is. */

const running: { stop(): Promise<unknown> }[] = []
after(() => Promise.all(running.map((one) => one.stop())))

const startWorld = async () => {
  const product = await startProduct()
  assert.ok(product.emulator)
  const caller = createCaller(product.emulator, product.clock)
  running.push({
    stop: () => {
      caller.close()
      return product.stop()
    },
  })
  await caller.signIn()
  return { product, caller }
}
const save = async (product: Product) => (await product.send('GET', '/sandbox/v1/state')).body
const load = async (product: Product, state: unknown): Promise<void> => {
  const reply = await product.send('PUT', '/sandbox/v1/state', { body: state })
  assert.equal(reply.status, 204, reply.text)
}

const wrongTry = async (caller: Caller, txnId: string, otp: string) =>
  at(await tryOtp(caller, txnId, otp === '000000' ? '111111' : '000000'), 'authResult')
const tryOtp = (caller: Caller, txnId: string, otp: string) =>
  caller.verifyOtp('/enrollment/verify', 'enrolByMobile', txnId, otp)
const ask = async (caller: Caller, mobile: string) => at(await caller.askToEnrol(mobile), 'code')

const [locked, blocked] = ['6200010088', '6200010132']
const [tried, triedTwice, held, nearlyHeld] = ['7410000001', '7410000002', '7410000003', '7410000004']

/** Every lock that there is, and what stands right before one. */
const lockPeople = async (caller: Caller) => {
  const otps: Record<string, { txnId: string; otp: string }> = {}
  for (const [mobile, wrongTries] of [
    [tried, 3],
    [triedTwice, 2],
  ] as const) {
    const txnId = textAt(await caller.askToEnrol(mobile), 'txnId')
    const otp = await caller.latestOtp(mobile)
    otps[mobile] = { txnId, otp }
    for (let turn = 0; turn < wrongTries; turn++) assert.equal(await wrongTry(caller, txnId, otp), 'failed')
  }
  for (let turn = 0; turn < 9; turn++) await caller.askToEnrol(nearlyHeld)
  for (let turn = 0; turn < 11; turn++) await caller.askToEnrol(held)
  return otps
}

test('in a fresh server, and in the same one after a reset, everybody is as locked as at the save', async () => {
  const first = await startWorld()
  const otps = await lockPeople(first.caller)
  const state = await save(first.product)
  await first.product.send('POST', '/sandbox/v1/reset')
  for (const { product, caller } of [first, await startWorld()]) {
    await load(product, state)
    assert.deepEqual(await save(product), state)
    assert.equal(await ask(caller, locked), 'ABDM-1100')
    assert.equal(await ask(caller, blocked), 'ABDM-1027')
    assert.equal(await ask(caller, held), 'ABDM-1100')
    const { txnId = '', otp = '' } = otps[tried] ?? {}
    assert.equal(at(await tryOtp(caller, txnId, otp), 'code'), 'ABDM-1100')
    const twice = otps[triedTwice] ?? { txnId: '', otp: '' }
    assert.equal(await wrongTry(caller, twice.txnId, twice.otp), 'failed')
    assert.equal(at(await tryOtp(caller, twice.txnId, twice.otp), 'code'), 'ABDM-1100')
    assert.equal(await ask(caller, nearlyHeld), undefined)
    assert.equal(await ask(caller, nearlyHeld), 'ABDM-1100')
  }
})

test('a lock that has run out by the clock is out, and one that never does is not', async () => {
  const { product, caller } = await startWorld()
  await lockPeople(caller)
  const state = await save(product)
  state.clock.offset_ms += 1_800_000
  const other = await startWorld()
  await load(other.product, state)
  await other.caller.signIn()
  assert.equal(await ask(other.caller, held), undefined)
  assert.equal(await ask(other.caller, nearlyHeld), undefined)
  assert.equal(await ask(other.caller, nearlyHeld), undefined)
  assert.equal(await ask(other.caller, locked), 'ABDM-1100')
})

test('a world without a lock takes away those that are there', async () => {
  const { product, caller } = await startWorld()
  const state = await save(product)
  await lockPeople(caller)
  await load(product, { ...state, world: { ...state.world, transactions: [] } })
  for (const mobile of [locked, blocked, held, nearlyHeld]) assert.equal(await ask(caller, mobile), undefined, mobile)
})

test('a gateway client that was refused too often is locked in the loaded world too, and eight minutes later no more', async () => {
  const { product, caller } = await startWorld()
  const open = await save(product)
  for (let turn = 0; turn < 8; turn++) assert.equal((await caller.session(undefined, 'wrong')).status, 400)
  const state = await save(product)
  await load(product, open)
  assert.equal((await caller.session()).status, 202)
  const other = await startWorld()
  await load(other.product, state)
  assert.equal((await other.caller.session()).status, 400)
  await other.product.advance(480)
  assert.equal((await other.caller.session()).status, 202)
})

test('a login that was ended stays ended', async () => {
  const { product, caller } = await startWorld()
  const verified = await caller.logInByAddress('arjun.maadari@sbx', '6200010022')
  const token = textAt(verified, 'tokens.token')
  const before = await save(product)
  const logOut = () =>
    caller.send('phr-app', 'GET', '/login/profile/request/logout', undefined, { 'X-token': `Bearer ${token}` })
  assert.ok((await logOut()).status < 300)
  const ended = await save(product)
  await load(product, before)
  assert.equal((await caller.profile(token)).status, 200)
  await load(product, ended)
  assert.equal((await caller.profile(token)).status, 401)
})

test('a state with a key that is not known, of a newer version, or without its locks is refused by name', async () => {
  const { product } = await startWorld()
  const state = await save(product)
  const { transactions, ...withoutLocks } = state.world
  for (const [wrong, words] of [
    [{ ...state, session: [] }, 'session is no key of a saved sandbox'],
    [{ ...state, world: { ...state.world, pets: [] } }, 'world.pets is no key of a saved sandbox'],
    [{ ...state, version: 2, more: 1 }, 'version is 2, which a newer OpenABHA has saved; this one knows version 1'],
    [{ ...state, world: withoutLocks }, 'world.transactions is missing'],
    [{ ...state, clock: { ...state.clock, offset_ms: 'x' } }, 'clock.offset_ms must be integer'],
  ] as const) {
    const { status, body } = await product.send('PUT', '/sandbox/v1/state', { body: wrong })
    assert.deepEqual([status, body.source_error.message], [400, words])
  }
})
