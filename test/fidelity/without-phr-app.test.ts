import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as wire from '../../src/abdm/wire/index.ts'
import type { Operation } from '../../src/abdm/wire/operation.ts'
import { keys } from '../../src/config-testing.ts'
import { startProduct } from '../harness.ts'
import { beginSession, freshAddress, freshMobile, paths } from '../walks.ts'
import { type Alone, startAlone } from './alone.ts'
import { rawClient } from './raw-client.ts'

/** `openabha emulator --without-phr-app` is ABDM for a client that NHA has not enabled for the PHR app service. */

let alone: Alone
before(async () => {
  alone = await startAlone('--without-phr-app')
})
after(() => alone.stop())

test('every operation of the PHR app service is ABDM-1094, and the other services answer', async () => {
  const client = rawClient(alone.printed)
  await client.signIn()
  const theirs = Object.values(wire)
    .flatMap((group): Operation[] => Object.values(group))
    .filter(({ service }) => service === 'phr-app')
  assert.ok(theirs.length > 10)
  for (const { id, method, path } of theirs) {
    const answer = await client.send('phr-app', method, path)
    const { code, message } = answer.body as any
    assert.deepEqual([answer.status, code, message], [401, 'ABDM-1094', 'Access restricted'], id)
  }
  assert.equal((await client.send('abha', 'GET', '/profile/public/certificate')).status, 200)
})

test('a product in front of it opens a session by PHR web', async () => {
  const { bases, clientId, clientSecret } = alone.printed
  const mobile = freshMobile()
  const abhaAddress = freshAddress()
  await alone.addCitizen({ mobile, abha_addresses: [abhaAddress] })
  const product = await startProduct({
    ABDM_ENV: 'sandbox',
    ABDM_CLIENT_ID: clientId,
    ABDM_CLIENT_SECRET: clientSecret,
    ...keys,
    ABDM_GATEWAY_URL: bases.gateway,
    ABDM_ABHA_URL: bases.abha,
    ABDM_PHR_APP_URL: bases['phr-app'],
    ABDM_PHR_WEB_URL: bases['phr-web'],
  })
  try {
    await product.services.clients.add('hospital', 'hospital-secret')
    const caller = await product.client('hospital')
    const txn_id = await beginSession(caller, abhaAddress)
    const opened = await caller.post(paths.sessionVerify, { txn_id, otp: await alone.otpTo(mobile) })
    assert.equal(opened.status, 200, opened.text)
    assert.ok(opened.body.token)
  } finally {
    await product.stop()
  }
})
