import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { note, noteRows, person, personRows } from './contract/setting.ts'
import { inserting } from './store.ts'
import { openVault, type SealedWrite } from './vault.ts'

/** What is encrypted opens where it was written, for the key it was written with, and nowhere else. */
const vault = openVault(Buffer.alloc(32, 'one'))
const otherVault = openVault(Buffer.alloc(32, 'two'))

type Sealed = Extract<SealedWrite, { kind: 'insert' }>
const sealedNote = (id: string): Sealed => vault.sealWrite(inserting(noteRows, id, note('hello'))) as Sealed
const sealedPerson = (...addresses: string[]): Sealed =>
  vault.sealWrite(inserting(personRows, 'a', person('Asha', ...addresses))) as Sealed

describe('vault', () => {
  test('a body opens in its own row', () => {
    assert.deepEqual(vault.openRow(noteRows, sealedNote('a')).body, note('hello'))
  })

  test('a body does not open in another row, another collection or with another key', () => {
    const sealed = sealedNote('a')
    assert.throws(() => vault.openRow(noteRows, { ...sealed, id: 'b' }), /was changed, or moved/)
    assert.throws(() => vault.openRow(personRows, sealed), /was changed, or moved/)
    assert.throws(() => otherVault.openRow(noteRows, sealed), /was changed, or moved/)
  })

  test('a body of which any byte was changed, or the end is missing, does not open', () => {
    const { body, ...sealed } = sealedNote('a')
    for (let at = 0; at < body.length; at++) {
      const changed = Buffer.from(body)
      changed[at] = (changed[at] ?? 0) ^ 1
      assert.throws(() => vault.openRow(noteRows, { ...sealed, body: changed }), `byte ${at}`)
      assert.throws(() => vault.openRow(noteRows, { ...sealed, body: body.subarray(0, at) }), `${at} bytes`)
    }
  })

  test('the same body never looks the same twice', () => {
    const seen = new Set(
      Array.from({ length: 2000 }, () => Buffer.from(sealedNote('a').body).toString('hex').slice(2, 26)),
    )
    assert.equal(seen.size, 2000)
  })

  test('equal values have equal keys, in their own lookup, collection and database only', () => {
    const key = vault.lookupKey('person', 'mobile', '9')
    const limitKey = (name: string, windowSeconds: number) =>
      vault.sealLimits([{ key: name, max: 1, windowSeconds }])[0]?.key
    assert.equal(key.length, 16)
    assert.deepEqual(vault.lookupKey('person', 'mobile', '9'), key)
    const others = [
      vault.lookupKey('person', 'mobile', '99'),
      vault.lookupKey('person', 'mobil', 'e9'),
      vault.lookupKey('perso', 'nmobile', '9'),
      vault.lookupKey('person', 'address', '9'),
      otherVault.lookupKey('person', 'mobile', '9'),
      limitKey('9', 60),
    ]
    for (const other of others) assert.notDeepEqual(other, key)
    assert.notDeepEqual(limitKey('9', 60), limitKey('09', 6))
  })

  test('a row carries the keys of its values, the unique ones apart, each once', () => {
    const { uniqueKeys, keys } = sealedPerson('v', 'w', 'v')
    assert.deepEqual(
      uniqueKeys,
      Buffer.concat([vault.lookupKey('person', 'address', 'v'), vault.lookupKey('person', 'address', 'w')]),
    )
    assert.deepEqual(keys, vault.lookupKey('person', 'mobile', person('Asha').mobile))
    assert.equal(sealedPerson().uniqueKeys, null)
    assert.equal(sealedNote('a').keys, null)
  })

  test('the key check tells keys apart', () => {
    assert.deepEqual(openVault(Buffer.alloc(32, 'one')).keyCheck, vault.keyCheck)
    assert.notDeepEqual(otherVault.keyCheck, vault.keyCheck)
  })
})

test('a limit has one key however many others come between, and another one for another window', () => {
  const vault = openVault(Buffer.alloc(32, 'test'))
  const keyOf = (key: string, windowSeconds: number) => vault.sealLimits([{ key, max: 1, windowSeconds }])[0]?.key
  const first = keyOf('client', 60)
  const others = Array.from({ length: 2_500 }, (_, index) => keyOf(`identifier ${index}`, 60)?.toString('hex'))
  assert.equal(new Set(others).size, others.length)
  assert.deepEqual(keyOf('client', 60), first)
  assert.notDeepEqual(keyOf('client', 3_600), first)
})
