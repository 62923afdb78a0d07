import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { leaksIn } from '../../../../test/compat/spellings.ts'
import { atRest } from '../../../../test/database.ts'
import { registration } from '../../../../test/flow-steps.ts'
import { type Product, type Reply, startProduct } from '../../../../test/harness.ts'
import { addCitizen, type Citizen } from '../../../../test/people.ts'
import {
  assertFieldRefuses,
  assertRefused,
  assertTooMany,
  type Client,
  devanagari,
  freshAddress,
  freshMobile,
  fullWidth,
  nothing,
  notText,
  refusals,
  sendingNothing,
} from '../../../../test/walks.ts'

/** The two OTPs of a registration by Aadhaar: how long they live, how often they go out, and what is no OTP. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
// The tests move the clock beyond the life of a token.
beforeEach(() => client.relogin())
after(() => product.stop())

const aadhaar = `${registration}/aadhaar`
const init = ({ aadhaar_number }: Citizen) => client.post(`${aadhaar}/init`, { aadhaar_number })
const resend = (txn_id: string) => client.post(`${aadhaar}/resend`, { txn_id })
const verify = (txn_id: string, otp: string, mobile: string) =>
  client.post(`${aadhaar}/verify`, { txn_id, otp, mobile })
const resendOther = (txn_id: string) => client.post(`${aadhaar}/mobile/resend`, { txn_id })
const verifyOther = (txn_id: string, otp: string) => client.post(`${aadhaar}/mobile/verify`, { txn_id, otp })

const ok = (reply: Reply): any => {
  assert.equal(reply.status, 200, reply.text)
  return reply.body
}

type Begun = { citizen: Citizen; mobile: string; txn_id: string }
/** registration.aadhaar at otp_sent. */
const begun = async (): Promise<Begun> => {
  const citizen = await addCitizen(product, {})
  return { citizen, mobile: citizen.mobile ?? '', txn_id: ok(await init(citizen)).txn_id }
}
/** registration.aadhaar at confirm_mobile_otp; `mobile` is the other one. */
const confirming = async (): Promise<Begun> => {
  const { citizen, mobile, txn_id } = await begun()
  const other = freshMobile()
  const verified = ok(await verify(txn_id, await product.otpTo(mobile), other))
  assert.equal(verified.skip_state, 'confirm_mobile_otp')
  return { citizen, mobile: other, txn_id }
}

/** The same rules hold at both places where an OTP is waited for. */
const places = [
  {
    name: 'the Aadhaar OTP',
    at: begun,
    again: resend,
    prove: ({ txn_id, mobile }: Begun, otp: string) => verify(txn_id, otp, mobile),
  },
  {
    name: 'the OTP of the other mobile',
    at: confirming,
    again: resendOther,
    prove: ({ txn_id }: Begun, otp: string) => verifyOther(txn_id, otp),
  },
] as const

for (const { name, at, again, prove } of places) {
  test(`${name} has ended after 601 seconds, which costs no try, and a resend brings another`, async () => {
    const begun = await at()
    const otp = await product.otpTo(begun.mobile)
    await product.advance(601)
    await client.relogin()
    await sendingNothing(product, async () => {
      for (let time = 0; time < 4; time++) {
        assertRefused(await prove(begun, otp), { ...refusals.otpWrong, message: /has ended/ })
      }
    })
    assert.equal(ok(await again(begun.txn_id)).txn_id, begun.txn_id)
    assert.equal(ok(await prove(begun, await product.otpTo(begun.mobile))).skip_state, 'abha_create')
  })

  test(`${name}: half an hour after the last step the flow is over, for every step`, async () => {
    const begun = await at()
    const otp = await product.otpTo(begun.mobile)
    await product.advance(1_800)
    await client.relogin()
    await sendingNothing(product, async () => {
      assertRefused(await prove(begun, otp), refusals.txnUnknown)
      assertRefused(await again(begun.txn_id), refusals.txnUnknown)
    })
  })

  test(`${name} is sent again after a minute and twice at most`, async () => {
    const begun = await at()
    await product.advance(1)
    await sendingNothing(product, async () => assert.equal(assertTooMany(await again(begun.txn_id)), 59))
    for (let count = 0; count < 2; count++) {
      await product.advance(60)
      ok(await again(begun.txn_id))
    }
    await product.advance(60)
    await sendingNothing(product, async () => assert.equal(assertTooMany(await again(begun.txn_id)), 1_740))
    ok(await prove(begun, await product.otpTo(begun.mobile)))
  })

  test(`${name}: what is no OTP is refused, not counted and not sent`, async () => {
    const begun = await at()
    const otp = await product.otpTo(begun.mobile)
    const values = [...nothing, ...notText, Number(otp), 'abcdef', '12345a', otp.slice(1), `${otp}0`]
    const forms = [fullWidth(otp), devanagari(otp), `${otp}\u0000`, '9'.repeat(50_000)]
    await assertFieldRefuses(product, (body: any) => prove(begun, body.otp), { otp }, 'otp', [...values, ...forms])
    assert.equal(ok(await prove(begun, otp)).skip_state, 'abha_create')
  })
}

test('somebody who is locked hears so as ABDM tells it, and no registration begins', async () => {
  const { citizens } = (await product.send('GET', '/sandbox/v1/citizens')).body
  const locked: Citizen = citizens.find(({ notes }: { notes: string }) => notes.startsWith('Locked'))
  const reply = await init(locked)
  assertRefused(reply, { status: 500, error: 'Something went wrong', code: 'ABDM-1100' })
  assert.equal(await product.otpTo(locked.mobile ?? ''), 'none')
})

test('the digits of an Aadhaar number are in no reply, no log line and nothing that is stored', async () => {
  const citizen = await addCitizen(product, {})
  const digits = citizen.aadhaar_number
  const secrets = new Map([
    ['whole', digits],
    ['in groups', digits.replace(/(....)(?=.)/g, '$1 ')],
    ['with hyphens', digits.replace(/(....)(?=.)/g, '$1-')],
  ])
  const spoilt = digits.replace(/.$/, (last) => String((Number(last) + 1) % 10))
  const other = freshMobile()
  const replies: Reply[] = []
  const keep = (reply: Reply): Reply => {
    replies.push(reply)
    return reply
  }
  const post = async (path: string, body: object) => keep(await client.post(`${aadhaar}/${path}`, body))
  assert.equal((await post('init', { aadhaar_number: spoilt })).status, 400)
  assert.equal((await post('init', { aadhaar_number: digits, txn_id: digits, otp: [digits] })).status, 200)
  const { txn_id } = ok(await post('init', { aadhaar_number: secrets.get('in groups') }))
  await product.advance(60)
  ok(await post('resend', { txn_id }))
  assert.equal((await post('verify', { txn_id, otp: digits, mobile: digits })).status, 400)
  ok(await post('verify', { txn_id, otp: await product.otpTo(citizen.mobile ?? ''), mobile: other }))
  ok(await post('mobile/verify', { txn_id, otp: await product.otpTo(other) }))
  const { eka } = ok(await post('create-phr', { txn_id, abha_address: freshAddress() }))
  const headers = { 'X-Pt-Id': eka.oid }
  ok(keep(await client.get('/abdm/v1/profile', { headers })))
  ok(keep(await client.get('/abdm/v1/profile/asset/qr', { headers })))

  for (const { text } of replies) assert.deepEqual(leaksIn(text, secrets), [], text)
  assert.deepEqual(leaksIn(product.lines.join('\n'), secrets), [])
  const bytes = await atRest(product.folder)
  assert.ok(bytes.length > 10_000)
  assert.deepEqual(leaksIn(bytes, secrets), [])
})

test('the step is taken although ABDM refuses the other mobile: the resend tells why, and then sends', async () => {
  const citizen = await addCitizen(product, {})
  const { txn_id } = ok(await init(citizen))
  const other = freshMobile()
  const refusal = { status: 400, message: 'Invalid Mobile Number', times: 2 }
  await product.fault({ operation: 'abha.enrollment.request_otp', ...refusal })
  const verified = ok(await verify(txn_id, await product.otpTo(citizen.mobile ?? ''), other))
  assert.deepEqual(verified, { txn_id, skip_state: 'confirm_mobile_otp', abha_profiles: [] })
  assertRefused(await verifyOther(txn_id, '123456'), { ...refusals.otpWrong, message: /has ended/ })

  assertRefused(await resendOther(txn_id), { status: 400, error: 'Bad Request, invalid request' })
  await product.advance(60)
  ok(await resendOther(txn_id))
  assert.equal(ok(await verifyOther(txn_id, await product.otpTo(other))).profile.mobile, other)
})
