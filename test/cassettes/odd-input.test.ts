import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readCassettes } from '../../src/cassettes/cassette.ts'
import { serveReplay } from '../../src/replay.ts'

/** Nothing that a client sends ends the replay, and a file that is no cassette is named instead of served. */

const folder = mkdtempSync(join(tmpdir(), 'openabha-cassettes-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, '000001-phr.login.search.json')
const cassette = {
  operation: 'phr.login.search',
  method: 'POST',
  path: '/login/search',
  requestHeaders: {},
  requestBody: { abhaAddress: 'synth.12345678@sbx' },
  status: 200,
  responseHeaders: { 'content-type': 'application/json' },
  responseForm: 'json',
  responseBody: { abhaAddress: 'synth.12345678@sbx' },
}

const answerTo = (port: number, target: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`GET ${target} HTTP/1.1\r\nHost: replay\r\nConnection: close\r\n\r\n`),
    )
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('end', () => resolve(text))
    socket.on('error', reject)
  })

test('a target that is no URL is ABDM’s 404, and the next request is answered', async () => {
  writeFileSync(file, JSON.stringify(cassette))
  const replay = await serveReplay(folder, { host: '127.0.0.1', port: 0 })
  try {
    for (const target of ['//', '///', '//[', 'http://[', '/%', '//?a=b'])
      assert.match(await answerTo(replay.port, target), /^HTTP\/1\.1 404 /, target)
    const url = `http://127.0.0.1:${replay.port}${replay.bases['phr-app']}${cassette.path}?more=1`
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(cassette.requestBody) })
    assert.deepEqual(await answer.json(), cassette.responseBody)
  } finally {
    await replay.close()
  }
})

test('JSON that is no cassette is named as none', async () => {
  const { requestHeaders, ...withoutHeaders } = cassette
  for (const wrong of [
    null,
    [],
    {},
    'x',
    7,
    withoutHeaders,
    { ...cassette, status: '200 OK' },
    { ...cassette, operation: 1 },
  ]) {
    writeFileSync(file, JSON.stringify(wrong))
    await assert.rejects(readCassettes(folder), { message: new RegExp(`^${file} is no cassette\\.`) })
  }
  writeFileSync(file, JSON.stringify({ ...cassette, status: null, responseForm: 'empty' }))
  assert.equal((await readCassettes(folder)).length, 1)
})
