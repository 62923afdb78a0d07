import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { face, registration } from '../../../test/flow-steps.ts'
import { type Product, startProduct } from '../../../test/harness.ts'
import { addCitizen, type Citizen, kycAddress } from '../../../test/people.ts'
import { assertRefused, type Client, freshAddress, freshMobile, refusals, sendingNothing } from '../../../test/walks.ts'
import { txnRows } from '../../flow.ts'
import { StoreUnavailable } from '../../store/store.ts'

/** Registration by face: a link for the person's phone, a poll, and then the same as by Aadhaar OTP, without any OTP for who has a mobile. */

let product: Product
let client: Client
before(async () => {
  product = await startProduct()
  client = await product.client()
})
after(() => product.stop())

const post = async (path: string, body?: unknown): Promise<any> => {
  const reply = await client.post(path, body)
  assert.equal(reply.status, 200, `${path} ${reply.text}`)
  return reply.body
}
const begin = async (): Promise<{ txn_id: string; url: string }> => post(`${face}/init`)
const capture = (txn_id: string) => post(`${face}/capture`, { txn_id })
const phoneSays = async (txn_id: string, result: string) => {
  const reply = await product.send('POST', `/sandbox/v1/face-auth/${txn_id}`, { body: { result } })
  assert.equal(reply.status, 200, reply.text)
}
const captured = async (): Promise<string> => {
  const { txn_id } = await begin()
  await phoneSays(txn_id, 'verified')
  assert.equal((await capture(txn_id)).status, 'Verified')
  return txn_id
}
const verify = ({ aadhaar_number }: Citizen, txn_id: string, mobile?: string) =>
  client.post(`${face}/verify`, { txn_id, aadhaar: aadhaar_number, ...(mobile && { mobile }) })

test('a link, a face, an ABHA number and an address; a mobile that Aadhaar knows needs no OTP', async () => {
  const citizen = await addCitizen(product, {})
  const { txn_id, url, ...rest } = await begin()
  assert.deepEqual(rest, {})
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/face-auth\?txnId=[0-9a-f-]{36}$/)

  const pending = await capture(txn_id)
  assert.deepEqual(Object.keys(pending).sort(), ['message', 'status', 'txn_id'])
  assert.equal(pending.status, 'Pending')
  assertRefused(await verify(citizen, txn_id), refusals.stepNotAllowed)
  await phoneSays(txn_id, 'verified')
  // Only what the poll has answered counts (connect §6).
  assertRefused(await verify(citizen, txn_id), refusals.stepNotAllowed)
  assert.equal((await capture(txn_id)).status, 'Verified')

  const verified = await verify(citizen, txn_id)
  assert.equal(verified.status, 200, verified.text)
  const { profile, ...answer } = verified.body
  assert.deepEqual(answer, { txn_id, skip_state: 'abha_create', abha_profiles: [] })
  assert.equal(profile.mobile, citizen.mobile)
  assert.equal(profile.kyc_verified, true)
  const created = await post(`${registration}/aadhaar/create-phr`, { txn_id, abha_address: freshAddress() })
  assert.equal(created.skip_state, 'abha_end')
  assert.equal(created.profile.abha_number, profile.abha_number)
})

test('somebody without a linked mobile gives one, and it gets an OTP', async () => {
  const citizen = await addCitizen(product, { mobile: null })
  const txn_id = await captured()
  const missing = await verify(citizen, txn_id)
  assertRefused(missing, { status: 400, error: 'Mobile number not found.', code: 'ABDM-1111' })
  const again = await captured()
  const wished = freshMobile()
  const { body } = await verify(citizen, again, wished)
  assert.deepEqual(body, {
    txn_id: again,
    skip_state: 'confirm_mobile_otp',
    hint: `OTP sent to mobile number ending with ******${wished.slice(-4)}`,
    abha_profiles: [],
  })
  const confirmed = await post(`${registration}/aadhaar/mobile/verify`, {
    txn_id: again,
    otp: await product.otpTo(wished),
  })
  assert.equal(confirmed.skip_state, 'abha_create')
  assert.equal(confirmed.profile.mobile, wished)
})

test('the step is taken although ABDM refuses the mobile: the resend tells why, and then sends', async () => {
  const citizen = await addCitizen(product, { mobile: null })
  const txn_id = await captured()
  const wished = freshMobile()
  const refusal = { status: 400, message: 'Invalid Mobile Number', times: 2 }
  await product.fault({ operation: 'abha.enrollment.request_otp', ...refusal })
  const verified = await verify(citizen, txn_id, wished)
  assert.equal(verified.status, 200, verified.text)
  assert.deepEqual(verified.body, { txn_id, skip_state: 'confirm_mobile_otp', abha_profiles: [] })
  const resend = () => client.post(`${registration}/aadhaar/mobile/resend`, { txn_id })
  assertRefused(await resend(), { status: 400, error: 'Bad Request, invalid request' })
  await product.advance(60)
  assert.equal((await resend()).status, 200)
  const confirm = { txn_id, otp: await product.otpTo(wished) }
  assert.equal((await post(`${registration}/aadhaar/mobile/verify`, confirm)).profile.mobile, wished)
})

test('somebody with an ABHA number is offered its addresses', async () => {
  const citizen = await addCitizen(product, kycAddress())
  const { body } = await verify(citizen, await captured())
  assert.deepEqual(
    body.abha_profiles.map(({ abha_address }: { abha_address: string }) => abha_address),
    citizen.abha_addresses,
  )
  assert.equal(body.profile.abha_number, citizen.abha_number)
})

test('a capture that failed stays failed, and says to begin again', async () => {
  const { txn_id } = await begin()
  await phoneSays(txn_id, 'failed')
  const { status, message } = await capture(txn_id)
  assert.equal(status, 'Failed')
  assert.match(message, /begin again/)
  await phoneSays(txn_id, 'verified').catch(() => undefined)
  assert.equal((await capture(txn_id)).status, 'Failed')
  assertRefused(await verify(await addCitizen(product, {}), txn_id), refusals.stepNotAllowed)
})

test('the link lives ten minutes', async () => {
  const { txn_id } = await begin()
  await product.advance(599)
  assert.equal((await capture(txn_id)).status, 'Pending')
  await product.advance(2)
  await client.relogin()
  assertRefused(await client.post(`${face}/capture`, { txn_id }), refusals.txnUnknown)
})

test('the page that the link opens is the phone: its form decides the capture', async () => {
  for (const [button, status] of [
    [/pass|succe|verif/i, 'Verified'],
    [/fail/i, 'Failed'],
  ] as const) {
    const { txn_id, url } = await begin()
    const page = await (await fetch(url)).text()
    const values = [...page.matchAll(/<button[^>]*name="(\w+)"[^>]*value="(\w+)"/g)].map(([, name, value]) => [
      name,
      value,
    ])
    const pressed = values.find(([, value]) => button.test(value ?? ''))
    assert.ok(pressed, page)
    const action = new URL(/<form[^>]*action="([^"]*)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? url, url)
    const hidden = [...page.matchAll(/<input[^>]*name="(\w+)"[^>]*value="([^"]*)"/g)].map(([, name, value]) => [
      name,
      value,
    ])
    const form = new URLSearchParams([...hidden, pressed] as [string, string][])
    const said = await fetch(action, { method: 'POST', body: form, headers: { Origin: new URL(url).origin } })
    assert.ok(said.status < 400, `${said.status} ${await said.text()}`)
    assert.equal((await capture(txn_id)).status, status)
  }
  const unknown = await fetch((await begin()).url.replace(/.$/, (last) => (last === '0' ? '1' : '0')))
  assert.ok(unknown.status < 500)
})

test('a malformed Aadhaar goes nowhere, and its digits are nowhere afterwards', async () => {
  const citizen = await addCitizen(product, {})
  const txn_id = await captured()
  await sendingNothing(product, async () => {
    const spoilt = citizen.aadhaar_number.replace(/.$/, (last) => String((Number(last) + 1) % 10))
    assertRefused(await client.post(`${face}/verify`, { txn_id, aadhaar: spoilt }), {
      ...refusals.field,
      message: /^aadhaar /,
    })
  })
  assert.equal((await verify(citizen, txn_id)).status, 200)
  assert.ok(!product.lines.some((line) => line.includes(citizen.aadhaar_number)))
  for (const file of readdirSync(product.folder).filter((name) => name.includes('.db'))) {
    const bytes = readFileSync(join(product.folder, file))
    assert.ok(!bytes.includes(citizen.aadhaar_number) && !bytes.includes(citizen.mobile ?? 'none'), file)
  }
})

/** The write after the next one of a transaction does not come about. */
const losingTheSecondWrite = (): void => {
  product.beAlone()
  const { store } = product.services
  const { update } = store
  let writes = 0
  store.update = (collection, ...rest) => {
    if (collection.name !== txnRows.name || ++writes < 2) return update(collection, ...rest)
    store.update = update
    return Promise.reject(new StoreUnavailable('full'))
  }
}

test('an enrolment whose end could not be written down holds up no later one', async () => {
  const citizen = await addCitizen(product, {})
  const txn_id = await captured()
  await product.fault({ operation: 'abha.enrollment.by_aadhaar', status: 500, times: 1 })
  losingTheSecondWrite()
  assert.ok((await verify(citizen, txn_id)).status >= 500)
  const again = await verify(citizen, txn_id)
  assert.equal(again.status, 200, again.text)
  assert.equal(again.body.skip_state, 'abha_create')
})

test('a face that was taken by an enrolment whose result could not be kept is told to be used up', async () => {
  const citizen = await addCitizen(product, {})
  const txn_id = await captured()
  losingTheSecondWrite()
  assert.ok((await verify(citizen, txn_id)).status >= 500)
  assertRefused(await verify(citizen, txn_id), { ...refusals.txnUnknown, message: /begin again/ })
})

test('of many calls at once with one captured face one asks ABDM', async () => {
  const citizen = await addCitizen(product, {})
  const txn_id = await captured()
  const before = product.upstreamCalls('abha.enrollment.by_aadhaar')
  const replies = await Promise.all(Array.from({ length: 8 }, () => verify(citizen, txn_id)))
  assert.deepEqual(replies.map(({ status }) => status).sort(), [200, ...Array.from({ length: 7 }, () => 400)])
  assert.equal(product.upstreamCalls('abha.enrollment.by_aadhaar'), before + 1)
})
