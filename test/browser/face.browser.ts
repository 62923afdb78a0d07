import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { faintTexts, sticksOut, unnamed } from './measures.ts'
import { openStage, type Stage } from './stage.ts'

/** The page that a face link opens is the patient's phone: two choices, what each leads to, and nothing else. */

let stage: Stage
before(async () => {
  stage = await openStage()
})
after(() => stage.close())

const face = '/abdm/na/v1/face-auth'
const begin = async (): Promise<{ url: string; status: () => Promise<string> }> => {
  const token = await stage.login()
  const { txn_id, url } = await stage.call('POST', `${face}/init`, undefined, token)
  return { url, status: async () => (await stage.call('POST', `${face}/capture`, { txn_id }, token)).status }
}

for (const [choice, said, status] of [
  ['The face matches', /next poll answers .Verified/, 'Verified'],
  ['It does not match', /next poll answers .Failed/, 'Failed'],
] as const) {
  test(`“${choice}” makes the next poll answer ${status}, and the page says so`, async () => {
    const { url, status: poll } = await begin()
    const { page, problems, close } = await stage.open(url)
    assert.equal(await poll(), 'Pending')
    await page.getByRole('button', { name: choice }).click()
    await page.getByText(said).waitFor()
    assert.equal(await page.getByRole('button').count(), 0)
    assert.equal(await poll(), status)
    await page.goto(url)
    await page.getByText(/has ended already/).waitFor()
    assert.deepEqual(problems, [])
    await close()
  })
}

test('it works without a script and by the keyboard', async () => {
  const { url, status } = await begin()
  const { page, close } = await stage.open(url, { javaScript: false })
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'The face matches' }).waitFor()
  assert.equal(await status(), 'Verified')
  await close()
})

test('on a phone nothing sticks out, in both colour schemes every text can be read, and every control has a name', async () => {
  for (const dark of [false, true]) {
    const { url } = await begin()
    const { page, problems, close } = await stage.open(url, { width: 390, height: 800, dark })
    assert.deepEqual(await sticksOut(page), [])
    assert.deepEqual(await faintTexts(page, 5), [])
    assert.deepEqual(await unnamed(page), [])
    assert.deepEqual(problems, [])
    await close()
  }
})
