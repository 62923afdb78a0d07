import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { faintTexts, sticksOut, unnamed } from './measures.ts'
import { openStage, runInShell, type Stage } from './stage.ts'

/** The console shows what happens in the sandbox while it happens, and its buttons do what they say. */

let stage: Stage
before(async () => {
  stage = await openStage()
})
after(() => stage?.close())

const shownOtp = async (page: Awaited<ReturnType<Stage['open']>>['page']): Promise<string> =>
  (await page.locator('.message .otp').first().textContent()) ?? ''

test('an empty inbox says what to do, and its command makes an OTP arrive without a reload', async () => {
  const { page, problems, close } = await stage.openConsole()
  await page.evaluate('window.isTheSamePage = true')
  await page.locator('#first-otp').waitFor()
  const command = await page.locator('#first-otp code').textContent()
  await runInShell(command ?? '')
  await page.locator('.message').waitFor()
  const { messages } = await stage.call('GET', '/sandbox/v1/messages')
  assert.equal(await shownOtp(page), messages[0].otp)
  assert.match((await page.locator('.message').first().textContent()) ?? '', /9876543210.*registration\.mobile/s)
  assert.equal(await page.locator('#empty').isVisible(), false)
  assert.equal(await page.evaluate('window.isTheSamePage'), true)
  assert.deepEqual(problems, [])
  await close()
})

test('newer OTPs come first, with the name of the person, and can be copied', async () => {
  const { page, problems, close } = await stage.openConsole()
  const { otp } = await stage.sendOtp('6200010011')
  await page.locator(`.message:first-child`, { hasText: '6200010011' }).waitFor()
  assert.equal(await shownOtp(page), otp)
  assert.match((await page.locator('.message').first().textContent()) ?? '', /Asha Namuna/)
  await page.getByRole('button', { name: `Copy OTP ${otp}` }).click()
  await page.getByText('Copied', { exact: true }).waitFor()
  assert.equal(await page.evaluate('navigator.clipboard.readText()'), otp)
  await stage.sendOtp('6200010022')
  await page.locator('.message:first-child', { hasText: '6200010022' }).waitFor()
  assert.match((await page.locator(':focus').getAttribute('aria-label')) ?? '', new RegExp(otp), 'the focus stays')
  assert.deepEqual(problems, [])
  await close()
})

test('the inbox can be narrowed to a mobile and emptied', async () => {
  await stage.sendOtp('6200010022')
  const { page, problems, close } = await stage.openConsole()
  await page.getByRole('button', { name: 'Show the OTPs of Arjun Kumar Maadari' }).click()
  await page.locator('.message:last-child', { hasText: '6200010022' }).waitFor()
  assert.equal(await page.locator('.message', { hasNotText: '6200010022' }).count(), 0)
  await page.getByLabel('Show only this mobile').fill('7999999999')
  await page.getByText('No OTP went to a mobile with').waitFor()
  await page.getByLabel('Show only this mobile').fill('')
  await page.getByRole('button', { name: 'Clear', exact: true }).click()
  await page.getByText('The inbox is empty.').waitFor()
  assert.deepEqual((await stage.call('GET', '/sandbox/v1/messages')).messages, [])
  assert.deepEqual(problems, [])
  await close()
})

test('every person is there with what can be copied, and what people are called stays text', async () => {
  const notes = '<img src="/x" onerror="document.title=1"> & so on'
  await stage.call('POST', '/sandbox/v1/citizens', { first_name: 'Tanvi', notes })
  const { page, problems, close } = await stage.openConsole()
  const { citizens } = await stage.call('GET', '/sandbox/v1/citizens')
  assert.equal(await page.locator('.person').count(), citizens.length)
  const text = (await page.locator('#citizens').textContent()) ?? ''
  for (const { first_name, mobile, abha_number, abha_addresses, notes: why } of citizens) {
    for (const shown of [first_name, mobile, abha_number, why, ...abha_addresses]) {
      assert.ok(shown === null || text.includes(shown), `${shown} is on the page`)
    }
  }
  await page.getByRole('button', { name: 'Add a made-up person' }).click()
  await page.getByText('is the last of the list').waitFor()
  assert.equal(await page.locator('.person').count(), citizens.length + 1)
  assert.deepEqual(problems, [])
  await close()
})

test('time can be moved, and the page shows the new time', async () => {
  const { page, problems, close } = await stage.openConsole()
  const before = Date.parse((await stage.call('GET', '/sandbox/v1/clock')).now)
  await page.getByRole('button', { name: '+10 min' }).click()
  await page.getByText('10 minutes on.').waitFor()
  const { now } = await stage.call('GET', '/sandbox/v1/clock')
  assert.ok(Date.parse(now) - before >= 600_000)
  await page.getByText('10 min ahead of real time').waitFor()
  const shown = (await page.locator('#clock-time').getAttribute('datetime')) ?? ''
  assert.ok(Math.abs(Date.parse(shown) - Date.parse(now)) < 5_000)
  assert.deepEqual(problems, [])
  await close()
})

test('a fault strikes the next call, leaves the list by itself, and faults can be cleared', async () => {
  const { page, problems, close } = await stage.openConsole()
  const add = async (operation: string, times: string) => {
    await page.getByLabel('In which call to ABDM').selectOption(operation)
    await page.getByLabel('How often').fill(times)
    await page.getByRole('button', { name: 'Add fault' }).click()
  }
  await add('phr.enrollment.request_otp', '1')
  await page.locator('#faults li', { hasText: 'phr.enrollment.request_otp answers 500 ABDM-9999, once' }).waitFor()
  await assert.rejects(stage.sendOtp('6200010033'), /500/)
  await page.getByText('All faults have struck.').waitFor()
  await stage.sendOtp('6200010033')
  await add('*', '3')
  await page.locator('#faults li', { hasText: 'any call' }).waitFor()
  await page.getByRole('button', { name: 'Clear all faults' }).click()
  await page.getByText('No faults.').waitFor()
  assert.deepEqual((await stage.call('GET', '/sandbox/v1/faults')).faults, [])
  assert.deepEqual(problems, [])
  await close()
})

test('the trace of a transaction shows its calls with the sealed fields opened', async () => {
  const { txnId, otp, token } = await stage.sendOtp('6200010077')
  await stage.call('POST', '/abdm/na/v1/registration/mobile/verify', { txn_id: txnId, otp }, token)
  const { page, problems, close } = await stage.openConsole()
  await page.getByLabel('txn_id').fill(txnId)
  await page.getByRole('button', { name: 'Show its calls' }).click()
  await page.getByText('2 calls, oldest first.').waitFor()
  assert.match((await page.locator('.exchange').nth(0).locator('mark').textContent()) ?? '', /6200010077/)
  assert.match((await page.locator('.exchange').nth(1).locator('mark').textContent()) ?? '', new RegExp(otp))
  await page.getByRole('button', { name: 'Show the latest calls' }).click()
  await page.getByText('newest first.').waitFor()
  await page.getByLabel('txn_id').fill('unheard-of')
  await page.getByRole('button', { name: 'Show its calls' }).click()
  await page.getByText('No call is kept for this txn_id.').waitFor()
  assert.deepEqual(problems, [])
  await close()
})

test('a link leads to the trace of a transaction', async () => {
  const { txnId } = await stage.sendOtp('6200010011')
  const { page, problems, close } = await stage.open(`/console?txn_id=${txnId}`)
  await page.getByText('1 call, oldest first.').waitFor()
  assert.deepEqual(problems, [])
  await close()
})

test('keys rotate, and a reset asks first', async () => {
  const { otp } = await stage.sendOtp('6200010011')
  const { page, problems, close } = await stage.openConsole()
  await page.getByRole('button', { name: 'Rotate keys' }).click()
  await page.getByText('New certificates are published.').waitFor()
  await page.getByRole('button', { name: 'Reset …' }).click()
  await page.getByRole('button', { name: 'Keep everything' }).click()
  await page.getByText('Nothing was reset.').waitFor()
  assert.equal((await stage.call('GET', '/sandbox/v1/messages?limit=1')).messages[0].otp, otp)
  await page.getByRole('button', { name: 'Reset …' }).click()
  await page.getByRole('button', { name: 'Reset the sandbox' }).click()
  await page.getByText('A fresh sandbox.').waitFor()
  await page.locator('#empty').waitFor()
  await page.getByText('real time', { exact: false }).first().waitFor()
  assert.equal(await page.locator('.message').count(), 0)
  assert.deepEqual(problems, [])
  await close()
})

test('an endpoint is named on the page, and the event of the next registration appears by itself with its signature', async () => {
  const receiver = createServer((_, response) => void response.writeHead(204).end())
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const { page, problems, close } = await stage.openConsole()
  await page.getByText('No event was sent yet.').waitFor()
  await page.getByLabel('Endpoint').fill(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/abha`)
  await page.getByLabel('Signing key').fill('a-key')
  await page.getByRole('button', { name: 'Send events there' }).click()
  await page.getByText('The next abha.created goes there, signed.').waitFor()
  await registerOne('console.hooked1')
  const delivery = page.locator('#deliveries .exchange').first()
  await delivery.waitFor()
  const text = (await delivery.textContent()) ?? ''
  assert.match(text, /abha\.created console\.hooked1@sbx/)
  assert.match(text, /204.*attempt 1/s)
  await delivery.getByText('Headers').click()
  await delivery.getByText('Eka-Webhook-Signature').waitFor()
  await page.getByLabel('Endpoint').fill('http://192.168.1.1/')
  await page.getByRole('button', { name: 'Send events there' }).click()
  await page.getByText('url must begin with https://').waitFor()
  // The refusal is the browser's to report too.
  assert.deepEqual(
    problems.filter((problem) => !problem.includes('400')),
    [],
  )
  await close()
  receiver.close()
})

const registerOne = async (abha_address: string): Promise<void> => {
  const path = '/abdm/na/v1/registration/mobile'
  const { txnId: txn_id, otp, token } = await stage.sendOtp('6200010188')
  await stage.call('POST', `${path}/verify`, { txn_id, otp }, token)
  const profile = {
    first_name: 'Asha',
    gender: 'F',
    year_of_birth: 1990,
    month_of_birth: 4,
    day_of_birth: 9,
    pincode: '834001',
  }
  await stage.call('POST', `${path}/create-phr`, { txn_id, abha_address, profile }, token)
}

test('the bare address is the console', async () => {
  const { page, problems, close } = await stage.open('/')
  await page.locator('#connection[data-state="live"]').waitFor()
  assert.match(await page.title(), /sandbox console/)
  assert.deepEqual(problems, [])
  await close()
})

test('on a phone nothing sticks out, in both colour schemes every text can be read, and every control has a name', async () => {
  const { txnId } = await stage.sendOtp('6200010044')
  for (const dark of [false, true]) {
    const { page, problems, close } = await stage.openConsole({ width: 390, height: 844, dark })
    await page.getByLabel('txn_id').fill(txnId)
    await page.getByRole('button', { name: 'Show its calls' }).click()
    await page.locator('.exchange').first().waitFor()
    await page.getByRole('button', { name: 'Add fault' }).click()
    await page.locator('#faults li').first().waitFor()
    assert.deepEqual(await sticksOut(page), [])
    assert.deepEqual(await faintTexts(page), [])
    assert.deepEqual(await unnamed(page), [])
    assert.deepEqual(problems, [])
    await close()
    await stage.call('DELETE', '/sandbox/v1/faults')
  }
})

test('a lost connection is said, and everything is there again when the server is', async () => {
  const { page, close } = await stage.openConsole()
  await stage.restartServer(async () => {
    await page.getByText('The server does not answer.').waitFor()
    assert.equal(await page.locator('#connection').getAttribute('data-state'), 'lost')
  })
  const { otp } = await stage.sendOtp('6200010055')
  await page.locator('#connection[data-state="live"]').waitFor({ timeout: 15_000 })
  await page.locator('.message', { hasText: '6200010055' }).waitFor()
  assert.equal(await shownOtp(page), otp)
  assert.equal(await page.locator('#lost').isVisible(), false)
  await close()
})
