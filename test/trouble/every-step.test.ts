import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type MovableClock, movableClock } from '../../src/clock.ts'
import { walkerOf } from '../flow-states.ts'
import type { At, Step } from '../flow-steps.ts'
import { type Product, type Reply, startProduct } from '../harness.ts'
import { assertRefused, type Client, refusals, register } from '../walks.ts'

/** A restart, a wrong OTP and a lost answer at each step of each flow end as they should. */

const environment = { OTP_RESEND_WAIT_SECONDS: '0', SANDBOX_TRACE: '20000' }
const now = Date.now()
const clock: MovableClock = movableClock({ now: () => now })
const place = { folder: mkdtempSync(join(tmpdir(), 'openabha-steps-')), clock }

let product: Product
let client: Client
let loggedIn: string
const start = async () => {
  product = await startProduct(environment, place)
  client = await product.client()
}
before(async () => {
  await start()
  loggedIn = (await register(product, client)).oid
})
after(async () => {
  await product.stop()
  rmSync(place.folder, { recursive: true, force: true })
})

const { steps, states, take } = walkerOf(() => ({ product, client, loggedIn }))
const pairs = Object.entries(states).flatMap(([state, { reach, accepts }]) =>
  accepts.map((step) => ({ name: `${state} ▸ ${step}`, reach, accepts, step })),
)

test('every step of every flow goes on after a restart', async () => {
  const waiting: { name: string; step: Step; at: At }[] = []
  for (const { name, reach, step } of pairs) waiting.push({ name, step, at: await reach() })
  await product.stop()
  await start()
  for (const { name, step, at } of waiting) {
    const reply = await steps[step].send(at)
    assert.equal(reply.status, 200, `${name} ${reply.text}`)
  }
})

const takesOtp = (step: Step): boolean => step.endsWith('/verify') && step !== 'face-auth/verify'
const otpErrors = ['ABDM-1035', 'ABDM-1204']

/** The step with an OTP that is not the one that was sent. */
const sendWrong = async (step: Step, at: At): Promise<Reply> => {
  const { otpTo: _, ...rest } = at
  return steps[step].send(rest)
}

for (const { name, reach, step } of pairs.filter((pair) => takesOtp(pair.step))) {
  test(`${name}: a wrong OTP leaves everything as it was, the third one closes the transaction`, async () => {
    const usable = await reach()
    const wrong = await sendWrong(step, usable)
    assert.equal(wrong.status, 400, wrong.text)
    assert.equal(wrong.body.error, "OTP doesn't match")
    assert.ok(wrong.body.source_error === undefined || otpErrors.includes(wrong.body.source_error.code), wrong.text)
    await take(step, usable)

    const closed = await reach()
    for (let tries = 0; tries < 3; tries++) assert.equal((await sendWrong(step, closed)).status, 400)
    assertRefused(await steps[step].send(closed), refusals.triesUsedUp)
  })
}

const newestMessages = async (): Promise<string[]> =>
  (await product.send('GET', '/sandbox/v1/messages?limit=20')).body.messages.map(({ id }: { id: string }) => id)
/** How many OTPs went out meanwhile. */
const sentBy = async <Done>(act: () => Promise<Done>): Promise<{ done: Done; sent: number }> => {
  const before = new Set(await newestMessages())
  const done = await act()
  return { done, sent: (await newestMessages()).filter((id) => !before.has(id)).length }
}

/** What ABDM was asked by an act, in order; the gateway and the certificates are everybody's. */
const askedBy = async (act: () => Promise<unknown>): Promise<string[]> => {
  const seen = product.emulator?.trace.count() ?? 0
  await act()
  const asked = product.emulator?.trace.list({}).slice(seen) ?? []
  return [...new Set(asked.flatMap(({ operation }) => (operation ? [operation] : [])))].filter(
    (operation) => !/session$|certificate$/.test(operation),
  )
}

/** The person upstream as far as a flow can change them by accident. */
const numberOf = async ({ citizen }: At): Promise<string | null | undefined> => {
  const { citizens } = (await product.send('GET', '/sandbox/v1/citizens')).body
  return citizens.find(({ aadhaar_number }: At['citizen'] & object) => aadhaar_number === citizen?.aadhaar_number)
    ?.abha_number
}

/** How a step whose answer was lost came right in the end. */
const outcomeOf = async (step: Step, at: At, accepts: readonly Step[]): Promise<string> => {
  const { done: lost, sent } = await sentBy(() => steps[step].send(at))
  assert.ok(sent <= 1, `${sent} OTPs went out for one call`)
  if (lost.status === 200) return 'right at once'
  assert.ok([400, 502, 504].includes(lost.status), lost.text)
  const number = await numberOf(at)
  const again = await steps[step].send(at)
  if (number) assert.equal(await numberOf(at), number, 'a second ABHA number')
  if (again.status === 200) return 'right when repeated'
  assert.equal(again.status, 400, again.text)
  if (again.body.error === "OTP doesn't match") {
    const resend = accepts.find((one) => one.endsWith('resend'))
    if (!resend) return 'a new OTP from the beginning'
    const resent = await steps[resend].send(at)
    if (resent.status === 200 && (await steps[step].send(at)).status === 200) return 'right with a new OTP'
  }
  assert.equal(again.body.source_error?.code, 'MIS-1026', again.text)
  return 'begin again'
}

/** Where ABDM has a way to ask, asking answers; a proof that was used up has to be given again. */
const wanted = (operation: string, accepts: readonly Step[]): string => {
  if (operation.endsWith('request_otp')) return 'right when repeated'
  if (['abha.enrollment.by_aadhaar', 'phr.login.verify_user'].includes(operation)) return 'begin again'
  if (!operation.endsWith('.verify')) return 'right at once'
  return accepts.some((step) => step.endsWith('resend')) ? 'right with a new OTP' : 'a new OTP from the beginning'
}

for (const { name, reach, step, accepts } of pairs) {
  test(`${name}: an answer that is lost after ABDM has acted comes right, or says what to do`, async () => {
    const at = await reach()
    for (const operation of await askedBy(() => take(step, at))) {
      const fresh = await reach()
      await product.fault({ operation, mode: 'drop_after', times: 1 })
      assert.equal(await outcomeOf(step, fresh, accepts), wanted(operation, accepts), operation)
      product.calm()
    }
  })
}
