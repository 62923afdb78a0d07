import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectRoutes } from '../../src/api/index.ts'
import { docsPage } from '../../src/docs-page.ts'
import { errorNames, errorTable } from '../../src/errors.ts'
import { operationsRoutes } from '../../src/operations.ts'
import { assetTag } from '../../src/pages/assets.ts'
import type { Route } from '../../src/route.ts'
import { productRoutes, sandboxRoutes } from '../../src/sandbox/index.ts'
import { faintTexts, sticksOut, unnamed } from './measures.ts'
import { openStage, runInShell, type Stage } from './stage.ts'

/** The documentation says what is served and nothing else, and its commands work. */

let stage: Stage
before(async () => {
  stage = await openStage()
})
after(() => stage?.close())

const served: readonly Route<never>[] = [
  ...connectRoutes,
  ...operationsRoutes,
  ...sandboxRoutes,
  ...productRoutes,
].filter(({ tag }) => tag !== assetTag)

test('every served operation is there with its method, path and fields, and no other', async () => {
  const { page, problems, close } = await stage.open('/docs')
  assert.deepEqual(
    (await page.locator('.operation').evaluateAll((nodes) => nodes.map(({ id }) => id))).sort(),
    served.map(({ operationId }) => operationId).sort(),
  )
  for (const { operationId, method, path, body } of served) {
    const article = page.locator(`[id="${operationId}"]`)
    assert.equal(await article.locator('.call').textContent(), `${method} ${path}`)
    const text = (await article.textContent()) ?? ''
    for (const name of Object.keys((body as { properties?: object } | undefined)?.properties ?? {})) {
      assert.ok(text.includes(name), `${operationId} names ${name}`)
    }
    assert.equal(await page.locator(`#contents a[href="#${operationId}"]`).count(), 1)
  }
  assert.deepEqual(problems, [])
  await close()
})

test('every Connect operation is explained in a sentence', async () => {
  const { page, close } = await stage.open('/docs')
  for (const { operationId } of connectRoutes) {
    assert.equal(await page.locator(`[id="${operationId}"] .comment`).count(), 1, operationId)
  }
  await close()
})

test('every error of the table is there, and every link of the page leads somewhere', async () => {
  const { page, close } = await stage.open('/docs')
  for (const name of errorNames) {
    const text = (await page.locator(`#error-${name}`).textContent()) ?? ''
    assert.ok(text.includes(String(errorTable[name].status)) && text.includes(errorTable[name].text), name)
  }
  const astray = await page.evaluate(`[...document.querySelectorAll('a[href^="#"]')]
    .map((link) => link.getAttribute('href').slice(1))
    .filter((id) => document.querySelectorAll('[id="' + id + '"]').length !== 1)`)
  assert.deepEqual(astray, [])
  await close()
})

test('the first flow runs as it stands, from the login to the profile', async () => {
  const { page, close } = await stage.open('/docs')
  const commands = await page.locator('.walk figure code').allTextContents()
  assert.equal(commands.length, 7)
  const last = (await runInShell(commands.join('\n'))).trim().split('}').at(-2) ?? ''
  assert.match(last, /"abha_address":"asha\.\d+@sbx".*"first_name":"Asha"/)
  await close()
})

test('every command that needs no more than a token works once the page has put one in', async () => {
  const { page, problems, close } = await stage.open('/docs')
  await page.getByRole('button', { name: 'Put a new token into the commands' }).click()
  await page.locator('.said', { hasText: 'It ends in 30 minutes.' }).waitFor()
  let tried = 0
  for (const { operationId, replyType, status = 200 } of served) {
    const command = (await page.locator(`[id="${operationId}"] figure code`).textContent()) ?? ''
    if (/\$[A-Z]|<\w+>/.test(command.replace(/<<JSON/, '')) || replyType === 'text/event-stream') continue
    if (operationId === 'sandboxReset' || operationId === 'sandboxFaultAdd') continue
    const answered = await runInShell(command.replace('curl -s', `curl -s -o /dev/null -w '%{http_code}'`))
    assert.equal(answered, String(status), `${operationId}: ${command}`)
    tried++
  }
  assert.ok(tried >= 12, `${tried} commands`)
  assert.deepEqual(problems, [])
  await close()
})

test('find narrows the page to what fits, says how much that is, and gives everything back', async () => {
  const { page, problems, close } = await stage.open('/docs')
  const visible = () => page.locator('.operation:visible').count()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('pincode/')
  assert.equal(await visible(), 1)
  await page.getByText('1 operation, 0 errors').waitFor()
  await page.getByLabel('Find').fill('EKA-1001')
  assert.ok((await page.locator('.error:visible').count()) >= 1)
  await page.getByLabel('Find').fill('no such thing anywhere')
  await page.getByText('Nothing fits.').waitFor()
  await page.keyboard.press('Escape')
  assert.equal(await visible(), served.length)
  assert.deepEqual(problems, [])
  await close()
})

test('a link to something that find has hidden shows it', async () => {
  const { page, close } = await stage.open('/docs')
  await page.getByLabel('Find').fill('profileGet')
  await page.locator('[id="profileGet"] a[href="#error-userNotNamed"]').click()
  assert.equal(await page.locator('#error-userNotNamed').isVisible(), true)
  await close()
})

test('without JavaScript the contents and every operation are there', async () => {
  const { page, problems, close } = await stage.open('/docs', { javaScript: false, width: 390 })
  assert.equal(await page.locator('#contents a[href="#profileGet"]').isVisible(), true)
  assert.equal(await page.locator('.operation:visible').count(), served.length)
  assert.deepEqual(problems, [])
  await close()
})

test('on a phone nothing sticks out, in both colour schemes every text can be read, and every control has a name', async () => {
  for (const look of [{ width: 390, height: 844 }, { width: 390, height: 844, dark: true }, { dark: true }, {}]) {
    const { page, problems, close } = await stage.open('/docs', look)
    assert.deepEqual(await sticksOut(page), [])
    assert.deepEqual(await faintTexts(page), [])
    assert.deepEqual(await unnamed(page), [])
    assert.deepEqual(problems, [])
    await close()
  }
})

test('on a phone the contents open and close', async () => {
  const { page, close } = await stage.open('/docs', { width: 390, height: 844 })
  const link = page.locator('#contents a[href="#profileGet"]')
  assert.equal(await link.isVisible(), false)
  await page.getByRole('button', { name: 'Contents' }).click()
  await link.click()
  assert.equal(await link.isVisible(), false)
  assert.equal(await page.locator('[id="profileGet"] h3').isVisible(), true)
  await close()
})

test('in front of a real ABDM nothing of the sandbox is mentioned', async () => {
  const text = await docsPage(false)
  for (const word of ['/sandbox/', 'openabha-dev', 'href="/console"']) assert.ok(!text.includes(word), word)
  assert.doesNotMatch(text, /sandbox/i)
  assert.match(text, /your-client-id/)
})

test('the page holds nothing inline and allows nothing from elsewhere', async () => {
  for (const path of ['/docs', '/console']) {
    const response = await fetch(stage.origin + path)
    const text = await response.text()
    assert.match(response.headers.get('content-type') ?? '', /^text\/html/)
    assert.match(text, /http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;/)
    assert.doesNotMatch(text, /\sstyle=|\son\w+=|<style|<script(?! type="module" src=)/)
    assert.doesNotMatch(text.replaceAll('http://127.0.0.1', ''), /(?:href|src)="(?:https?:)?\/\//)
  }
})
