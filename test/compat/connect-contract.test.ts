import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../harness.ts'
import { differences, type Facts, factsOf, readFacts, securitySchemesOf, writeFacts } from './openapi-facts.ts'
import { notCompared, sharedContract } from './shared-contract.ts'

/** What this server says of itself is what the Connect contract says, for every operation served and in both directions. */

const referenceName = 'connect-m1.openapi.json'
const operationsInContract = 39
const webhooksInContract = 1
const isOperation = (name: string): boolean => name.includes(' /')

let product: Product
let document: any
let served: Facts
before(async () => {
  product = await startProduct()
  const reply = await product.send('GET', '/openapi.json')
  assert.equal(reply.status, 200)
  document = reply.body
  served = factsOf(document)
})
after(() => product.stop())

const frozen = readFacts(readFileSync(new URL('connect-facts.txt', import.meta.url), 'utf8'))

test('every operation of the reference document and its webhook are served as it says, and none is served that the document lacks', (t) => {
  const reference = sharedContract(referenceName)
  if (!reference) return t.diagnostic(notCompared(referenceName))
  assert.deepEqual(differences(served, factsOf(reference)), [])
  assert.deepEqual(securitySchemesOf(document), securitySchemesOf(reference))
})

test('every served operation is the one of the frozen facts', (t) => {
  assert.deepEqual(differences(served, frozen), [])
  const operations = [...served.keys()].filter(isOperation)
  assert.equal(operations.length, operationsInContract)
  assert.equal(served.size, operationsInContract + webhooksInContract)
  t.diagnostic(`${operations.length} of ${operationsInContract} operations, both directions`)
})

test('the frozen facts are the reference document’s', (t) => {
  assert.equal(frozen.size, operationsInContract + webhooksInContract)
  const reference = sharedContract(referenceName)
  if (!reference) return t.diagnostic(notCompared(referenceName))
  const facts = factsOf(reference)
  assert.deepEqual([...frozen.keys()].sort(), [...facts.keys()].sort())
  assert.deepEqual(differences(frozen, facts), [])
})

test('what is written down as facts is read back unchanged', () => {
  assert.deepEqual(
    readFacts(writeFacts(served)),
    new Map([...served].sort(([left], [right]) => (left < right ? -1 : 1))),
  )
})

test('nothing can be left out, added or changed without being noticed', () => {
  const [anOperation] = served.keys()
  const changes: ((copy: any) => void)[] = [
    ({ paths }) => {
      paths['/abdm/v1/invented'] = paths['/abdm/v1/profile']
    },
    ({ paths }) => {
      delete init(paths).requestBody.content['application/json'].schema.properties.mobile_number
      init(paths).requestBody.content['application/json'].schema.required = []
    },
    ({ paths }) => {
      init(paths).requestBody.content['application/json'].schema.properties.invented = { type: 'string' }
    },
    ({ paths }) => {
      init(paths).requestBody.content['application/json'].schema.required = []
    },
    ({ paths }) => {
      replyOf(paths).properties.hint.type = 'string'
    },
    ({ paths }) => {
      paths[create].post.responses[200].content[
        'application/json'
      ].schema.properties.profile.properties.gender.enum.pop()
    },
    ({ paths }) => {
      delete paths[create].post.responses[200].content['application/json'].schema.properties.eka.properties.oid
    },
    ({ paths }) => {
      delete paths['/abdm/v1/profile'].get.responses[491]
    },
    ({ paths }) => {
      delete paths['/abdm/v1/profile'].patch
    },
    ({ webhooks }) => {
      delete webhooks['abha.created']
    },
    ({ paths }) => {
      init(paths).responses[201] = init(paths).responses[200]
    },
    ({ paths }) => {
      init(paths).security = []
    },
    ({ paths }) => {
      init(paths).parameters.pop()
    },
    ({ paths }) => {
      delete paths['/connect-auth/v1/account/refresh'].post.deprecated
    },
    ({ paths }) => {
      init(paths).requestBody.required = true
    },
    ({ paths }) => {
      init(paths).requestBody.content['application/json'].schema.additionalProperties = false
    },
    ({ components }) => {
      components.schemas.Error.properties.code.type = 'string'
    },
    ({ paths }) => {
      init(paths).requestBody.content = { 'text/plain': { schema: { type: 'string' } } }
    },
  ]
  assert.ok(anOperation)
  for (const change of changes) {
    const copy = structuredClone(document)
    change(copy)
    assert.notDeepEqual(differences(factsOf(copy), frozen), [], change.toString())
  }
})

const create = '/abdm/na/v1/registration/mobile/create-phr'
const init = (paths: any) => paths['/abdm/na/v1/registration/mobile/init'].post
const replyOf = (paths: any) => init(paths).responses[200].content['application/json'].schema
