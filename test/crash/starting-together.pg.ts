import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { dropSchema, newSchema } from '../database.ts'
import { cleanUp, clientOf, newFolder, settingsFor, startServer } from './server.ts'

/** Instances that start at the same moment on a database that has nothing yet all start, and are one server afterwards. */
const { schema, url } = newSchema()
after(async () => {
  cleanUp()
  await dropSchema(schema)
})

test('two real servers that start at once on an empty database serve one flow between them', async () => {
  const settings = settingsFor(newFolder(), { DATABASE_URL: url })
  const servers = await Promise.all([startServer(settings), startServer(settings)])
  let turn = 0
  // Every call meets the other instance.
  const client = clientOf(() => servers[turn++ % 2]?.base ?? '', 'openabha-dev', 'openabha-dev-secret')
  await client.login()
  const begun = await client.caller.post('/abdm/na/v1/registration/mobile/init', { mobile_number: '9123456780' })
  assert.equal(begun.status, 200, begun.text)
  const otp = await client.product.otpTo('9123456780')
  const verified = await client.caller.post('/abdm/na/v1/registration/mobile/verify', {
    txn_id: begun.body.txn_id,
    otp,
  })
  assert.deepEqual([verified.status, verified.body.skip_state], [200, 'abha_create'], verified.text)
  for (const server of servers) assert.equal((await server.stop()).code, 0)
})
