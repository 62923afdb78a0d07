import assert from 'node:assert/strict'
import { like, uuid } from './like.ts'
import { walk } from './visit.ts'

/** A path that is nobody's is refused by the emulator in ABDM's two forms (abdm-v3 §5 no. 8), and by its sandbox in the sandbox's. */

walk('a wrong base is refused as Spring does, whatever the method', async ({ alone, nha }) => {
  for (const path of ['/nothing/here', '/abha/v9/profile', '/docs', '/sandboxes', '/abha/api/v3']) {
    for (const method of ['GET', 'POST'] as const) {
      const body = method === 'POST' ? { body: '{}', headers: { 'Content-Type': 'application/json' } } : {}
      const response = await fetch(`${alone.origin}${path}`, { method, ...body })
      assert.equal(response.status, 404)
      like(await response.json(), { timestamp: /^\d{4}-/, path, status: 404, error: 'Not Found', requestId: uuid })
    }
  }
  const under = await nha.get('abha', '/nothing/here')
  assert.deepEqual([under.status, under.body.type, under.body.message], [404, 'Status report', 'Runtime Error'])
})

walk('what is the sandbox’s stays the sandbox’s', async ({ alone }) => {
  for (const path of ['/healthz', '/console']) assert.equal((await fetch(`${alone.origin}${path}`)).status, 200, path)
  const page = await (await fetch(`${alone.origin}/console`)).text()
  const linked = [...page.matchAll(/(?:href|src)="(\/console\/[^"#]+)"/g)].map(([, path]) => path)
  assert.ok(linked.length > 1)
  for (const path of linked) assert.equal((await fetch(`${alone.origin}${path}`)).status, 200, path)
  const unknown = await fetch(`${alone.origin}/sandbox/v1/nothing`)
  assert.equal(unknown.status, 404)
  like(await unknown.json(), { code: 404, error: String })
})
