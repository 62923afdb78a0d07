import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, type Reply, startProduct } from '../../../../test/harness.ts'
import {
  assertRefused,
  assertTooMany,
  begin,
  type Client,
  details,
  freshAddress,
  freshMobile,
  paths,
  prove,
  refusals,
  wrongOtp,
} from '../../../../test/walks.ts'

/** Whatever comes twice at once happens once: one OTP is sent, one verify wins, one account is made. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct({ SANDBOX_TRACE: '100000' })
  client = await product.client()
})
after(() => product.stop())

const atOnce = <Done>(count: number, act: (index: number) => Promise<Done>): Promise<Done[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => act(index)))
const winners = (replies: readonly Reply[]) => replies.filter(({ status }) => status === 200)
const losers = (replies: readonly Reply[]) => replies.filter(({ status }) => status !== 200)
const counted = async (operation: string, act: () => Promise<void>): Promise<number> => {
  const before = product.upstreamCalls(operation)
  await act()
  return product.upstreamCalls(operation) - before
}

for (const count of [2, 16]) {
  test(`of ${count} verifies with the right OTP at once one wins, and the flow goes on`, async () => {
    const mobile = freshMobile()
    const txn_id = await begin(client, mobile)
    const otp = await product.otpTo(mobile)
    const replies = await atOnce(count, () => client.post(paths.verify, { txn_id, otp }))
    assert.equal(winners(replies).length, 1, replies.map(({ text }) => text).join('\n'))
    for (const reply of losers(replies)) assertRefused(reply, { status: 400 })
    const created = await client.post(paths.create, { txn_id, abha_address: freshAddress(), profile: details })
    assert.equal(created.status, 200, created.text)
  })

  test(`of ${count} create-phrs of one transaction at once one wins, and one account is made`, async () => {
    const mobile = freshMobile()
    const txn_id = await prove(product, client, mobile)
    let replies: Reply[] = []
    const enrolments = await counted('phr.enrollment.enrol', async () => {
      replies = await atOnce(count, () =>
        client.post(paths.create, { txn_id, abha_address: freshAddress(), profile: details }),
      )
    })
    assert.equal(winners(replies).length, 1, replies.map(({ text }) => text).join('\n'))
    assert.equal(enrolments, 1)
    for (const reply of losers(replies)) {
      assertRefused(reply, { status: 400 })
      assert.ok(['ABDM-1006', 'MIS-1026'].includes(reply.body.source_error.code), reply.text)
    }
    const again = await begin(client, mobile)
    const verify = await client.post(paths.verify, { txn_id: again, otp: await product.otpTo(mobile) })
    assert.deepEqual(
      verify.body.abha_profiles.map((one: { abha_address: string }) => one.abha_address),
      [winners(replies)[0]?.body.profile.abha_address],
    )
  })

  test(`of ${count} create-phrs of one address on as many mobiles at once one wins, the others may choose again`, async () => {
    const abha_address = freshAddress()
    const txns: string[] = []
    for (let index = 0; index < count; index++) txns.push(await prove(product, client, freshMobile()))
    const replies = await atOnce(count, (index) =>
      client.post(paths.create, { txn_id: txns[index], abha_address, profile: details }),
    )
    assert.equal(winners(replies).length, 1, replies.map(({ text }) => text).join('\n'))
    for (const reply of losers(replies)) assertRefused(reply, refusals.addressTaken)
    const loser = replies.findIndex(({ status }) => status !== 200)
    const other = { txn_id: txns[loser], abha_address: freshAddress(), profile: details }
    assert.equal((await client.post(paths.create, other)).status, 200)
  })

  test(`of ${count} resends at once one sends, the others are told to wait`, async () => {
    const mobile = freshMobile()
    const txn_id = await begin(client, mobile)
    await product.advance(60)
    let replies: Reply[] = []
    const sends = await counted('phr.enrollment.request_otp', async () => {
      replies = await atOnce(count, () => client.post(paths.resend, { txn_id }))
    })
    assert.equal(winners(replies).length, 1, replies.map(({ text }) => text).join('\n'))
    assert.equal(sends, 1)
    for (const reply of losers(replies)) assertTooMany(reply)
    assert.equal((await client.post(paths.verify, { txn_id, otp: await product.otpTo(mobile) })).status, 200)
    await client.relogin()
  })

  test(`of ${count} wrong OTPs at once exactly three are asked about`, async () => {
    const mobile = freshMobile()
    const txn_id = await begin(client, mobile)
    const otp = await product.otpTo(mobile)
    let replies: Reply[] = []
    const asked = await counted('phr.enrollment.verify', async () => {
      replies = await atOnce(count, () => client.post(paths.verify, { txn_id, otp: wrongOtp(otp) }))
    })
    assert.equal(asked, Math.min(3, count))
    const wrong = replies.filter(({ body }) => body.source_error?.code === 'ABDM-1035')
    assert.equal(wrong.length, Math.min(3, count))
    for (const reply of replies) assertRefused(reply, wrong.includes(reply) ? refusals.otpWrong : refusals.triesUsedUp)
    const last = await client.post(paths.verify, { txn_id, otp })
    if (count < 3) assert.equal(last.status, 200)
    else assertRefused(last, refusals.triesUsedUp)
  })
}

test('with many tries allowed, still one of sixteen right verifies at once wins', async () => {
  const patient = await startProduct({ OTP_TRIES_MAX: '100' })
  try {
    const caller = await patient.client()
    for (let round = 0; round < 5; round++) {
      const mobile = freshMobile()
      const txn_id = await begin(caller, mobile)
      const otp = await patient.otpTo(mobile)
      const replies = await atOnce(16, () => caller.post(paths.verify, { txn_id, otp }))
      assert.equal(winners(replies).length, 1, replies.map(({ text }) => text).join('\n'))
      const created = await caller.post(paths.create, { txn_id, abha_address: freshAddress(), profile: details })
      assert.equal(created.status, 200, created.text)
    }
  } finally {
    await patient.stop()
  }
})

test('a resend and guesses at once: the OTP is sent, the guesses count at most, and the new OTP works', async () => {
  for (let round = 0; round < 20; round++) {
    const mobile = freshMobile()
    const txn_id = await begin(client, mobile)
    const old = await product.otpTo(mobile)
    await product.advance(60)
    const [resent, ...guesses] = await Promise.all([
      client.post(paths.resend, { txn_id }),
      client.post(paths.verify, { txn_id, otp: wrongOtp(old) }),
      client.post(paths.verify, { txn_id, otp: wrongOtp(old) }),
    ])
    for (const reply of guesses) assertRefused(reply, refusals.otpWrong, `round ${round}`)
    assert.equal(resent?.status, 200, `round ${round} ${resent?.text}`)
    const otp = await product.otpTo(mobile)
    const verify = await client.post(paths.verify, { txn_id, otp })
    assert.equal(verify.status, 200, `round ${round} ${resent?.text} ${verify.text}`)
    await client.relogin()
  }
})

test('a wrong OTP is called wrong, also when the try of another call is given back meanwhile', async () => {
  const mobile = freshMobile()
  const txn_id = await begin(client, mobile)
  const otp = wrongOtp(await product.otpTo(mobile))
  await product.fault({ operation: 'phr.enrollment.verify', mode: 'empty', status: 503, delay_ms: 100, times: 1 })
  const failing = client.post(paths.verify, { txn_id, otp })
  while (product.emulator?.faults.list().length !== 0) await new Promise(setImmediate)
  assertRefused(await client.post(paths.verify, { txn_id, otp }), refusals.otpWrong)
  assert.equal((await failing).status, 503)
})

test('the old OTP, sent while a slow resend is running, is told to have ended, and the new one works', async () => {
  const mobile = freshMobile()
  const txn_id = await begin(client, mobile)
  const old = await product.otpTo(mobile)
  await product.advance(60)
  // The new OTP is out, its answer is not here yet.
  await product.fault({ operation: 'phr.enrollment.request_otp', mode: 'drop_after', times: 1 })
  const lost = await client.post(paths.resend, { txn_id })
  assertRefused(lost, { status: 502 })
  const late = await client.post(paths.verify, { txn_id, otp: old })
  assertRefused(late, refusals.otpWrong)
  await product.advance(60)
  assert.equal((await client.post(paths.resend, { txn_id })).status, 200)
  assert.equal((await client.post(paths.verify, { txn_id, otp: await product.otpTo(mobile) })).status, 200)
})

test('a right OTP and a resend at once: either the step is taken or the new OTP takes it', async () => {
  for (let round = 0; round < 10; round++) {
    const mobile = freshMobile()
    const txn_id = await begin(client, mobile)
    const old = await product.otpTo(mobile)
    await product.advance(60)
    const [verified, resent] = await Promise.all([
      client.post(paths.verify, { txn_id, otp: old }),
      client.post(paths.resend, { txn_id }),
    ])
    if (verified.status === 200) {
      if (resent.status !== 200) assert.ok([400, 429].includes(resent.status), resent.text)
    } else {
      assertRefused(verified, refusals.otpWrong, `round ${round}`)
      const otp = await product.otpTo(mobile)
      assert.equal((await client.post(paths.verify, { txn_id, otp })).status, 200, `round ${round} ${resent.text}`)
    }
    const created = await client.post(paths.create, { txn_id, abha_address: freshAddress(), profile: details })
    assert.equal(created.status, 200, created.text)
    await client.relogin()
  }
})

test('registrations opened for one mobile at once each have a transaction of their own', async () => {
  const mobile = freshMobile()
  const replies = await atOnce(5, () => client.post(paths.init, { mobile_number: mobile }))
  assert.equal(new Set(replies.map(({ body }) => body.txn_id)).size, 5)
})
