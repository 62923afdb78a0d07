import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { leaksIn } from '../compat/spellings.ts'
import { atRest } from '../database.ts'
import { walkerOf } from '../flow-states.ts'
import { type Product, startProduct } from '../harness.ts'
import { type Client, register } from '../walks.ts'

/** After every step of every flow: no Aadhaar number, mobile, name, ABHA number or token of anybody in a log line or in the database. */

let product: Product
let client: Client
let loggedIn: string
const tokens = new Set<string>()
before(async () => {
  product = await startProduct()
  const real = await product.client()
  /** Remembers every token that is answered. */
  const noting = async <Answer extends { text: string }>(reply: Promise<Answer>): Promise<Answer> => {
    const answer = await reply
    for (const [token] of answer.text.matchAll(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g)) tokens.add(token)
    return answer
  }
  client = {
    ...real,
    get: (...args) => noting(real.get(...args)),
    post: (...args) => noting(real.post(...args)),
    call: (...args) => noting(real.call(...args)),
  }
  loggedIn = (await register(product, client)).oid
})
after(() => product.stop())

const { states, take } = walkerOf(() => ({ product, client, loggedIn }))

test('every step of every flow leaves nothing personal behind in clear', async () => {
  for (const { reach, accepts } of Object.values(states)) {
    for (const step of accepts) {
      const at = await reach()
      if (step.endsWith('resend')) await product.advance(61)
      await client.relogin()
      await take(step, at)
    }
  }
  const { citizens } = (await product.send('GET', '/sandbox/v1/citizens')).body
  const personal = citizens.flatMap((one: Record<string, string | null>) => [
    one.aadhaar_number,
    one.mobile,
    one.abha_number,
    one.abha_number?.replaceAll('-', ''),
    `${one.first_name} ${one.last_name}`,
  ])
  const secrets = new Map([...personal, ...tokens].filter(Boolean).map((secret: string) => [secret, secret]))
  assert.ok(secrets.size > 200 && tokens.size > 50, `${secrets.size} ${tokens.size}`)
  assert.equal(leaksIn(JSON.stringify([citizens, ...tokens]), secrets).length > 200, true, 'what is there is found')

  const bytes = await atRest(product.folder)
  assert.ok(bytes.length > 50_000)
  assert.deepEqual(leaksIn(bytes, secrets), [], 'the database')
  assert.deepEqual(leaksIn(product.lines.join(''), secrets), [], 'the log')
})
